"""What is known of a person: to take away as a file, and to delete."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import deletion
from accounts.export import export
from accounts.models import User
from rooms.models import Membership
from rooms.permissions import Permission, has_permission


@never_cache
@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Say what can be done with one's data."""
    return render(request, "account/data.html")


@never_cache
@login_required
@require_safe
@reauthentication_required
def download(request: HttpRequest) -> HttpResponse:
    """Send all that is known of whoever asks, as a JSON file."""
    user = cast(User, request.user)
    options = {"indent": 2, "ensure_ascii": False}
    response = JsonResponse(export(user), json_dumps_params=options)
    response["Content-Disposition"] = f'attachment; filename="meeting-point-{timezone.now():%Y-%m-%d}.json"'
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def delete(request: HttpRequest) -> HttpResponse:
    """Say what goes with the account and, once that was confirmed, delete it."""
    user = User.objects.get(pk=cast(User, request.user).pk)
    error = ""
    if request.method == "POST":
        if request.POST.get("sure") != "yes":
            error = _("Please tick the box: what is deleted cannot be brought back.")
        else:
            try:
                deletion.delete_account(user)
            except deletion.NotPossible as reason:
                error = str(reason)
            else:
                request.session.flush()
                request.user = AnonymousUser()
                response = redirect("account_deleted")
                # The room keys of this browser, which open nothing now. Not with the next page: anybody can link to it.
                response["Clear-Site-Data"] = '"storage"'
                return response
    places = Membership.objects.filter(user=user, removed_at=None).select_related("room")
    context = {
        "error": error,
        "rooms": user.rooms.all(),
        "places": [place.room for place in places if has_permission(place.role, Permission.LEAVE)],
    }
    return render(request, "account/delete.html", context, status=400 if error else 200)


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """Say good-bye."""
    return render(request, "account/deleted.html")
