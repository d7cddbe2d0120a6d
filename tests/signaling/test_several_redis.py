"""Two processes and three Redis servers: each room is on one of them, and a server that is away harms only its own."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

import pytest
import redis

from common.buckets import RedisBuckets
from common.redis_servers import addresses, place_of, shard_of
from rooms.live.events import (
    Close,
    HostJoined,
    MemberLeft,
    OccupancyChanged,
    PresenceEntry,
    Scope,
    SessionRekeyed,
    shard_key,
)
from rooms.live.occupancy import head_counts, occupied_rooms
from rooms.live.presence import MemoryPresence, PresenceDown
from rooms.live.presence_redis import RedisPresence
from rooms.live.presence_sharded import ShardedPresence
from rooms.live.server_list import ROUNDS, ServerList
from rooms.live.transfer_rooms import transfer_room
from tests.operations.asking import readiness
from tests.services import RedisServer, wait_until
from tests.signaling.pairs import patiently, sees_only, shows, watch
from tests.signaling.world import HELLO, Caller, Scene, SignalingServer, introduce

CLOSE_SESSION = """
from rooms.live import publish
from rooms.live.close_codes import CloseCode
publish.close_session(session, CloseCode.SIGNED_OUT)
"""


@dataclass
class Site:
    """Two processes, the servers they share, and a room on each of these."""

    processes: list[SignalingServer]
    servers: list[RedisServer]
    scenes: list[Scene]

    def meet(self, place: int) -> tuple[Scene, Caller, Caller]:
        """Return the room on a server, Olga on the first process and Max on the second."""
        scene = self.scenes[place]
        return scene, scene.caller(scene.olga), scene.caller(scene.max, app=self.processes[1])

    def keys(self, pattern: str) -> list[set[str]]:
        """Return the keys on each server."""
        found = []
        for server in self.servers:
            with redis.Redis(port=server.port, decode_responses=True) as client:
                found.append(set(client.scan_iter(pattern)))
        return found

    def empty(self) -> bool:
        """Return whether those of an earlier story have left: a roster's key is gone with the last of them."""
        return all(key.endswith(":seq") for keys in self.keys("mp:room:*") for key in keys)

    def both_say(self, part: str, says: str) -> bool:
        """Return whether both processes are ready, and say this of a part."""
        answers = [readiness(process) for process in self.processes]
        return all(status == 200 and says in said[part] for status, said in answers)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The site, with three rooms that follow each other: one on each server."""
    with ExitStack() as stack:
        servers = [stack.enter_context(RedisServer()) for _ in range(3)]
        shared = {
            "REDIS_URL": ", ".join(server.url for server in servers),
            "WEB_PROCESSES": "2",
        }
        first = SignalingServer("uvicorn", shared)
        second = SignalingServer("daphne", {**first.settings, "SECRET_KEY": first.settings["SECRET_KEY"]})
        first.settings["SITE_ORIGINS"] = second.settings["SITE_ORIGINS"] = f"{first.origin},{second.origin}"
        first.migrate()
        processes = [stack.enter_context(process) for process in (first, second)]
        scenes = sorted(first.scenes(3), key=lambda scene: shard_of(scene.id, 3))
        yield Site(processes, servers, scenes)
        for process in processes:
            assert "Traceback" not in process.logged()


async def test_a_room_is_on_one_server_and_right_on_all_processes(site: Site) -> None:
    people = []
    for place in range(3):
        scene, olga, max_ = site.meet(place)
        await introduce(olga, max_)
        await olga.relay(max_, f"room {place}")
        assert (await max_.expect("relay"))["body"] == f"room {place}"
        people += [olga, max_]
        assert f"mp:room:{scene.id}" in site.keys("mp:room:*")[place]
    assert [len(keys) for keys in site.keys("mp:room:*")] == [2, 2, 2]  # each room and its number
    assert [len(keys) for keys in site.keys("mp:process:*")] == [2, 2, 2]
    # Pages and dashboards see all of them.
    ids = {"ids": [scene.id for scene in site.scenes]}
    code = "from rooms.live.occupancy import head_counts, occupied_rooms\n"
    code += "result = [list(head_counts(ids).values()), len(occupied_rooms())]"
    assert await asyncio.to_thread(site.processes[1].run_python, code, **ids) == [[2, 2, 2], 3]
    page = await watch(site.processes[1], site.scenes[0].olga)
    await people[1].close()
    await shows(page, site.scenes[0], 1)
    for caller in (*people, page):
        await caller.close()


@pytest.mark.parametrize("away", [0, 2])
async def test_a_server_that_is_away_harms_its_own_rooms_only(site: Site, away: int) -> None:
    await eventually(site.empty, "all have left")
    scene, olga, max_ = site.meet(away)
    other, anna, ben = site.meet(1)
    guest = other.caller(other.guests[0], app=site.processes[1])
    page = await watch(site.processes[0], scene.olga)
    await introduce(olga, max_)
    await introduce(anna, ben)
    site.servers[away].kill()

    # The other room takes newcomers, who are seen and heard on the other process, at once.
    assert {peer["pid"] for peer in (await guest.join())["peers"]} == {anna.pid, ben.pid}
    assert (await anna.expect("peer_joined"))["peer"]["pid"] == guest.pid
    await anna.relay(guest, "hello")
    assert (await guest.expect("relay"))["body"] == "hello"
    await shows(page, other, 3)
    # Signing out reaches the other process, although the server is away that such orders go over first.
    order = asyncio.to_thread(site.processes[0].run_python, CLOSE_SESSION, session=ben.session)
    assert (await asyncio.gather(order, ben.close_code()))[1] == 4001
    # In the room of the server that is away people stay, newcomers try again, and someone leaves unseen.
    late = await scene.caller(scene.guests[0]).connect()
    await late.send("join", v=1, pid=late.pid, hello=HELLO)
    assert await late.close_code() == 4015
    await max_.close()
    part = f"redis-server-{away + 1}"
    await eventually(lambda: site.both_say(part, "does not answer"), "both name the server that is away")
    assert site.both_say("redis-server-2", "ok")

    await asyncio.to_thread(site.servers[away].start)
    async with asyncio.timeout(30):
        while (await patiently(olga, "roster"))["peers"]:
            pass
    await eventually(lambda: site.both_say(part, "ok"), "it is back")
    back = scene.caller(scene.guests[1], app=site.processes[1])
    async with asyncio.timeout(20):
        assert {peer["pid"] for peer in (await joined(back))["peers"]} == {olga.pid}
        await sees_only(
            olga, back, set()
        )  # as news, or in the roster that the other process asks for when the server is back
    token = secrets.token_hex(4)
    await olga.relay(back, token)
    assert (await back.expect("relay", body=token))["from"] == olga.pid
    for caller in (olga, anna, guest, back, page):
        await caller.close()


async def eventually(condition: Callable[[], object], what: str) -> None:
    """Wait in a thread until something is so."""
    await asyncio.to_thread(wait_until, condition, 30, what)


async def joined(caller: Caller) -> dict[str, Any]:
    """Join, as often as the server asks to come again."""
    while True:
        await caller.connect()
        await caller.send("join", v=1, pid=caller.pid, hello=HELLO)
        answer: asyncio.Task[dict[str, Any]] = asyncio.create_task(caller.expect("joined"))
        if (await asyncio.wait([answer]))[0] and answer.exception() is None:
            return answer.result()


@pytest.fixture
def three() -> Iterator[list[RedisServer]]:
    """Three servers that a story may harm."""
    with ExitStack() as stack:
        yield [stack.enter_context(RedisServer()) for _ in range(3)]


async def test_a_process_with_another_list_is_noticed_and_a_restart_is_none(three: list[RedisServer]) -> None:
    one, two, other = (server.url for server in three)

    def process(*urls: str) -> tuple[ServerList, list[RedisPresence]]:
        servers = ServerList(len(urls))
        return servers, [RedisPresence(url, servers, position) for position, url in enumerate(urls)]

    async def rounds(*processes: tuple[ServerList, list[RedisPresence]]) -> list[bool]:
        for _ in range(ROUNDS + 2):
            for number, (_servers, stores) in enumerate(processes):
                for store in stores:
                    await store.heartbeat(f"process{number}", ())
        for _servers, stores in processes:
            for store in stores:
                await store.drop_idle()
        return [servers.disagrees for servers, _stores in processes]

    agreed = process(one, two), process(one, two)
    assert await rounds(*agreed) == [False, False]
    three[1].kill()
    await asyncio.to_thread(three[1].start)  # with another mark
    for _servers, stores in agreed:
        with suppress(PresenceDown):
            await stores[1].heartbeat("process", ())
    assert await rounds(*agreed) == [False, False]
    for wrong in ((two, one), (one, other), (one,), (one, two, other)):
        assert await rounds(agreed[0], process(*wrong)) == [True, True], wrong
        with redis.Redis.from_url(one) as client:
            client.delete("mp:servers")
        assert await rounds(*agreed) == [False, False]


class Away(MemoryPresence):
    """A store that cannot be reached."""

    async def rosters(self, rooms: object) -> dict[int, list[PresenceEntry]]:
        raise PresenceDown


async def test_what_is_known_is_shown_while_a_store_is_away() -> None:
    here, away = MemoryPresence(), Away()
    both = ShardedPresence([here, away])
    entry = PresenceEntry("1", "member", "guest", b"", "here", "socket")
    await both.join(4, entry, 8)
    await both.join(transfer_room(4), entry, 8)
    assert set(here.rooms) == {4, -4}  # a room's transfer room is where the room is
    assert await both.rosters([4, 5, 6]) == {4: [entry], 6: []}
    with pytest.raises(PresenceDown):
        await both.rosters([5])
    assert await both.rosters([]) == {}
    assert (await both.roster(4))[0] == [entry]
    assert await both.leave(4, "1", "socket")


def test_what_one_server_carries_stays_in_order() -> None:
    """A session gets its new key before an order names it; what is about a room goes over the room's server."""
    account = SessionRekeyed("old", "new"), Close(Scope.SESSION, "new", 4001), Close(Scope.USER, "7", 4013)  # type: ignore[arg-type]
    assert {shard_key(event) for event in account} == {0}
    room = HostJoined(7), MemberLeft(7, "pid", 3), OccupancyChanged([7, 8]), Close(Scope.ROOM, "7", 4005)  # type: ignore[arg-type]
    assert {shard_key(event) for event in room} == {7}


def test_addresses_are_read_as_an_operator_writes_them() -> None:
    value = "rediss://site:a,b@one.internal:6380/0, unix://site:x@/run/redis.sock?db=1 ,redis://[::1]:6379,"
    assert [place_of(address) for address in addresses(value)] == [
        "one.internal:6380/0",
        "/run/redis.sock?1",
        "::1:6379/0",
    ]
    assert addresses("") == addresses(" , ") == ()
    for wrong in ("localhost:6379", "redis://a:6379,b:6379", "http://a", "redis://a:port"):
        with pytest.raises(ValueError):
            [place_of(address) for address in addresses(wrong)]


def test_a_limit_is_on_one_server_and_goes_on_while_it_is_away(three: list[RedisServer]) -> None:
    store = RedisBuckets(",".join(server.url for server in three))
    for number in range(30):
        assert store.take("test", number.to_bytes(16), 2, 3600) == 0
    counts = []
    for server in three:
        with redis.Redis(port=server.port) as client:
            counts.append(len(list(client.scan_iter("mp:limit:*"))))
    assert counts == [10, 10, 10]
    three[1].kill()
    for number in range(30):
        taken = [store.take("test", number.to_bytes(16), 2, 3600) == 0 for _ in range(2)]
        assert taken == [True, False], number


def test_pages_show_the_rooms_of_the_servers_that_answer(three: list[RedisServer], settings: Any) -> None:
    settings.REDIS_URL = ",".join(server.url for server in three)

    async def fill() -> None:
        stores = [RedisPresence(server.url) for server in three]
        for room in range(1, 7):
            await stores[room % 3].heartbeat("process", ())
            entry = PresenceEntry("1", f"member{room}", "guest", b"", "process", "socket")
            await stores[room % 3].join(room, entry, 8)

    asyncio.run(fill())
    assert occupied_rooms() == dict.fromkeys(range(1, 7), 1)
    three[2].kill()
    assert head_counts(range(1, 7)) == {1: 1, 2: 0, 3: 1, 4: 1, 5: 0, 6: 1}
    assert sorted(occupied_rooms()) == [1, 3, 4, 6]
