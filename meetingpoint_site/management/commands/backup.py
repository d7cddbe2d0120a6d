"""`manage.py backup`: one file from which this site can be made again."""

import json
import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from common.jobs import job_done
from meetingpoint_site import __version__
from meetingpoint_site.operations.backup import postgres, sqlite
from meetingpoint_site.operations.backup.archive import SETTINGS, new_archive, open_archive
from meetingpoint_site.operations.backup.site_settings import current_settings


class Command(BaseCommand):
    """Writes an archive while the site runs."""

    help = (
        "Write everything that this site is into one file, while it runs: the database as it is at one moment, and "
        "the settings with SECRET_KEY. `manage.py restore` makes the site again from it, also on an empty machine. The "
        "file has email addresses and secrets in it: only its owner can read it, so keep it on encrypted storage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="The file to write.")
        parser.add_argument("--folder", type=Path, help="Write a file here that is named by the time.")
        parser.add_argument(
            "--keep", type=int, default=0, help="With --folder: delete all but the newest N (default: delete none)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder, path = options["folder"], options["file"]
        if (folder is None) is (path is None):
            raise CommandError("Name a file, or a folder with --folder.")
        if options["keep"] < 0 or (options["keep"] and folder is None):
            raise CommandError("--keep is a number above 0, and goes with --folder.")
        now = timezone.now()
        path = path or folder / f"meetingpoint-{now:%Y%m%dT%H%M%SZ}.zip"
        if path.exists():
            raise CommandError(f"{path} is there already.")
        migrations = sorted(MigrationRecorder(connection).applied_migrations())
        manifest = {
            "site": "Meeting Point",
            "release": __version__,
            "made_at": now.isoformat(timespec="seconds"),
            "database": connection.vendor,
            "migrations": migrations,
        }
        try:
            with new_archive(path, manifest) as archive:
                if connection.vendor == "postgresql":
                    postgres.write_rows(archive)
                else:
                    sqlite.write_rows(archive, path)
                with archive.member(SETTINGS) as member:
                    member.write(json.dumps(current_settings(), indent=1).encode())
            with open_archive(path):
                size = path.stat().st_size
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        except (sqlite3.Error, psycopg.Error) as error:
            raise CommandError(f"The database cannot be read: {error}.") from error
        for old in sorted(folder.glob("meetingpoint-*Z.zip"))[: -options["keep"]] if options["keep"] else ():
            old.unlink()
        job_done.send("backup")
        self.stdout.write(f"{path}: {size:,} bytes. It has secrets in it: keep it where only you can read it.")
