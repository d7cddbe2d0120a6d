"""A backup is made while people use the site, and on an empty machine the same rooms, keys and sessions come back."""

import hashlib
import json
import secrets
import shutil
import sqlite3
import stat
import threading
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from meetingpoint_site.operations.backup.archive import BadArchive, open_archive
from tests.app_server import AppServer
from tests.services import PostgresServer, wait_until
from tests.signaling.world import SignalingServer, introduce

CONTENTS = """
from django.db import connection
result = {}
with connection.cursor() as cursor:
    for table in connection.introspection.table_names(cursor):
        cursor.execute(f'SELECT * FROM "{table}"')
        result[table] = sorted(repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in cursor)
"""
# The hour of a call is written a little after it has begun.
USED = "from rooms.models import Room; result = Room.objects.filter(last_used_at__isnull=False).exists()"
WAITING_MAIL = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Mail
now = timezone.now()
Mail.objects.create(
    purpose="invitation", content="e1.secret-of-a-link", address_hash="", created_at=now,
    next_try_at=now + timedelta(hours=1), useful_until=now + timedelta(days=1),
)
"""
SECOND_FACTOR = """
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from accounts.models import User
user = User.objects.order_by("pk").first()
Authenticator.objects.create(user=user, type="totp", data={"secret": get_adapter().encrypt("JBSWY3DPEHPK3PXP")})
"""
READ_FACTOR = """
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
result = get_adapter().decrypt(Authenticator.objects.get().data["secret"])
"""
SIGN_UPS = """
from allauth.account.models import EmailAddress
from django.db import transaction
from accounts.models import User
for number in range(first, first + 20):
    with transaction.atomic():
        user = User.objects.create_user(f"p{number}@example.org")
        EmailAddress.objects.create(user=user, email=user.email)
"""
PAIRS = """
from allauth.account.models import EmailAddress
from accounts.models import User
made = User.objects.filter(email__startswith="p")
result = [made.count(), EmailAddress.objects.filter(user__in=made).count()]
"""
NEXT = """
from accounts.models import User
last = User.objects.latest("pk").pk
result = User.objects.create_user("next@example.org").pk - last
"""

NewDatabase = Callable[[], str]


@pytest.fixture(scope="module", params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.long)])
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """Make addresses of databases that are empty."""
    if request.param == "SQLite":
        yield lambda: f"sqlite:///{tmp_path_factory.mktemp('database') / 'db.sqlite3'}"
    else:
        with PostgresServer() as postgres:
            yield postgres.create_database


async def test_the_same_site_comes_back_on_an_empty_machine(new_database: NewDatabase, tmp_path: Path) -> None:
    old = SignalingServer("uvicorn", settings={"DATABASE_URL": new_database()})
    old.migrate()
    backup = tmp_path / "site.zip"
    with old:
        scene = old.room()
        old.run_python(SECOND_FACTOR)
        olga = scene.caller(scene.olga)
        await olga.join()
        old.run_python(SIGN_UPS, first=0)
        busy, first = True, 20

        def sign_up() -> None:
            nonlocal first
            while busy:
                old.run_python(SIGN_UPS, first=first)
                first += 20

        people = threading.Thread(target=sign_up)
        people.start()
        try:
            said = old.manage("backup", str(backup))
        finally:
            busy = False
            people.join()
        assert "secrets" in said
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
        assert list(tmp_path.iterdir()) == [backup]
        assert "Traceback" not in old.logged()
        # A second one, now that all is quiet: what it has can be compared.
        wait_until(lambda: old.run_python(USED), 30, "the hour of the call")
        old.run_python(WAITING_MAIL)
        quiet = tmp_path / "quiet.zip"
        old.manage("backup", str(quiet))
        contents = old.run_python(CONTENTS)

    key = tmp_path / "secret_key"
    key.write_text(secrets.token_urlsafe(50))
    new = SignalingServer("uvicorn", settings={"DATABASE_URL": new_database(), "SECRET_KEY_FILE": str(key)})
    new.settings.pop("SECRET_KEY")
    try:
        new.manage("restore", str(backup))
        pairs: Any = new.run_python(PAIRS)
        assert pairs[0] > 0
        assert pairs[0] == pairs[1], "a moment at which a transaction was half done"
        new.close_shell()
        with pytest.raises(RuntimeError, match="--replace"):
            new.manage("restore", str(quiet))
        said = new.manage("restore", str(quiet), "--replace")
        assert "Restart" in said
        assert key.read_text().strip() == old.settings["SECRET_KEY"]
        # The time of the backup itself, and emails that wait: they hold links, and were sent by the old site.
        changed = {"operations_job", "accounts_mail"}
        now = new.run_python(CONTENTS)
        assert isinstance(contents, dict)
        assert isinstance(now, dict)
        assert now["accounts_mail"] == []
        assert contents["accounts_mail"] != []
        assert {table for table in contents if contents[table] != now.get(table)} <= changed
        assert set(now) == set(contents)
        assert len(now["rooms_room"]) == 1
        assert new.run_python(READ_FACTOR) == "JBSWY3DPEHPK3PXP"
        with new:
            cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={scene.olga[0]}"}
            with urllib.request.urlopen(urllib.request.Request(f"{new.origin}/rooms/", headers=cookie)) as page:
                assert scene.slug in page.read().decode()
            here, guest = (scene.caller(who, app=new) for who in (scene.olga, scene.guests[0]))
            await introduce(here, guest)
            assert new.run_python(NEXT) == 1  # the numbers go on
    finally:
        new.close()
        old.close()


@pytest.fixture(scope="module")
def site(new_database: NewDatabase) -> Iterator[SignalingServer]:
    """A site with a room, which is not running."""
    app = SignalingServer(settings={"DATABASE_URL": new_database()})
    app.migrate()
    app.room()
    yield app
    app.close()


def changed_manifest(source: Path, target: Path, **changes: Any) -> None:
    """Copy an archive with another manifest."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "manifest.json":
                body = json.dumps({**json.loads(body), **changes}).encode()
            new.writestr(name, body)


def test_what_is_damaged_or_unknown_changes_nothing(site: SignalingServer, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    site.manage("backup", str(good))
    before = site.run_python(CONTENTS)
    body = good.read_bytes()
    flipped = bytearray(body)
    flipped[len(body) // 3] ^= 0x55
    for damaged in (body[: len(body) // 2], body[:-30], bytes(flipped), b"", b"no archive"):
        bad.write_bytes(damaged)
        with pytest.raises(BadArchive), open_archive(bad):
            pass
    changed_manifest(good, bad, format=2)
    with pytest.raises(BadArchive, match="newer release"), open_archive(bad):
        pass
    with zipfile.ZipFile(good) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    other = "postgresql" if manifest["database"] == "sqlite" else "sqlite"
    changed_manifest(good, bad, database=other)
    with pytest.raises(RuntimeError, match=f"The backup is of {other}"):
        site.manage("restore", str(bad), "--replace")
    changed_manifest(good, bad, migrations=[*manifest["migrations"], ["rooms", "9999_to_come"]])
    with pytest.raises(RuntimeError, match=r"does not know the migration rooms\.9999_to_come"):
        site.manage("restore", str(bad), "--replace")
    if manifest["database"] == "postgresql":
        member = "tables/rooms_membership"
        rows = hashlib.sha256(b"no row\n").hexdigest()
        members = {**manifest["members"], member: {"sha256": rows, "bytes": 7}}
        changed_manifest(good, bad, members=members)
        with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
            for name in old.namelist():
                text = json.dumps({**manifest, "members": members}) if name == "manifest.json" else ""
                new.writestr(name, text or (b"no row\n" if name == member else old.read(name)))
        with pytest.raises(RuntimeError, match="cannot be restored"):
            site.manage("restore", str(bad), "--replace")
    assert site.run_python(CONTENTS) == before


def test_a_byte_that_is_wrong_is_noticed_wherever_it_is(site: SignalingServer, tmp_path: Path) -> None:
    """In a header, too: then a ZIP file asks for a password, another version, or a place that is not there."""
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    site.manage("backup", str(good))
    body = good.read_bytes()
    with open_archive(good) as archive:
        contents = {name: b"".join(archive.pieces(name)) for name in archive.manifest["members"]}
    for place in {*range(60), *range(60, len(body), 211), *range(len(body) - 400, len(body), 3)}:
        for bit in (0x01, 0x80):
            damaged = bytearray(body)
            damaged[place] ^= bit
            bad.write_bytes(damaged)
            try:
                with open_archive(bad) as archive:
                    assert {name: b"".join(archive.pieces(name)) for name in archive.manifest["members"]} == contents
            except BadArchive:
                pass


@pytest.mark.parametrize(
    "manifest", ["[]", "{}", '{"manifest_version": 3}', '{"format": 1}', '{"format": 1, "members": []}']
)
def test_the_archive_of_another_program_is_none(tmp_path: Path, manifest: str) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("manifest.json", manifest)
    with pytest.raises(BadArchive), open_archive(tmp_path / "other.zip"):
        pass


@pytest.mark.long
def test_a_backup_of_an_older_release_is_brought_to_this_one(new_database: NewDatabase, tmp_path: Path) -> None:
    app = AppServer(settings={"DATABASE_URL": new_database()})
    backup = tmp_path / "old.zip"
    app.migrate()
    app.manage("migrate", "rooms", "0002", "--verbosity", "0")
    app.manage("backup", str(backup))
    target = AppServer(settings={"DATABASE_URL": new_database(), "SECRET_KEY": app.settings["SECRET_KEY"]})
    try:
        target.manage("restore", str(backup))
        assert "No planned migration operations" in target.manage("migrate", "--plan")
        target.manage("restore", str(backup))  # over a database that is there
    finally:
        target.close()
        app.close()


def test_the_newest_are_kept_and_nothing_half_done_is_left(tmp_path: Path) -> None:
    app = AppServer()
    app.migrate()
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in (1, 2, 3):
        (folder / f"meetingpoint-2026010{day}T000000Z.zip").write_bytes(b"")
    (folder / "notes.txt").write_text("mine")
    app.manage("backup", "--folder", str(folder), "--keep", "2")
    kept = sorted(path.name for path in folder.iterdir())
    assert len(kept) == 3
    assert kept[0] == "meetingpoint-20260103T000000Z.zip"
    assert kept[2] == "notes.txt"
    with sqlite3.connect(app.settings["DATABASE_URL"].removeprefix("sqlite:///")) as database:
        assert database.execute("SELECT name FROM operations_job").fetchall() == [("backup",)]
    Path(app.settings["DATABASE_URL"].removeprefix("sqlite:///")).write_bytes(b"no database" * 1000)
    with pytest.raises(RuntimeError):
        app.manage("backup", str(folder / "broken.zip"))
    assert sorted(path.name for path in folder.iterdir()) == kept
    app.close()


def test_the_key_goes_back_to_the_settings_file(tmp_path: Path) -> None:
    app = AppServer()
    app.migrate()
    backup, env = tmp_path / "site.zip", tmp_path / "env"
    app.manage("backup", str(backup))
    env.write_text(f"SITE_NAME=Ours\nSECRET_KEY={secrets.token_urlsafe(50)}\n# a note\n")
    env.chmod(0o640)
    new = AppServer()
    new.settings.pop("SECRET_KEY")
    new.settings["ENV_FILE"] = str(env)
    said = new.manage("restore", str(backup))
    assert env.read_text() == f"SITE_NAME=Ours\nSECRET_KEY={app.settings['SECRET_KEY']}\n# a note\n"
    assert stat.S_IMODE(env.stat().st_mode) == 0o640
    assert "SITE_NAME" in said
    shutil.rmtree(new.folder)
    new.close()
    app.close()
