"""The servers that the signaling stories run on: each story on Daphne and on uvicorn."""

from collections.abc import Iterator

import pytest

from tests.signaling.world import SignalingServer


@pytest.fixture(scope="package", params=["daphne", "uvicorn"])
def app(request: pytest.FixtureRequest) -> Iterator[SignalingServer]:
    """A server process in production settings, shared by the stories that do not end it."""
    app = SignalingServer(request.param)
    app.migrate()
    with app:
        yield app
    assert "Traceback" not in app.logged()
