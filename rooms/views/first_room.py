"""The first room of a new owner: one short form, one press, and the room has its key and its first link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.site_policy import can_create_rooms
from common import ratelimit
from rooms.errors import NotPossible
from rooms.flows.rooms import create_room
from rooms.forms import FirstRoomForm
from rooms.models import Room

from .rooms import FRESH_ROOM


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@ratelimit.rate_limited(ratelimit.NEW_ROOM, ratelimit.account_of)
def first_room(request: HttpRequest) -> HttpResponse:
    """Create a person's first room. The page's script gets JSON, then sets the room's key and creates its first link.

    Shown after signing up. People who have a room, or a membership in another's, go to their rooms, and so do those who
    may not create one. A script that lost the answer to its request gets the room that it created.
    """
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (login_required)
    by_script = not request.accepts("text/html")
    form = FirstRoomForm(request.POST or None, user=user)
    room = user.rooms.order_by("created_at").first()
    if room is None:
        if not can_create_rooms(user) or user.memberships.active().exists():
            return redirect("rooms:dashboard")
        if request.method != "POST" or not form.is_valid():
            status = 400 if form.is_bound else 200
            return JsonResponse({}, status=status) if by_script else _page(request, form, status)
        form.save_name()
        try:
            room = create_room(user, form.cleaned_data["name"])
        except NotPossible as error:
            messages.error(request, str(error))
            return redirect("rooms:dashboard")
    elif not by_script:
        return redirect("rooms:dashboard")
    if by_script:
        return JsonResponse(_answer(room, user), status=201)
    request.session[FRESH_ROOM] = room.slug
    return redirect("rooms:manage", room.slug)


def _page(request: HttpRequest, form: FirstRoomForm, status: int) -> HttpResponse:
    return render(request, "rooms/first_room.html", {"form": form}, status=status)


def _answer(room: Room, user: User) -> dict[str, object]:
    """Return what the browser needs to give the room a key and a link."""
    return {
        "slug": room.slug,
        "name": room.name,
        "by": user.display_name,
        "epoch": room.epoch,
        "setKeyUrl": reverse("rooms:set_key", args=[room.slug]),
        "invitesUrl": reverse("rooms:invites", args=[room.slug]),
        "manageUrl": reverse("rooms:manage", args=[room.slug]),
        "callUrl": reverse("rooms:call", args=[room.slug]),
    }
