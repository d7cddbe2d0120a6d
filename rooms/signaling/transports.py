"""What the ASGI interface lacks: how many of the sent bytes are still buffered, and how to cut a connection.

The transport is found from the `send` callable that the server made. An unknown server gets `UnknownTransport`: what
the send buffer itself holds still counts, and such servers wait in `send` until the peer has read.
"""

import functools
from typing import Any, Protocol


class Transport(Protocol):
    """A connection below ASGI."""

    def unsent(self) -> int:
        """Return the bytes accepted by `send` that the kernel has not taken yet."""

    def is_cut(self) -> bool:
        """Say whether the connection has ended, as far as this end knows."""

    def pause_reading(self) -> None:
        """Stop reading, so that what the peer still sends takes no memory."""

    def abort(self) -> None:
        """Cut the connection without waiting for the peer."""


class UnknownTransport:
    """A connection of a server whose transports are not accessible."""

    __slots__ = ()

    def unsent(self) -> int:
        return 0

    def is_cut(self) -> bool:
        return False

    def pause_reading(self) -> None:
        return None

    def abort(self) -> None:
        return None


class DaphneTransport:
    """A Twisted connection; its buffers are those of `twisted.internet.abstract.FileDescriptor`."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol

    def unsent(self) -> int:
        transport = self._protocol.transport
        return 0 if transport is None else len(transport.dataBuffer) - transport.offset + transport._tempDataLen

    def is_cut(self) -> bool:
        return self._protocol.transport is None or bool(self._protocol.transport.disconnected)

    def pause_reading(self) -> None:
        if self._protocol.transport is not None:
            self._protocol.transport.pauseProducing()

    def abort(self) -> None:
        if self._protocol.transport is not None:
            self._protocol.transport.abortConnection()


class AsyncioTransport:
    """A connection of uvicorn: an asyncio (or uvloop) transport."""

    __slots__ = ("_transport",)

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def unsent(self) -> int:
        return 0 if self._transport.is_closing() else self._transport.get_write_buffer_size()

    def is_cut(self) -> bool:
        return bool(self._transport.is_closing())

    def pause_reading(self) -> None:
        return None  # uvicorn reads on and discards, so that the peer gets to the close frame

    def abort(self) -> None:
        self._transport.abort()


UNKNOWN = UnknownTransport()


def transport_of(send: Any) -> Transport:
    """Return the connection behind an ASGI `send`."""
    if isinstance(send, functools.partial) and send.args and hasattr(send.args[0], "sendMessage"):
        return DaphneTransport(send.args[0])
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if hasattr(transport, "get_write_buffer_size"):
        return AsyncioTransport(transport)
    return UNKNOWN
