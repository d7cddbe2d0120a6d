"""Rosters over two processes: however people come and go, in the end everyone sees everyone."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from rooms.live import publish
from rooms.live.events import MemberJoined, MemberLeft, PresenceEntry, RoomChanged
from rooms.signaling.messages import RoomInfo
from rooms.signaling.registry import MAX_CHANGES, LiveRoom
from tests.services import PostgresServer
from tests.signaling.pairs import Pair, start_pair
from tests.signaling.world import PATIENCE, Caller, Scene

SEATS = 8


@pytest.fixture(scope="module")
def pair(postgres_server: PostgresServer) -> Iterator[Pair]:
    """Two processes that stay up."""
    yield from start_pair("uvicorn", {"DATABASE_URL": postgres_server.create_database()})


@dataclass
class Tab:
    """A tab that keeps its roster as the browser does: it asks for the whole when a number is missing."""

    caller: Caller
    peers: set[str] = field(default_factory=set)
    seq: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # the room's row was read again
    reading: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Join, and read from then on."""
        joined = await self.caller.join()
        self.peers, self.seq = {peer["pid"] for peer in joined["peers"]}, joined["seq"]
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while True:
                message = json.loads(await self.caller.socket.recv())
                kind = message["type"]
                if kind == "room":
                    self.changed.set()
                if kind == "roster":
                    self.peers, self.seq = {peer["pid"] for peer in message["peers"]}, message["seq"]
                if kind == "peer_joined":
                    self.peers.add(message["peer"]["pid"])
                if kind == "peer_left":
                    self.peers.discard(message["pid"])
                if kind in ("peer_joined", "peer_left"):
                    if message["seq"] > self.seq + 1:
                        await self.caller.send("sync")
                    self.seq = max(self.seq, message["seq"])
        except ConnectionClosed:
            pass

    def moved(self, pair: Pair) -> "Tab":
        """Return the same tab on the other process, not connected yet."""
        app = pair.second if self.caller.app is pair.first else pair.first
        return Tab(replace(self.caller, app=app, connection=None, unread=[]))

    async def close(self) -> None:
        """End the socket."""
        await self.caller.close()
        if self.reading:
            await self.reading


def tabs_of(scene: Scene, pair: Pair) -> list[Tab]:
    """Return a tab for each seat of the room, by turns on the two processes."""
    people = [scene.olga, *scene.guests[: SEATS - 1]]
    apps = (pair.first, pair.second)
    return [Tab(scene.caller(person, app=apps[number % 2])) for number, person in enumerate(people)]


async def wait_for_seq(tab: Tab, seq: int) -> None:
    """Wait until a tab has had the news of this number."""
    async with asyncio.timeout(PATIENCE):
        while tab.seq < seq:
            await asyncio.sleep(0.01)


async def expect_whole(rooms: list[list[Tab]]) -> None:
    """Wait until each tab sees all others of its room, and no one else."""

    def wrong() -> list[tuple[int, int]]:
        return [
            (number, len(tab.peers))
            for number, tabs in enumerate(rooms)
            for tab in tabs
            if tab.peers != {other.caller.pid for other in tabs} - {tab.caller.pid}
        ]

    for _ in range(100):
        if not wrong():
            return
        await asyncio.sleep(0.05)
    assert wrong() == []


async def test_rooms_that_fill_at_once_over_two_processes(pair: Pair) -> None:
    scenes = pair.first.scenes(16, SEATS, SEATS - 1)
    rooms = [tabs_of(scene, pair) for scene in scenes]
    await asyncio.gather(*(tab.join() for tabs in rooms for tab in tabs))
    await expect_whole(rooms)
    await asyncio.gather(*(tab.close() for tabs in rooms for tab in tabs))


async def test_tabs_that_move_to_the_other_process_at_once(pair: Pair) -> None:
    scenes = pair.first.scenes(8, SEATS, SEATS - 1)
    rooms = [tabs_of(scene, pair) for scene in scenes]
    await asyncio.gather(*(tab.join() for tabs in rooms for tab in tabs))
    moved = [[tab.moved(pair) for tab in tabs] for tabs in rooms]
    # As when a process drains: every socket ends, and its tab is back on the other before the news of it has spread.
    pairs = [pair for tabs, others in zip(rooms, moved, strict=True) for pair in zip(tabs, others, strict=True)]
    await asyncio.gather(*(task for old, new in pairs for task in (old.close(), new.join())))
    await expect_whole(moved)
    await asyncio.gather(*(tab.close() for tabs in moved for tab in tabs))


async def test_a_late_departure_takes_no_one_out(pair: Pair, settings: Any) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [pair.redis.url]},
        }
    }
    scene = pair.first.room()
    olga, max_ = Tab(scene.caller(scene.olga)), Tab(scene.caller(scene.max, app=pair.second))
    await olga.join()
    await max_.join()
    back = max_.moved(pair)
    await back.join()
    await wait_for_seq(olga, back.seq)
    await publish.broadcast(MemberLeft(scene.id, max_.caller.pid, max_.seq, final=False))
    await publish.broadcast(RoomChanged(scene.id))
    await asyncio.wait_for(olga.changed.wait(), PATIENCE)
    assert olga.peers == {max_.caller.pid}
    for tab in (olga, max_, back):
        await tab.close()


INFO = RoomInfo("room", "Room", 0, 8)


def entry(pid: str, process: str = "there") -> PresenceEntry:
    """Return a member as the store has it."""
    return PresenceEntry(pid, "member", "guest", b"{}", process, f"socket of {pid}")


def arrival(pid: str, seq: int) -> MemberJoined:
    """Return the news of a member on another process."""
    return MemberJoined(1, entry(pid), seq)


def test_news_that_are_older_than_what_is_known_change_nothing() -> None:
    room = LiveRoom(1, INFO)
    assert room.apply(arrival("ada", 10))
    assert not room.apply(MemberLeft(1, "ada", 9, final=False))
    assert not room.apply(arrival("ada", 10))
    assert set(room.remote) == {"ada"}
    assert room.apply(MemberLeft(1, "ada", 11, final=False))
    assert not room.apply(arrival("ada", 10))
    assert room.remote == {}


def test_a_roster_that_was_read_before_the_news_does_not_undo_them() -> None:
    room = LiveRoom(1, INFO)
    room.take_roster([entry("ada")], 5, 0, "here")
    known = room.seq
    room.apply(arrival("bob", 7))
    room.apply(MemberLeft(1, "ada", 6, final=False))
    later = room.take_roster([entry("ada"), entry("me", "here")], 5, known, "here")
    assert [change.seq for change in later] == [6, 7]
    assert set(room.remote) == {"bob"}
    # What the roster has already comes late, and is not taken for a return.
    room.take_roster([entry("bob")], 9, room.seq, "here")
    room.apply(arrival("cleo", 8))
    assert set(room.remote) == {"bob"}


def test_a_store_that_begins_again_is_believed() -> None:
    room = LiveRoom(1, INFO)
    room.take_roster([entry("ada")], 500, 0, "here")
    room.apply(arrival("bob", 501))
    assert room.take_roster([entry("cleo")], 20, room.seq, "here") == []
    assert (set(room.remote), room.seq) == ({"cleo"}, 20)
    assert room.apply(arrival("bob", 21))
    assert set(room.remote) == {"bob", "cleo"}


def test_few_changes_are_remembered() -> None:
    room = LiveRoom(1, INFO)
    for seq in range(1, 3 * MAX_CHANGES):
        room.apply(arrival(f"tab {seq}", seq))
        room.apply(MemberLeft(1, f"tab {seq}", seq, final=False))
    assert len(room.changes) == MAX_CHANGES
