"""A person's data: a page about it, the download, and the deletion of the account."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import deletion, personal_data
from accounts.forms import DeletionForm
from accounts.models import User
from common.security_log import log_event


@never_cache
@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show what people can do with their data."""
    return render(request, "account/data.html")


@never_cache
@login_required
@require_safe
@reauthentication_required
def download(request: HttpRequest) -> HttpResponse:
    """Send all that is stored about the person, as a JSON file."""
    user = cast(User, request.user)
    log_event("account.exported", request)
    options = {"indent": 2, "ensure_ascii": False}
    response = JsonResponse(personal_data.export(user), json_dumps_params=options)
    response["Content-Disposition"] = f'attachment; filename="meeting-point-{timezone.now():%Y-%m-%d}.json"'
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def delete(request: HttpRequest) -> HttpResponse:
    """Show what is lost with the account and, after the confirmation, delete it."""
    user = User.objects.get(pk=cast(User, request.user).pk)
    form = DeletionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            deletion.delete_account(user)
        except deletion.DeletionNotPossible as reason:
            form.add_error(None, str(reason))
        else:
            request.session.flush()
            request.user = AnonymousUser()
            response = redirect("account_deleted")
            # Erases the browser's useless room keys. Not with the next page: anyone can link to that.
            response["Clear-Site-Data"] = '"storage"'
            return response
    context = {"form": form, "losses": personal_data.losses(user)}
    return render(request, "account/delete.html", context, status=400 if form.errors else 200)


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """Show that the account is deleted."""
    return render(request, "account/deleted.html")
