"""Run as a program: fill an empty database (DATABASE_URL) with people, rooms, memberships and links, then say so.

Written past the models, by COPY into PostgreSQL and `executemany` into SQLite: millions of rows in minutes.
"""

import argparse
import os
import random
import sys
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")
django.setup()

from allauth.account.models import EmailAddress  # noqa: E402
from allauth.usersessions.models import UserSession  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402

from accounts.models import User  # noqa: E402
from rooms.models import Invite, Membership, Redemption, Role, Room  # noqa: E402
from rooms.moderation.models import AuditEntry, Report  # noqa: E402

NAMES = "Ada Bruno Chen Dalia Emil Fatma Goran Hana Ivo Jelena Kofi Lena Marek Noor Olaf Priya Quentin Rosa Sven Tomoko"
FAMILIES = "Abel Bauer Costa Demir"
SUBJECTS = "Planning Choir Physics Chess"
FEW = range(200, 320)  # numbers of what is rare: as many in a small database as in a large one
AT_ONCE = 20_000  # rows of one executemany
Row = dict[str, Any]


class Filler:
    """Makes so many rooms, each with its owner and with `each` memberships and `each` links."""

    def __init__(self, rooms: int, each: int) -> None:
        self.rooms, self.each = rooms, each
        self.now = datetime.now(UTC)
        self.chance = random.Random(7)  # noqa: S311  # the same names at each run

    def person(self, number: int) -> str:
        """Return a name that some share."""
        names, families = NAMES.split(), FAMILIES.split()
        return f"{names[number % len(names)]} {families[number // len(names) % len(families)]}"

    def people(self) -> Iterator[Row]:
        """Yield one for each room. They joined over two years."""
        for number in range(1, self.rooms + 1):
            joined = self.now - timedelta(days=730 * (1 - number / self.rooms), seconds=number)
            suspended = joined if number in FEW else None
            name = self.person(number)
            address = f"{name.replace(' ', '.').lower()}.{number}@example.org"
            yield {"id": number, "email": address, "display_name": name, "date_joined": joined,
                   "suspended_at": suspended, "password": "!"}  # fmt: skip

    def addresses(self) -> Iterator[Row]:
        """Yield the confirmed address of each person."""
        for person in self.people():
            yield {"user_id": person["id"], "email": person["email"], "verified": True, "primary": True}

    def all_rooms(self) -> Iterator[Row]:
        """Yield the room of each person; some are closed, a few have an end."""
        subjects = SUBJECTS.split()
        for person in self.people():
            number = person["id"]
            closed = self.now if number in FEW else None
            ends = self.now + timedelta(days=number % 90) if number % 20 == 2 else None
            yield {"id": number, "name": f"{subjects[number % len(subjects)]} {number}", "slug": f"room-{number}-x",
                   "owner_id": number, "created_at": person["date_joined"], "closed_at": closed, "expires_at": ends,
                   "epoch": number % 2}  # fmt: skip

    def links(self) -> Iterator[Row]:
        """Yield the links of each room: most have ended some days ago, some were revoked."""
        for number in range(1, self.rooms + 1):
            for count in range(self.each):
                key = (number - 1) * self.each + count + 1
                ends = self.now + timedelta(seconds=self.chance.randrange(-25 * 86_400, 25 * 86_400))
                revoked = self.now - timedelta(days=1) if number in FEW and key % self.each == 0 else None
                yield {"id": key, "room_id": number, "created_by_id": number, "expires_at": ends,
                       "created_at": ends - timedelta(days=30), "revoked_at": revoked, "max_uses": key % 3 or None,
                       "token_hash": uuid.uuid4().bytes * 2, "label": f"{self.person(key)}'s link", "uses": key % 2,
                       "wrapped_key": b"k" * 60 if ends > self.now and not revoked else None}  # fmt: skip

    def memberships(self) -> Iterator[Row]:
        """Yield the owner of each room, members, and as many guests with the links that they came by."""
        for number in range(1, self.rooms + 1):
            joined = self.now - timedelta(seconds=number)
            yield {"room_id": number, "user_id": number, "role": Role.OWNER, "created_at": joined}
            for count in range(1, self.each):
                person = (number + count * 7919 - 1) % self.rooms + 1
                since = self.now - timedelta(seconds=self.chance.randrange(365 * 86_400))
                common: Row = {"room_id": number, "created_at": since}
                if number in FEW and count == 2:
                    common["removed_at"] = self.now
                if count % 2 and person != number:
                    yield {
                        **common,
                        "user_id": person,
                        "role": Role.MODERATOR if number in FEW and count == 1 else Role.MEMBER,
                    }
                else:
                    ends = self.now + timedelta(seconds=self.chance.randrange(-25 * 86_400, 60 * 86_400))
                    link = (number - 1) * self.each + count + 1
                    guest: Row = {"guest_id": uuid.uuid4(), "role": Role.GUEST, "invite_id": link}
                    yield {**common, **guest, "expires_at": ends}

    def redemptions(self) -> Iterator[Row]:
        """Yield a use of each third link."""
        for key in range(1, self.rooms * self.each + 1, 3):
            yield {"invite_id": key, "guest_id": uuid.uuid4(), "created_at": self.now}

    def sessions(self) -> Iterator[Row]:
        """Yield a session for each person."""
        for number in range(1, self.rooms + 1):
            ends = self.now + timedelta(days=1 + number % 14)
            yield {"session_key": f"filled{number}", "session_data": "", "expire_date": ends}

    def browsers(self) -> Iterator[Row]:
        """Yield what the list of a person's browsers says about it."""
        for number in range(1, self.rooms + 1):
            yield {"user_id": number, "session_key": f"filled{number}", "ip": "192.0.2.1", "data": "{}"}

    def reports(self) -> Iterator[Row]:
        """Yield a report about each room, a few of them open."""
        for number in range(1, self.rooms + 1):
            resolved = None if number in FEW else self.now - timedelta(seconds=number)
            yield {"room_id": number, "owner_id": number, "category": "hate", "description": f"Words in {number}",
                   "created_at": self.now - timedelta(minutes=number), "resolved_at": resolved}  # fmt: skip

    def entries(self) -> Iterator[Row]:
        """Yield what moderators did."""
        for number in range(1, self.rooms + 1):
            yield {"at": self.now - timedelta(minutes=number), "action": "warn", "target_kind": "person",
                   "target": str(number), "reason": f"Because of {number}"}  # fmt: skip

    def fill(self) -> None:
        """Write everything."""
        for model, rows in (
            (User, self.people()), (EmailAddress, self.addresses()), (Room, self.all_rooms()),
            (Invite, self.links()), (Membership, self.memberships()), (Redemption, self.redemptions()),
            (Session, self.sessions()), (UserSession, self.browsers()), (Report, self.reports()),
            (AuditEntry, self.entries()),
        ):  # fmt: skip
            Table(model).write(rows)


class Table:
    """The columns of a model, each with what a row has that does not name it."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        empty = model()
        numbered = isinstance(model._meta.pk, models.AutoField)
        self.fields = [field for field in model._meta.concrete_fields if not (field.primary_key and numbered)]
        if model in (User, Room, Invite):  # others refer to them by the numbers that they are given here
            self.fields = list(model._meta.concrete_fields)
        self.defaults = {field.attname: getattr(empty, field.attname) for field in self.fields}

    def values(self, row: Row) -> list[Any]:
        """Return the values of a row, as the database takes them."""
        found = {**self.defaults, **row}
        if "id" in found and found["id"] == self.defaults.get("id"):  # a fresh UUID, not that of the defaults
            found["id"] = uuid.uuid4()
        return [as_stored(found[field.attname]) for field in self.fields]

    def write(self, rows: Iterable[Row]) -> None:
        """Write the rows, the fastest way there is."""
        names = ", ".join(f'"{field.column}"' for field in self.fields)
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = replica")  # no triggers for foreign keys
                with without_indexes(cursor, table), cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(self.values(row))
                cursor.execute("SET session_replication_role = DEFAULT")
                return
            marks = ", ".join(["%s"] * len(self.fields))
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
            batch: list[list[Any]] = []
            for row in rows:
                batch.append(self.values(row))
                if len(batch) == AT_ONCE:
                    cursor.executemany(statement, batch)
                    batch.clear()
            cursor.executemany(statement, batch)


@contextmanager
def without_indexes(cursor: Any, table: str) -> Iterator[None]:
    """Drop the indexes of a table that belong to no constraint, and make them again when it is filled."""
    cursor.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
        """,
        [table],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cursor.execute(definition)


def as_stored(value: Any) -> Any:
    """Return a value as columns of this database have it."""
    if connection.vendor == "postgresql":
        return value
    if isinstance(value, uuid.UUID):
        return value.hex
    return str(value.replace(tzinfo=None)) if isinstance(value, datetime) else value


def settle(how: str) -> None:
    """Do what PostgreSQL does by itself after a while: gather statistics, and count on from the last numbers."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in (User, Room, Invite):
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
        cursor.execute(how)


def main() -> int:
    """Migrate and fill."""
    parser = argparse.ArgumentParser(prog="benchmarks.growth.fill", description=__doc__)
    parser.add_argument("rooms", type=int)
    parser.add_argument("each", type=int)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("PRAGMA synchronous = OFF")
    if not User.objects.exists():
        Filler(options.rooms, options.each).fill()
        settle("VACUUM ANALYZE")
    settle("ANALYZE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
