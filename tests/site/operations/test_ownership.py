"""A database that root makes can be written by the service, whose folder it is in."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

SERVICE = 65_534


@pytest.fixture(autouse=True)
def _databases_of_its_own(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_the_service_writes_what_root_has_made() -> None:
    # Not in pytest's folder, which only root may enter.
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, SERVICE, SERVICE)
        write_as_service(Path(folder))


def write_as_service(folder: Path) -> None:
    path = folder / "db.sqlite3"
    handler = ConnectionHandler({"default": {**settings.DATABASES["default"], "NAME": str(path)}})
    connection = handler["default"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE rooms (name TEXT)")
        owners = {file.name: file.stat().st_uid for file in folder.iterdir()}
    connection.close()
    assert owners == dict.fromkeys(("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"), SERVICE)
    os.seteuid(SERVICE)
    try:
        with handler["default"].cursor() as cursor:
            cursor.execute("INSERT INTO rooms VALUES ('Kitchen')")
    except DatabaseError as error:
        pytest.fail(f"the service cannot write: {error}")
    finally:
        handler["default"].close()
        os.seteuid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_files_in_folders_of_root_and_files_of_others_stay(tmp_path: Path) -> None:
    for owner, folder in ((0, 0), (1234, SERVICE)):
        path = tmp_path / f"{owner}.sqlite3"
        path.touch()
        os.chown(path, owner, owner)
        os.chown(tmp_path, folder, folder)
        connection = ConnectionHandler({"default": {**settings.DATABASES["default"], "NAME": str(path)}})["default"]
        connection.ensure_connection()
        connection.close()
        assert path.stat().st_uid == owner
