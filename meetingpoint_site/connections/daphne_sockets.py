"""Daphne's connections with short ways through what is most of a call set-up there.

- What is written is sent at once, instead of with the next turn of the loop; only what the kernel does not take waits.
- A usual opening handshake, which one pattern recognises, goes straight to Daphne's WebSocket. Otherwise Twisted parses
  it, and Daphne writes it down again for autobahn, which parses it once more.
- autobahn's options stand on the class, instead of being copied to each socket and formatted for its log.
- A whole text frame is read and written without autobahn's steps between its first byte and its last.

Whatever is unusual or wrong takes the way of the three.
"""

import re
from types import SimpleNamespace
from typing import Any

from autobahn.websocket.types import ConnectionDeny
from autobahn.websocket.xormasker import create_xor_masker  # type: ignore[attr-defined]
from daphne.http_protocol import HTTPFactory
from daphne.server import twisted_loop
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import defer, main, tcp
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel

TEXT = 0x81  # the first byte of a text message in one frame, without extensions (RFC 6455 §5.2)
MAX_REQUEST = 8000  # bytes, below the limits of Twisted
MAX_SHORT = 0xFFFF  # bytes of a frame whose length is written in two bytes

# Names with `_` and values beyond ASCII are treated differently by the three.
_LINE = rb"[!#$%&'*+.^`|~0-9A-Za-z-]{1,100}:[\t\x20-\x7e]*\r\n"
_PATH = rb"/(?!/)[!$%&'()*+,\-./0-:=@A-Z_a-z~]{0,2000}"
_QUERY = rb"[!$%&'()*+,\-./0-:=?@A-Z_a-z~]{0,2000}"
_REQUEST = re.compile(rb"GET (%b)(?:\?(%b))? HTTP/1\.1\r\n((?:%b){5,60})\r\n" % (_PATH, _QUERY, _LINE))
_PORT = r"(?::(?:[0-5]?[0-9]{1,4}|6[0-4][0-9]{3}))?"
_EXPECTED = {
    "host": re.compile(r"[0-9A-Za-z.-]+" + _PORT),
    "upgrade": re.compile("websocket", re.IGNORECASE),
    "connection": re.compile(r"(?:keep-alive, ?)?upgrade", re.IGNORECASE),
    "sec-websocket-version": re.compile("13"),
    "sec-websocket-key": re.compile("[0-9A-Za-z+/]{22}=="),
}
_ALLOWED = {
    "origin": re.compile(r"https?://[0-9a-z.-]+" + _PORT),
    "sec-websocket-extensions": re.compile("permessage-deflate(?:; client_max_window_bits)?"),
}
_UNUSUAL = ("sec-websocket-protocol", "content-length", "transfer-encoding", "expect", "daphne-root-path")


class Transport(tcp.Server):  # type: ignore[misc]
    """A connection of Twisted that sends at once."""

    def write(self, data: bytes) -> None:
        """Send what the kernel takes; the rest waits until it takes more."""
        if self._is_idle():
            sent = self.writeSomeData(data)
            if isinstance(sent, int) and sent > 0:
                if sent == len(data):
                    return
                data = data[sent:]
        super().write(data)

    def loseConnection(self) -> None:  # noqa: N802
        """Close with the next turn of the loop if all is sent."""
        if self._is_idle() and self.producer is None:
            self.stopReading()
            self.disconnecting = 1
            twisted_loop.call_soon(self._close)
        else:
            super().loseConnection()

    def _is_idle(self) -> bool:
        busy = self.disconnecting or self._aborting or self._writeDisconnecting or self.dataBuffer or self._tempDataLen
        return bool(self.connected) and not busy

    def _close(self) -> None:
        if not (self.disconnected or self._aborting or self._tempDataLen):
            self.connectionLost(Failure(main.CONNECTION_DONE))


class Channel(HTTPChannel):  # type: ignore[misc]
    """Twisted's connection of HTTP, which sees what comes first."""

    began = False

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Hand a usual opening handshake to a WebSocket, and all else to Twisted."""
        if self.began:
            super().dataReceived(data)
        else:
            self.began = True
            request = usual_handshake(data)
            if request is None:
                super().dataReceived(data)
            else:
                self._become_socket(*request)

    def _become_socket(self, path: str, query: bytes, headers: dict[str, str]) -> None:
        transport: Any = self.transport
        self.setTimeout(None)
        transport.unregisterProducer()
        protocol = self.factory.server.ws_factory.buildProtocol(transport.getPeer())
        transport.protocol = protocol
        protocol.makeConnection(transport)
        protocol.begin(path, query, headers)


class ChannelFactory(HTTPFactory):  # type: ignore[misc]
    """Daphne's factory of connections; without TLS there is no other protocol to agree on."""

    protocol = Channel


class SocketFactory(WebSocketFactory):  # type: ignore[misc]
    """Daphne's factory of WebSockets."""

    def setProtocolOptions(self, **options: Any) -> None:  # noqa: N802
        """Set the options, and give them to the sockets through a class, so that none has to copy them."""
        super().setProtocolOptions(**options)
        values = {name: getattr(self, name) for name in SocketProtocol.CONFIG_ATTRS}
        self.protocol = type("SocketProtocol", (SocketProtocol,), {**values, "CONFIG_ATTRS": ()})


class SocketProtocol(WebSocketProtocol):  # type: ignore[misc]
    """Autobahn's protocol, which would answer an `Origin` that it cannot parse with 400."""

    def begin(self, path: str, query: bytes, headers: dict[str, str]) -> None:
        """Take a usual opening handshake."""
        self._raw_query_string = query
        self.websocket_version = 13
        self.websocket_protocols: list[str] = []
        self.websocket_extensions: list[Any] = []
        self._wskey = headers["sec-websocket-key"]
        request = SimpleNamespace(path=path, headers=headers)
        defer.maybeDeferred(self.onConnect, request).addCallbacks(self.succeedHandshake, self._deny)

    def _deny(self, failure: Any) -> None:
        if isinstance(failure.value, ConnectionDeny):
            self.failHandshake(str(failure.value.reason), failure.value.code)
        else:
            self.failHandshake(f"Internal server error: {failure.value}", ConnectionDeny.INTERNAL_SERVER_ERROR)

    def failHandshake(self, reason: str, code: int = 400, responseHeaders: Any = None) -> None:  # noqa: N802, N803
        """Answer a handshake that failed."""
        if reason.startswith("HTTP Origin header"):
            reason, code = "Forbidden", 403
        super().failHandshake(reason, code, responseHeaders)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Take whole text frames, and leave the rest to autobahn."""
        if self.state == self.STATE_OPEN and self.current_frame is None and not (self.inside_message or self.data):
            while not self.muted and not self.autoPingTimeoutCall and (end := self._take_text(data)):
                data = data[end:]
            if not data:
                return
        super().dataReceived(data)

    def _take_text(self, data: bytes) -> int:
        """Receive the text frame with which the data begin; return its length, or 0 if there is no such whole frame."""
        if len(data) < 6 or data[0] != TEXT or data[1] < 0x80:
            return 0
        start, length = 6, data[1] & 0x7F
        if length == 126:
            start, length = 8, data[2] << 8 | data[3]
        elif length == 127:
            return 0
        end = start + length
        limit = min(self.maxFramePayloadSize, self.maxMessagePayloadSize)
        if len(data) < end or not 0 < length <= limit or (start == 8) != (length > 125):
            return 0
        payload = create_xor_masker(data[start - 4 : start], length).process(data[start:end])
        try:
            payload.decode()
        except UnicodeDecodeError:
            return 0
        self.onMessage(payload, False)
        return end

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Do what the application says."""
        kind = message["type"]
        if self.state == self.STATE_OPEN:
            if kind == "websocket.close" and message.get("reason"):
                self.sendClose(code=message["code"], reason=message["reason"])  # Daphne would leave the reason out
                return
            text = message.get("text")
            if kind == "websocket.send" and text and not message.get("bytes"):
                payload = text.encode()
                length = len(payload)
                if length <= min(MAX_SHORT, self.maxMessagePayloadSize) and not self.send_queue:
                    head = bytes((TEXT, length)) if length < 126 else bytes((TEXT, 126, length >> 8, length & 0xFF))
                    self.transport.write(head + payload)
                    return
        super().handle_reply(message)


def usual_handshake(data: bytes) -> tuple[str, bytes, dict[str, str]] | None:
    """Return path, query and headers of a request that asks for a WebSocket in the usual words, else `None`."""
    match = _REQUEST.fullmatch(data) if len(data) <= MAX_REQUEST else None
    if match is None:
        return None
    headers: dict[str, str] = {}
    lines = match[3].decode("ascii").split("\r\n")[:-1]
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip(" \t")
    if len(headers) != len(lines) or any(name in headers for name in _UNUSUAL):
        return None
    if not all(name in headers and pattern.fullmatch(headers[name]) for name, pattern in _EXPECTED.items()):
        return None
    if not all(pattern.fullmatch(headers[name]) for name, pattern in _ALLOWED.items() if name in headers):
        return None
    return match[1].decode("ascii"), match[2] or b"", headers
