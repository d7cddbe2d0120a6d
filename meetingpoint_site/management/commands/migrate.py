"""Django's `migrate`, by one process at a time: two that start together would both make the same tables."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK: Final = 0x6D705F6D  # "mp_m": PostgreSQL's advisory locks are numbers that all programs of a database share


class Command(Migrate):
    """Waits for another `migrate` of the same database, then does what that one has left to do."""

    def handle(self, *args: Any, **options: Any) -> None:
        with alone(connections[options["database"]]):
            super().handle(*args, **options)


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold the lock of a database; it ends with the process, too. Raises `CommandError` if the database is away."""
    if connection.vendor == "postgresql":
        # A connection of its own, which is not given back after a query.
        parameters = {name: value for name, value in connection.get_connection_params().items() if name != "pool"}
        try:
            session = psycopg.connect(**parameters, autocommit=True)
        except psycopg.OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        with session:
            session.execute("SET statement_timeout = 0")
            session.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            yield
    elif connection.vendor == "sqlite" and not connection.is_in_memory_db():  # type: ignore[attr-defined]  # of SQLite
        # The folder: SQLite's own locks of the file would end when this process closed it.
        folder = os.open(Path(connection.settings_dict["NAME"]).absolute().parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)
    else:
        yield
