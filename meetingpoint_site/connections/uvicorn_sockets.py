"""uvicorn's WebSockets with a short way through the opening handshake, which is most of what a socket costs there.

Pings, which are most of what an idle socket costs, go only to those who have been silent: pages ask by themselves.

uvicorn writes the request that it has parsed down again, for `websockets` to parse it once more, check it by header
classes of its own, and build an answer of which uvicorn removes the date. A usual request, which one pattern
recognises, is answered here (RFC 6455 §4.2), without extensions; whatever is unusual or wrong takes uvicorn's way.
After the handshake all is theirs.
"""

import base64
import binascii
import re
from collections.abc import Coroutine
from typing import Any
from urllib.parse import unquote

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN, Protocol
from websockets.utils import accept_key

Headers = list[tuple[bytes, bytes]]

# As uvicorn writes it, with limits below those of `websockets`. A value has no control characters (RFC 9110 §5.5).
_LINE = rb"[!#$%&'*+.^_`|~0-9a-z-]{1,100}: [\t\x20-\x7e\x80-\xff]{0,8000}\r\n"
_REQUEST = re.compile(rb"GET ([\x21-\x7e]{1,4000}) HTTP/1\.1\r\n((?:%b){4,100})\r\n" % _LINE)
# More than one of these, or one that is not expected, is for `websockets` to judge.
_ONCE = (b"upgrade", b"connection", b"sec-websocket-key", b"sec-websocket-version", b"origin")
_UNUSUAL = (b"sec-websocket-protocol", b"content-length", b"transfer-encoding")


class SocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket of uvicorn."""

    accept_key: bytes = b""
    heard_at: float = 0.0  # seconds of the loop's clock

    def data_received(self, data: bytes) -> None:
        """Take the opening handshake, then frames."""
        self.heard_at = self.loop.time()
        if self.handshake_initiated or not self._begin(data):
            super().data_received(data)

    def _begin(self, data: bytes) -> bool:
        """Call the application for a usual request; return False for any other."""
        match = _REQUEST.fullmatch(data)
        if match is None:
            return False
        headers = [(name, value.strip(b" \t")) for name, _, value in _lines(match[2])]
        key = _accept_key(headers)
        if key is None:
            return False
        self.handshake_initiated = True
        self.accept_key = key
        # `websockets` is past the request, and expects frames once the answer is sent.
        self.conn.parser = Protocol.parse(self.conn)
        next(self.conn.parser)
        raw_path, _, query = match[1].partition(b"?")
        root = self.root_path
        self.scope = {
            "type": "websocket",
            "asgi": {"version": self.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": self.scheme,
            "server": self.server,
            "client": self.client,
            "root_path": root,
            "path": root + unquote(raw_path.decode("ascii")),
            "raw_path": root.encode("ascii") + raw_path,
            "query_string": query,
            "headers": headers,
            "subprotocols": [],
            "state": self.app_state.copy(),
            "extensions": {"websocket.http.response": {}},
        }
        self.queue.put_nowait({"type": "websocket.connect"})
        task = self.loop.create_task(self.run_asgi())
        task.add_done_callback(self.on_task_complete)
        self.tasks.add(task)
        return True

    def send(self, message: Any) -> Coroutine[Any, Any, None]:
        """Send what the application says. (A coroutine in between would cost every message.)"""
        usual = self.accept_key and not self.handshake_complete and self.initial_response is None
        if usual and message["type"] == "websocket.accept":
            return self._accept(message)
        return super().send(message)

    async def _accept(self, message: Any) -> None:
        if self.disconnected:
            raise ClientDisconnected
        if not self.transport.is_closing():
            self.handshake_complete = True
            self.conn.state = OPEN
            self.transport.write(self._answer(message.get("headers", ())))
            self.start_keepalive()

    def send_keepalive_ping(self) -> None:
        """Ping a client that has been silent for the interval; look again later at one that has not."""
        left = self.heard_at + (self.ping_interval or 0.0) - self.loop.time()
        if left > 0:
            self.ping_timer = self.loop.call_later(left, self.send_keepalive_ping)
        else:
            super().send_keepalive_ping()

    def _answer(self, headers: Any) -> bytes:
        lines = [
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ",
            self.accept_key,
            b"\r\n",
        ]
        for name, value in (*self.default_headers, *headers):
            lines += (name, b": ", value, b"\r\n")
        lines.append(b"\r\n")
        return b"".join(lines)


def _lines(head: bytes) -> list[tuple[bytes, bytes, bytes]]:
    return [line.partition(b":") for line in head.split(b"\r\n")[:-1]]


def _accept_key(headers: Headers) -> bytes | None:
    """Return `Sec-WebSocket-Accept` for a request that asks for a WebSocket in the usual words, else `None`."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _UNUSUAL or (name in _ONCE and name in found):
            return None
        found[name] = value
    if found.get(b"upgrade", b"").lower() != b"websocket" or found.get(b"sec-websocket-version") != b"13":
        return None
    if b"upgrade" not in (token.strip() for token in found.get(b"connection", b"").lower().split(b",")):
        return None
    key = found.get(b"sec-websocket-key", b"")
    try:
        if len(base64.b64decode(key, validate=True)) != 16:
            return None
    except binascii.Error:
        return None
    return accept_key(key.decode("ascii")).encode("ascii")
