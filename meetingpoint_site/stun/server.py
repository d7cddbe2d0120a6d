"""The STUN server: a thread of the process that answers Binding requests on UDP.

A thread of its own, because Daphne, uvicorn and Granian have loops of their own, and a busy loop must not make browsers
wait for their address. Several processes share the port: the system gives each a part of the senders.
"""

import logging
import selectors
import socket
import sys
import threading
from contextlib import suppress
from errno import EADDRINUSE
from struct import pack, unpack_from
from time import monotonic, sleep, thread_time

from common.network_address import network_of
from common.ratelimit import STUN, consume_here

from .messages import MAX_REQUEST, answer

logger = logging.getLogger(__name__)

# A flood costs the process this share of a core at most: what is above waits in the system, and is lost there.
SHARE = 0.1
WINDOW = 0.05  # seconds
BATCH = 32  # datagrams of one socket before the other has its turn

# Linux' own numbers (ip(7)): Python names IP_PKTINFO from 3.14 on.
IP_PKTINFO = 8
_IPV4_FROM, _IPV6_FROM = (socket.IPPROTO_IP, IP_PKTINFO), (socket.IPPROTO_IPV6, getattr(socket, "IPV6_PKTINFO", 50))
_ANCILLARY = 256  # bytes: more than what the two can hold


class StunServer:
    """Answers on all addresses of this machine. Used as a context manager; raises `OSError` if the port is taken."""

    def __init__(self, port: int) -> None:
        self.sockets = _open_sockets(port)
        self.port: int = self.sockets[0].getsockname()[1]
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, name="stun", daemon=True)

    def __enter__(self) -> "StunServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._wake.close()
        self._thread.join()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector, self._woken:
            for place in (*self.sockets, self._woken):
                selector.register(place, selectors.EVENT_READ)
            window, used = monotonic(), thread_time()
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._woken in ready:
                    break
                now = monotonic()
                if now - window >= WINDOW:
                    window, used = now, thread_time()
                elif thread_time() - used > WINDOW * SHARE:
                    sleep(window + WINDOW - now)
                    continue
                for place in self.sockets:
                    if place in ready:
                        _answer_batch(place)
        for place in self.sockets:
            place.close()


def _answer_batch(place: socket.socket) -> None:
    """Answer what has arrived, at most `BATCH` datagrams."""
    for _ in range(BATCH):
        try:
            datagram, ancillary, flags, sender = place.recvmsg(MAX_REQUEST, _ANCILLARY)
        except BlockingIOError:
            return
        except OSError:  # an earlier answer did not arrive: the system says so at the next call
            continue
        # A port below 1024 is a service's, never a browser's: the sender is forged.
        if flags & socket.MSG_TRUNC or sender[1] < 1024 or consume_here(STUN, network_of(sender[0])):
            continue
        if found := answer(datagram, sender):
            with suppress(OSError):  # no way there, or no room: the browser asks again
                place.sendmsg([found], _from_where_it_came(ancillary), 0, sender)


def _open_sockets(port: int) -> list[socket.socket]:
    """Return one socket for IPv4 and one for IPv6, as far as this machine has them. `port` 0 chooses a free one."""
    sockets: list[socket.socket] = []
    for family, everywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104 - it is for everyone
        try:
            place = socket.socket(family, socket.SOCK_DGRAM)
        except OSError:
            continue  # a machine without it
        try:
            place.setblocking(False)
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                place.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if sys.platform == "linux":
                asking = socket.IPV6_RECVPKTINFO if family == socket.AF_INET6 else IP_PKTINFO
                place.setsockopt(socket.IPPROTO_IPV6 if family == socket.AF_INET6 else socket.IPPROTO_IP, asking, 1)
            place.bind((everywhere, port))
        except OSError as error:
            place.close()
            if family == socket.AF_INET6 and sockets:
                level = logging.WARNING if error.errno == EADDRINUSE else logging.INFO
                logger.log(level, "STUN answers over IPv4 only: %s", error.strerror)
                continue
            for other in sockets:
                other.close()
            raise
        sockets.append(place)
        port = port or place.getsockname()[1]
    if not sockets:
        raise OSError("this machine has neither IPv4 nor IPv6")
    return sockets


def _from_where_it_came(ancillary: list[tuple[int, int, bytes]]) -> list[tuple[int, int, bytes]]:
    """Return what makes the answer leave by the address that was asked: browsers ignore one from another address."""
    for level, kind, data in ancillary:
        if (level, kind) == _IPV4_FROM and len(data) >= 12:
            _interface, local = unpack_from("=i4s", data)  # struct in_pktinfo; `local` is ours
            return [(level, kind, pack("=i4s4s", 0, local, b""))]
        if (level, kind) == _IPV6_FROM and len(data) >= 20:
            return [(level, kind, data)]  # struct in6_pktinfo; with its interface, which link-local addresses need
    return []
