"""What pages say while the database or Redis is away: real servers whose PostgreSQL or Redis is killed."""

import secrets
import urllib.error
import urllib.parse
import urllib.request

import pytest
from django.conf import settings

from common.ratelimit import SIGN_UP
from tests.app_server import AppServer
from tests.services import PostgresServer, RedisServer


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
            assert "We'll be right back" in answer.read().decode()


def test_while_redis_is_away_pages_work_and_each_process_counts() -> None:
    with RedisServer() as redis:
        app = AppServer(settings={"REDIS_URL": redis.url, "LIMIT_FACTOR": "0.1"})
        app.migrate()
        with app:
            redis.kill()
            with urllib.request.urlopen(f"{app.origin}/accounts/signup/") as page:
                assert page.status == 200
                form = page.read().decode()
            token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
            cookie = page.headers["Set-Cookie"].split(";")[0]
            body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "email": "olga@example.org"}).encode()
            asked = urllib.request.Request(f"{app.origin}/accounts/signup/", body, {"Cookie": cookie})
            for _burst in range(int(SIGN_UP.burst * 0.1)):
                with urllib.request.urlopen(asked) as answer:
                    assert "This field is required" in answer.read().decode()
            with pytest.raises(urllib.error.HTTPError) as refusal:
                urllib.request.urlopen(asked)
            assert refusal.value.code == 429
