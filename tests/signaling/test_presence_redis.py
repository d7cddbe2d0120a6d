"""What presence asks of Redis: little while nothing happens, and never more at once than it has connections for."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import redis.asyncio

from rooms.live.events import PresenceEntry
from rooms.live.presence_redis import AT_ONCE, RedisPresence
from tests.services import RedisServer

ROOMS = range(9_000_000, 9_000_300)  # of no other test


@pytest.fixture
async def client(redis_server: RedisServer) -> AsyncIterator[redis.asyncio.Redis]:
    """A client that counts."""
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        yield client


def entry(pid: str, process: str) -> PresenceEntry:
    """Return the entry of a person on a process."""
    return PresenceEntry(pid, f"member{pid}", "guest", b'"hello"', process, f"socket{pid}")


async def commands(client: redis.asyncio.Redis) -> int:
    """Return how many commands Redis has executed, those of its scripts included."""
    stats = await client.info("commandstats")
    return sum(stat["calls"] for name, stat in stats.items() if name not in ("cmdstat_info", "cmdstat_client|list"))


async def test_many_who_come_and_go_at_once_wait_for_a_connection(
    redis_server: RedisServer, client: redis.asyncio.Redis
) -> None:
    presence = RedisPresence(redis_server.url)
    others = len(await client.client_list())
    await presence.heartbeat("crowded", ())
    await asyncio.gather(*(presence.join(room, entry("1", "crowded"), 8) for room in ROOMS))
    left = await asyncio.gather(*(presence.leave(room, "1", "socket1") for room in ROOMS))
    assert None not in left
    assert len(await client.client_list()) <= others + AT_ONCE
    await presence.close("crowded")


async def test_idle_rooms_cost_a_process_three_commands_a_round(
    redis_server: RedisServer, client: redis.asyncio.Redis
) -> None:
    presence = RedisPresence(redis_server.url)
    rooms = {room: {"second"} for room in ROOMS}
    for process in ("first", "second"):
        await presence.heartbeat(process, ())
    for room in ROOMS:
        await presence.join(room, entry("1", "second"), 8)
    await presence.heartbeat("first", rooms)  # the first round renews the keys of its rooms
    before = await commands(client)
    await presence.heartbeat("first", rooms)
    assert await presence.purge(rooms) == []
    assert await commands(client) - before == 3
    for process in ("first", "second"):
        await RedisPresence(redis_server.url).close(process)


async def test_only_rooms_with_people_of_a_dead_process_are_purged(
    redis_server: RedisServer, client: redis.asyncio.Redis
) -> None:
    presence = RedisPresence(redis_server.url)
    for process in ("alive", "dead"):
        await presence.heartbeat(process, ())
    here, there = ROOMS[:2]
    await presence.join(here, entry("2", "alive"), 8)
    await presence.join(there, entry("2", "alive"), 8)
    await presence.join(there, entry("3", "dead"), 8)
    await client.delete("mp:process:dead")
    left = await presence.purge({here: {"alive"}, there: {"alive", "dead"}})
    assert [(change.room, change.pid) for change in left] == [(there, "3")]
    assert await presence.purge({}) == []
    await presence.close("alive")


async def test_who_joins_before_the_first_heartbeat_after_a_restart_is_present(redis_server: RedisServer) -> None:
    presence = RedisPresence(redis_server.url)
    joined = await presence.join(9_200_000, entry("1", "restarted"), 8)
    assert [person.pid for person in joined.entries] == ["1"]
    assert joined.left == []


async def test_entries_under_every_name_that_a_process_had_are_written_again(redis_server: RedisServer) -> None:
    """Its mailbox was opened twice before the store answered, and the first name is still taken for a living one."""
    presence, room = RedisPresence(redis_server.url), 9_200_001
    for name in ("first", "third"):
        await presence.heartbeat(name, ())
    await presence.join(room, entry("1", "first"), 8)
    await presence.join(room, entry("2", "first"), 8)  # leaves while the store is away
    await presence.restore("third", {"first", "second"}, room, [entry("1", "third")])
    await presence.close("first")
    present, _seq = await presence.roster(room)
    assert [(person.pid, person.process) for person in present] == [("1", "third")]
    await presence.close("third")
