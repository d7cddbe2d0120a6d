"""What a page says while the database is away, told by a real server whose PostgreSQL is killed."""

import secrets
import urllib.error
import urllib.request

import pytest
from django.conf import settings

from tests.app_server import AppServer
from tests.services import PostgresServer


def test_pages_ask_to_try_again_while_the_database_is_away() -> None:
    with PostgresServer() as postgres:
        app = AppServer(settings={"DATABASE_URL": postgres.create_database()})
        app.migrate()
        with app:
            postgres.kill()
            cookie = f"{settings.SESSION_COOKIE_NAME}={secrets.token_hex(16)}"
            with pytest.raises(urllib.error.HTTPError) as refusal:
                urllib.request.urlopen(urllib.request.Request(f"{app.origin}/rooms/", headers={"Cookie": cookie}))
            answer = refusal.value
            assert answer.code == 503
            assert int(answer.headers["Retry-After"]) > 0
            assert "Back in a moment" in answer.read().decode()
