"""Database work of sockets: a queue that a few threads of its own work off, so that a slow query delays only joins.

Opening a connection costs more than the queries of a join. With SQLite a thread keeps its connection, and the event
loop has one for the reads of joins (`loop_reads`); with PostgreSQL each query borrows one from the pool
(`common.postgresql`).
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connection

from .loop_reads import LoopReads, NotAtOnce

logger = logging.getLogger(__name__)
_R = TypeVar("_R")

LONGEST_WAIT = 5.0  # seconds that a join may wait; more than that, and it is to come again later
_RECENT = 50  # over about how many orders the time that each takes is averaged
SLICE_SECONDS = 0.002  # for which the event loop reads before it does all else that is due


class Unavailable(Exception):
    """The database is unreachable."""


class Busy(Exception):
    """More joins wait than can be answered soon; `seconds` is when to come again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Dropped(Exception):
    """The work was no longer wanted when its turn came."""


_Order = tuple[
    asyncio.AbstractEventLoop,
    "asyncio.Future[Any]",
    Callable[[], bool] | None,
    Callable[..., Any],
    tuple[object, ...],
]


class DatabaseQueue:
    """Runs functions one after the other in each of `workers` threads, in the order in which they came.

    `in_loop`: what only reads and can wait (`run_if`) runs in the event loop, if SQLite can answer at once.
    """

    def __init__(self, workers: int, *, in_loop: bool = False) -> None:
        self._workers = workers
        self._in_loop = in_loop
        self.loop_reads = LoopReads()
        self._orders: SimpleQueue[_Order] = SimpleQueue()
        self._reads: deque[tuple[float, _Order]] = deque()  # with the moment at which each came
        self._threads: list[Thread] = []
        self._waiting = 0
        self._cost = 0.0  # seconds of a thread, or of the loop, that an order took lately
        self._read_at = 0.0  # when the last read was done

    async def run(self, function: Callable[..., _R], *args: object) -> _R:
        """Return what the function returns. Raises what it raises, and `Unavailable`."""
        return await self._run(self._order_thread, None, function, args)

    async def run_if(self, wanted: Callable[[], bool], function: Callable[..., _R], *args: object) -> _R:
        """Do the same for a socket that can wait and may be gone: `wanted` is asked when its turn has come.

        The function reads the database and does not change it. Raises `Dropped` if it is not wanted, and `Busy` at once
        while the queue is too long.
        """
        wait = self.expected_wait()
        if wait > LONGEST_WAIT:
            raise Busy(math.ceil(wait))
        return await self._run(self._order_read if self._in_loop else self._order_thread, wanted, function, args)

    def expected_wait(self) -> float:
        """Return the seconds after which an order that comes now would be begun, as orders went lately."""
        return self._waiting * self._cost / self._workers

    async def _run(
        self,
        give: "Callable[[_Order], None]",
        wanted: Callable[[], bool] | None,
        function: Callable[..., _R],
        args: tuple[object, ...],
    ) -> _R:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_R] = loop.create_future()
        self._waiting += 1
        give((loop, answer, wanted, function, args))
        try:
            return await answer
        finally:
            self._waiting -= 1

    # ── In threads ───────────────────────────────────────────────────────────────────────────────

    def _order_thread(self, order: _Order) -> None:
        if not self._threads:
            self._threads = [Thread(target=self._serve, name="signaling", daemon=True) for _ in range(self._workers)]
            for thread in self._threads:
                thread.start()
        self._orders.put(order)

    def _serve(self) -> None:
        # What an executor does for an order (a lock, a semaphore, two futures) costs as much as a query.
        while True:
            loop, answer, wanted, function, args = self._orders.get()
            result, error = None, None
            try:
                result = self._work(wanted, function, args)
            except Exception as raised:
                error = raised
            with suppress(RuntimeError):  # the loop has ended, and no one waits
                loop.call_soon_threadsafe(_settle, answer, result, error)
            del answer, result, error, function, args, wanted

    def _work(self, wanted: Callable[[], bool] | None, function: Callable[..., _R], args: tuple[object, ...]) -> _R:
        if wanted is not None and not wanted():
            raise Dropped
        began = time.perf_counter()
        try:
            return function(*args)
        except (DatabaseError, InterfaceError) as error:
            connection.close()
            logger.warning("The database is unreachable: %s", type(error).__name__)
            raise Unavailable from error
        finally:
            self._average(time.perf_counter() - began)

    # ── In the event loop ────────────────────────────────────────────────────────────────────────

    def _order_read(self, order: _Order) -> None:
        if self._reads and self._reads[0][1][0].is_closed():
            self._reads.clear()  # of a loop that ended before their turn came
        self._reads.append((time.perf_counter(), order))
        if len(self._reads) == 1:
            order[0].call_soon(self._read_some)

    def _read_some(self) -> None:
        end = time.perf_counter() + SLICE_SECONDS
        while self._reads:
            came, order = self._reads[0]
            self._read(order)
            self._reads.popleft()
            now = time.perf_counter()
            # What else the loop does between two reads belongs to what a read takes.
            self._average(now - max(came, self._read_at))
            self._read_at = now
            if now > end and self._reads:
                self._reads[0][1][0].call_soon(self._read_some)
                return

    def _read(self, order: _Order) -> None:
        _, answer, wanted, function, args = order
        if wanted is not None and not wanted():
            _settle(answer, None, Dropped())
            return
        try:
            _settle(answer, self.loop_reads.run(function, args), None)
        except NotAtOnce:
            self._order_thread(order)
        except Exception as raised:
            _settle(answer, None, raised)

    def _average(self, seconds: float) -> None:
        self._cost += (seconds - self._cost) / _RECENT


def _settle(answer: "asyncio.Future[Any]", result: object, error: Exception | None) -> None:
    if answer.done():  # who asked has gone
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
