"""Whether the site can serve people: what it needs is asked, as pages ask it."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Final

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from accounts.outbox import queue as outbox
from common.redis_servers import addresses, client
from rooms.live.local import live_hubs
from rooms.signaling.hub import Hub

from .models import Job, record_job

logger = logging.getLogger(__name__)

OK: Final = "ok"
ANSWER_SECONDS: Final = 8.0  # a pool says after 5 s that it has no connection
MAIL_SECONDS: Final = 900.0
KEPT_SECONDS: Final = 1.0  # however often it is asked, the services are asked this often

# The doctor writes down when it looks, and `/readyz` says it: so it sees that what answers has the same database.
DOCTOR: Final = "doctor"

# What does not make the site unable to serve: a load balancer that took all processes out would only make it worse.
# Nor does one of several Redis servers: the rooms that the others keep go on.
NOT_NEEDED: Final = {"mail", "redis-list"}
ONE_OF_SEVERAL: Final = "redis-server-"
# What is not asked where something below it fails: where a table is missing, a write says nothing.
RESTS_ON: Final = {
    "migrations": ("database",),
    "write": ("database", "migrations"),
    "mail": ("database", "migrations"),
}


@dataclass(frozen=True)
class Readiness:
    """What each part says: `ok`, or what is wrong in plain words.

    `numbers` are those of the outbox; `jobs` has when each last ended, in seconds since 1970.
    """

    parts: dict[str, str]
    numbers: dict[str, float] = field(default_factory=dict)
    jobs: dict[str, float] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether all parts are well that pages and calls need; of several Redis servers, one."""
        servers = [says == OK for name, says in self.parts.items() if name.startswith(ONE_OF_SEVERAL)]
        needed = [name for name in self.parts if name not in NOT_NEEDED and not name.startswith(ONE_OF_SEVERAL)]
        return all(self.parts[name] == OK for name in needed) and (any(servers) or not servers)


def check_database() -> str:
    """Read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations that come with this release."""
    return frozenset(MigrationLoader(None).disk_migrations)


def check_migrations() -> str:
    """Compare the migrations of this release with those of the database."""
    missing = known_migrations() - MigrationRecorder(connection).applied_migrations().keys()
    if not missing:
        return OK
    what = "1 migration is" if len(missing) == 1 else f"{len(missing)} migrations are"
    return f"{what} not applied: run manage.py migrate"


def check_write() -> str:
    """Write a row, and commit it: a disk that is full and a file that belongs to someone else are found so."""
    record_job("readiness")
    return OK


def check_mail() -> str:
    """Ask how long the oldest email has been waiting."""
    oldest = outbox.state().oldest_waiting_seconds
    return OK if oldest < MAIL_SECONDS else f"the oldest email has been waiting for {oldest / 60:.0f} minutes"


def check_redis(address: str) -> str:
    """Write and read."""
    with client(address) as server:
        server.set("mp:readyz", "1", ex=60)
        return OK if server.get("mp:readyz") == b"1" else "Redis does not keep what is written"


def check_redis_list() -> str:
    """Ask whether other processes were seen that look for rooms on other servers."""
    if any(link.disagrees for hub in live_hubs() if isinstance(hub, Hub) for link in hub.links):
        return "another process has other servers in REDIS_URL, or has them in another order"
    return OK


def redis_parts(count: int) -> list[str]:
    """Return the names of the Redis servers: their places in REDIS_URL if there are several."""
    return ["redis"] if count == 1 else [f"{ONE_OF_SEVERAL}{place}" for place in range(1, count + 1)]


def check_process() -> str:
    """Ask whether this process is about to end."""
    return "this process is ending" if any(getattr(hub, "draining", False) for hub in live_hubs()) else OK


def checks() -> dict[str, tuple[Callable[[], str], str]]:
    """Return the name of each part, what asks it, and what is said if that fails."""
    asked: dict[str, tuple[Callable[[], str], str]] = {
        "process": (check_process, ""),
        "database": (check_database, "the database does not answer"),
        "migrations": (check_migrations, "the migrations of the database cannot be read"),
        "write": (check_write, "the database refuses to write: is it full, read-only, or does it belong to root?"),
    }
    if servers := addresses(settings.REDIS_URL):
        for name, address in zip(redis_parts(len(servers)), servers, strict=True):
            asked[name] = (partial(check_redis, address), "Redis does not answer, or refuses to write")
        asked["redis-list"] = (check_redis_list, "")
    asked["mail"] = (check_mail, "the outbox cannot be read")
    return asked


def ask_all() -> Readiness:
    """Ask every part, one after the other; what fails is in the answer."""
    close_old_connections()
    parts: dict[str, str] = {}
    try:
        for name, (ask, failed) in checks().items():
            if any(parts.get(other, OK) != OK for other in RESTS_ON.get(name, ())):
                continue
            _asking[:] = [name]
            try:
                parts[name] = ask()
            except Exception as error:  # each library names its own errors
                logger.debug("readyz: %s: %s", name, type(error).__name__)
                parts[name] = failed
        numbers, jobs = count_if_readable(parts)
    finally:
        connection.close()
    return Readiness(parts, numbers, jobs)


def count_if_readable(parts: dict[str, str]) -> tuple[dict[str, float], dict[str, float]]:
    """Return what `count` does, or nothing while the database cannot be read; late mail is counted, too."""
    if any(parts.get(part) != OK for part in ("database", "migrations")):
        return {}, {}
    try:
        return count()
    except DatabaseError:
        return {}, {}


def count() -> tuple[dict[str, float], dict[str, float]]:
    """Return the numbers of the outbox, and when each job last ended."""
    mails = outbox.state()
    numbers = {
        "mails_waiting": float(mails.waiting),
        "mails_given_up": float(mails.given_up),
        "mail_oldest_waiting_seconds": mails.oldest_waiting_seconds,
    }
    return numbers, {job.name: job.finished_at.timestamp() for job in Job.objects.all()}


_asking: list[str] = []
_thread = ThreadPoolExecutor(1, thread_name_prefix="readiness")
_asked: tuple[float, Future[Readiness]] | None = None


async def readiness() -> Readiness:
    """Return what the parts say, from `KEPT_SECONDS` ago or now; or, after `ANSWER_SECONDS`, that they do not answer.

    All who ask at a time wait for one answer: a service that hangs is not asked a second time.
    """
    global _asked
    now = time.monotonic()
    if _asked is None or (_asked[1].done() and now - _asked[0] > KEPT_SECONDS):
        _asked = now, _thread.submit(ask_all)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await asyncio.shield(asyncio.wrap_future(_asked[1]))
    except TimeoutError:
        return Readiness(dict.fromkeys(_asking, f"no answer within {ANSWER_SECONDS:.0f} s"))
