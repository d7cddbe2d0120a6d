"""A room's keys: rotation, the new key after a removal, and the way to the owner's other device."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.flows import suspend
from accounts.models import User
from common.json_body import encode_base64url
from rooms.flows.keys import set_room_key
from rooms.flows.members import remove_member
from rooms.flows.rooms import create_room
from rooms.models import Membership, Role, Room

from .conftest import join, make_link, make_person, post_json, signed_in

pytestmark = pytest.mark.django_db


def test_a_new_key_needs_the_epoch_before_and_ends_the_links(room: Room, olga: User) -> None:
    _token, invite = make_link(room)
    url = f"/rooms/{room.slug}/key"
    new = {"epoch": 2, "key_check": str(encode_base64url(b"n" * 16))}
    client = signed_in(olga)
    assert post_json(client, url, new).json() == {"epoch": 2}
    invite.refresh_from_db()
    assert invite.revoked_at is not None
    assert invite.wrapped_key is None
    # The same offer once more (its answer was lost), another device's, and an epoch out of turn.
    late = post_json(client, url, new)
    assert (late.status_code, late.json()["key_check"]) == (409, new["key_check"])
    assert post_json(client, url, {**new, "key_check": str(encode_base64url(b"x" * 16))}).json()["epoch"] == 2
    assert post_json(client, url, {**new, "epoch": 4}).status_code == 409
    assert post_json(client, url, {**new, "epoch": 1}).status_code == 409


def test_a_moderator_may_make_the_next_key_but_not_the_first(room: Room, max_: User) -> None:
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    client, url = signed_in(max_), f"/rooms/{room.slug}/key"
    check = str(encode_base64url(b"n" * 16))
    assert post_json(client, url, {"epoch": 1, "key_check": check}).status_code == 403
    assert post_json(client, url, {"epoch": 2, "key_check": check}).status_code == 200


def test_a_removal_requires_a_new_key(room: Room, max_: User, olga: User) -> None:
    remove_member(Membership.objects.get(user=max_))
    room.refresh_from_db()
    assert room.rekey_required
    assert set_room_key(room, 2, b"n" * 16)
    room.refresh_from_db()
    assert not room.rekey_required


def test_a_suspension_asks_for_new_keys_where_the_person_had_a_place(room: Room, max_: User) -> None:
    keyless = create_room(room.owner, "Without a key")
    Membership.objects.create(room=keyless, user=max_, role=Role.MEMBER)
    suspend(max_, make_person("Rita", is_staff=True))
    assert list(Room.objects.filter(rekey_required=True)) == [room]


def test_the_owner_brings_the_room_to_another_device(room: Room, olga: User, max_: User) -> None:
    token, invite = make_link(room, role=Role.OWNER, max_uses=50, expires_at=timezone.now() + timedelta(days=3))
    assert invite.max_uses == 1
    assert invite.expires_at <= timezone.now() + timedelta(minutes=10)
    for other in (Client(), signed_in(max_)):
        refused = join(other, token)
        assert (refused.status_code, refused.json()) == (410, {"reason": "not_yours"})
    phone = signed_in(olga)
    phone.get("/i")  # the CSRF cookie: two clicks of one browser are one
    first = join(phone, token)
    assert (first.status_code, first.json()["role"]) == (200, "owner")
    assert first.json()["wrapped"] == encode_base64url(bytes(invite.wrapped_key or b""))
    assert join(phone, token).status_code == 200  # the same browser once more
    assert join(signed_in(olga), token).json() == {"reason": "used_up", "slug": room.slug}
    assert Membership.objects.get(user=olga).role == Role.OWNER


def test_only_the_owner_makes_a_link_for_another_device(room: Room, max_: User) -> None:
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    answer = post_json(
        signed_in(max_),
        f"/rooms/{room.slug}/invites",
        {
            "token_hash": str(encode_base64url(b"t" * 32)),
            "wrapped": str(encode_base64url(b"w" * 60)),
            "epoch": 1,
            "expires_in": 600,
            "role": "owner",
        },
    )
    assert (answer.status_code, answer.json()["reason"]) == (409, "not_possible")
