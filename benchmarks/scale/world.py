"""What is measured, and who comes: a site of one process on SQLite, or of two that share PostgreSQL and Redis."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis
from django.conf import settings
from psycopg import sql

from benchmarks.meter import processor_seconds, resident_bytes
from benchmarks.scale.tab import PING_SECONDS, Place, Room, Tab
from tests.services import PostgresServer, RedisServer
from tests.signaling.world import Scene, SignalingServer

SEATS = 8
AT_ONCE = 64  # joins under way while a room fills


@dataclass
class Site:
    """The server processes, their Redis if there are several, and the rooms that have been made."""

    servers: list[SignalingServer]
    store: RedisServer | None = None
    database: str | None = None  # the URL of PostgreSQL
    scenes: list[Scene] = field(default_factory=list)

    @property
    def ports(self) -> list[int]:
        """The ports of the processes."""
        return [server.port for server in self.servers]

    def used(self) -> float:
        """Return the processor seconds of all processes so far."""
        return sum(processor_seconds(server.process.pid) for server in self.servers if server.process)

    def memory(self) -> int:
        """Return the bytes that they hold."""
        return sum(resident_bytes(server.process.pid) for server in self.servers if server.process)

    def descriptors(self) -> int:
        """Return how many files and sockets they have open."""
        return sum(len(list(Path(f"/proc/{s.process.pid}/fd").iterdir())) for s in self.servers if s.process)

    def commands(self) -> int:
        """Return how many commands Redis has had."""
        if self.store is None:
            return 0
        with redis.Redis(port=self.store.port) as client:
            return int(client.info("stats")["total_commands_processed"])

    def keys(self) -> int:
        """Return how many keys Redis holds."""
        if self.store is None:
            return 0
        with redis.Redis(port=self.store.port) as client:
            return int(client.dbsize())

    def rows(self) -> int:
        """Return how many rows all tables of the database have together."""
        if self.database is None:
            return 0
        with psycopg.connect(self.database) as connection:
            found = connection.execute("SELECT relname FROM pg_stat_user_tables").fetchall()
            counts = [sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)) for (name,) in found]
            return sum(connection.execute(count).fetchall()[0][0] for count in counts)

    def holds(self) -> dict[str, int]:
        """Return what the site holds, by what must not grow as long as as many people are there."""
        return {
            "MB": self.memory() >> 20, "descriptors": self.descriptors(), "keys": self.keys(), "rows": self.rows(),
        }  # fmt: skip

    async def longest_transaction(self) -> float:
        """Return the age of the oldest open transaction that was seen until this is cancelled, in seconds."""
        longest = 0.0
        asked = (
            "SELECT max(extract(epoch FROM clock_timestamp() - xact_start)) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        with psycopg.connect(self.database or "", autocommit=True) as connection, suppress(asyncio.CancelledError):
            while True:
                longest = max(longest, connection.execute(asked).fetchall()[0][0] or 0.0)
                await asyncio.sleep(0.05)
        return longest

    def rooms(self, people: int) -> list[Room]:
        """Return tabs for so many people in rooms of eight; what has been made before is used again."""
        wanted = -(-people // SEATS)
        if len(self.scenes) < wanted:
            self.scenes += self.servers[0].scenes(wanted - len(self.scenes), people=SEATS, guests=SEATS)
        return [[self._tab(scene, guest[0]) for guest in scene.guests] for scene in self.scenes[:wanted]]

    def _tab(self, scene: Scene, session: str) -> Tab:
        # Processes that share a site have one origin: that of the first.
        place = Place(scene.slug, f"{settings.SESSION_COOKIE_NAME}={session}", self.servers[0].origin)
        return Tab(place, self.ports)


@contextmanager
def one_process() -> Iterator[Site]:
    """Run one process on uvicorn with SQLite."""
    server = SignalingServer("uvicorn")
    server.migrate()
    with server:
        yield Site([server])


@contextmanager
def two_processes() -> Iterator[Site]:
    """Run two processes on uvicorn that share PostgreSQL and Redis."""
    with ExitStack() as stack:
        postgres, store = stack.enter_context(PostgresServer()), stack.enter_context(RedisServer())
        database = postgres.create_database()
        shared = {"DATABASE_URL": database, "REDIS_URL": store.url, "WEB_PROCESSES": "2"}
        first = SignalingServer("uvicorn", settings=shared)
        first.migrate()
        same = {name: first.settings[name] for name in ("SECRET_KEY", "SITE_ORIGINS")}
        servers = [first, SignalingServer("uvicorn", settings={**shared, **same})]
        for server in servers:
            stack.enter_context(server)
        yield Site(servers, store, database)


async def all_of(work: Sequence[Callable[[], Coroutine[Any, Any, Any]]], at_once: int = AT_ONCE) -> None:
    """Run everything, so many at once."""
    waiting = iter(work)

    async def one_after_the_other() -> None:
        for step in waiting:
            await step()

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))


async def talk(tabs: Sequence[Tab]) -> None:
    """Send the pings of all tabs, spread over their interval, until this is cancelled."""
    parts = 50
    while True:
        for part in range(parts):
            await asyncio.sleep(PING_SECONDS / parts)
            for tab in tabs[part::parts]:
                tab.ping()


def load() -> str:
    """Return how busy the machine is: the load of the last minute, this benchmark's own included."""
    return f"load {os.getloadavg()[0]:.1f}"
