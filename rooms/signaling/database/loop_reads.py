"""Reads of SQLite in the event loop itself, a few at a time.

SQLite answers the queries of a join in some ten microseconds, from memory that the system has already. Handing them to
a thread and back costs several times that: both threads then take the interpreter's lock from each other at each step.
The loop's connection can neither write nor wait, so what it cannot do at once is left to a thread.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class NotAtOnce(Exception):
    """The loop cannot do it at once: the database is locked or away, or something has to be written."""


class LoopReads:
    """Runs functions that read SQLite in the thread of the event loop, with a connection of its own."""

    def __init__(self) -> None:
        self._connection: BaseDatabaseWrapper | None = None

    def run(self, function: Callable[..., Any], args: tuple[object, ...]) -> Any:
        """Return what the function returns. Raises what it raises, and `NotAtOnce`: then it has changed nothing."""
        with _outside_of_the_loop():
            threads_own = connections[DEFAULT_DB_ALIAS]
            try:
                if self._connection is None:
                    self._connection = _connect()
                connections[DEFAULT_DB_ALIAS] = self._connection
                return function(*args)
            except (DatabaseError, InterfaceError) as error:
                self._close()
                raise NotAtOnce from error
            finally:
                connections[DEFAULT_DB_ALIAS] = threads_own

    def close(self) -> None:
        """Close the connection; the next function opens another."""
        with _outside_of_the_loop():
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _connect() -> BaseDatabaseWrapper:
    made = connections.create_connection(DEFAULT_DB_ALIAS)
    # From the first statement on it does not wait for a lock.
    made.settings_dict = {**made.settings_dict, "OPTIONS": {**made.settings_dict["OPTIONS"], "timeout": 0}}
    with made.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    return made


@contextmanager
def _outside_of_the_loop() -> Iterator[None]:
    """Let Django use a connection here, which it forbids where a loop runs because a query could wait."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
