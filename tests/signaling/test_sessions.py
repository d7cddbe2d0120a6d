"""A call keeps the session that opened it, and ends with it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.signaling.world import PATIENCE, SignalingServer, introduce

NEAR_ITS_END = """
from datetime import timedelta
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from accounts.models import User
for key, address in keys:
    UserSession.objects.create(user=User.objects.get(email=address), session_key=key, ip="127.0.0.1")
    Session.objects.filter(session_key=key).update(expire_date=timezone.now() + timedelta(seconds=seconds))
"""
END = """
from django.contrib.sessions.models import Session
from django.utils import timezone
Session.objects.filter(session_key=key).update(expire_date=timezone.now())
"""
LEFT = """
from django.contrib.sessions.models import Session
from django.utils import timezone
result = (Session.objects.get(session_key=key).expire_date - timezone.now()).total_seconds()
"""


@pytest.fixture(scope="module")
def app() -> Iterator[SignalingServer]:
    """A server on which sessions end after 18 seconds without use, and are looked at every 0.9 seconds."""
    app = SignalingServer(settings={"SESSION_IDLE_HOURS": "0.005"})
    app.migrate()
    with app:
        yield app
    assert "Traceback" not in app.logged()


async def test_a_call_keeps_the_session_and_ends_with_it(app: SignalingServer) -> None:
    room = app.room()
    olga, max_, guest = room.caller(room.olga), room.caller(room.max), room.caller(room.guests[0])
    keys = [[room.olga[0], "olga@example.org"], [room.max[0], "max@example.org"]]
    app.run_python(NEAR_ITS_END, keys=keys, seconds=9)
    await introduce(olga, max_, guest)
    async with asyncio.timeout(PATIENCE):
        while (left := seconds_left(app, room.max[0])) < 10:
            await asyncio.sleep(0.1)
    assert left <= 18

    app.run_python(END, key=room.olga[0])
    assert await olga.close_code() == 4001
    assert (await max_.expect("peer_left", pid=olga.pid))["final"] is True
    for person in (max_, guest):
        await person.send("ping", n=1)
        await person.expect("pong", n=1)
        await person.close()


def seconds_left(app: SignalingServer, key: str) -> float:
    """Return in how many seconds a session ends."""
    left: Any = app.run_python(LEFT, key=key)
    return float(left)
