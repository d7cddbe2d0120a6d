"""What a door asks of whom, and the room keys that go with it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from common.json_body import encode_base64url
from rooms.access import AccessDenied, DenialReason, RoomAccess, authorize_entry, must_knock, requires_host
from rooms.errors import NotPossible, WrongEpoch
from rooms.flows.join_rule import change_join_rule
from rooms.flows.keys import rotate_key, set_room_key
from rooms.flows.rooms import create_room
from rooms.models import JoinRule, Membership, Role, Room

from .conftest import join, make_link, post_json, signed_in

pytestmark = pytest.mark.django_db
KEY = b"n" * 16


@pytest.fixture
def keyless(olga: User, max_: User) -> Room:
    """A room of Olga's without a key, with Max in it."""
    room = create_room(olga, "Tea")
    Membership.objects.create(room=room, user=max_, role=Role.MEMBER)
    return room


def shut(room: Room, rule: JoinRule, **more: Any) -> Room:
    assert change_join_rule(room, rule, **{"requires_host": False, **more})
    room.refresh_from_db()
    return room


def come_as(room: Room, client: Client, **link: Any) -> Membership:
    """Come by a link and return the place it gave."""
    token, _invite = make_link(room, **link)
    before = set(room.memberships.values_list("pk", flat=True))
    assert join(client, token).status_code == 200
    return room.memberships.exclude(pk__in=before).get()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("rule", JoinRule)
@pytest.mark.parametrize("waits", [False, True])
def test_the_door_knows_every_role(keyless: Room, sam: User, role: Role, rule: JoinRule, waits: bool) -> None:
    shut(keyless, rule, requires_host=waits)
    Membership.objects.filter(room=keyless, role=Role.OWNER).update(role=Role.MEMBER)
    Membership.objects.create(room=keyless, user=sam, role=role)
    host = role in (Role.OWNER, Role.MODERATOR)
    if rule == JoinRule.LOCKED and not host:
        with pytest.raises(AccessDenied) as caught:
            authorize_entry(sam, None, keyless.slug)
        assert caught.value.reason is DenialReason.LOCKED
        return
    found = authorize_entry(sam, None, keyless.slug)
    assert must_knock(found) == (rule == JoinRule.KNOCK and role == Role.GUEST)
    assert requires_host(found) == (waits and not host)


def test_who_was_let_in_knocks_no_more(keyless: Room, guest: Client) -> None:
    shut(keyless, JoinRule.KNOCK)
    place = come_as(keyless, guest)
    assert must_knock(RoomAccess(keyless, Role.GUEST, place))
    place.admitted_at = timezone.now()
    assert not must_knock(RoomAccess(keyless, Role.GUEST, place))


def test_an_account_that_comes_by_a_guests_link_knocks_like_a_guest(keyless: Room, sam: User) -> None:
    shut(keyless, JoinRule.KNOCK)
    assert come_as(keyless, signed_in(sam)).role == Role.GUEST
    assert must_knock(authorize_entry(sam, None, keyless.slug))


def test_a_guest_who_was_let_in_and_signs_in_stays_let_in(keyless: Room, guest: Client, sam: User) -> None:
    shut(keyless, JoinRule.KNOCK)
    token, _ = make_link(keyless, max_uses=None)
    join(guest, token)
    Membership.objects.filter(user=None).update(admitted_at=timezone.now())
    guest.force_login(sam)
    assert join(guest, token).status_code == 200
    assert not must_knock(authorize_entry(sam, None, keyless.slug))


def test_a_locked_room_is_a_plain_page_for_everyone_outside(keyless: Room, max_: User, olga: User) -> None:
    shut(keyless, JoinRule.LOCKED)
    answer = signed_in(max_).get(f"/r/{keyless.slug}")
    assert answer.status_code == 403
    assert 'data-reason="locked"' in answer.content.decode()
    assert signed_in(olga).get(f"/r/{keyless.slug}").status_code == 200


def test_a_room_with_a_key_gets_another_when_its_guests_are_to_knock(room: Room, guest: Client, sam: User) -> None:
    open_token, open_link = make_link(room)
    with pytest.raises(NotPossible):
        change_join_rule(room, JoinRule.KNOCK, requires_host=False)
    # Links that hold the old key are worth nothing from then on.
    shut(room, JoinRule.KNOCK, key=(2, KEY))
    assert (room.epoch, room.hosts_hand_out_key, room.join_rule) == (2, True, JoinRule.KNOCK)
    open_link.refresh_from_db()
    assert open_link.wrapped_key is None
    assert join(guest, open_token).json()["reason"] == "revoked"
    # A guest's link holds the lobby key, and no other is taken.
    with pytest.raises(WrongEpoch):
        make_link(room)
    token, _ = make_link(room, holds_lobby_key=True)
    assert join(guest, token).json()["key_kind"] == "lobby"
    with pytest.raises(WrongEpoch):
        make_link(room, role=Role.OWNER, holds_lobby_key=True)
    # Locking and unlocking leaves the key as it is; opening the door takes another again.
    shut(room, JoinRule.LOCKED)
    shut(room, JoinRule.KNOCK)
    assert room.epoch == 2
    with pytest.raises(NotPossible):
        change_join_rule(room, JoinRule.OPEN, requires_host=False)
    shut(room, JoinRule.OPEN, key=(3, KEY))
    assert not room.hosts_hand_out_key
    with pytest.raises(WrongEpoch):
        make_link(room, holds_lobby_key=True)


def test_the_door_stays_as_it_is_when_another_device_was_first_with_a_key(room: Room) -> None:
    assert set_room_key(room, 2, b"x" * 16)
    assert not change_join_rule(room, JoinRule.KNOCK, requires_host=True, key=(2, KEY))
    room.refresh_from_db()
    assert (room.join_rule, room.requires_host, room.hosts_hand_out_key) == (JoinRule.OPEN, False, False)


def test_a_first_key_is_made_for_the_door_of_that_moment(keyless: Room) -> None:
    asked = Room.objects.get(pk=keyless.pk)  # a request that read the room before the door changed
    change_join_rule(keyless, JoinRule.KNOCK, requires_host=False)
    with pytest.raises(WrongEpoch):
        rotate_key(asked, 1, b"k" * 16, hosts_hand_out_key=False)
    assert rotate_key(asked, 1, b"k" * 16, hosts_hand_out_key=True)


def test_who_may_change_the_door(room: Room, olga: User, max_: User, sam: User) -> None:
    key = {"epoch": 2, "key_check": encode_base64url(KEY), "hosts_hand_out_key": True}
    body = {"join_rule": "knock", "requires_host": True, **key}
    url = f"/rooms/{room.slug}/join-rule"
    assert post_json(signed_in(max_), url, body).status_code == 403
    assert post_json(signed_in(sam), url, body).status_code == 404
    assert post_json(signed_in(olga), url, {**body, "hosts_hand_out_key": False}).status_code == 400
    assert post_json(signed_in(olga), url, {**body, "join_rule": "ajar"}).status_code == 400
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    assert post_json(signed_in(max_), url, body).status_code == 200
    room.refresh_from_db()
    assert (room.join_rule, room.requires_host, room.epoch, room.hosts_hand_out_key) == (JoinRule.KNOCK, True, 2, True)
    # Later keys are of the same kind, or refused: the browser that makes them has to know what its links will hold.
    path, later = f"/rooms/{room.slug}/key", {"epoch": 3, "key_check": encode_base64url(KEY)}
    assert post_json(signed_in(max_), path, later).status_code == 409
    assert post_json(signed_in(max_), path, {**later, "hosts_hand_out_key": True}).status_code == 200


def test_only_hosts_put_out_and_end(room: Room, max_: User, sam: User, olga: User) -> None:
    place = Membership.objects.create(room=room, user=sam, role=Role.GUEST, admitted_at=timezone.now())
    body = {"member": place.pk.hex, "for_good": False}
    for act, data in (("kick", body), ("end", {})):
        assert post_json(signed_in(max_), f"/rooms/{room.slug}/{act}", data).status_code == 403
        assert post_json(signed_in(olga), f"/rooms/{room.slug}/{act}", data).status_code == 200
    place.refresh_from_db()
    assert place.admitted_at is None
    assert place.removed_at is None
    room.refresh_from_db()
    assert not room.rekey_required
    assert post_json(signed_in(olga), f"/rooms/{room.slug}/kick", {**body, "for_good": True}).status_code == 200
    place.refresh_from_db()
    assert place.removed_at is not None
    owner = Membership.objects.get(room=room, user=olga).pk.hex
    for bad in ({**body, "member": owner}, {**body, "member": "x"}, {"for_good": True}):
        assert post_json(signed_in(olga), f"/rooms/{room.slug}/kick", bad).status_code in (400, 409)
