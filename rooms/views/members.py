"""Members and guests of a room: change a role, remove, transfer ownership, leave."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Q, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from common.text import clean_query
from rooms.access import get_access_or_404, get_membership_or_404, get_room_or_404
from rooms.errors import NotPossible
from rooms.flows import members
from rooms.models import Membership, Role, Room
from rooms.permissions import Permission, has_permission, permission_to_remove

PAGE_SIZE = 50

# Called with a request and what its URL names: always a `slug`, for some a `membership_id`.
_View: TypeAlias = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member or guest in the list on the room's page; what may be done with them depends on who looks."""

    membership: Membership
    may_be_removed: bool
    may_be_moderator: bool
    may_be_member: bool
    may_become_owner: bool

    @property
    def may_only_be_removed(self) -> bool:
        """Say whether removing is all that may be done, so that it needs no menu."""
        return self.may_be_removed and not (self.may_be_moderator or self.may_be_member or self.may_become_owner)


@dataclass(frozen=True, slots=True)
class MemberList:
    """One page of the members and guests of a room, or of those whose name has `query` in it."""

    page: Page
    rows: list[MemberRow]
    query: str
    total: int  # in the room

    @property
    def may_search(self) -> bool:
        return self.total > PAGE_SIZE


def member_list(room: Room, role: Role, *, page: str = "1", query: str = "") -> MemberList:
    """Return a page of the list as a person with `role` sees it: from the highest role to the lowest, then by time.

    A page that does not exist is the nearest one that does.
    """
    ranks = [When(role=role, then=Value(rank)) for rank, role in enumerate(Role)]
    active = room.memberships.active()
    total = active.count()
    query = clean_query(query)
    shown = active.filter(user__display_name__icontains=query) if query else active
    ordered = shown.select_related("user", "invite").order_by(Case(*ranks), "created_at", "pk")
    found = Paginator(ordered, PAGE_SIZE).get_page(page)
    return MemberList(found, _rows(found.object_list, role), query, total)


def count_people(room: Room, user: User) -> tuple[int, int]:
    """Return how many members and how many guests the room has beside `user`."""
    others = room.memberships.active().exclude(user=user)
    counts = others.aggregate(guests=Count("pk", filter=Q(role=Role.GUEST)), all=Count("pk"))
    return counts["all"] - counts["guests"], counts["guests"]


def _rows(memberships: Iterable[Membership], role: Role) -> list[MemberRow]:
    changes, transfers = has_permission(role, Permission.CHANGE_ROLE), has_permission(role, Permission.TRANSFER)
    return [
        MemberRow(
            row,
            may_be_removed=row.role != Role.OWNER and has_permission(role, permission_to_remove(row.role)),
            may_be_moderator=changes and row.user_id is not None and row.role in (Role.MEMBER, Role.GUEST),
            may_be_member=changes and row.user_id is not None and row.role in (Role.MODERATOR, Role.GUEST),
            may_become_owner=transfers and row.user_id is not None and row.role in (Role.MODERATOR, Role.MEMBER),
        )
        for row in memberships
    ]


def returns_to_members(view: _View) -> _View:
    """Answer a form in the list of members with the list again, and with the error if there is one."""

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
    """Redirect to the list of members on the room's page."""
    return redirect(reverse("rooms:manage", args=[slug]) + "#people")


@returns_to_members
def remove(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Remove a member or guest from the room."""
    members.remove_member(get_membership_or_404(request.user, slug, membership_id))
    messages.success(
        request,
        _(
            "Removed. Invite links that still work let them back in until the room has a new key. Then the links from "
            "before are revoked."
        ),
    )
    return to_members(slug)


@returns_to_members
def change_role(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Make a person a moderator or a member: POST role=moderator or member."""
    room = get_room_or_404(request.user, slug, Permission.CHANGE_ROLE)
    role = Role.MODERATOR if request.POST.get("role") == Role.MODERATOR else Role.MEMBER
    members.change_role(get_object_or_404(room.memberships, pk=membership_id), role)
    if role == Role.MODERATOR:
        messages.success(
            request,
            _("They're a moderator now. To create invite links, they also need a moderator link from you."),
        )
    else:
        messages.success(request, _("They're a member now."))
    return to_members(slug)


@never_cache
@login_required
@require_safe
def transfer(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Explain what a transfer of ownership means, and ask."""
    room = get_room_or_404(request.user, slug, Permission.TRANSFER)
    membership = get_object_or_404(room.memberships.active(), pk=membership_id, user__isnull=False)
    return render(request, "rooms/transfer.html", {"room": room, "membership": membership})


@returns_to_members
def offer_ownership(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Offer the room to a moderator or member."""
    room = get_room_or_404(request.user, slug, Permission.TRANSFER)
    members.offer_ownership(get_object_or_404(room.memberships, pk=membership_id))
    messages.success(
        request, _("Offered. They'll see the offer in their list of rooms, and own the room once they accept.")
    )
    return to_members(slug)


@returns_to_members
def cancel_offer(request: HttpRequest, slug: str) -> HttpResponse:
    """Withdraw the offer of ownership."""
    members.cancel_offer(get_room_or_404(request.user, slug, Permission.TRANSFER))
    return to_members(slug)


@login_required
@require_POST
def answer_offer(request: HttpRequest, slug: str) -> HttpResponse:
    """Accept or decline the ownership of a room: POST accept=yes, or anything else."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (login_required)
    room = get_room_or_404(user, slug, Permission.ENTER)
    if room.pending_owner_id != user.pk:
        raise Http404
    if request.POST.get("accept") != "yes":
        members.cancel_offer(room)
        return redirect("rooms:dashboard")
    try:
        members.accept_ownership(room, user)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("rooms:dashboard")
    messages.success(request, _("You now own “%(name)s”.") % {"name": room.name})
    return redirect("rooms:manage", slug)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, then delete one's own membership."""
    access = get_access_or_404(request.user, slug, Permission.LEAVE)
    if request.method != "POST":
        return render(request, "rooms/leave.html", {"room": access.room})
    members.leave_room(access.membership)
    messages.success(request, _("You have left “%(name)s”.") % {"name": access.room.name})
    return redirect("rooms:dashboard")
