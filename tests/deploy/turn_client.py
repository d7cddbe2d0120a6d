"""A TURN client over UDP that asks for what browsers never ask for (RFC 8656, RFC 8489)."""

import base64
import hashlib
import hmac
import ipaddress
import secrets
import socket
import struct
import time
from typing import Self

COOKIE = 0x2112A442
ALLOCATE, CREATE_PERMISSION, CHANNEL_BIND = 0x0003, 0x0008, 0x0009
USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, CHANNEL_NUMBER = 0x0006, 0x0008, 0x0009, 0x000C
XOR_PEER_ADDRESS, REALM, NONCE, REQUESTED_FAMILY, REQUESTED_TRANSPORT = 0x0012, 0x0014, 0x0015, 0x0017, 0x0019
UDP = struct.pack("!B3x", 17)
FAMILIES = {4: 0x01, 6: 0x02}
SUCCESS = 0

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class TurnClient:
    """One allocation of a family (4 or 6), with credentials signed as `rooms/ice.py` signs them."""

    def __init__(self, port: int, secret: str, family: int) -> None:
        self.family = family
        self.user = f"{int(time.time()) + 600}:member".encode()
        self.password = base64.b64encode(hmac.new(secret.encode(), self.user, hashlib.sha1).digest())
        self.realm = self.nonce = b""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(5)
        self.socket.connect(("127.0.0.1", port))
        self.channel = 0x4000

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def allocate(self) -> int:
        """Ask for a relay address; return the error code, 0 for success."""
        family = struct.pack("!B3x", FAMILIES[self.family])
        attributes = [(REQUESTED_TRANSPORT, UDP), (REQUESTED_FAMILY, family)]
        self._ask(ALLOCATE, attributes)  # is refused, and names realm and nonce
        return self._ask(ALLOCATE, attributes)

    def permit(self, peer: Address) -> int:
        """Ask for a permission to a peer; return the error code, 0 for success."""
        transaction = secrets.token_bytes(12)
        return self._ask(CREATE_PERMISSION, [(XOR_PEER_ADDRESS, _xor(peer, 9, transaction))], transaction)

    def bind_channel(self, peer: Address) -> int:
        """Ask for a channel to a peer; return the error code, 0 for success."""
        self.channel += 1
        number = struct.pack("!HH", self.channel, 0)
        transaction = secrets.token_bytes(12)
        attributes = [(CHANNEL_NUMBER, number), (XOR_PEER_ADDRESS, _xor(peer, 9, transaction))]
        return self._ask(CHANNEL_BIND, attributes, transaction)

    def _ask(self, method: int, attributes: list[tuple[int, bytes]], transaction: bytes = b"") -> int:
        transaction = transaction or secrets.token_bytes(12)
        if self.realm:
            attributes = [*attributes, (USERNAME, self.user), (REALM, self.realm), (NONCE, self.nonce)]
        body = b"".join(_attribute(kind, value) for kind, value in attributes)
        if self.realm:
            key = hashlib.md5(b":".join((self.user, self.realm, self.password))).digest()  # noqa: S324 - RFC 8489 §9.2.2
            signed = struct.pack("!HHI", method, len(body) + 24, COOKIE) + transaction + body
            body += _attribute(MESSAGE_INTEGRITY, hmac.new(key, signed, hashlib.sha1).digest())
        self.socket.send(struct.pack("!HHI", method, len(body), COOKIE) + transaction + body)
        answer = self.socket.recv(2048)
        while answer[8:20] != transaction:
            answer = self.socket.recv(2048)
        found = dict(_attributes(answer[20:]))
        self.realm, self.nonce = found.get(REALM, self.realm), found.get(NONCE, self.nonce)
        if ERROR_CODE not in found:
            return SUCCESS
        return found[ERROR_CODE][2] * 100 + found[ERROR_CODE][3]


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _attributes(body: bytes) -> list[tuple[int, bytes]]:
    found = []
    while body:
        kind, length = struct.unpack("!HH", body[:4])
        found.append((kind, body[4 : 4 + length]))
        body = body[4 + length + -length % 4 :]
    return found


def _xor(peer: Address, port: int, transaction: bytes) -> bytes:
    mask = (struct.pack("!I", COOKIE) + transaction)[: len(peer.packed)]
    hidden = bytes(a ^ b for a, b in zip(peer.packed, mask, strict=True))
    return struct.pack("!BBH", 0, FAMILIES[peer.version], port ^ (COOKIE >> 16)) + hidden
