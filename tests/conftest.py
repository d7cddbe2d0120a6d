"""What all tests share: private services that start when the first test asks for them."""

from collections.abc import Iterator

import pytest

from tests.services import CoturnServer, PostgresServer, RedisServer


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
