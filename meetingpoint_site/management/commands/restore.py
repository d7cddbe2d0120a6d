"""`manage.py restore`: make this site what a backup says."""

import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from accounts.models import User
from meetingpoint_site.operations.backup import postgres, sqlite
from meetingpoint_site.operations.backup.archive import Archive, BadArchive, open_archive
from meetingpoint_site.operations.backup.site_settings import (
    KEYS,
    OF_THE_MACHINE,
    current_settings,
    put_back,
    replace_text,
)


class Command(BaseCommand):
    """Replaces the database, and puts SECRET_KEY back."""

    help = (
        "Make this site what a backup says: accounts, rooms, links, sessions, and the SECRET_KEY with which they were "
        "signed and encrypted. Everything is checked before anything changes, and the database is replaced in one "
        "step. On PostgreSQL run it with the role that `migrate` uses. Restart the processes afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="A file that `manage.py backup` has written.")
        parser.add_argument("--replace", action="store_true", help="Replace a database that has accounts in it.")
        parser.add_argument(
            "--secret-key-to",
            type=Path,
            metavar="FILE",
            help="Only write the SECRET_KEY of the backup into this file, for instance as root; - prints it.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with open_archive(path) as archive:
                if options["secret_key_to"]:
                    self.write_key(archive, options["secret_key_to"])
                else:
                    self.restore(archive, replace=options["replace"])
        except BadArchive as error:
            raise CommandError(f"{path} cannot be restored: {error}") from error
        except OSError as error:
            raise CommandError(f"{error.filename or path}: {error.strerror}.") from error
        except (sqlite3.Error, psycopg.Error) as error:
            raise CommandError(f"The database stays as it was: {error}.") from error

    def restore(self, archive: Archive, *, replace: bool) -> None:
        """Replace the database, then the keys."""
        vendor = archive.manifest["database"]
        if vendor != connection.vendor:
            raise CommandError(f"The backup is of {vendor}, and DATABASE_URL is {connection.vendor}.")
        if unknown := archive.migrations - MigrationLoader(None).disk_migrations.keys():
            missing = ".".join(min(unknown))
            raise BadArchive(f"This release does not know the migration {missing}: install a newer one.")
        if (accounts := count_accounts()) and not replace:
            raise CommandError(f"The database has {accounts} accounts. Make a backup of it, then add --replace.")
        if vendor == "postgresql":
            if not postgres.may_replace():
                raise CommandError("This role may not create tables: use the DATABASE_URL with which you migrate.")
            postgres.read_rows(archive)
        else:
            connection.close()
            sqlite.read_rows(archive)
        self.stdout.write(f"Restored: {count_accounts()} accounts, as of {archive.manifest['made_at']}.")
        self.put_keys_back(archive.settings)

    def put_keys_back(self, stored: dict[str, str]) -> None:
        """Write SECRET_KEY where this machine keeps it, and name what else differs."""
        current = current_settings()
        for name in KEYS:
            if stored.get(name, "") == current.get(name, ""):
                continue
            if put_back(name, stored.get(name, "")):
                self.stdout.write(f"{name} is that of the backup now.")
            else:
                self.stderr.write(
                    f"{name} differs from that of the backup and cannot be written here: until it is put back, everyone"
                    " is signed out and authenticator apps do not work. As root, put it where this site reads it: "
                    "manage.py restore FILE --secret-key-to FILE"
                )
        names = sorted((stored.keys() | current.keys()) - {*KEYS, *OF_THE_MACHINE})
        differ = [name for name in names if stored.get(name) != current.get(name)]
        if differ:
            self.stdout.write(f"Settings that differ from those of the backup: {', '.join(differ)}.")
        self.stdout.write("Restart the processes now.")

    def write_key(self, archive: Archive, path: Path) -> None:
        """Write nothing but the key."""
        if str(path) == "-":
            self.stdout.write(archive.settings["SECRET_KEY"])
            return
        if not replace_text(path, archive.settings["SECRET_KEY"] + "\n"):
            raise CommandError(f"{path} cannot be written.")
        self.stdout.write(f"{path} has the SECRET_KEY of the backup now.")


def count_accounts() -> int:
    """Return how many accounts there are; 0 in a database without tables. Raises `CommandError` if it is away."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        database = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
        raise CommandError(f"The {database} database does not answer.") from error
    if User._meta.db_table not in connection.introspection.table_names():
        return 0
    return User.objects.count()
