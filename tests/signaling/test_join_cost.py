"""What a join costs, in counts that are the same on every machine: queries, threads, tasks, timers, frames."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.backends.utils import CursorWrapper

from accounts.authentication.sessions import SessionStore
from accounts.models import User
from rooms.models import Membership, Role, Room
from rooms.signaling import housekeeping, lobby
from rooms.signaling.database.queue import DatabaseQueue
from rooms.signaling.process import current_hub
from rooms.signaling.routing import websocket_application
from rooms.signaling.watch import watchers
from tests.signaling.world import HELLO, make_pid

PEOPLE = 4


@pytest.fixture
def sessions(transactional_db: None) -> list[str]:
    olga = User.objects.create_user("olga@example.org", display_name="Olga")
    room = Room.objects.create(name="Rehearsal", slug="rehearsal", owner=olga, max_people=8)
    keys = []
    for number in range(PEOPLE):
        user = User.objects.create_user(f"{number}@example.org", display_name=f"Person {number}")
        Membership.objects.create(room=room, user=user, role=Role.MEMBER)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        keys.append(str(session.session_key))
    return keys


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count queries, and orders to threads; `count_loop` adds what the loop does."""
    counts: Counter[str] = Counter()
    execute, order_thread = CursorWrapper.execute, DatabaseQueue._order_thread

    def counting_execute(self: Any, *args: Any) -> Any:
        counts["queries"] += 1
        return execute(self, *args)

    def counting_order(self: Any, order: Any) -> None:
        counts["orders"] += 1
        order_thread(self, order)

    monkeypatch.setattr(CursorWrapper, "execute", counting_execute)
    monkeypatch.setattr(DatabaseQueue, "_order_thread", counting_order)
    return counts


def count_loop(monkeypatch: pytest.MonkeyPatch, counts: Counter[str]) -> None:
    loop = asyncio.get_running_loop()
    call_at, create_task, in_executor = loop.call_at, loop.create_task, loop.run_in_executor

    def counting_call_at(*args: Any, **options: Any) -> Any:
        counts["timers"] += 1
        return call_at(*args, **options)

    def counting_create_task(coroutine: Any, **options: Any) -> Any:
        counts["tasks"] += 1
        return create_task(coroutine, **options)

    def counting_executor(*args: Any) -> Any:
        counts["orders"] += 1
        return in_executor(*args)

    monkeypatch.setattr(loop, "call_at", counting_call_at)
    monkeypatch.setattr(loop, "create_task", counting_create_task)
    monkeypatch.setattr(loop, "run_in_executor", counting_executor)


class Tab:
    """A socket without a network: what the application sends is counted and kept."""

    def __init__(self, session: str, counts: Counter[str]) -> None:
        self.session = session
        self.counts = counts
        self.received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None

    async def send(self, message: dict[str, Any]) -> None:
        self.counts["frames"] += 1
        self.sent.put_nowait(message)

    async def join(self) -> None:
        """Open the socket, join, and wait for the answer."""
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.session}".encode()
        scope = {
            "type": "websocket",
            "path": "/ws/rooms/rehearsal",
            "client": ("127.0.0.1", 5000),
            "headers": [(b"origin", settings.SITE_ORIGINS[0].encode()), (b"cookie", cookie)],
        }
        self.received.put_nowait({"type": "websocket.connect"})
        text = json.dumps({"type": "join", "v": 1, "pid": make_pid(), "hello": HELLO})
        self.received.put_nowait({"type": "websocket.receive", "text": text})
        self.task = asyncio.ensure_future(websocket_application(scope, self.received.get, self.send))
        await self.expect("joined")

    async def expect(self, kind: str) -> None:
        while kind not in (await self.sent.get()).get("text", "")[:40]:
            pass

    async def leave(self) -> None:
        """Close the socket, and wait until the server has cleaned up."""
        assert self.task
        self.received.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await self.task


async def test_a_join_and_a_leave_cost_no_more_than_they_do(
    sessions: list[str], counted: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What happens now and then must not happen meanwhile, however slow the machine is.
    now_and_then = [(housekeeping, "SWEEP_SECONDS"), (housekeeping, "USE_SECONDS"), (lobby, "KNOCK_SECONDS")]
    for module, name in [*now_and_then, (watchers, "GATHER_SECONDS")]:
        monkeypatch.setattr(module, name, 3600.0)
    tabs = [Tab(session, counted) for session in sessions]
    for tab in tabs[:-1]:
        await tab.join()
    hub = current_hub()
    # Who watches learns of all that happens in half a second at once, and the task for that is under way.
    assert hub.watchers._changed
    *others, last = tabs
    count_loop(monkeypatch, counted)

    counted.clear()
    await last.join()
    for other in others:
        await other.expect("peer_joined")
    # The test itself makes a task for the socket, as a server does. Frames: accept, joined, and one to each other.
    assert counted == {"queries": 2, "tasks": 1, "frames": 2 + len(others)}

    counted.clear()
    await last.leave()
    for other in others:
        await other.expect("peer_left")
    assert counted == {"frames": len(others)}
    for other in others:
        await other.leave()
    hub.stop()
