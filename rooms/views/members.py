"""People with a place in a room: their roles, their removal, handing the room over, leaving."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from rooms.access import get_access_or_404, get_membership_or_404, get_room_or_404
from rooms.errors import NotPossible
from rooms.flows import members
from rooms.models import Membership, Role, Room
from rooms.permissions import Permission, has_permission, permission_to_remove

# Called with a request and what its address names: always a `slug`, for some a `place_id`.
_View: TypeAlias = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody in the list of a room's people; what may be done with them depends on who looks."""

    place: Membership
    may_be_removed: bool
    may_be_moderator: bool
    may_be_member: bool
    may_get_the_room: bool


def member_rows(room: Room, role: Role) -> list[MemberRow]:
    """Return the people with a place as somebody with `role` sees them, from the most rights to the least."""
    ranks = list(Role)
    places = sorted(members.holding(room).select_related("user", "invite"), key=lambda p: ranks.index(Role(p.role)))
    changes, transfers = has_permission(role, Permission.CHANGE_ROLE), has_permission(role, Permission.TRANSFER)
    return [
        MemberRow(
            place,
            may_be_removed=place.role != Role.OWNER and has_permission(role, permission_to_remove(place.role)),
            may_be_moderator=changes and place.user_id is not None and place.role in (Role.MEMBER, Role.GUEST),
            may_be_member=changes and place.user_id is not None and place.role in (Role.MODERATOR, Role.GUEST),
            may_get_the_room=transfers and place.user_id is not None and place.role in (Role.MODERATOR, Role.MEMBER),
        )
        for place in places
    ]


def returns_to_members(view: _View) -> _View:
    """Answer a form of the list of people: with the list again, and with what went wrong."""

    @login_required
    @require_POST
    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, slug, **kwargs)
        except NotPossible as error:
            messages.error(request, str(error))
        return to_members(slug)

    return wrapped


def to_members(slug: str) -> HttpResponse:
    """Go to the list of a room's people."""
    return redirect(reverse("rooms:manage", args=[slug]) + "#people")


@returns_to_members
def remove(request: HttpRequest, slug: str, place_id: UUID) -> HttpResponse:
    """Take somebody's place in the room away."""
    members.remove_member(get_membership_or_404(request.user, slug, place_id))
    messages.success(
        request,
        _(
            "Removed, and kept out on that account or browser. A link that still has uses lets in whoever holds "
            "it, until the room has a new key: then the links of before are revoked."
        ),
    )
    return to_members(slug)


@returns_to_members
def change_role(request: HttpRequest, slug: str, place_id: UUID) -> HttpResponse:
    """Name somebody a moderator, or make them a member: POST role=moderator or member."""
    room = get_room_or_404(request.user, slug, Permission.CHANGE_ROLE)
    role = Role.MODERATOR if request.POST.get("role") == Role.MODERATOR else Role.MEMBER
    members.change_role(get_object_or_404(room.memberships, pk=place_id), role)
    if role == Role.MODERATOR:
        messages.success(
            request,
            _(
                "They look after the room with you now. To make links, their browser needs a room key that it may pass "
                "on: send them a link for a moderator."
            ),
        )
    else:
        messages.success(request, _("They are a member now."))
    return to_members(slug)


@never_cache
@login_required
@require_safe
def hand_over(request: HttpRequest, slug: str, place_id: UUID) -> HttpResponse:
    """Say what it means to hand the room over, and ask."""
    room = get_room_or_404(request.user, slug, Permission.TRANSFER)
    place = get_object_or_404(members.holding(room), pk=place_id, user__isnull=False)
    return render(request, "rooms/hand_over.html", {"room": room, "place": place})


@returns_to_members
def offer(request: HttpRequest, slug: str, place_id: UUID) -> HttpResponse:
    """Offer the room to somebody in it."""
    room = get_room_or_404(request.user, slug, Permission.TRANSFER)
    members.offer_ownership(get_object_or_404(room.memberships, pk=place_id))
    messages.success(request, _("Offered. The room is theirs as soon as they accept; they see it among their rooms."))
    return to_members(slug)


@returns_to_members
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the offer back."""
    members.cancel_offer(get_room_or_404(request.user, slug, Permission.TRANSFER))
    return to_members(slug)


@login_required
@require_POST
def answer_offer(request: HttpRequest, slug: str) -> HttpResponse:
    """Take over a room that was offered, or turn it down: POST accept=yes or anything else."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (login_required)
    room = get_room_or_404(user, slug, Permission.ENTER)
    if room.offered_to_id != user.pk:
        raise Http404
    if request.POST.get("accept") != "yes":
        members.cancel_offer(room)
        return redirect("rooms:dashboard")
    try:
        members.accept_ownership(room, user)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("rooms:dashboard")
    messages.success(request, _("“%(name)s” is your room now.") % {"name": room.name})
    return redirect("rooms:manage", slug)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, then give up one's own place."""
    found = get_access_or_404(request.user, slug, Permission.LEAVE)
    if request.method != "POST":
        return render(request, "rooms/leave.html", {"room": found.room})
    members.leave_room(found.membership)
    messages.success(request, _("You have left “%(name)s”.") % {"name": found.room.name})
    return redirect("rooms:dashboard")
