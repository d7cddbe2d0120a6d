"""Database work of sockets: a queue that a few threads of its own work off, so that a slow query delays only joins.

Opening a connection costs more than the queries of a join. With SQLite a thread keeps its connection; with PostgreSQL
each query borrows one from the pool (`common.postgresql`).
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connection

logger = logging.getLogger(__name__)
_R = TypeVar("_R")

LONGEST_WAIT = 5.0  # seconds that a join may wait; more than that, and it is to come again later
_RECENT = 50  # over about how many orders the time that each takes is averaged


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
    """Runs functions one after the other in each of `workers` threads, in the order in which they came."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._orders: SimpleQueue[_Order] = SimpleQueue()
        self._threads: list[Thread] = []
        self._waiting = 0
        self._cost = 0.0  # seconds of a thread that an order took lately

    async def run(self, function: Callable[..., _R], *args: object) -> _R:
        """Return what the function returns. Raises what it raises, and `Unavailable`."""
        return await self._run(None, function, args)

    async def run_if(self, wanted: Callable[[], bool], function: Callable[..., _R], *args: object) -> _R:
        """Do the same for a socket that can wait and may be gone: `wanted` is asked when its turn has come.

        Raises `Dropped` if it is not, and `Busy` at once while the queue is too long.
        """
        wait = self.expected_wait()
        if wait > LONGEST_WAIT:
            raise Busy(math.ceil(wait))
        return await self._run(wanted, function, args)

    def expected_wait(self) -> float:
        """Return the seconds after which an order that comes now would be begun, as orders went lately."""
        return self._waiting * self._cost / self._workers

    async def _run(
        self, wanted: Callable[[], bool] | None, function: Callable[..., _R], args: tuple[object, ...]
    ) -> _R:
        if not self._threads:
            self._threads = [Thread(target=self._serve, name="signaling", daemon=True) for _ in range(self._workers)]
            for thread in self._threads:
                thread.start()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_R] = loop.create_future()
        self._waiting += 1
        self._orders.put((loop, answer, wanted, function, args))
        try:
            return await answer
        finally:
            self._waiting -= 1

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
            self._cost += (time.perf_counter() - began - self._cost) / _RECENT


def _settle(answer: "asyncio.Future[Any]", result: object, error: Exception | None) -> None:
    if answer.done():  # who asked has gone
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
