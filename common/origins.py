"""Origins of web pages as browsers write them (HTML, "Origin"; RFC 6454 §6.2)."""

import ipaddress
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import idna
from django.http.request import host_validation_re

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def canonical_origin(text: str) -> str:
    """Return an origin as a browser sends it: small letters, Punycode, the shortest IPv6 address, no default port.

    What is no origin comes back as it is, for a check to say so.
    """
    text = text.strip().rstrip("/")
    with suppress(ValueError, idna.IDNAError):
        parts = urlsplit(text)
        host, port = canonical_host(parts.hostname or ""), parts.port
        if host and not (parts.username or parts.path or parts.query or parts.fragment):
            usual = port is None or port == DEFAULT_PORTS.get(parts.scheme)
            return f"{parts.scheme}://{host}" + ("" if usual else f":{port}")
    return text


def canonical_host(host: str) -> str:
    """Return a host as browsers send it: a name in Punycode, or an IPv6 address in brackets.

    Raises `ValueError` or `idna.IDNAError` for what is neither.
    """
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host).compressed}]"
    if host.isascii():
        return host.lower().removesuffix(".")
    return idna.encode(host, uts46=True).decode().removesuffix(".")


def is_accepted_host(netloc: str) -> bool:
    """Say whether Django serves requests with this Host."""
    return bool(host_validation_re.fullmatch(netloc))
