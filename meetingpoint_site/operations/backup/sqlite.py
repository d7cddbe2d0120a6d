"""SQLite: a copy of the file by SQLite's own means, which is of one moment, and goes back in one transaction."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings

from .archive import PIECE, Archive, ArchiveWriter, BadArchive

MEMBER: Final = "database.sqlite3"


def database_file() -> Path:
    """Return the file of the site's database."""
    return Path(str(settings.DATABASES["default"]["NAME"]))


@contextmanager
def file_beside(path: Path) -> Iterator[Path]:
    """Yield the name of a file in a folder beside another, where there is as much room; both are removed afterwards."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        yield Path(folder) / MEMBER


def write_rows(archive: ArchiveWriter, beside: Path) -> None:
    """Copy the database as it is at one moment; the site goes on reading and writing meanwhile."""
    source = f"{database_file().absolute().as_uri()}?mode=ro"
    with file_beside(beside) as copy, closing(sqlite3.connect(copy)) as target:
        with closing(sqlite3.connect(source, uri=True, timeout=60)) as database:
            database.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        target.execute("PRAGMA secure_delete=ON")
        target.execute("DELETE FROM accounts_mail")  # `archive.LEFT_OUT`
        target.commit()
        target.close()
        with archive.member(MEMBER) as member, copy.open("rb") as file:
            while piece := file.read(PIECE):
                member.write(piece)


def read_rows(archive: Archive) -> None:
    """Replace the database in one transaction, brought to this release before. Raises `BadArchive`."""
    path = database_file()
    with file_beside(path) as copy:
        with copy.open("wb") as file:
            for piece in archive.pieces(MEMBER):
                file.write(piece)
        with closing(sqlite3.connect(copy)) as restored:
            if restored.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BadArchive("The database in it is damaged.")
        migrate(copy)
        with closing(sqlite3.connect(copy)) as restored, closing(sqlite3.connect(path, timeout=60)) as database:
            restored.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            restored.backup(database)
    give_to_owner(path)


def migrate(path: Path) -> None:
    """Bring a database to this release. Raises `BadArchive` if that is not possible."""
    environment = {**os.environ, "DATABASE_URL_FILE": "", "DATABASE_URL": f"sqlite:///{path.absolute()}"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadArchive(f"The database in it cannot be brought to this release: {done.stderr.strip()[-300:]}")


def give_to_owner(path: Path) -> None:
    """Give what root has made to the user to whom the folder belongs: the site does not run as root."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        for file in path.parent.glob(f"{path.name}*"):
            os.chown(file, owner.st_uid, owner.st_gid)
