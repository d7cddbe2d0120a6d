"""Processes that start together on one database: one migrates it, and the others wait for that."""

import fcntl
import os
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db.utils import ConnectionHandler

from meetingpoint_site.environment import env
from meetingpoint_site.management.commands.migrate import LOCK, alone
from tests.app_server import ROOT
from tests.services import PostgresServer, wait_until


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'db.sqlite3'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.create_database()


def is_taken(address: str) -> bool:
    """Ask for the lock as another process does, without waiting."""
    if address.startswith("postgres"):
        with psycopg.connect(address) as session:
            row = session.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
            return row == (False,)
    folder = os.open(Path(address.removeprefix("sqlite:///")).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(folder)


def test_no_other_process_gets_the_lock_before_the_first_is_done(address: str) -> None:
    connection = ConnectionHandler({"default": env.db_url_config(address)})["default"]
    for _ in range(2):
        with alone(connection):
            assert is_taken(address)
        # PostgreSQL gives the lock back when the session's process has ended, a moment after the connection.
        wait_until(lambda: not is_taken(address), 10, "the lock is free")


@pytest.mark.long
def test_four_that_start_together_on_an_empty_database_all_succeed(address: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": address,
    }
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "1"]
    started = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(4)
    ]
    written = [process.communicate(timeout=300)[0] for process in started]
    assert [process.returncode for process in started] == [0] * 4, written
    assert sum("Applying rooms.0001_initial" in text for text in written) == 1
    assert sum("No migrations to apply" in text for text in written) == 3
