"""Connections on which no whole request has come: how many of one network address Daphne keeps, and for how long.

Twisted ends a connection that is silent for a minute; a byte now and then would keep it for ever. Behind a proxy all
connections are the proxy's, which bounds them itself (deploy/nginx.conf).
"""

from time import monotonic
from typing import Any

from daphne.server import twisted_loop
from django.conf import settings

from common.network_address import network_of

from .daphne_sockets import ChannelFactory

MAX_FROM = 100  # of one network address; LIMIT_FACTOR multiplies it
REQUEST_SECONDS = 20.0  # that a request may take to come, from the connection or from its first byte
SWEEP_SECONDS = 1.0


class BoundedFactory(ChannelFactory):
    """Daphne's factory of connections."""

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        self._since: dict[Any, tuple[str, float]] = {}  # by the connection: its network, and since when it waits
        self._sweep()

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        """Return the protocol of a connection, or None, which closes it."""
        network = network_of(getattr(addr, "host", ""))
        if self._waiting_of(network) >= MAX_FROM * settings.LIMIT_FACTOR:
            return None
        protocol = super().buildProtocol(addr)
        self._since[protocol] = network, monotonic()
        return protocol

    def _waiting_of(self, network: str) -> int:
        of_network = [protocol for protocol, (other, _since) in self._since.items() if other == network]
        return sum(_waits(protocol) for protocol in of_network)

    def _sweep(self) -> None:
        now = monotonic()
        for protocol, (network, since) in list(self._since.items()):
            if _is_gone(protocol):
                del self._since[protocol]
            elif not _waits(protocol):
                self._since[protocol] = network, now
            elif now - since > REQUEST_SECONDS:
                del self._since[protocol]
                protocol.transport.abortConnection()
        twisted_loop.call_later(SWEEP_SECONDS, self._sweep)


def _is_gone(protocol: Any) -> bool:
    transport = protocol.transport
    return transport is not None and (transport.disconnected or transport.protocol is not protocol)


def _waits(protocol: Any) -> bool:
    """Say whether a request is on its way: the first one of the connection, or one that has begun."""
    if _is_gone(protocol):
        return False
    if protocol.requests:
        return not hasattr(protocol.requests[-1], "request_start")
    return not hasattr(protocol, "answered") or bool(protocol._buffer)
