"""Reads the first two messages of DTLS handshakes from the loopback device: they are in the clear (RFC 9147 §5)."""

import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

ETHERTYPES = {0x0800: 4, 0x86DD: 6}
UDP, OUTGOING = 17, 4
HANDSHAKE, CLIENT_HELLO, SERVER_HELLO = 22, 1, 2
SUPPORTED_VERSIONS, KEY_SHARE = 43, 51
STUN_COOKIE = 0x2112A442
DTLS_IN_STUN = 0xC070  # META-DTLS-IN-STUN of Chromium: the handshake travels with the connectivity checks
# The random value that makes a ServerHello a HelloRetryRequest (RFC 8446 §4.1.3).
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
GROUPS = {29: "X25519", 23: "P-256", 24: "P-384", 0x11EC: "X25519MLKEM768"}
VERSIONS = {0xFEFC: "DTLS 1.3", 0xFEFD: "DTLS 1.2"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a handshake between two UDP ports agreed on: the answer of the server to the client's last hello."""

    client: int
    server: int
    version: str
    group: str


@dataclass
class _Hello:
    length: int
    parts: dict[int, bytes] = field(default_factory=dict)

    @property
    def body(self) -> bytes | None:
        """The whole message, once all fragments are there."""
        text = b""
        for offset in sorted(self.parts):
            if offset > len(text):
                return None
            text = text[:offset] + self.parts[offset]
        return text if len(text) == self.length else None


class Capture:
    """Everything that UDP carries over the loopback device while this context is open. Needs root."""

    def __enter__(self) -> Self:
        self._hellos: dict[tuple[int, int, int, int], _Hello] = {}
        self._open = True
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
        self._socket.bind(("lo", 0))
        self._socket.settimeout(0.2)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._thread.join()
        self._socket.close()

    def _read(self) -> None:
        while self._open:
            try:
                frame, address = self._socket.recvfrom(65_535)
            except TimeoutError:
                continue
            if address[2] == OUTGOING:  # the loopback device shows each packet twice
                self._take(frame)

    def _take(self, frame: bytes) -> None:
        version = ETHERTYPES.get(struct.unpack("!H", frame[12:14])[0])
        if version == 4:
            start, protocol = 14 + (frame[14] & 15) * 4, frame[23]
        elif version == 6:
            start, protocol = 54, frame[20]
        else:
            return
        if protocol == UDP:
            ports = struct.unpack("!HH", frame[start : start + 4])
            for packet in _dtls(frame[start + 8 :]):
                for kind, sequence, length, offset, part in _fragments(packet):
                    if kind in {CLIENT_HELLO, SERVER_HELLO}:
                        hello = self._hellos.setdefault((*ports, kind, sequence), _Hello(length))
                        hello.parts[offset] = part

    def agreements(self) -> list[Agreement]:
        """Return what was agreed on so far."""
        found = []
        for (server, client, kind, _), hello in sorted(self._hellos.items()):
            if kind == SERVER_HELLO and hello.body and hello.body[2:34] != RETRY:
                extensions = dict(_extensions(hello.body))
                version = struct.unpack("!H", extensions.get(SUPPORTED_VERSIONS, hello.body[:2]))[0]
                group = struct.unpack("!H", extensions[KEY_SHARE][:2])[0] if KEY_SHARE in extensions else 0
                named = GROUPS.get(group, f"{group:#06x}") if group else "none"
                found.append(Agreement(client, server, VERSIONS.get(version, f"{version:#06x}"), named))
        return found


def _dtls(packet: bytes) -> Iterator[bytes]:
    """Yield the DTLS packets in a UDP packet: itself, or what a STUN message brings along."""
    if packet and packet[0] == HANDSHAKE:
        yield packet
    elif len(packet) >= 20 and struct.unpack("!I", packet[4:8])[0] == STUN_COOKIE:
        at = 20
        while at + 4 <= len(packet):
            kind, length = struct.unpack("!HH", packet[at : at + 4])
            if kind == DTLS_IN_STUN and packet[at + 4 : at + 5] == bytes([HANDSHAKE]):
                yield packet[at + 4 : at + 4 + length]
            at += 4 + length + -length % 4


def _fragments(packet: bytes) -> Iterator[tuple[int, int, int, int, bytes]]:
    """Yield type, number, length, offset and bytes of each handshake fragment in the clear (RFC 9147 §5.2)."""
    while len(packet) > 13 and packet[0] == HANDSHAKE and packet[3:5] == b"\0\0":
        size = struct.unpack("!H", packet[11:13])[0]
        record, packet = packet[13 : 13 + size], packet[13 + size :]
        while len(record) >= 12:
            length, offset, here = (int.from_bytes(record[at : at + 3], "big") for at in (1, 6, 9))
            yield record[0], int.from_bytes(record[4:6], "big"), length, offset, record[12 : 12 + here]
            record = record[12 + here :]


def _extensions(hello: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the extensions of a ServerHello (RFC 8446 §4.1.3)."""
    at = 35 + hello[34] + 3
    end = at + 2 + struct.unpack("!H", hello[at : at + 2])[0]
    at += 2
    while at + 4 <= end:
        kind, length = struct.unpack("!HH", hello[at : at + 4])
        yield kind, hello[at + 4 : at + 4 + length]
        at += 4 + length
