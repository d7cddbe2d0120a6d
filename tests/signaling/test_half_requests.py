"""Requests that never become whole keep no one out."""

import socket
import sys
from collections.abc import Iterator

import pytest

from meetingpoint_site.connections import half_requests
from tests.signaling.world import SignalingServer

SERVE = """
import sys
from django.core.management import execute_from_command_line
from meetingpoint_site.connections import half_requests
half_requests.REQUEST_SECONDS, half_requests.SWEEP_SECONDS = 1.5, 0.1
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""


class HastyServer(SignalingServer):
    """A server that waits for a request for a second and a half."""

    def command(self) -> list[str]:
        return [sys.executable, "-c", SERVE, *super().command()[2:]]

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "DJANGO_SETTINGS_MODULE": "meetingpoint_site.settings"}


@pytest.fixture(scope="module")
def app() -> Iterator[SignalingServer]:
    server = HastyServer("daphne", {"LIMIT_FACTOR": "0.1"})
    server.migrate()
    with server:
        yield server


def connect(app: SignalingServer, source: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", app.port), timeout=10, source_address=(source, 0))


def answers(connection: socket.socket) -> bool:
    try:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return b" 200 " in connection.recv(4096)
    except ConnectionError:
        return False


def test_one_network_has_so_many_at_once_and_others_are_served(app: SignalingServer) -> None:
    most = half_requests.MAX_FROM // 10
    half = [connect(app, "127.0.0.2") for _connection in range(most)]
    for connection in half:
        connection.sendall(b"GET / HTTP/1.1\r\nHost:")
    assert not answers(connect(app, "127.0.0.2"))
    assert answers(connect(app, "127.0.0.3"))
    for connection in half:
        connection.close()


def test_a_request_that_comes_byte_by_byte_ends(app: SignalingServer) -> None:
    slow, kept = connect(app, "127.0.0.4"), connect(app, "127.0.0.5")
    assert answers(kept)
    slow.settimeout(0.1)
    sent, open_ = 0, True
    while open_ and sent < 100:  # one byte every tenth of a second
        try:
            slow.sendall(b"G")
            sent += 1
            open_ = slow.recv(1) != b""
        except TimeoutError:
            continue
        except ConnectionError:
            open_ = False
    assert not open_
    assert sent > 5
    assert answers(kept)  # what has had its answer may be silent for longer
