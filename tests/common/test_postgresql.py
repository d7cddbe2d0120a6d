"""The database engine holds a connection for a query or a transaction, and never between them."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connections, transaction
from psycopg import connect

from common.postgresql import checks
from common.postgresql.base import DatabaseWrapper
from meetingpoint_site.environment import env
from tests.services import PostgresServer

ALIAS = "one_connection"


@pytest.fixture
def database(postgres_server: PostgresServer, django_db_blocker: Any) -> Iterator[DatabaseWrapper]:
    """A database of one table, with a pool of one connection: a thread that holds it keeps all others waiting."""
    options = {"pool": {"min_size": 1, "max_size": 1, "timeout": 20}}
    parsed = env.db_url_config(postgres_server.create_database())
    defaults = {"TIME_ZONE": None, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True}
    wrapper = DatabaseWrapper({**settings.DATABASES["default"], **defaults, **parsed, "OPTIONS": options}, ALIAS)
    wrapper.inc_thread_sharing()
    with django_db_blocker.unblock():
        connections[ALIAS] = wrapper
        run(wrapper, "CREATE TABLE words (word text UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        yield wrapper
        wrapper.close_pool()
        del connections[ALIAS]


def run(database: DatabaseWrapper, sql: str) -> list[Any]:
    with database.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def is_free(database: DatabaseWrapper) -> bool:
    pool = database.pool
    assert pool is not None
    return database.connection is None and pool.get_stats()["pool_available"] == 1


def test_a_query_gives_the_connection_back(database: DatabaseWrapper) -> None:
    assert run(database, "SELECT 1") == [(1,)]
    assert is_free(database)
    with pytest.raises(DatabaseError):
        run(database, "SELECT nothing FROM nowhere")
    assert is_free(database)


def test_a_query_opens_the_pool_that_follows_a_closed_one(database: DatabaseWrapper) -> None:
    assert run(database, "SELECT 1") == [(1,)]
    database.close_pool()
    assert run(database, "SELECT 2") == [(2,)]
    assert is_free(database)


def test_a_cursor_that_is_read_in_parts_keeps_the_connection_until_it_is_closed(database: DatabaseWrapper) -> None:
    with database.chunked_cursor() as rows:
        rows.execute("SELECT generate_series(1, 3)")
        assert rows.fetchmany(1) == [(1,)]
        assert run(database, "SELECT 2") == [(2,)]
        assert rows.fetchmany(2) == [(2,), (3,)]
    assert is_free(database)


def test_a_transaction_keeps_its_connection_and_gives_it_back(database: DatabaseWrapper) -> None:
    with transaction.atomic(using=ALIAS):
        run(database, "INSERT INTO words VALUES ('kept')")
        with pytest.raises(DatabaseError), transaction.atomic(using=ALIAS):
            run(database, "INSERT INTO nowhere VALUES (1)")
        assert not is_free(database)
    assert is_free(database)
    with transaction.atomic(using=ALIAS):
        run(database, "INSERT INTO words VALUES ('lost')")
        transaction.set_rollback(True, using=ALIAS)
    assert is_free(database)
    with pytest.raises(DatabaseError), transaction.atomic(using=ALIAS):  # noticed by COMMIT
        run(database, "INSERT INTO words VALUES ('twice'), ('twice')")
    assert is_free(database)
    assert run(database, "SELECT word FROM words") == [("kept",)]


def test_a_connection_that_was_closed_inside_a_transaction_is_replaced(database: DatabaseWrapper) -> None:
    with transaction.atomic(using=ALIAS):
        database.close()
        with pytest.raises(DatabaseError):
            run(database, "SELECT 1")
    with transaction.atomic(using=ALIAS):
        run(database, "INSERT INTO words VALUES ('kept')")
    assert run(database, "SELECT word FROM words") == [("kept",)]


def test_a_connection_that_was_closed_inside_a_transaction_commits_for_others(database: DatabaseWrapper) -> None:
    other = database.copy()
    other.inc_thread_sharing()
    run(other, "SELECT 1")
    with transaction.atomic(using=ALIAS):
        run(database, "SELECT 1")
        database.close()
    run(other, "INSERT INTO words VALUES ('kept')")
    assert run(database, "SELECT word FROM words") == [("kept",)]


def test_what_follows_a_commit_runs_without_a_connection(database: DatabaseWrapper) -> None:
    free = []
    with transaction.atomic(using=ALIAS):
        run(database, "INSERT INTO words VALUES ('kept')")
        transaction.on_commit(lambda: free.append(is_free(database)), using=ALIAS)
        transaction.on_commit(lambda: free.append(run(database, "SELECT 1") == [(1,)]), using=ALIAS)
        transaction.on_commit(lambda: free.append(is_free(database)), using=ALIAS)
    transaction.on_commit(lambda: free.append(is_free(database)), using=ALIAS)
    assert free == [True, True, True, True]


def test_others_are_served_while_a_person_waits(database: DatabaseWrapper) -> None:
    run(database, "SELECT 1")
    answers: list[Any] = []

    def ask() -> None:
        other = DatabaseWrapper(database.settings_dict, ALIAS)
        answers.extend(run(other, "SELECT 2"))

    other = threading.Thread(target=ask)
    other.start()
    other.join()  # this thread's request is not over
    assert answers == [(2,)]


def test_a_connection_that_the_server_ended_is_replaced(
    database: DatabaseWrapper, postgres_server: PostgresServer
) -> None:
    ((process,),) = run(database, "SELECT pg_backend_pid()")
    with connect(postgres_server.url(), autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 10000)", [process])
    assert run(database, "SELECT 1") == [(1,)]
    with pytest.raises(OperationalError):
        run(database, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert run(database, "SELECT 1") == [(1,)]


def test_more_connections_than_the_database_admits_are_said(
    database: DatabaseWrapper, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "connection", database)
    settings.DATABASE_CONNECTIONS, settings.WEB_PROCESSES = 8, 11
    assert checks.enough_connections(None) == []  # PostgreSQL as installed: 100, of which 3 are for superusers
    settings.WEB_PROCESSES = 12
    (message,) = checks.enough_connections(None)
    assert "97 connections, and 12 processes" in message.msg
    assert "DATABASE_CONNECTIONS to 7" in str(message.hint)
    assert "11 processes are enough" in str(message.hint)
    settings.DATABASE_CONNECTIONS = 7
    assert checks.enough_connections(None) == []
    run(database, f"ALTER DATABASE {database.settings_dict['NAME']} CONNECTION LIMIT 20")
    (message,) = checks.enough_connections(None)
    assert message.id == "meetingpoint.W030"
    assert "20 connections" in message.msg
