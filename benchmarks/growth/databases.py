"""The databases that are compared, each filled once. A run has copies of them, because it deletes what it measures."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.services import PostgresServer

ROOT = Path(__file__).resolve().parents[2]


def environment(url: str) -> dict[str, str]:
    """Return the environment of a process that works with a database."""
    return {
        **os.environ, "ENV_FILE": "/dev/null", "DATABASE_URL": url, "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_ORIGINS": "http://testserver", "REDIS_URL": "", "LIMIT_FACTOR": "10000", "DEBUG": "0",
        "LOG_LEVEL": "ERROR",
        "PGOPTIONS": "-c max_parallel_workers_per_gather=0",  # the processor time of workers would be lost
    }  # fmt: skip


class Postgresql:
    """Databases in one server."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def copy(self, rooms: int, each: int) -> str:
        """Return the URL of a filled database that nothing else uses."""
        filled = f"filled_{rooms}_{each}"
        if not self._execute(f"SELECT 1 FROM pg_database WHERE datname = '{filled}'"):  # noqa: S608
            url = self._server.create_database()
            fill(url, rooms, each)
            self._execute(f"ALTER DATABASE {url.rpartition('/')[2]} RENAME TO {filled}")
        return self._server.create_database(filled)

    def drop(self, url: str) -> None:
        """Remove a copy."""
        self._execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def _execute(self, statement: str) -> bool:
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            return connection.execute(statement.encode()).rowcount > 0


class Sqlite:
    """Databases in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy(self, rooms: int, each: int) -> str:
        """Return the URL of a filled database that nothing else uses."""
        filled = self._folder / f"filled-{rooms}-{each}.sqlite3"
        copied = self._folder / f"copy-{secrets.token_hex(4)}.sqlite3"
        if not filled.exists():
            fill(f"sqlite:///{copied}", rooms, each)
            copied.rename(filled)
        shutil.copyfile(filled, copied)
        return f"sqlite:///{copied}"

    def drop(self, url: str) -> None:
        """Remove a copy."""
        for path in self._folder.glob(f"{Path(url).name}*"):
            path.unlink()


def fill(url: str, rooms: int, each: int) -> None:
    """Migrate a database, and fill it if it is empty."""
    command = [sys.executable, "-m", "benchmarks.growth.fill", str(rooms), str(each)]
    subprocess.run(command, cwd=ROOT, env=environment(url), check=True)


@contextmanager
def databases(kind: str, kept: Path | None) -> Iterator[Postgresql | Sqlite]:
    """Make a place for databases; with `kept`, one that stays, with what was filled there before."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if kind == "sqlite":
            yield Sqlite(folder)
        else:
            with PostgresServer(folder=kept) as server:
                yield Postgresql(server)
