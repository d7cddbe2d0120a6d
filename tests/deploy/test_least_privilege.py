"""The site with a database role for rows and a Redis user for its own keys, over TLS: it works, and can do no more."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import errors
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.app_server import AppServer
from tests.deploy.secured import SecuredPostgres, SecuredRedis, make_secrets
from tests.signaling.hosting import change_join_rule, knock
from tests.signaling.world import SignalingServer, introduce


class Site:
    """The secrets, both services, and the settings that lead to them."""

    def __init__(self, secrets: Path) -> None:
        self.secrets = secrets
        make_secrets(secrets)  # those of the services have to be there before these start
        self.postgres, self.redis = SecuredPostgres(), SecuredRedis(secrets)
        make_secrets(
            secrets,
            POSTGRES_AT=f"localhost:{self.postgres.port}",
            POSTGRES_OPTIONS=f"?sslmode=verify-full&sslrootcert={self.postgres.certificate}",
            REDIS_SCHEME="rediss",
            REDIS_AT=f"localhost:{self.redis.port}/0",
            REDIS_OPTIONS=f"?ssl_ca_certs={self.redis.certificate}",
        )

    def secret(self, name: str) -> str:
        """Return the value in one of the files."""
        return (self.secrets / name).read_text().strip()

    def files(self, *, database: str = "database_url") -> dict[str, str]:
        """Return the settings of a server; every secret is in a file."""
        names = {"DATABASE_URL": database, "REDIS_URL": "redis_url", "SECRET_KEY": "secret_key"}
        return {f"{name}_FILE": str(self.secrets / file) for name, file in names.items()}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Both services, with a database that the owner has migrated."""
    found = Site(tmp_path_factory.mktemp("secrets"))
    with found.postgres, found.redis:
        for _ in range(2):  # it can run again
            found.postgres.make_roles(found.secrets)
        owner = AppServer(settings=found.files(database="owner_database_url"))
        owner.manage("migrate", "--verbosity", "0")
        found.postgres.make_roles(found.secrets)
        owner.close()
        yield found


@pytest.fixture(scope="module")
def pair(site: Site) -> Iterator[tuple[SignalingServer, SignalingServer]]:
    """Two processes of the site."""
    first, second = (SignalingServer("daphne", site.files()) for _ in range(2))
    for app in (first, second):
        app.settings["SITE_ORIGINS"] = f"{first.origin},{second.origin}"
    with first, second:
        yield first, second
        for app in (first, second):
            assert "Traceback" not in app.logged()
            assert "NOPERM" not in app.logged()


async def test_people_meet_across_processes_with_these_rights(pair: tuple[SignalingServer, SignalingServer]) -> None:
    first, second = pair
    scene = first.room(8)
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max, app=second)
    await introduce(olga, max_)
    await change_join_rule(scene, "knock")
    guest = scene.caller(scene.guests[0], app=second)
    await knock(guest)
    assert (await olga.expect("knocks"))["peer"]["pid"] == guest.pid
    for caller in (guest, max_, olga):
        await caller.close()


def test_upkeep_and_the_checks_need_no_more(site: Site, pair: tuple[SignalingServer, SignalingServer]) -> None:
    first, _ = pair
    first.manage("prune")
    first.manage("remind")
    first.manage("migrate", "--check")
    said = first.manage("check", "--deploy")
    assert "W004" not in said
    assert "W005" not in said
    assert "W006" not in said


FORBIDDEN = [
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "DROP TABLE rooms_room",
    "TRUNCATE accounts_user CASCADE",
    "ALTER TABLE accounts_user ADD COLUMN mine int",
    "ALTER TABLE accounts_user DISABLE TRIGGER ALL",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION pgcrypto",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "ALTER ROLE meetingpoint SUPERUSER",
    "SET ROLE meetingpoint_owner",
    "SELECT rolpassword FROM pg_authid",
    "COPY accounts_user TO PROGRAM 'cat'",
    "COPY accounts_user FROM '/etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_site_can_change_rows_and_nothing_else(site: Site, statement: str) -> None:
    with (
        psycopg.connect(site.secret("database_url"), autocommit=True) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_nothing_comes_in_without_tls_or_with_another_certificate(site: Site) -> None:
    url = site.secret("database_url")
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(url.replace("verify-full", "disable"))
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        psycopg.connect(url.replace(str(site.postgres.certificate), str(site.redis.certificate)))
    once = Retry(NoBackoff(), 0)
    unverified = site.secret("redis_url").partition("?")[0]  # the system's authorities do not know this certificate
    with pytest.raises(redis.ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        redis.Redis.from_url(unverified, retry=once).ping()
    with pytest.raises(redis.ConnectionError):
        redis.Redis(host="localhost", port=site.redis.port, retry=once, socket_timeout=2).ping()


COMMANDS = [
    ("SET", "other", "1"),
    ("GET", "other"),
    ("KEYS", "*"),
    ("FLUSHALL",),
    ("CONFIG", "GET", "*"),
    ("ACL", "LIST"),
    ("MONITOR",),
    ("DEBUG", "SLEEP", "0"),
    ("CLIENT", "LIST"),
    ("SAVE",),
    ("SHUTDOWN",),
    ("REPLICAOF", "198.51.100.1", "6379"),
    ("MODULE", "LIST"),
    ("MIGRATE", "198.51.100.1", "6379", "mp:x", "0", "1"),
    ("SUBSCRIBE", "other"),
    ("PUBLISH", "other", "1"),
    ("EVAL", "return redis.call('GET', 'other')", "0"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_redis_does_only_what_the_site_needs(site: Site, command: tuple[str, ...]) -> None:
    client = redis.Redis.from_url(site.secret("redis_url"))
    assert client.set("mp:test", 1, ex=1)
    with pytest.raises(redis.RedisError, match=r"(?i)no permissions|can't access|not allowed"):
        client.execute_command(*command)
    client.close()


@pytest.mark.parametrize("user", [None, "default", "meetingpoint"])
def test_redis_lets_no_one_in_without_the_password(site: Site, user: str | None) -> None:
    password = "guess" if user else None
    once = Retry(NoBackoff(), 0)
    client = redis.Redis(unix_socket_path=str(site.redis.socket), username=user, password=password, retry=once)
    with pytest.raises(redis.RedisError, match=r"(?i)authenticat|invalid username-password"):
        client.get("mp:test")


def test_the_secrets_are_long_of_their_own_and_stay(site: Site) -> None:
    before = {path.name: path.read_text() for path in site.secrets.iterdir()}
    make_secrets(site.secrets, POSTGRES_AT="db.internal")
    after = {path.name: path.read_text() for path in site.secrets.iterdir()}
    own = {"secret_key", "turn_secret", "postgres_admin", "postgres_owner", "postgres_site", "redis_site"}
    assert {name: before[name] for name in own} == {name: after[name] for name in own}
    assert len({before[name] for name in own}) == len(own)
    assert all(len(before[name].strip()) == 64 for name in own)
    assert {path.stat().st_mode & 0o777 for path in site.secrets.iterdir()} == {0o600}
    assert "db.internal" in after["database_url"]
    for name, text in before.items():
        (site.secrets / name).write_text(text)
