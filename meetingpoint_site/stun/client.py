"""Asks a STUN server, as a browser does: whether it answers, and by which address it sees this machine."""

import socket
import time
from typing import Any

from .messages import MAX_REQUEST, Address, mapped_address, request

_RETRY = 0.5  # seconds; UDP loses datagrams


def ask(host: str, port: int, seconds: float = 3.0) -> dict[str, Address]:
    """Return by which address the server sees us, over "IPv4" and "IPv6" as far as its name has them and it answers.

    Raises `OSError` if the name cannot be resolved; an empty answer means that no one answered within `seconds`.
    """
    found = {}
    families = ((socket.AF_INET, "IPv4"), (socket.AF_INET6, "IPv6"))
    places = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    for family, name in families:
        place = next((address for kind, *_, address in places if kind == family), None)
        if place and (mapped := _ask(family, place, seconds)):
            found[name] = mapped
    return found


def _ask(family: int, place: tuple[Any, ...], seconds: float) -> Address | None:
    asked, until = request(), time.monotonic() + seconds
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(min(_RETRY, seconds))
        try:
            client.connect(place)
            while time.monotonic() < until:
                client.send(bytes(asked))
                try:
                    if mapped := mapped_address(client.recv(MAX_REQUEST), asked):
                        return mapped
                except TimeoutError:
                    continue
        except OSError:  # nothing listens there, or there is no way
            return None
    return None
