"""My rooms: the dashboard, creating a room, and the page where hosts manage it."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.site_policy import can_create_rooms, site_policy
from common import ratelimit
from rooms.access import DenialReason, get_room_or_404, resolve_access, unavailable_reason
from rooms.errors import NotPossible
from rooms.flows.keys import hosts_should_hand_out_key
from rooms.flows.rooms import change_room, close_room, create_room, delete_room, reopen_room
from rooms.flows.turned_away import TurnedAwayRow, forget_turned_away, shown_to_hosts
from rooms.forms import NewRoomForm, RoomForm
from rooms.live.occupancy import head_counts
from rooms.models import InviteState, JoinRule, Role, Room
from rooms.my_rooms import listing_stamp, may_join, memberships_of
from rooms.permissions import Permission, has_permission

from .invites import InviteListing, invite_list
from .members import count_people, member_list

# In the session for one page view: this browser has just created the room, so it creates the key without asking.
FRESH_ROOM = "fresh_room"


@dataclass(frozen=True, slots=True)
class RoomCard:
    """A room as its card on the dashboard shows it."""

    room: Room
    role: Role
    inside: int
    unavailable_reason: DenialReason | None
    may_join: bool
    has_namesake: bool
    turned_away: list[TurnedAwayRow]

    @property
    def turned_away_tries(self) -> int:
        return sum(row.tries for row in self.turned_away)

    @property
    def locked_out(self) -> bool:
        return self.unavailable_reason is None and not self.may_join

    @property
    def may_manage(self) -> bool:
        return has_permission(self.role, Permission.MANAGE)

    @property
    def may_leave(self) -> bool:
        return has_permission(self.role, Permission.LEAVE)


@never_cache
@login_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the rooms that a person owns or is a member of."""
    user = _person(request)
    memberships = memberships_of(user)
    counts = head_counts([m.room_id for m in memberships])
    turned_away = shown_to_hosts(memberships)
    names = Counter(m.room.name.casefold() for m in memberships)
    cards = [
        RoomCard(
            room=m.room,
            role=Role(m.role),
            inside=counts.get(m.room_id, 0),
            unavailable_reason=unavailable_reason(m.room),
            may_join=may_join(m),
            has_namesake=names[m.room.name.casefold()] > 1,
            turned_away=turned_away.get(m.room_id, []),
        )
        for m in memberships
    ]
    cards.sort(key=_place)
    mine = [card for card in cards if card.role == Role.OWNER]
    others = [card for card in cards if card.role != Role.OWNER]
    offered = [card.room for card in others if card.room.pending_owner_id == user.pk]
    context = {
        "mine": mine,
        "others": others,
        "offered": offered,
        "can_create_rooms": can_create_rooms(user),
        "stamp": listing_stamp(memberships, turned_away),
    }
    return render(request, "rooms/dashboard.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@ratelimit.rate_limited(ratelimit.NEW_ROOM, ratelimit.account_of)
def create(request: HttpRequest) -> HttpResponse:
    """Create a room, or say who may."""
    if not can_create_rooms(_person(request)):
        return render(request, "rooms/may_not_create.html", {"policy": site_policy()}, status=403)
    form = NewRoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            room = create_room(
                _person(request),
                form.cleaned_data["name"],
                expires_at=form.expires_at(),
                max_people=form.cleaned_data["max_people"],
                relay_only=form.cleaned_data.get("relay_only", False),
            )
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            request.session[FRESH_ROOM] = room.slug
            return redirect("rooms:manage", room.slug)
    return render(request, "rooms/create.html", {"form": form}, status=400 if form.errors else 200)


@never_cache
@login_required
@require_safe
def manage(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a room to its hosts."""
    room = get_room_or_404(request.user, slug, Permission.MANAGE)
    fresh = request.session.get(FRESH_ROOM) == slug
    if fresh and request.method == "GET":
        del request.session[FRESH_ROOM]
    return _manage_page(request, room, RoomForm(room=room), fresh=fresh)


@login_required
@require_POST
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change name, expiry and people limit."""
    room = get_room_or_404(request.user, slug, Permission.CHANGE)
    form = RoomForm(request.POST, room=room)
    if not form.is_valid():
        return _manage_page(request, room, form, status=400)
    change_room(
        room,
        name=form.cleaned_data["name"],
        expires_at=form.expires_at(),
        max_people=form.cleaned_data["max_people"],
        relay_only=form.cleaned_data.get("relay_only", False),
    )
    messages.success(request, _("Saved."))
    return redirect("rooms:manage", slug)


@login_required
@require_POST
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """Close the room: everyone in the call leaves."""
    close_room(get_room_or_404(request.user, slug, Permission.CLOSE))
    messages.success(request, _("The room is closed. No one can join until you reopen it."))
    return redirect("rooms:manage", slug)


@login_required
@require_POST
def reopen(request: HttpRequest, slug: str) -> HttpResponse:
    """Reopen a closed room."""
    try:
        reopen_room(get_room_or_404(request.user, slug, Permission.CLOSE))
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The room is open again."))
    return redirect("rooms:manage", slug)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, then delete the room with its links."""
    room = get_room_or_404(request.user, slug, Permission.DELETE)
    if request.method != "POST":
        return render(request, "rooms/delete.html", {"room": room, "inside": head_counts([room.pk]).get(room.pk, 0)})
    name = room.name
    delete_room(room)
    messages.success(request, _("“%(name)s” has been deleted.") % {"name": name})
    return redirect("rooms:dashboard")


@login_required
@require_POST
def forget(request: HttpRequest, slug: str) -> HttpResponse:
    """Forget who was turned away: a host has read it."""
    forget_turned_away(get_room_or_404(request.user, slug, Permission.MANAGE))
    return redirect("rooms:manage", slug)


def _place(card: RoomCard) -> tuple[bool, bool, float, float]:
    """Order cards as `static/js/ui/rooms/room-order.js` does: occupied rooms, open ones, last used, newest."""
    used = card.room.last_used_at
    return (
        card.inside == 0,
        card.unavailable_reason is not None,
        -used.timestamp() if used else 0,
        -card.room.created_at.timestamp(),
    )


def _manage_page(
    request: HttpRequest, room: Room, form: RoomForm, *, fresh: bool = False, status: int = 200
) -> HttpResponse:
    access = resolve_access(request.user, None, room.slug)
    role = access.role
    links = invite_list(room)
    people = member_list(room, role, page=request.GET.get("people", "1"), query=request.GET.get("find", ""))
    context = {
        "room": room,
        "form": form,
        "role": role,
        "may_change": has_permission(role, Permission.CHANGE),
        "may_change_join_rule": has_permission(role, Permission.CHANGE_JOIN_RULE),
        "may_set_key": has_permission(role, Permission.SET_KEY),
        "may_rotate": has_permission(role, Permission.ROTATE_KEY),
        "next_epoch": room.epoch + 1,
        "hosts_hand_out_key": hosts_should_hand_out_key(room, JoinRule(room.join_rule)),
        "fresh": fresh,
        "unavailable_reason": unavailable_reason(room),
        "inside": head_counts([room.pk]).get(room.pk, 0),
        "people": people,
        "now": {
            "links": _links_now(links),
            "people": _people_now(*count_people(room, _person(request))),
            "join_rule": _join_rule_now(room),
        },
        "turned_away": shown_to_hosts([access.membership]).get(room.pk, []),
        "may_change_roles": has_permission(role, Permission.CHANGE_ROLE),
        "may_transfer": has_permission(role, Permission.TRANSFER),
        "may_invite_moderators": has_permission(role, Permission.INVITE_MODERATOR),
        "room_url": settings.SITE_ORIGINS[0] + reverse("rooms:call", args=[room.slug]),
        "invites_url": reverse("rooms:invites", args=[room.slug]),
        "invite_list": links,
    }
    return render(request, "rooms/manage.html", context, status=status)


# The state of each section in one line. `static/js/pages/manage.js` writes the first and the last again after a change.


def _links_now(listing: InviteListing) -> str:
    count = sum(row["state"] == InviteState.ACTIVE for row in listing["invites"])
    return ngettext("%d active link", "%d active links", count) % count if count else _("No active links")


def _people_now(members: int, guests: int) -> str:
    if not members + guests:
        return _("Only you")
    parts = [_("you")]
    if members:
        parts.append(ngettext("%d member", "%d members", members) % members)
    if guests:
        parts.append(ngettext("%d guest", "%d guests", guests) % guests)
    return ", ".join(parts).capitalize()


def _join_rule_now(room: Room) -> str:
    rule = {
        JoinRule.OPEN: _("Anyone with a link"),
        JoinRule.KNOCK: _("Guests ask to join"),
        JoinRule.LOCKED: _("Locked"),
    }[JoinRule(room.join_rule)]
    return _("{rule}, when a host is there").format(rule=rule) if room.requires_host else rule


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 (login_required)
    return request.user
