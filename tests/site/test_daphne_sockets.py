"""The short ways through Daphne say what Daphne says, byte for byte: the same to two real servers, with and without."""

import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pytest

from tests.app_server import ROOT
from tests.services import Service
from tests.site.handshakes import UNUSUAL, USUAL, USUALS, instead, request

LIMIT = 2000  # bytes of a message
MANY = 20_000
# It says what it was called with, then everything it receives; at the word "end" it closes, at "many" it says much.
SERVE = """
import json, sys
import daphne.server
from daphne.server import Server
from meetingpoint_site.connections import daphne_sockets

port, way = int(sys.argv[1]), sys.argv[2]

async def application(scope, receive, send):
    await receive()
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        return await send({"type": "http.response.body", "body": b"ok"})
    if scope["path"] == "/refused":
        return await send({"type": "websocket.close"})
    await send({"type": "websocket.accept"})
    scope["client"] = scope["client"][0]
    scope["server"] = scope["server"][0]
    await send({"type": "websocket.send", "text": repr(sorted(scope.items()))})
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        if text == "end":
            await send({"type": "websocket.close", "code": 4000})
        elif text == "many":
            for number in range(MANY):
                await send({"type": "websocket.send", "text": str(number) + "x" * 1000})
        elif text:
            await send({"type": "websocket.send", "text": text})
        else:
            await send({"type": "websocket.send", "bytes": message.get("bytes") or b"nothing"})

class BothServer(Server):
    def listen_success(self, port):
        super().listen_success(port)
        if way != "plain":
            port.transport = daphne_sockets.Transport
        return port

if way != "plain":
    daphne.server.HTTPFactory = daphne_sockets.ChannelFactory
    daphne.server.WebSocketFactory = daphne_sockets.SocketFactory
if way == "short":
    daphne_sockets.HTTPChannel.dataReceived = lambda self, data: self.transport.abortConnection()
BothServer(application, [f"tcp:{port}:interface=127.0.0.1"], signal_handlers=False, server_name="",
    websocket_max_message_size=LIMIT, websocket_max_frame_size=LIMIT).run()
""".replace("LIMIT", str(LIMIT)).replace("MANY", str(MANY))


class Daphne(Service):
    """Daphne as it is ("plain"), with the short ways ("ours"), or with those and no other ("short")."""

    name = "daphne"

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way

    def command(self) -> list[str]:
        return [sys.executable, "-c", SERVE, str(self.port), self.way]

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "PYTHONPATH": str(ROOT)}


@dataclass
class Servers:
    """The three."""

    plain: Daphne
    ours: Daphne
    short: Daphne


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with Daphne("plain") as plain, Daphne("ours") as ours, Daphne("short") as short:
        yield Servers(plain, ours, short)


def frame(payload: bytes, first: int = 0x81, mask: bytes = b"mask", long: int = 0) -> bytes:
    """Return a masked frame (RFC 6455 §5.2), a text message by default; `long` asks for a longer form of the length."""
    length = len(payload)
    if length > 0xFFFF or long == 127:
        head = bytes([first, 0xFF]) + struct.pack("!Q", length)
    elif length > 125 or long == 126:
        head = bytes([first, 0xFE]) + struct.pack("!H", length)
    else:
        head = bytes([first, 0x80 | length])
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


CLOSE = frame(struct.pack("!H", 1000) + b"bye", 0x88)
LAST = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
Part = tuple[bytes, int]  # what is sent, and how many frames answer it


def talk(server: Daphne, handshake: bytes, parts: tuple[Part, ...] = ()) -> list[bytes]:
    """Ask for a WebSocket, send the parts, close, and return what came: the head, each frame, and the rest."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(handshake)
        with connection.makefile("rb") as came:
            received = [head_from(came)]
            if received[0].startswith(b"HTTP/1.1 100"):
                received.append(head_from(came))
            opened = received[-1].startswith(b"HTTP/1.1 101")
            try:
                if opened:
                    received.append(frame_from(came))
                for data, answers in parts:
                    connection.sendall(data)
                    received += [frame_from(came) for _answer in range(answers)]
                connection.sendall(CLOSE if opened else LAST)
                received.append(came.read())
            except ConnectionError:  # the server was done
                pass
        return received


def head_from(came: BinaryIO) -> bytes:
    """Return the head of an answer."""
    lines = []
    while (line := came.readline()) not in (b"", b"\r\n"):
        lines.append(line)
    return b"".join(lines)


def frame_from(came: BinaryIO) -> bytes:
    """Return a frame of the server, which does not mask; less if it hung up."""
    head = came.read(2)
    length = head[1] if len(head) == 2 else 0
    if length >= 126:
        more = came.read(2 if length == 126 else 8)
        head, length = head + more, int.from_bytes(more)
    return head + came.read(length)


BROWSER = [
    ("Host", "localhost:8000"),
    ("Connection", "Upgrade"),
    ("Pragma", "no-cache"),
    ("Upgrade", "websocket"),
    ("Origin", "http://localhost:8000"),
    ("Sec-WebSocket-Version", "13"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Cookie", "sessionid=" + "a" * 32),
    ("Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEA=="),
    ("Sec-WebSocket-Extensions", "permessage-deflate"),
    ("X-Forwarded-For", "192.0.2.1"),
]
PLAIN = [header for header in USUAL if header[0] != "origin"]
SHORT = [*(request(headers) for headers in USUALS if headers is not USUALS[1]), request(BROWSER), request(PLAIN)]
SHORT += [request(USUAL, f"GET {path} HTTP/1.1") for path in ("/", "/refused", "/a//b?", "/a?b=c?d/&e", "/%2F%00%zz")]
OTHERS = [
    request(USUALS[1]),
    request([*USUAL, ("x_under", "1")]),
    request([*USUAL, ("Daphne-Root-Path", "/root")]),
    request([*USUAL, ("X-Two", "1"), ("X-Two", "2")]),
    request([*USUAL, ("expect", "100-continue")]),
    request([*USUAL, ("sec-websocket-extensions", "permessage-deflate; server_no_context_takeover=1")]),
    request([*USUAL, ("sec-websocket-extensions", "x-webkit-deflate-frame")]),
    request(instead("origin", "null")),
    request(instead("origin", "https://[::1]:8000")),
    request(instead("host", "[::1]:8000")),
    request(instead("host", "meet.example.org:x")),
    *(request(USUAL, f"GET {path} HTTP/1.1") for path in ("//a/b", "/a;b", "http://meet.example.org/a", "/a#b", "a")),
    request(USUAL).replace(b"cookie: ", b"cookie : "),
    request(USUAL).replace(b"cookie: a=b;", b"cookie: a=b;\r\n "),
    LAST,
]
BODIES = {b"content-length": frame(b"", 0x89), b"chunked": b"0\r\n\r\n"}


TEXT = "é".encode()
LONG = b"x" * 126
NESTED = frame(b"ab" + frame(b"hello", mask=bytes(4)), 0x89, mask=bytes(4))
FRAMES: dict[str, tuple[Part, ...]] = {
    "short": ((frame(b"hello"), 1), (frame(TEXT), 1), (frame(b"x" * 125), 1)),
    "long": ((frame(LONG), 1), (frame(b"x" * LIMIT), 1)),
    "unmasked-by-zeros": ((frame(b"hello", mask=bytes(4)), 1),),
    "several-at-once": ((frame(b"one") + frame(LONG) + frame(b"three"), 3),),
    "a-part-of-the-next": ((frame(b"one") + frame(b"two")[:7], 1), (frame(b"two")[7:] + frame(b"three"), 2)),
    "a-part-of-the-head": ((frame(b"one") + frame(LONG)[:3], 1), (frame(LONG)[3:], 1)),
    "fragments": ((frame(TEXT[:1], 0x01) + frame(TEXT[1:], 0x80), 1), (frame(b"after"), 1)),
    "ping-between-fragments": ((frame(b"a", 0x01) + frame(b"ping", 0x89), 1), (frame(b"b", 0x80), 1)),
    "text-between-fragments": ((frame(b"a", 0x01) + frame(b"b"), 1),),
    "ping": ((frame(b"ping", 0x89), 1), (frame(b"hello"), 1), (frame(b"", 0x89), 1)),
    "pong": ((frame(b"", 0x8A) + frame(b"hello"), 1),),
    "binary": ((frame(b"\x00\xff", 0x82), 1), (frame(b"hello"), 1)),
    "empty": ((frame(b""), 1), (frame(b"", 0x82), 1)),
    "not-utf-8": ((frame(b"\xff"), 1),),
    "utf-8-cut": ((frame(TEXT[:1]), 1),),
    "surrogate": ((frame(b"\xed\xa0\x80"), 1),),
    "not-utf-8-after-others": ((frame(b"one") + frame(b"\xff"), 2),),
    "text-after-a-ping-between-fragments": ((frame(b"a", 0x01) + frame(b"ping", 0x89), 1), (frame(b"b"), 1)),
    "what-looks-like-a-frame-within-one": ((frame(b"one") + NESTED[:8], 1), (NESTED[8:], 1)),
    "unmasked": ((b"\x81\x05hellohiya", 1),),
    "reserved-bit": ((frame(b"hello", 0xC1), 1),),
    "reserved-opcode": ((frame(b"hello", 0x83), 1),),
    "longer-form-of-the-length": ((frame(b"hello", long=126), 1),),
    "longest-form-of-the-length": ((frame(b"hello", long=127), 1),),
    "too-long": ((frame(b"x" * (LIMIT + 1)), 1),),
    "too-long-in-fragments": ((frame(b"x" * LIMIT, 0x01) + frame(b"x", 0x80), 1),),
    "far-too-long": ((frame(b"x" * 70_000), 1),),
    "closed-by-the-application": ((frame(b"end"), 1),),
    "text-after-a-close": ((CLOSE + frame(b"hello"), 1),),
}


@pytest.mark.parametrize("data", SHORT)
def test_a_usual_handshake_is_answered_as_daphne_answers_it(servers: Servers, data: bytes) -> None:
    plain = talk(servers.plain, data)
    assert talk(servers.short, data) == talk(servers.ours, data) == plain
    assert plain[0].startswith(b"HTTP/1.1 403" if b"/refused" in data else b"HTTP/1.1 101")


@pytest.mark.parametrize("data", [*UNUSUAL, *OTHERS])
def test_an_unusual_one_takes_the_way_of_daphne(servers: Servers, data: bytes) -> None:
    data += b"".join(body for name, body in BODIES.items() if name in data)
    assert talk(servers.ours, data) == talk(servers.plain, data)
    with pytest.raises(ConnectionError):
        talk(servers.short, data)


def test_an_origin_that_is_none_is_forbidden(servers: Servers) -> None:
    assert talk(servers.ours, request(instead("origin", "https://meet.example.org:99999")))[0].startswith(
        b"HTTP/1.1 403"
    )


@pytest.mark.parametrize("name", FRAMES)
def test_frames_are_read_and_answered_as_by_autobahn(servers: Servers, name: str) -> None:
    assert talk(servers.ours, request(USUAL), FRAMES[name]) == talk(servers.plain, request(USUAL), FRAMES[name])


def test_a_handshake_in_two_pieces_is_one(servers: Servers) -> None:
    data = request(USUAL)
    whole = talk(servers.plain, data)
    for cut in (1, 30, len(data) - 1):
        with socket.create_connection(("127.0.0.1", servers.ours.port), timeout=10) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(data[:cut])
            connection.sendall(data[cut:])
            with connection.makefile("rb") as came:
                assert [head_from(came), frame_from(came)] == whole[:2]


def test_a_peer_that_reads_late_gets_everything(servers: Servers) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", servers.ours.port))
        connection.sendall(request(USUAL))
        with connection.makefile("rb") as came:
            head_from(came)
            frame_from(came)
            connection.sendall(frame(b"many"))
            for number in range(MANY):  # more than the kernel takes at once
                assert frame_from(came)[4:] == b"%d" % number + b"x" * 1000
            connection.sendall(CLOSE)
            assert frame_from(came)[0] == 0x88
