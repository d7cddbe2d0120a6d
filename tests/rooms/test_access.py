"""Who may see, enter and change a room."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.utils import timezone

from accounts.models import User
from rooms.access import AccessDenied, DenialReason, authorize_entry, get_room_or_404, resolve_access
from rooms.models import Membership, Role, Room
from rooms.permissions import Permission

from .conftest import expire, join, make_link, signed_in

pytestmark = pytest.mark.django_db


def test_owner_and_member_enter_and_a_stranger_does_not(room: Room, olga: User, max_: User, sam: User) -> None:
    assert authorize_entry(olga, None, room.slug).role is Role.OWNER
    assert authorize_entry(max_, None, room.slug).role is Role.MEMBER
    for who, browser in ((sam, None), (None, None), (None, uuid4())):
        with pytest.raises(AccessDenied) as caught:
            authorize_entry(who, browser, room.slug)
        assert caught.value.reason is DenialReason.NOT_MEMBER


def refusal(user: User, room: Room) -> DenialReason | None:
    try:
        authorize_entry(user, None, room.slug)
    except AccessDenied as caught:
        return caught.reason
    return None


def test_each_state_of_a_room_has_its_own_reason(room: Room, olga: User, max_: User) -> None:
    place = Membership.objects.get(user=max_)
    assert refusal(max_, room) is None
    room.closed_at = timezone.now()
    room.save()
    assert refusal(max_, room) is DenialReason.ROOM_CLOSED
    assert resolve_access(max_, None, room.slug).role is Role.MEMBER  # still a member, only not let in
    room.closed_at = None
    room.save()
    expire(room)
    assert refusal(max_, room) is DenialReason.ROOM_EXPIRED
    room.expires_at = None
    room.save()
    olga.suspended_at = timezone.now()
    olga.save()
    assert refusal(max_, room) is DenialReason.SUSPENDED
    expire(place)
    assert refusal(max_, room) is DenialReason.MEMBERSHIP_EXPIRED
    place.removed_at = timezone.now()
    place.save()
    assert refusal(max_, room) is DenialReason.REMOVED
    room.delete()
    assert refusal(max_, room) is DenialReason.UNKNOWN_ROOM


def test_a_suspended_person_does_not_enter_a_room_that_is_open(room: Room, max_: User) -> None:
    max_.suspended_at = timezone.now()
    max_.save()
    assert refusal(max_, room) is DenialReason.SUSPENDED


def test_a_stranger_finds_nothing_where_a_weak_role_is_forbidden(room: Room, olga: User, max_: User, sam: User) -> None:
    assert get_room_or_404(olga, room.slug, Permission.DELETE) == room
    with pytest.raises(PermissionDenied):
        get_room_or_404(max_, room.slug, Permission.DELETE)
    with pytest.raises(Http404):
        get_room_or_404(sam, room.slug, Permission.DELETE)


def test_a_stranger_cannot_tell_a_room_from_no_room(room: Room, sam: User) -> None:
    for client in (signed_in(sam), Client()):
        real = client.get(f"/r/{room.slug}")
        missing = client.get("/r/" + "x" * len(room.slug))
        assert real.status_code == missing.status_code == 404
        masked = real.content.replace(room.slug.encode(), b"x" * len(room.slug))
        assert 'data-reason="not_member"' in real.content.decode()
        assert _without_tokens(masked) == _without_tokens(missing.content)


def _without_tokens(page: bytes) -> list[bytes]:
    return [line for line in page.splitlines() if b"csrfmiddlewaretoken" not in line]


def test_the_call_page_tells_its_script_who_this_is(room: Room, olga: User, max_: User, guest: Client) -> None:
    response = signed_in(olga).get(f"/r/{room.slug}")
    assert response.context["page"] == {
        "slug": room.slug,
        "roomName": "Monday stand-up",
        "role": "owner",
        "epoch": 1,
        "keyCheck": "a2tra2tra2tra2tra2traw",
        "displayName": "Olga",
        "maxPeople": 4,
        "manageUrl": f"/rooms/{room.slug}/",
        "socketPath": f"/ws/rooms/{room.slug}",
        "signedIn": True,
        "rekeyRequired": False,
        "relayOnly": False,
        "hideAddress": False,
        "hasRelay": False,
        "setKeyUrl": f"/rooms/{room.slug}/key",
        "mustWait": False,
        "joinRuleUrl": f"/rooms/{room.slug}/join-rule",
        "kickUrl": f"/rooms/{room.slug}/kick",
        "endUrl": f"/rooms/{room.slug}/end",
        "reportUrl": f"/rooms/{room.slug}/report",
        "host": "Olga",
        "inside": {"count": 0, "names": []},
    }
    for_hosts = ("manageUrl", "setKeyUrl", "joinRuleUrl", "kickUrl", "endUrl")
    # Max may be named a host while he is in the call; a guest without an account never is.
    for_max = signed_in(max_).get(f"/r/{room.slug}").context["page"]
    assert for_max["role"] == "member"
    assert None not in [for_max[url] for url in for_hosts]
    join(guest, make_link(room)[0])
    page = guest.get(f"/r/{room.slug}")
    assert [page.context["page"][url] for url in for_hosts] == [None] * 5
    assert "mp-invite-form" not in page.content.decode()


@pytest.mark.parametrize(
    ("change", "reason", "status"),
    [
        ({"closed_at": timedelta()}, "room_closed", 403),
        ({"expires_at": timedelta()}, "room_expired", 410),
    ],
)
def test_a_member_is_told_why_the_room_is_shut(
    room: Room, max_: User, change: dict[str, timedelta], reason: str, status: int
) -> None:
    Room.objects.update(**{field: timezone.now() - ago for field, ago in change.items()})
    response = signed_in(max_).get(f"/r/{room.slug}")
    assert response.status_code == status
    assert f'data-reason="{reason}"' in response.content.decode()


def test_a_guest_whose_time_is_over_is_told_so(room: Room, guest: Client) -> None:
    token, _invite = make_link(room)
    assert join(guest, token).status_code == 200
    assert guest.get(f"/r/{room.slug}").status_code == 200
    expire(Membership.objects.get(guest_id__isnull=False))
    response = guest.get(f"/r/{room.slug}")
    assert response.status_code == 403
    assert 'data-reason="membership_expired"' in response.content.decode()
