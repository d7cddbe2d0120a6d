"""Making, listing and revoking links."""

import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from common.json_body import encode_base64url
from rooms import limits
from rooms.flows.invites import revoke_invite
from rooms.flows.rooms import close_room, create_room
from rooms.models import Invite, Room

from .conftest import expire, join, make_link, post_json, signed_in

pytestmark = pytest.mark.django_db


def link(**change: Any) -> dict[str, Any]:
    """Return the body that the browser of a locked room's owner sends."""
    return {
        "token_hash": encode_base64url(secrets.token_bytes(32)),
        "wrapped": encode_base64url(secrets.token_bytes(60)),
        "epoch": 1,
        "expires_in": 3600,
        "max_uses": 1,
        "label": "",
        **change,
    }


def test_a_new_link_is_kept_and_listed(room: Room, olga: User) -> None:
    body = link(label="  Ada &\u202e Grace ", max_uses=None, expires_in=7 * 86_400)
    answer = post_json(signed_in(olga), f"/rooms/{room.slug}/invites", body)
    assert answer.status_code == 201
    invite = Invite.objects.get()
    assert (invite.label, invite.max_uses, invite.created_by, invite.epoch) == ("Ada & Grace", None, olga, 1)
    assert encode_base64url(invite.token_hash) == body["token_hash"]
    assert encode_base64url(invite.wrapped_key) == body["wrapped"]
    assert abs(invite.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    [row] = answer.json()["invites"]
    assert row == {
        "id": invite.pk,
        "label": "Ada & Grace",
        "role": "guest",
        "state": "active",
        "uses": 0,
        "maxUses": None,
        "expiresAt": int(invite.expires_at.timestamp() * 1000),
        "revokeUrl": f"/rooms/{room.slug}/invites/{invite.pk}/revoke",
    }


def test_the_list_says_what_each_link_is_worth(room: Room, olga: User, guest: Client) -> None:
    used, _invite = make_link(room, label="used up")
    join(guest, used)
    make_link(room, label="active", max_uses=3)
    expire(make_link(room, label="expired")[1])
    revoke_invite(make_link(room, label="revoked")[1])
    answer = signed_in(olga).get(f"/rooms/{room.slug}/invites").json()
    assert {row["label"]: row["state"] for row in answer["invites"]} == {
        "used up": "used_up",
        "active": "active",
        "expired": "expired",
        "revoked": "revoked",
    }
    assert abs(answer["now"] / 1000 - timezone.now().timestamp()) < 5


def test_revoking_deletes_the_sealed_key_at_once(room: Room, olga: User) -> None:
    _token, invite = make_link(room)
    answer = signed_in(olga).post(f"/rooms/{room.slug}/invites/{invite.pk}/revoke")
    assert answer.json()["invites"][0]["state"] == "revoked"
    invite.refresh_from_db()
    assert invite.wrapped_key is None


def test_a_link_of_another_room_is_not_revoked(room: Room, olga: User, sam: User) -> None:
    _token, invite = make_link(room)
    theirs = create_room(sam, "Theirs")
    client = signed_in(sam)
    assert client.post(f"/rooms/{theirs.slug}/invites/{invite.pk}/revoke").status_code == 404
    assert client.post(f"/rooms/{room.slug}/invites/{invite.pk}/revoke").status_code == 404
    invite.refresh_from_db()
    assert invite.revoked_at is None


def test_a_link_ends_with_its_room(room: Room, olga: User) -> None:
    room.expires_at = timezone.now() + timedelta(hours=2)
    room.save()
    post_json(signed_in(olga), f"/rooms/{room.slug}/invites", link(expires_in=86_400))
    assert Invite.objects.get().expires_at == room.expires_at


@pytest.mark.parametrize("change", [{"epoch": 0, "wrapped": None}, {"epoch": 2}, {"wrapped": None}])
def test_a_key_that_is_not_the_rooms_key_of_now_is_refused(room: Room, olga: User, change: dict[str, Any]) -> None:
    answer = post_json(signed_in(olga), f"/rooms/{room.slug}/invites", link(**change))
    assert (answer.status_code, answer.json()["reason"]) == (409, "wrong_epoch")
    assert not Invite.objects.exists()


def test_a_keyless_room_has_links_without_a_sealed_key(olga: User, guest: Client) -> None:
    room = create_room(olga, "Open")
    token, _invite = make_link(room)
    answer = join(guest, token).json()
    assert (answer["epoch"], answer["wrapped"], answer["key_check"]) == (0, None, None)


def test_no_links_into_a_shut_room_nor_too_many_nor_twice(
    room: Room, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, url, body = signed_in(olga), f"/rooms/{room.slug}/invites", link()
    assert post_json(client, url, body).status_code == 201
    assert post_json(client, url, body).status_code == 409
    monkeypatch.setattr(limits, "MAX_OPEN_INVITES_PER_ROOM", 1)
    assert post_json(client, url, link()).status_code == 409
    close_room(room)
    assert "closed" in post_json(client, url, link()).json()["message"]
    assert Invite.objects.count() == 1


def test_the_first_key_wins(olga: User) -> None:
    room = create_room(olga, "Open")
    client, url = signed_in(olga), f"/rooms/{room.slug}/key"
    first = post_json(client, url, {"epoch": 1, "key_check": encode_base64url(b"a" * 16)})
    second = post_json(client, url, {"epoch": 1, "key_check": encode_base64url(b"b" * 16)})
    assert (first.status_code, first.json()) == (200, {"epoch": 1})
    assert (second.status_code, second.json()) == (
        409,
        {"reason": "wrong_epoch", "epoch": 1, "key_check": encode_base64url(b"a" * 16)},
    )
    room.refresh_from_db()
    assert bytes(room.key_check or b"") == b"a" * 16
