"""Who owns the file of SQLite: never root, when the folder belongs to the user of the service."""

import os
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


def hand_over(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Give a database file that root has just made, for example by `migrate`, to the owner of its folder.

    SQLite itself gives the files beside it to the owner of the file. Without this the site could only read.
    """
    path = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or os.geteuid() != 0 or not path.is_file():
        return
    folder = path.resolve().parent.stat()
    if path.stat().st_uid == 0 != folder.st_uid:
        os.chown(path, folder.st_uid, folder.st_gid)


def watch_connections() -> None:
    """Hand over from now on."""
    connection_created.connect(hand_over, dispatch_uid="ownership")
