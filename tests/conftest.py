"""What all tests share: private services that start when the first test asks for them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.template import Engine
from django.utils import timezone, translation

from common import mail, ratelimit
from tests import forking
from tests.app_server import folder_of_run
from tests.services import CoturnServer, PostgresServer, RedisServer

# The files that take longest come first: then all processes of a run end at about the same time.
SLOW = [
    *("files", "room_keys", "core", "speaking", "small_window", "call_page", "pages", "chat", "lobby", "roles"),
    *("moderation", "received", "safety", "first_meeting", "two_processes", "without_server", "adaptation"),
    *("server_restart", "saving", "invitation", "intent", "resuming", "health", "secrets", "sealed", "background"),
    *("several_processes", "corpus", "least_privilege", "backup", "plans", "deletion", "admin_corpus", "deadlines"),
    *("doctor", "containers", "events", "hostile_frames", "database_away", "drain", "watchers", "demo", "offered"),
]


def pytest_configure() -> None:
    """Make the folder that the processes of this run share before there are any, and let them begin as copies."""
    folder_of_run()
    forking.use()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of slow files first, and files last that leave a database without what migrations put there."""
    ranks = {f"test_{name}.py": rank for rank, name in enumerate(SLOW)}
    emptying = {item.path for item in items if empties_database(item)}
    items.sort(key=lambda item: (item.path in emptying, ranks.get(item.path.name, len(ranks))))


def empties_database(item: pytest.Item) -> bool:
    """Say whether a test commits what it does, and all tables are emptied after it."""
    marker = item.get_closest_marker("django_db")
    by_marker = marker is not None and marker.kwargs.get("transaction", False)
    return by_marker or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix() -> None:
    """Change no name for the processes of a run: each has its database in its own memory, as the engine is SQLite's.

    pytest-django knows that of Django's own engine alone, by its name.
    """


@pytest.fixture(autouse=True)
def _complete_emails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to send an email whose template lacks a value: Django would leave a gap in the sentence."""
    render = mail._render

    def render_strictly(template: str, context: dict[str, Any]) -> str:
        engine = Engine.get_default()
        with monkeypatch.context() as strict:
            strict.setattr(engine, "string_if_invalid", "⟪no value for %s⟫")
            text = render(template, context)
        assert "⟪no value" not in text, text
        return text

    monkeypatch.setattr(mail, "_render", render_strictly)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Start every test as a process does: an empty cache, unused limits, no language or time zone of a reader."""
    cache.clear()
    ratelimit.forget_all()
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def _quick_passwords(settings: LazySettings) -> None:
    """Hash passwords quickly: what is slow on purpose is Django's, and tested there."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A private Redis for the run. A test that stops it must start it again."""
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A private PostgreSQL for the run; ask it for a database of your own with `create_database()`."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def coturn_server() -> Iterator[CoturnServer]:
    """A private TURN server for the run."""
    with CoturnServer() as server:
        yield server
