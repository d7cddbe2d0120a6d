"""Commands end with a sentence, and not with where they broke, when a service or a port is not theirs to use."""

import os
import secrets
import socket
from pathlib import Path

import pytest

from tests import forking

COMMANDS = ("migrate", "prune", "backup {folder}/site.zip")


def run(*arguments: str, **variables: str) -> str:
    """Run a command that has to fail; return what it wrote."""
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "SECRET_KEY": secrets.token_urlsafe(50)}
    done = forking.run(arguments, {**environment, **variables})
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_that_cannot_be_opened_is_said(tmp_path: Path, command: str) -> None:
    said = run(*command.format(folder=tmp_path).split(), DATABASE_URL=f"sqlite:///{tmp_path}/none/db.sqlite3")
    assert "unable to open database file" in said
    assert "manage.py doctor" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS[1:])
def test_a_database_without_tables_is_said(tmp_path: Path, command: str) -> None:
    assert "no such table" in run(*command.format(folder=tmp_path).split(), DATABASE_URL=f"sqlite:///{tmp_path}/db")


def test_a_postgresql_that_is_away_is_said_without_its_password() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        password = secrets.token_hex(16)
        said = run("migrate", DATABASE_URL=f"postgres://olga:{password}@127.0.0.1:{taken.getsockname()[1]}/site")
    assert "Connection refused" in said
    assert password not in said


@pytest.mark.parametrize("server", ["daphne", "uvicorn", "granian"])
def test_a_port_that_is_taken_is_said(tmp_path: Path, server: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = run("serve", "--port", port, "--server", server, DATABASE_URL=f"sqlite:///{tmp_path}/db")
    assert f"Port {port} of 127.0.0.1 cannot be used: Address already in use." in said


def test_an_address_of_another_machine_is_said(tmp_path: Path) -> None:
    said = run("serve", "--host", "192.0.2.1", DATABASE_URL=f"sqlite:///{tmp_path}/db")
    assert "Port 8000 of 192.0.2.1 cannot be used: Cannot assign requested address." in said
