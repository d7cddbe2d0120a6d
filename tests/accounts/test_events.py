"""Signing out and suspending end calls, on real servers with real sockets."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.signaling.world import Scene, SignalingServer, post

STAFF = """
from importlib import import_module
from uuid import uuid4
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from accounts.models import User
from tests.second_factor import write_second_factor

staff = User.objects.create_user(f"{uuid4().hex}@example.org", display_name="Ada", is_staff=True, is_superuser=True)
TOTP.activate(staff, generate_totp_secret())
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(staff.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
write_second_factor(session, staff)
session.create()
result = [session.session_key, User.objects.get(email="max@example.org").pk]
"""


@pytest.fixture(scope="module")
def app() -> Iterator[SignalingServer]:
    """A server process in production settings."""
    app = SignalingServer()
    app.migrate()
    with app:
        yield app
    assert "Traceback" not in app.logged()


@pytest.fixture
def room(app: SignalingServer) -> Scene:
    """A room of Olga's with Max as a member."""
    return app.room()


async def test_signing_out_ends_the_call_of_that_browser_only(app: SignalingServer, room: Scene) -> None:
    max_, olga = room.caller(room.max), room.caller(room.olga)
    await max_.join()
    await olga.join()
    post(app, room.max[0], "/accounts/logout/")
    assert await max_.close_code() == 4001
    await olga.expect("peer_left", pid=max_.pid)


PASSWORD = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from accounts.models import User
max_ = User.objects.get(email="max@example.org")
max_.set_password("correct horse battery")
max_.save()
EmailAddress.objects.get_or_create(user=max_, email=max_.email, verified=True, primary=True)
for key in keys:
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    session[HASH_SESSION_KEY] = max_.get_session_auth_hash()
    session.save()
    UserSession.objects.create(user=max_, session_key=key, ip="127.0.0.1")
"""


async def test_a_new_password_ends_the_calls_of_other_browsers_and_not_of_this_one(
    app: SignalingServer, room: Scene
) -> None:
    elsewhere = app.room()
    app.run_python(PASSWORD, keys=[room.max[0], elsewhere.max[0]])
    here, there = room.caller(room.max), elsewhere.caller(elsewhere.max)
    await here.join()
    await there.join()
    new = "staple battery horse"
    passwords = {"oldpassword": "correct horse battery", "password1": new, "password2": new}
    key = post(app, room.max[0], "/accounts/password/change/", **passwords)
    assert key != room.max[0]
    assert await there.close_code() == 4001

    # The socket of this browser stays, belongs to the current session, and ends with it.
    await here.send("ping", n=1)
    await here.expect("pong", n=1)
    post(app, key, "/accounts/logout/")
    assert await here.close_code() == 4001


async def test_suspending_a_person_ends_their_calls_in_every_room(app: SignalingServer, room: Scene) -> None:
    elsewhere = app.room()
    here, there = room.caller(room.max), elsewhere.caller(elsewhere.max)
    await here.join()
    await there.join()
    made: Any = app.run_python(STAFF)
    staff, max_pk = made
    post(app, staff, f"/admin/action/suspend/?rows={max_pk}", reason="Shouted.")
    assert await here.close_code() == 4013
    assert await there.close_code() == 4013

    # Coming back is refused, and possible again once they are reinstated and have signed in.
    again = room.caller(room.max)
    await again.connect()
    await again.send("join", v=1, pid=again.pid, hello="{}")
    assert await again.close_code() in {4001, 4003, 4013}
    post(app, staff, f"/admin/action/reinstate/?rows={max_pk}", reason="Said sorry.")
    returned = app.room()
    await returned.caller(returned.max).join()
