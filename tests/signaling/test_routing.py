"""Who may open a socket at all: our own pages, and addresses that exist."""

import socket

import pytest

from tests.signaling.world import SignalingServer

FOREIGN = [
    None,
    "",
    "null",
    "http://evil.example",
    "https://localhost:{port}",
    "http://localhost",
    "http://localhost:1",
    "http://localhost.evil.example:{port}",
    "http://evil.example#http://localhost:{port}",
    "http://user@localhost:{port}",
    "http://[::1",
    "http://localhost:port",
    "//localhost:{port}",
    "http://löcalhost:{port}",
    "http://localhost:{port}/",
]


def handshake(app: SignalingServer, path: str, *headers: str, pieces: int = 1) -> str:
    """Send an opening handshake and return the answer's status line."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: localhost:{app.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *headers,
    ]
    with socket.create_connection(("127.0.0.1", app.port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")
        size = -(-len(head) // pieces)
        for start in range(0, len(head), size):
            connection.sendall(head[start : start + size])
        return connection.recv(4096).split(b"\r\n")[0].decode()


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_or_malformed_origin_is_refused(app: SignalingServer, origin: str | None) -> None:
    headers = [] if origin is None else [f"Origin: {origin.format(port=app.port)}"]
    assert handshake(app, "/ws/rooms/any", *headers).split()[1] == "403"


async def test_our_own_origin_is_let_in(app: SignalingServer) -> None:
    assert handshake(app, "/ws/rooms/any", f"Origin: {app.origin}").split()[1] == "101"


@pytest.mark.parametrize(
    "path", ["/ws/rooms/", "/ws/rooms/a/b", "/ws/other", "/", "/ws/rooms/%00", "/ws/rooms/" + "a" * 81]
)
async def test_an_address_that_does_not_exist_is_refused(app: SignalingServer, path: str) -> None:
    assert handshake(app, path, f"Origin: {app.origin}").split()[1] == "403"


@pytest.mark.parametrize("pieces", [2, 30])
async def test_a_handshake_may_come_in_pieces(app: SignalingServer, pieces: int) -> None:
    assert handshake(app, "/ws/rooms/any", f"Origin: {app.origin}", pieces=pieces).split()[1] == "101"
    assert handshake(app, "/ws/rooms/any", "Origin: http://evil.example", pieces=pieces).split()[1] == "403"


async def test_a_handshake_with_a_header_given_twice_is_not_let_in(app: SignalingServer) -> None:
    origin = f"Origin: {app.origin}"
    assert handshake(app, "/ws/rooms/any", origin, "Sec-WebSocket-Version: 13").split()[1] != "101"
