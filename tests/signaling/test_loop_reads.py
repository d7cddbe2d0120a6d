"""The reads of joins in the event loop: with SQLite they need no thread, and never make the loop wait."""

import asyncio
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from rooms.signaling.database import queue
from rooms.signaling.database.queue import Busy, DatabaseQueue, Dropped, Unavailable

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let connections that are opened now be to a file, whose writers exclude readers."""
    path = tmp_path / "db.sqlite3"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode = DELETE")
        made.execute("CREATE TABLE thing (name TEXT)")
        made.execute("INSERT INTO thing VALUES ('kept')")
    made.close()
    settings = connections.databases[DEFAULT_DB_ALIAS]
    monkeypatch.setitem(settings, "NAME", str(path))
    monkeypatch.setitem(settings, "OPTIONS", {**settings["OPTIONS"], "timeout": 20, "init_command": ""})
    return path


@pytest.fixture
def orders(path: Path) -> Any:
    orders = DatabaseQueue(1, in_loop=True)
    yield orders
    orders.loop_reads.close()


def wanted() -> bool:
    return True


def read_thing() -> tuple[str, int]:
    """Return what is stored, and in which thread it was read."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT name FROM thing")
        return cursor.fetchall()[-1][0], threading.get_ident()


def write_thing() -> int:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("INSERT INTO thing VALUES ('written')")
    return threading.get_ident()


async def test_what_can_be_read_at_once_is_read_in_the_loop_on_a_connection_of_its_own(orders: DatabaseQueue) -> None:
    threads_own = connections[DEFAULT_DB_ALIAS]
    assert await orders.run_if(wanted, read_thing) == ("kept", threading.get_ident())
    assert connections[DEFAULT_DB_ALIAS] is threads_own
    assert asyncio._get_running_loop() is not None
    assert (await orders.run(read_thing))[1] != threading.get_ident()


async def test_what_is_written_is_written_in_a_thread_and_once(orders: DatabaseQueue, path: Path) -> None:
    assert await orders.run_if(wanted, write_thing) != threading.get_ident()
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM thing WHERE name = 'written'").fetchall() == [(1,)]
    other.close()
    assert await orders.run_if(wanted, read_thing) == ("written", threading.get_ident())


async def test_a_locked_database_delays_its_reader_and_no_one_else(orders: DatabaseQueue, path: Path) -> None:
    assert (await orders.run_if(wanted, read_thing))[0] == "kept"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    other.execute("INSERT INTO thing VALUES ('newer')")
    reading = asyncio.ensure_future(orders.run_if(wanted, read_thing))
    async with asyncio.timeout(10):  # of the twenty seconds that a thread waits for the lock
        while orders._orders.qsize() or not orders._threads:
            await asyncio.sleep(0)
        assert await orders.run_if(lambda: True, str, "needs no database") == "needs no database"
    assert not reading.done()
    other.execute("COMMIT")
    other.close()
    name, thread = await reading
    assert name == "newer"
    assert thread != threading.get_ident()


async def test_the_loop_does_not_wait_to_connect_to_a_locked_database(
    orders: DatabaseQueue, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = connections.databases[DEFAULT_DB_ALIAS]
    options = {**settings["OPTIONS"], "init_command": "PRAGMA journal_mode = WAL"}
    monkeypatch.setitem(settings, "OPTIONS", options)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    async with asyncio.timeout(10):  # half of what a thread waits for the lock
        reading = asyncio.ensure_future(orders.run_if(wanted, read_thing))
        while orders._orders.qsize() or not orders._threads:
            await asyncio.sleep(0)
    other.execute("COMMIT")
    other.close()
    assert (await reading)[0] == "kept"


async def test_a_database_that_is_away_is_asked_again_at_the_next_read(orders: DatabaseQueue, path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(b"this is no database" * 1000)
    with pytest.raises(Unavailable):
        await orders.run_if(wanted, read_thing)
    path.write_bytes(content)
    assert await orders.run_if(wanted, read_thing) == ("kept", threading.get_ident())


async def test_many_reads_leave_the_loop_time_for_all_else(orders: DatabaseQueue) -> None:
    def take_a_millisecond() -> None:
        end = time.perf_counter() + 0.001
        while time.perf_counter() < end:
            pass

    reads = [asyncio.ensure_future(orders.run_if(wanted, take_a_millisecond)) for _ in range(100)]
    turns = 0
    while not all(read.done() for read in reads):
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 100 / (queue.SLICE_SECONDS * 1000 + 1)


async def test_who_has_gone_is_not_looked_up_and_who_would_wait_too_long_comes_again(
    orders: DatabaseQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await orders.run_if(wanted, read_thing))[0] == "kept"
    gone = asyncio.ensure_future(orders.run_if(lambda: False, write_thing))
    await asyncio.sleep(0)  # it is in the queue
    monkeypatch.setattr(queue, "LONGEST_WAIT", 0.0)
    with pytest.raises(Busy):
        await orders.run_if(wanted, read_thing)
    with pytest.raises(Dropped):
        await gone
    assert (await orders.run_if(wanted, read_thing))[0] == "kept"


async def test_what_a_read_raises_reaches_who_asked(orders: DatabaseQueue) -> None:
    with pytest.raises(ZeroDivisionError):
        await orders.run_if(wanted, lambda: 1 // 0)
    assert (await orders.run_if(wanted, read_thing))[1] == threading.get_ident()
