"""The cast of the room stories: Olga owns a room, Max is a member of it, Sam is a stranger, a guest has no account."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from common.json_body import encode_base64url
from rooms.flows.invites import create_invite
from rooms.flows.keys import set_room_key
from rooms.flows.rooms import create_room
from rooms.live import publish
from rooms.live.events import AnyEvent
from rooms.models import Invite, Membership, Role, Room
from tests.second_factor import show_second_factor

JOIN = "/invites/redeem"


def make_person(name: str, **fields: Any) -> User:
    return User.objects.create_user(f"{name.lower()}@example.org", display_name=name, **fields)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    show_second_factor(client, user)
    return client


def post_json(client: Client, url: str, data: Any) -> Any:
    return client.post(url, data, content_type="application/json")


def make_link(room: Room, **choices: Any) -> tuple[str, Invite]:
    """Create an invite link as the owner's browser does; return its token as base64url, and the row."""
    room.refresh_from_db()
    token = secrets.token_bytes(32)
    values: dict[str, Any] = {
        "expires_at": timezone.now() + timedelta(hours=1),
        "max_uses": 1,
        "epoch": room.epoch,
        "wrapped_key": secrets.token_bytes(60) if room.epoch else None,
    }
    invite = create_invite(room, room.owner, token_hash=hashlib.sha256(token).digest(), **{**values, **choices})
    return str(encode_base64url(token)), invite


def join(client: Client, token: str) -> Any:
    return post_json(client, JOIN, {"token": token})


def expire(row: Any) -> None:
    """Move the end of a room, link or membership into the past."""
    row.expires_at = timezone.now() - timedelta(seconds=1)
    row.save(update_fields=["expires_at"])


@pytest.fixture
def olga(db: None) -> User:
    return make_person("Olga")


@pytest.fixture
def max_(db: None) -> User:
    return make_person("Max")


@pytest.fixture
def sam(db: None) -> User:
    return make_person("Sam")


@pytest.fixture
def room(olga: User, max_: User) -> Room:
    """Olga's room, locked with a key, with Max in it."""
    room = create_room(olga, "Monday stand-up")
    set_room_key(room, 1, b"k" * 16)
    Membership.objects.create(room=room, user=max_, role=Role.MEMBER)
    room.refresh_from_db()
    return room


@pytest.fixture
def guest() -> Client:
    return Client()


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[AnyEvent]:
    """The events sent to open sockets, in order; the signaling server has tests of its own."""
    events: list[AnyEvent] = []
    monkeypatch.setattr(publish, "send", events.append)
    return events


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A clock that a test moves forward, in seconds; it stands still otherwise."""
    now = [1_800_000_000.0]
    monkeypatch.setattr("common.buckets.monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)
