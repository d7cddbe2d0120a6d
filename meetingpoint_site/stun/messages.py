"""STUN Binding (RFC 8489): what one datagram is answered with.

An answer is the shortest that the protocol has, a header and the mapped address: 32 bytes over IPv4, 44 over IPv6, and
never more, whatever was sent. The shortest request has 20 bytes, so a forged sender gains no more than 12 or 24 bytes.
"""

import struct

from aioice.stun import COOKIE, HEADER_LENGTH, Class, Message, Method, parse_message

MAX_REQUEST = 548  # bytes; a longer STUN message does not fit into every path (RFC 8489 §6.1)
COMPREHENSION_OPTIONAL = 0x8000  # attributes from here on may be unknown to a server (§14)

MALFORMED = (ValueError, IndexError, struct.error)  # what aioice raises; the last for attributes of a wrong length

Address = tuple[str, int]  # IPv4 or IPv6 address, port


def answer(datagram: bytes, sender: Address) -> bytes | None:
    """Return the answer to a Binding request, or None for everything else, which gets none.

    No error is sent either: an answer to an attribute that we do not know would be longer than the request, and what a
    browser sends to find its address has none.
    """
    if not _could_be_binding(datagram):
        return None
    try:
        request = parse_message(datagram)
    except MALFORMED:
        return None
    mapped = (sender[0].partition("%")[0], sender[1])
    return bytes(Message(Method.BINDING, Class.RESPONSE, request.transaction_id, {"XOR-MAPPED-ADDRESS": mapped}))


def request() -> Message:
    """Return a new Binding request."""
    return Message(Method.BINDING, Class.REQUEST)


def mapped_address(datagram: bytes, asked: Message) -> Address | None:
    """Return the address in the answer to a request, or None if the datagram is not that answer."""
    try:
        found = parse_message(datagram)
    except MALFORMED:
        return None
    if found.transaction_id != asked.transaction_id or found.message_class != Class.RESPONSE:
        return None
    mapped: Address | None = found.attributes.get("XOR-MAPPED-ADDRESS")
    return mapped


def _could_be_binding(datagram: bytes) -> bool:
    """Say whether this is a Binding request all of whose attributes may be left unread: a look that costs little."""
    if not HEADER_LENGTH <= len(datagram) <= MAX_REQUEST or len(datagram) % 4:
        return False
    kind, length, cookie = struct.unpack_from("!HHI", datagram)
    if kind != Method.BINDING | Class.REQUEST or cookie != COOKIE or length != len(datagram) - HEADER_LENGTH:
        return False
    return all(attribute >= COMPREHENSION_OPTIONAL for attribute in _attributes(datagram))


def _attributes(datagram: bytes) -> list[int]:
    """Return the types of the attributes; [0] if their lengths do not fit together."""
    found, words, at = [], list(struct.iter_unpack("!HH", datagram[HEADER_LENGTH:])), 0
    while at < len(words):
        kind, length = words[at]
        found.append(kind)
        at += 1 + (length + 3) // 4
    return found if at == len(words) else [0]
