"""Django's PostgreSQL engine, except that a connection is borrowed from the pool for each query or transaction.

Django keeps the connection from a request's first query to its end: eight people whose passwords are being hashed, or
who wait for Redis, would keep everyone else from the database. What belongs to a connection (advisory locks, `SET`,
`LISTEN`, temporary tables) is therefore gone after the query or transaction that made it.
"""

import select
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from psycopg import Connection
from psycopg_pool import ConnectionPool

ASK_AFTER = 20.0  # seconds without use after which a connection is asked whether it still works

_used_at: WeakKeyDictionary[Connection[Any], float] = WeakKeyDictionary()


class _Returning:
    """A cursor that gives its connection back when it is closed."""

    cursor: Any
    db: "DatabaseWrapper"

    def close(self) -> None:
        try:
            self.cursor.close()
        finally:
            self.db.cursor_closed(self)


class _Cursor(_Returning, CursorWrapper):
    pass


class _DebugCursor(_Returning, base.CursorDebugWrapper):
    pass


class DatabaseWrapper(base.DatabaseWrapper):
    """A thread's access to the database; it has a connection only while it needs one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._open_cursors: WeakSet[_Returning] = WeakSet()
        self._connected = False

    @property
    def pool(self) -> ConnectionPool | None:
        """The pool of this process, or None without the option `pool`."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        pools: dict[str, ConnectionPool] = self._connection_pools  # type: ignore[attr-defined]  # unknown to the stubs
        if self.alias not in pools:
            connect = {**self.get_connection_params(), "autocommit": True}
            configure = self._configure_connection  # type: ignore[attr-defined]
            made = ConnectionPool(kwargs=connect, open=False, configure=configure, check=check_connection, **options)
            pools.setdefault(self.alias, made)  # another thread may have been faster
        return pools[self.alias]

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return self._track(_Cursor(cursor, self))

    def make_debug_cursor(self, cursor: Any) -> base.CursorDebugWrapper:
        return self._track(_DebugCursor(cursor, self))

    def cursor_closed(self, cursor: _Returning) -> None:
        """Give the connection back after the last open cursor, outside of transactions."""
        self._open_cursors.discard(cursor)
        self._give_back()

    def get_autocommit(self) -> bool:
        # Django connects to find out.
        return True if self._is_between_queries() else super().get_autocommit()

    def run_and_clear_commit_hooks(self) -> None:
        self._give_back()  # hooks tell other processes, and may wait for Redis
        super().run_and_clear_commit_hooks()

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        self._give_back()

    def connect(self) -> None:
        if self._connected and not (self.in_atomic_block or self.closed_in_transaction) and self.pool is not None:
            self.pool.open()  # it may be another one: `close_pool`
            self.connection = self.pool.getconn()
            if not self.connection.autocommit:  # it was closed inside a transaction
                self.connection.autocommit = True
            return
        self._connected = False
        super().connect()
        self._connected = True

    def _track(self, cursor: Any) -> Any:
        self._open_cursors.add(cursor)
        return cursor

    def _is_between_queries(self) -> bool:
        return self.connection is None and self.pool is not None and not self.in_atomic_block

    def _give_back(self) -> None:
        if self.connection is None or self.in_atomic_block or not self.autocommit or self._open_cursors:
            return
        if self._connected and self.pool is not None:  # and not while Django still sets up the connection
            _used_at[self.connection] = monotonic()
            self._close()  # type: ignore[attr-defined]


def check_connection(connection: Connection[Any]) -> None:
    """Raise if the connection cannot be used any more; the pool then makes another one.

    An idle server sends nothing: what can be read is the end of the connection. After a while without use it is asked,
    because a router or a machine that vanished says nothing.
    """
    unread = select.poll()  # select.select knows only the first 1,024 files of a process
    unread.register(connection.fileno(), select.POLLIN)
    if monotonic() - _used_at.get(connection, 0.0) > ASK_AFTER or unread.poll(0):
        ConnectionPool.check_connection(connection)
