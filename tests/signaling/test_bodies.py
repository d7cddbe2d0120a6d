"""Requests that are larger than this site takes are refused before they fill anything; HEAD has no body."""

import re
import socket

import pytest

from meetingpoint_site.bodies import MAX_BODY_BYTES
from tests.signaling.world import SignalingServer

HEAD = "POST /invites/redeem HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n"


def answer_to(app: SignalingServer, headers: str, body: bytes) -> str:
    """Send a request whose body never ends and return the status code of the answer."""
    with socket.create_connection(("127.0.0.1", app.port), timeout=10) as connection:
        connection.sendall(HEAD.format(port=app.port).encode() + headers.encode() + b"\r\n")
        connection.sendall(body)
        return connection.recv(4096).split(b"\r\n")[0].decode().split()[1]


async def test_a_body_that_is_announced_as_too_large_is_refused_before_it_comes(app: SignalingServer) -> None:
    assert answer_to(app, f"Content-Length: {MAX_BODY_BYTES + 1}\r\n", b"{") == "413"


async def test_the_refusal_has_the_security_headers_of_a_page(app: SignalingServer) -> None:
    with socket.create_connection(("127.0.0.1", app.port), timeout=10) as connection:
        head = f"{HEAD.format(port=app.port)}Content-Length: {MAX_BODY_BYTES + 1}\r\n\r\n"
        connection.sendall(head.encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b"")).decode().lower()
    assert answer.startswith("http/1.1 413")
    for header in (
        "content-security-policy: default-src 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy:",
    ):
        assert header in answer


async def test_a_body_in_chunks_is_counted(app: SignalingServer) -> None:
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    assert answer_to(app, "Transfer-Encoding: chunked\r\n", chunk * 4 + b"1\r\n{\r\n") == "413"


@pytest.mark.parametrize("headers", ["Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n"])
async def test_a_small_one_is_read(app: SignalingServer, headers: str) -> None:
    body = b"{}" if "Length" in headers else b"2\r\n{}\r\n0\r\n\r\n"
    assert answer_to(app, headers, body) == "403"  # no CSRF token: it came to the view


HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def answers_to(app: SignalingServer, headers: str) -> list[str]:
    """Send a request with these headers, an empty body in chunks, and another request; return the status codes."""
    with socket.create_connection(("127.0.0.1", app.port), timeout=10) as connection:
        connection.sendall(HEAD.format(port=app.port).encode() + headers.encode() + b"\r\n0\r\n\r\n" + HIDDEN)
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))
    return [code.decode() for code in re.findall(rb"HTTP/1\.1 (\d+)", answers)]


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 5, 5, 6\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
    ],
)
async def test_a_request_whose_end_is_not_clear_is_refused(app: SignalingServer, headers: str) -> None:
    assert answers_to(app, headers)[:1] in (["400"], ["501"], [])
    assert len(answers_to(app, headers)) <= 1


async def test_the_length_does_not_count_beside_chunks(app: SignalingServer) -> None:
    """RFC 9112 §6.3: refuse, or go by the chunks; what follows them is then a request of its own."""
    assert answers_to(app, f"Content-Length: {len(HIDDEN) + 5}\r\nTransfer-Encoding: chunked\r\n") in (
        ["400"],
        [],
        ["403"],  # as refused for its missing token, and closed
        ["403", "200"],
    )


async def test_the_answer_to_head_has_no_body_however_large_the_page_is(app: SignalingServer) -> None:
    with socket.create_connection(("127.0.0.1", app.port), timeout=10) as connection:
        connection.sendall(
            f"HEAD /call-parts/en/0.html HTTP/1.1\r\nHost: localhost:{app.port}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    headers, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", headers)
    assert length
    assert int(length[1]) > 65_536  # Django hands it over in pieces
    assert body == b""
