"""A join asks the database twice, whatever has been revoked counts, and a queue that is too long asks to come later."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.authentication.sessions import SessionStore
from accounts.models import User
from rooms.live.close_codes import CloseCode
from rooms.models import Membership, Role, Room, WaitingTransfer
from rooms.signaling import admission
from rooms.signaling.database import queue
from rooms.signaling.database.queue import Busy, DatabaseQueue, Dropped, Unavailable


@pytest.fixture
def room(db: None) -> Room:
    olga = User.objects.create_user("olga@example.org", display_name="Olga")
    room = Room.objects.create(name="Rehearsal", slug="rehearsal", owner=olga)
    Membership.objects.create(room=room, user=olga, role=Role.OWNER)
    max_ = User.objects.create_user("max@example.org", display_name="Max")
    Membership.objects.create(room=room, user=max_, role=Role.MEMBER)
    return room


def session_of_max(**content: object) -> str:
    max_ = User.objects.get(email="max@example.org")
    session = SessionStore()
    session[SESSION_KEY] = str(max_.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = max_.get_session_auth_hash()
    session.update(content)
    session.create()
    return str(session.session_key)


def test_a_join_takes_two_queries_of_a_member_and_of_a_guest(room: Room, django_assert_num_queries: Any) -> None:
    guest = Membership.objects.create(room=room, guest_id=uuid4(), role=Role.GUEST)
    session = SessionStore()
    session["guest_id"] = str(guest.guest_id)
    session.create()
    member = Membership.objects.get(room=room, role=Role.MEMBER)
    for key, membership in ((session_of_max(), member), (str(session.session_key), guest)):
        with django_assert_num_queries(2):
            grant = admission._authorize_join(key, room.slug, in_call=True)
        assert (grant.member, grant.role, grant.transfers) == (membership.id.hex, membership.role, [])


def test_what_waits_for_a_member_is_read_when_something_waits(room: Room) -> None:
    sender, receiver = (Membership.objects.get(room=room, role=role) for role in (Role.OWNER, Role.MEMBER))
    ends = timezone.now() + timedelta(days=1)
    transfer = WaitingTransfer.objects.create(id=uuid4(), sender=sender, receiver=receiver, expires_at=ends)
    (waiting,) = admission._authorize_join(session_of_max(), room.slug, in_call=True).transfers
    assert (waiting.sender, waiting.receiver) == (transfer.sender_id.hex, transfer.receiver_id.hex)


def _remove() -> None:
    Membership.objects.filter(role=Role.MEMBER).update(removed_at=timezone.now())


def _lose_place() -> None:
    Membership.objects.filter(role=Role.MEMBER).delete()


def _expire_place() -> None:
    Membership.objects.filter(role=Role.MEMBER).update(expires_at=timezone.now())


def _suspend() -> None:
    User.objects.filter(email="max@example.org").update(suspended_at=timezone.now())


def _suspend_owner() -> None:
    User.objects.filter(email="olga@example.org").update(suspended_at=timezone.now())


def _change_password() -> None:
    max_ = User.objects.get(email="max@example.org")
    max_.set_password("an entirely new one")
    max_.save()


def _deactivate() -> None:
    User.objects.filter(email="max@example.org").update(is_active=False)


def _sign_out() -> None:
    Session.objects.all().delete()


def _expire_session() -> None:
    Session.objects.update(expire_date=timezone.now())


def _close() -> None:
    Room.objects.update(closed_at=timezone.now())


def _expire() -> None:
    Room.objects.update(expires_at=timezone.now())


def _lock() -> None:
    Room.objects.update(join_rule="locked")


def _delete() -> None:
    Room.objects.all().delete()


@pytest.mark.parametrize(
    ("revoke", "code"),
    [
        (_remove, CloseCode.REMOVED),
        (_lose_place, CloseCode.NOT_MEMBER),
        (_expire_place, CloseCode.MEMBERSHIP_EXPIRED),
        (_suspend, CloseCode.SUSPENDED),
        (_suspend_owner, CloseCode.SUSPENDED),
        (_change_password, CloseCode.NOT_MEMBER),
        (_deactivate, CloseCode.NOT_MEMBER),
        (_sign_out, CloseCode.SIGNED_OUT),
        (_expire_session, CloseCode.SIGNED_OUT),
        (_close, CloseCode.ROOM_CLOSED),
        (_expire, CloseCode.ROOM_EXPIRED),
        (_lock, CloseCode.LOCKED),
        (_delete, CloseCode.UNKNOWN_ROOM),
    ],
)
def test_whatever_is_revoked_counts_at_the_next_join(room: Room, revoke: Callable[[], None], code: CloseCode) -> None:
    key = session_of_max()
    assert admission._authorize_join(key, room.slug, in_call=True).role == Role.MEMBER
    revoke()
    with pytest.raises(admission.Refused) as refused:
        admission._authorize_join(key, room.slug, in_call=True)
    assert refused.value.code == code


@pytest.mark.parametrize("content", [{HASH_SESSION_KEY: ""}, {BACKEND_SESSION_KEY: "elsewhere.Backend"}])
def test_a_session_that_django_would_not_accept_is_no_account_s(room: Room, content: dict[str, str]) -> None:
    with pytest.raises(admission.Refused) as refused:
        admission._authorize_join(session_of_max(**content), room.slug, in_call=True)
    assert refused.value.code == CloseCode.NOT_MEMBER


@pytest.fixture
def blocked() -> Any:
    """A queue whose one thread waits until the test lets it go on."""
    return DatabaseQueue(1), threading.Event()


async def test_work_of_a_socket_that_has_gone_is_not_done(blocked: tuple[DatabaseQueue, threading.Event]) -> None:
    orders, go_on = blocked
    wanted = [True]
    done: list[str] = []
    first = asyncio.ensure_future(orders.run(go_on.wait))
    second = asyncio.ensure_future(orders.run_if(lambda: wanted[0], done.append, "second"))
    third = asyncio.ensure_future(orders.run_if(lambda: True, done.append, "third"))
    wanted[0] = False
    go_on.set()
    with pytest.raises(Dropped):
        await second
    await asyncio.gather(first, third)
    assert done == ["third"]


async def test_who_would_wait_too_long_is_told_when_to_come_again(
    blocked: tuple[DatabaseQueue, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    orders, go_on = blocked
    assert await orders.run_if(lambda: True, str, "free") == "free"
    monkeypatch.setattr(queue, "LONGEST_WAIT", 0.0)
    first = asyncio.ensure_future(orders.run(go_on.wait))
    await asyncio.sleep(0)  # one turn of the loop: the order is in the queue
    with pytest.raises(Busy) as busy:
        await orders.run_if(lambda: True, str, "crowd")
    assert busy.value.seconds == 1
    rare = asyncio.ensure_future(orders.run(str, "what a member does is never put off"))
    go_on.set()
    await asyncio.gather(first, rare)
    assert await orders.run_if(lambda: True, str, "free again") == "free again"


@pytest.mark.django_db(transaction=True)
async def test_a_thread_keeps_its_connection_and_says_when_the_database_fails() -> None:
    orders = DatabaseQueue(1)

    def opened() -> object:
        connection.ensure_connection()
        return connection.connection

    def fail() -> None:
        raise DatabaseError

    first = await orders.run(opened)
    assert await orders.run(opened) is first
    with pytest.raises(Unavailable):
        await orders.run(fail)
