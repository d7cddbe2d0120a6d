"""`/readyz` asks what the site needs as pages do, and says which part is not well."""

import os
import shutil
import signal
import sqlite3
from pathlib import Path

import psycopg
import pytest
import redis

from tests.app_server import AppServer
from tests.operations.asking import ask, metrics, readiness
from tests.services import PostgresServer, RedisServer, wait_until

# It waits since an hour, and is tried again in an hour.
LATE_MAIL = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Mail
hour, now = timedelta(hours=1), timezone.now()
Mail.objects.create(
    purpose="warning", content="e1.x.y", address_hash="", created_at=now - hour, next_try_at=now + hour,
    useful_until=now + 24 * hour,
)
"""


class LimitedServer(AppServer):
    """A process that may write only what is its own; root may write everything, unless it gives that up."""

    def command(self) -> list[str]:
        gone = "-dac_override,-dac_read_search"
        limits = ["setpriv", f"--bounding-set={gone}", f"--inh-caps={gone}"] if os.geteuid() == 0 else []
        return [*limits, *super().command()]


def test_a_database_file_that_belongs_to_another_user_is_found() -> None:
    app = LimitedServer()
    app.migrate()
    app.ready = lambda: ask(app, "/healthz")[0] == 200  # type: ignore[method-assign]
    path = Path(app.settings["DATABASE_URL"].removeprefix("sqlite:///"))
    path.chmod(0o444)
    if os.geteuid() == 0:
        shutil.chown(path, "daemon")
    with app:
        status, said = readiness(app)
        assert (status, said["ready"]) == (503, False)
        assert said["database"] == said["migrations"] == "ok"
        assert "refuses to write" in said["write"]
        assert metrics(app)["meetingpoint_part_ready{part=write}"] == 0
        for file in path.parent.glob("db.sqlite3*"):  # with the files of its log
            if os.geteuid() == 0:
                shutil.chown(file, "root")
            file.chmod(0o600)
        wait_until(lambda: readiness(app)[0] == 200, 20, "the site can write")


def test_late_mail_is_named_and_still_counted() -> None:
    app = AppServer()
    app.migrate()
    app.run_python(LATE_MAIL)
    with app:
        status, said = readiness(app)
        assert (status, said["database"]) == (200, "ok")
        assert "oldest" in said["mail"] or "wait" in said["mail"]
        found = metrics(app)
        assert found["meetingpoint_mails_waiting"] == 1
        assert found["meetingpoint_mail_oldest_waiting_seconds"] > 900


def test_a_database_that_lacks_migrations_is_found() -> None:
    app = AppServer()
    app.ready = lambda: ask(app, "/healthz")[0] == 200  # type: ignore[method-assign]
    with app:
        status, said = readiness(app)
        assert status == 503
        assert "run manage.py migrate" in said["migrations"]
        app.migrate()
        wait_until(lambda: readiness(app)[0] == 200, 10, "the site is ready")
        with sqlite3.connect(app.settings["DATABASE_URL"].removeprefix("sqlite:///")) as database:
            database.execute("DELETE FROM django_migrations WHERE app = 'rooms' AND name = '0003_room_last_used'")
        wait_until(lambda: readiness(app)[0] == 503, 10, "the missing migration is found")
        assert readiness(app)[1]["migrations"] == "1 migration is not applied: run manage.py migrate"


@pytest.mark.long
def test_services_that_refuse_to_write_or_are_away_are_named() -> None:
    with PostgresServer() as postgres, RedisServer() as server:
        app = AppServer(settings={"DATABASE_URL": postgres.create_database(), "REDIS_URL": server.url})
        app.migrate()
        with app:
            assert readiness(app)[1] == {
                "ready": True,
                **dict.fromkeys(("process", "database", "migrations", "write", "redis", "redis-list", "mail"), "ok"),
            }
            with redis.Redis(port=server.port) as client:
                client.config_set("maxmemory", "1")  # full: it still answers questions
                wait_until(lambda: readiness(app)[0] == 503, 10, "the full Redis is found")
                assert "refuses to write" in readiness(app)[1]["redis"]
                client.config_set("maxmemory", "0")
            wait_until(lambda: readiness(app)[0] == 200, 10, "all is well again")
            with psycopg.connect(app.settings["DATABASE_URL"], autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")  # as on a standby
                connection.execute("SELECT pg_reload_conf()")
            wait_until(lambda: "refuses to write" in readiness(app)[1].get("write", ""), 10, "it is found")
            assert postgres.process
            children = Path(f"/proc/{postgres.process.pid}/task/{postgres.process.pid}/children").read_text().split()
            processes = [postgres.process.pid, *map(int, children)]
            for pid in processes:
                os.kill(pid, signal.SIGSTOP)  # it accepts connections and says nothing
            wait_until(lambda: "no answer within" in str(readiness(app)[1]), 30, "the silence is found")
            assert ask(app, "/healthz") == (200, "ok\n")
            assert "meetingpoint_ready 0" in ask(app, "/metrics")[1]
            for pid in processes:
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: "does not answer" in readiness(app)[1].get("database", ""), 30, "it is found")
            assert readiness(app)[0] == 503
