"""A process that is asked to end does, also while its database says nothing."""

import os
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.services import PostgresServer, Service, wait_until
from tests.signaling.world import PATIENCE, SignalingServer


@contextmanager
def silent(service: Service) -> Iterator[None]:
    """Stop a service and its processes: connections to it are accepted, and nothing answers."""
    assert service.process
    main = service.process.pid
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    pids = [main, *map(int, children)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_it_ends_while_the_database_hangs(server: str) -> None:
    with PostgresServer() as postgres:
        app = SignalingServer(server, settings={"DATABASE_URL": postgres.create_database()})
        app.migrate()
        with app, silent(postgres):
            wait_until(lambda: waits(app), 10, "a thread of it waits")
            app.signal(signal.SIGTERM)
            assert app.process
            app.process.wait(PATIENCE)


def waits(app: SignalingServer) -> bool:
    """Ask for `/readyz`; say whether that gets no answer for a second."""
    try:
        urllib.request.urlopen(f"{app.origin}/readyz", timeout=1).read()
    except TimeoutError:
        return True
    return False
