"""The short way through the opening handshake says what uvicorn would say; pings go to those who are silent."""

import asyncio
import re
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from meetingpoint_site.connections.uvicorn_sockets import SocketProtocol
from tests.site.handshakes import UNUSUAL, USUAL, USUALS, request


class Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("192.0.2.1", 4000), "sockname": ("192.0.2.2", 443)}.get(name, default)

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading


def connect(kind: type[WebSocketsSansIOProtocol], application: Any, **options: Any) -> tuple[Any, Wire]:
    config = Config(application, ws=kind, ws_per_message_deflate=False, lifespan="off", log_config=None, **options)
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", b"Fri, 27 Nov 2026 15:00:00 GMT")]
    protocol, wire = kind(config=config, server_state=state, app_state={"a": 1}), Wire()
    protocol.connection_made(wire)  # type: ignore[arg-type]
    return protocol, wire


async def serve(kind: type[WebSocketsSansIOProtocol], data: bytes, first: dict[str, Any]) -> tuple[Any, bytes, Any]:
    """Return the scope, what was written, and what the application received after its first message."""
    scopes: list[Any] = []
    received: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        received.append(await receive())
        await send(first)
        received.append(await receive())

    protocol, wire = connect(kind, application, ws_ping_interval=None)
    protocol.data_received(data)
    for _turn in range(5):
        await asyncio.sleep(0)
    protocol.data_received(bytes([0x81, 0x85, 0, 0, 0, 0]) + b"hello")
    for _turn in range(5):
        await asyncio.sleep(0)
    # Errors are dated by `websockets` itself.
    written = re.sub(rb"(?m)^Date: .*\r\n", b"", wire.written)
    if scopes:
        protocol.connection_lost(None)
    return scopes, written, received


ACCEPT = {"type": "websocket.accept"}
FIRSTS = [ACCEPT, {**ACCEPT, "headers": [(b"x-one", b"1")]}, {"type": "websocket.close"}]


@pytest.mark.parametrize("first", FIRSTS, ids=["accepted", "accepted-with-headers", "refused"])
@pytest.mark.parametrize("headers", USUALS)
async def test_a_usual_request_is_answered_as_uvicorn_answers_it(
    headers: list[tuple[str, str]], first: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = await serve(SocketProtocol, request(headers), first)
    assert ours == await serve(WebSocketsSansIOProtocol, request(headers), first)
    assert ours[0][0]["path"] == "/ws/rooms/café"
    assert (ours[2][-1] == {"type": "websocket.receive", "text": "hello"}) == (first["type"] == "websocket.accept")
    # It was the short way that was compared.
    monkeypatch.setattr(WebSocketsSansIOProtocol, "handle_connect", None)
    assert await serve(SocketProtocol, request(headers), first) == ours


@pytest.mark.parametrize("data", UNUSUAL)
async def test_an_unusual_one_takes_the_way_of_uvicorn(data: bytes) -> None:
    assert await serve(SocketProtocol, data, ACCEPT) == await serve(WebSocketsSansIOProtocol, data, ACCEPT)


class Clock:
    """A loop whose clock a test moves; what is due on the way is called."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[Any] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Any) -> Any:
        timer = asyncio.get_running_loop().call_later(3600, callback)
        self.timers.append((self.now + delay, timer, callback))
        return timer

    def create_task(self, coroutine: Any) -> Any:
        return asyncio.get_running_loop().create_task(coroutine)

    def move(self, seconds: float) -> None:
        end = self.now + seconds
        while due := sorted((t for t in self.timers if t[0] <= end and not t[1].cancelled()), key=lambda t: t[0]):
            self.now, timer, callback = due[0]
            timer.cancel()
            callback()
        self.now = end


async def test_only_the_silent_are_pinged_and_the_dead_are_closed() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    protocol, wire = connect(SocketProtocol, application, ws_ping_interval=12, ws_ping_timeout=8)
    protocol.loop = clock = Clock()
    protocol.data_received(request(USUAL))
    for _turn in range(5):
        await asyncio.sleep(0)
    wire.written = b""
    for _ping in range(6):  # as a page pings
        clock.move(10.2)
        protocol.data_received(bytes([0x81, 0x85, 0, 0, 0, 0]) + b"hello")
    assert wire.written == b""
    clock.move(11.9)
    assert wire.written == b""
    clock.move(0.1)
    assert wire.written[:2] == bytes([0x89, 4])  # a ping (RFC 6455 §5.5.2)
    protocol.data_received(bytes([0x8A, 0x84, 0, 0, 0, 0]) + wire.written[2:])
    clock.move(19.9)
    assert not wire.closed
    clock.move(0.1)
    assert wire.closed
    protocol.connection_lost(None)
