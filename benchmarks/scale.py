"""Thousands of sockets: joins among them, an idle minute, everyone back after a restart: `make bench-scale`.

Two processes (uvicorn) share PostgreSQL and Redis, as in a large site; `--sockets` are spread over both. After the last
step every roster is compared with who is there. The clients run on the same machine and take more of it than the
servers do: rates are what this machine does with both, processor time is the servers' own.
"""

import argparse
import asyncio
import os
import random
import resource
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack

import redis
from websockets.exceptions import ConnectionClosed

from benchmarks.meter import processor_seconds, resident_bytes
from tests.services import PostgresServer, RedisServer
from tests.signaling.world import Caller, SignalingServer

SEATS = 8
AT_ONCE = 64  # joins under way
IDLE_SECONDS = 20.0


class Tab:
    """A tab that joins, says nothing, and comes back as a browser does: within a second, then at longer intervals."""

    def __init__(self, caller: Caller, servers: Sequence[SignalingServer]) -> None:
        self.caller = caller
        self.servers = servers
        self.seconds = 0.0

    async def join(self) -> None:
        """Join on one of the servers, and again until it succeeds; `seconds` is what the last try took."""
        wait = 0.0
        while True:
            await asyncio.sleep(wait)
            wait = min(5.0, max(0.4, wait * 2)) * (0.5 + random.random() / 2)  # noqa: S311
            self.caller.app = random.choice(self.servers)  # noqa: S311
            began = time.monotonic()
            try:
                self.caller.connection = None
                self.caller.unread.clear()
                await self.caller.join()
            except (ConnectionClosed, OSError, TimeoutError):
                continue
            self.seconds = time.monotonic() - began
            return

    async def roster(self) -> set[str]:
        """Return who is there as the server says it now."""
        await self.caller.settled()
        await self.caller.send("sync")
        return {peer["pid"] for peer in (await self.caller.expect("roster"))["peers"]}


async def all_of(work: Sequence[Callable[[], Awaitable[object]]], at_once: int = AT_ONCE) -> None:
    """Run everything, so many at once."""
    slots = asyncio.Semaphore(at_once)

    async def one(step: Callable[[], Awaitable[object]]) -> None:
        async with slots:
            await step()

    await asyncio.gather(*(one(step) for step in work))


def percentile(tabs: Sequence[Tab], share: float) -> float:
    """Return the milliseconds within which this share of the tabs joined."""
    return statistics.quantiles([tab.seconds for tab in tabs], n=1000)[round(share * 1000) - 1] * 1e3


async def wrong_rosters(rooms: Sequence[Sequence[Tab]]) -> int:
    """Return in how many tabs the roster is not who is there."""
    wrong = 0
    for room in rooms:
        there = {tab.caller.pid for tab in room}
        for tab in room:
            wrong += await tab.roster() != there - {tab.caller.pid}
    return wrong


async def measure(servers: Sequence[SignalingServer], store: RedisServer, sockets: int) -> None:
    """Run the steps and print a line for each."""
    scenes = servers[0].scenes(sockets // SEATS, people=SEATS, guests=SEATS)
    rooms = [[Tab(scene.caller(guest), servers) for guest in scene.guests] for scene in scenes]
    tabs = [tab for room in rooms for tab in room]
    pids = [server.process.pid for server in servers if server.process]

    def used() -> float:
        return sum(processor_seconds(pid) for pid in pids)

    memory = sum(resident_bytes(pid) for pid in pids)
    began, before = time.monotonic(), used()
    await all_of([tab.join for tab in tabs])
    took = time.monotonic() - began
    print(f"joins: {len(tabs)} in {took:.1f} s, {len(tabs) / took:.0f} a second, p99 {percentile(tabs, 0.99):.0f} ms,")
    print(f"  {(used() - before) / len(tabs) * 1e3:.2f} ms of the servers' processor time each")
    print(f"memory: {(sum(resident_bytes(pid) for pid in pids) - memory) / len(tabs) / 1024:.1f} KB a socket")

    with redis.Redis(port=store.port) as client:
        commands, before = client.info("stats")["total_commands_processed"], used()
        await asyncio.sleep(IDLE_SECONDS)
        rate = (client.info("stats")["total_commands_processed"] - commands - 1) / IDLE_SECONDS
    share = (used() - before) / IDLE_SECONDS
    print(f"idle: {share:.1%} of a core, {rate:.0f} Redis commands a second")

    first, *others = servers
    hit = [tab for tab in tabs if tab.caller.app is first]
    began = time.monotonic()
    first.stop()
    ended = time.monotonic() - began
    for tab in hit:
        tab.servers = others
    began = time.monotonic()
    await all_of([tab.join for tab in hit], at_once=len(hit))
    print(f"restart: ended in {ended:.1f} s, {len(hit)} tabs back within {time.monotonic() - began:.1f} s")
    wrong = await wrong_rosters(rooms)
    print(f"rosters: {wrong} of {len(tabs)} wrong")
    await all_of([tab.caller.close for tab in tabs])
    if wrong:
        raise SystemExit(1)


def main() -> None:
    """Start the services, measure, end them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=2000, help="how many people join, in rooms of eight")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")
    os.environ.setdefault("DEBUG", "1")  # the client side reads the name of the session cookie from the settings
    with ExitStack() as stack:
        postgres, store = stack.enter_context(PostgresServer()), stack.enter_context(RedisServer())
        shared = {"DATABASE_URL": postgres.create_database(), "REDIS_URL": store.url, "WEB_PROCESSES": "2"}
        servers = [SignalingServer("uvicorn", settings=shared)]
        servers[0].migrate()
        origins = {"SECRET_KEY": servers[0].settings["SECRET_KEY"]}
        servers.append(SignalingServer("uvicorn", settings={**shared, **origins}))
        for server in servers:
            stack.enter_context(server)
        asyncio.run(measure(servers, store, options.sockets // SEATS * SEATS))


if __name__ == "__main__":
    main()
