"""Meeting Point itself as real processes: `manage.py serve` with a database of its own, on a free port."""

import atexit
import email
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from email import policy
from functools import cache
from pathlib import Path

import psycopg

from tests import forking
from tests.services import Process, Service, find_binary, wait_until

ROOT = Path(__file__).resolve().parent.parent
SHARED = "MEETINGPOINT_TEST_FOLDER"

# What `AppServer.run_python` runs: a line with code and variables comes in, a line with the result goes out.
# Between two of them nothing is kept, neither a connection to a database, which may go away, nor a cache.
SHELL = """
import json, sys, traceback
from django.conf import settings
from django.core.cache import cache
from django.db import connections
for line in sys.stdin:
    order = json.loads(line)
    variables = {"__name__": "__main__", "result": None, **order["values"]}
    error = None
    if not settings.REDIS_URL:
        cache.clear()
    try:
        exec(order["code"], variables)
    except Exception:
        error = traceback.format_exc()
    for connection in connections.all(initialized_only=True):
        connection.close()
        getattr(connection, "close_pool", lambda: None)()
    print(json.dumps({"answer": variables["result"], "error": error}, default=str), flush=True)
"""


class Shell:
    """A process that runs `SHELL`: a line of `orders` for each line of `answers`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
        command = [sys.executable, str(ROOT / "manage.py"), "shell", "--command", SHELL]
        self._process = forking.start(command, environment, [theirs_in, theirs_out, 2])
        os.close(theirs_in)
        os.close(theirs_out)
        self.orders, self.answers = os.fdopen(ours_out, "w"), os.fdopen(ours_in)

    def close(self) -> None:
        """End the process."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.orders.close()
        self.answers.close()


class AppServer(Service):
    """One server process in production settings (DEBUG off). Give several the same `settings` to share services."""

    name = "app"
    ready_within = 40.0

    def __init__(self, port: int | None = None, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(port)
        self._shell: Shell | None = None
        self.sessions: dict[
            str, list[str]
        ] = {}  # of accounts that are signed in already, by address: see `sign_in_ahead`
        self.settings = {
            "DATABASE_URL": f"sqlite:///{self.folder / 'db.sqlite3'}",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SITE_ORIGINS": self.origin,
            "EMAIL_URL": f"filemail:///{self.folder / 'mail'}",
            "DEFAULT_FROM_EMAIL": "Meeting Point <post@meet.example.org>",
            "LIMIT_FACTOR": "1000",  # one Olga makes the rooms of all stories
            **(settings or {}),
        }

    @property
    def origin(self) -> str:
        """The origin under which browsers reach this process."""
        return f"http://localhost:{self.port}"

    def command(self) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), "serve", "--host", "127.0.0.1", "--port", str(self.port)]

    def begin(self, log: int) -> Process:
        if self.user is None:
            with Path(os.devnull).open() as nothing:
                return forking.start(self.command(), self.environment(), [nothing.fileno(), log, log])
        return super().begin(log)

    def environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {**inherited, "ENV_FILE": os.devnull, "PYTHONUNBUFFERED": "1", **self.settings}

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.origin}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return False

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run a `manage.py` command on this server's database and return what it wrote. Raises with its errors."""
        done = forking.run(arguments, self.environment(), stdin)
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def migrate(self) -> None:
        """Bring the database to the newest schema. The migrations run once in a run for all that are new."""
        url = self.settings["DATABASE_URL"]
        path = Path(url.removeprefix("sqlite:///"))
        if path.is_absolute() and not path.exists():
            shutil.copy(migrated_database(), path)
        elif url.startswith("postgres:") and is_empty(url):
            schema = once_in_a_run("schema.sql", self._migrate_and_dump)
            if is_empty(url):
                load = [find_binary("psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--file={schema}", url]
                subprocess.run(load, check=True, stdout=subprocess.DEVNULL)
        else:
            self.manage("migrate", "--verbosity", "0")

    def _migrate_and_dump(self, path: Path) -> None:
        """Bring the database, of PostgreSQL, to the newest schema, and write all of it to a file."""
        self.manage("migrate", "--verbosity", "0")
        subprocess.run([find_binary("pg_dump"), f"--file={path}", self.settings["DATABASE_URL"]], check=True)

    def run_python(self, code: str, **values: object) -> object:
        """Run `code` inside a Django process on this database; `values` are its variables, `result` is the answer.

        Starting Django takes longer than what the tests do with it: the process stays for the next call.
        """
        if self._shell is None:
            self._shell = Shell(self.environment())
        self._shell.orders.write(json.dumps({"code": code, "values": values}) + "\n")
        self._shell.orders.flush()
        lines = iter(self._shell.answers.readline, "")
        answer = json.loads(
            next((line for line in lines if line.startswith('{"answer"')), '{"answer": null, "error": ""}')
        )
        if answer["error"] is not None:
            raise RuntimeError(f"in a process of Django:\n{answer['error']}")
        return answer["answer"]

    def close_shell(self) -> None:
        """End the process of `run_python`; the next call starts another one."""
        if self._shell is not None:
            self._shell.close()
            self._shell = None

    def close(self) -> None:
        self.close_shell()
        super().close()

    def mails_to(self, address: str) -> Iterator[str]:
        """Yield the texts of the mails sent to `address`, the newest first."""
        folder = Path(self.settings["EMAIL_URL"].removeprefix("filemail:///"))
        for path in sorted(folder.glob("*"), key=lambda p: p.stat().st_mtime_ns, reverse=True):
            for part in reversed(path.read_bytes().split(b"-" * 79 + b"\n")):
                mail = email.message_from_bytes(part.strip(), policy=policy.default)
                if address in str(mail["to"]):
                    body = mail.get_body(("plain",))
                    yield body.get_content() if body else ""

    def mail_to(self, address: str) -> str:
        """Wait for a mail to `address` and return the newest one's text."""
        wait_until(lambda: any(self.mails_to(address)), 10, f"a mail to {address}")
        return next(self.mails_to(address))

    def logged(self) -> str:
        """Return everything the process has written so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@cache
def folder_of_run() -> Path:
    """Return a folder that the processes of a run share. The first of them makes it and removes it at its end."""
    if SHARED not in os.environ:
        os.environ[SHARED] = tempfile.mkdtemp(prefix="meetingpoint-run-")
        atexit.register(shutil.rmtree, os.environ[SHARED], ignore_errors=True)
    return Path(os.environ[SHARED])


def once_in_a_run(name: str, make: Callable[[Path], None]) -> Path:
    """Return the path of a file that the first process to ask for it makes; the others wait."""
    path = folder_of_run() / name
    with path.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = path.with_name(f"{name}.unfinished")
            make(unfinished)
            unfinished.rename(path)
    return path


def migrated_database() -> Path:
    """Return a SQLite database with the newest schema and nothing in it, to be copied."""

    def make(path: Path) -> None:
        server = AppServer(settings={"DATABASE_URL": f"sqlite:///{path}"})
        server.manage("migrate", "--verbosity", "0")
        server.close()

    return once_in_a_run("schema.sqlite3", make)


def migrate(url: str) -> None:
    """Bring a database to the newest schema, as `AppServer.migrate` does."""
    server = AppServer(settings={"DATABASE_URL": url})
    server.migrate()
    server.close()


def is_empty(url: str) -> bool:
    """Say whether there is no table of ours in a database of PostgreSQL."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT to_regclass('public.django_migrations')").fetchone() == (None,)


def make_account(app: AppServer, address: str, name: str, password: str, *, staff: bool = False) -> None:
    """Make an account with a proven address, as signing up does, in the database of `app`."""
    app.run_python(
        """
from allauth.account.models import EmailAddress
from accounts.models import User
user = User.objects.create_user(address, password, display_name=name, is_staff=staff, is_superuser=staff)
EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
""",
        address=address,
        name=name,
        password=password,
        staff=staff,
    )


def sign_in_ahead(app: AppServer, address: str, times: int) -> list[str]:
    """Sign in to an account this many times, in the database of `app`; return the keys of the sessions.

    A password takes a third of a second to check, and the tests sign in a hundred times. The sessions are valid under
    the SECRET_KEY of `app`. They are not in the list of the person's sessions, which would end the oldest of so many.
    """
    keys: list[str] = app.run_python(  # type: ignore[assignment]
        """
from datetime import timedelta
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from accounts.authentication.sessions import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from accounts.models import User
user = User.objects.get(email=address)
store = SessionStore()
data = store.encode({
    SESSION_KEY: str(user.pk),
    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
    HASH_SESSION_KEY: user.get_session_auth_hash(),
})
result = [store._get_new_session_key() for _ in range(times)]
ends = timezone.now() + timedelta(days=1)
Session.objects.bulk_create(Session(session_key=key, session_data=data, expire_date=ends) for key in result)
""",
        address=address,
        times=times,
    )
    return keys
