"""The network address that a request or socket comes from."""

import ipaddress
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest

_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(
    rf"{_BYTE}(?:\.{_BYTE}){{3}}"
)  # the only form there is, which `ipaddress` takes ten times as long to read
UNKNOWN = "unknown"  # a Unix socket, or a proxy that forwards no address


def network_address_of(source: HttpRequest | dict[str, Any]) -> str:
    """Return the client's IPv4 address, or the /64 network of its IPv6 address, which is one household; else `UNKNOWN`.

    `source` is a request, or the ASGI scope of a socket. TRUSTED_PROXIES decides how much of X-Forwarded-For counts.
    """
    if isinstance(source, HttpRequest):
        forwarded, peer = source.META.get("HTTP_X_FORWARDED_FOR", ""), source.META.get("REMOTE_ADDR") or ""
    else:
        values = [value.decode("latin-1") for name, value in source["headers"] if name == b"x-forwarded-for"]
        forwarded, peer = ",".join(values), str((source.get("client") or [""])[0])
    if settings.TRUSTED_PROXIES and forwarded:
        hops = forwarded.split(",")
        peer = hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else UNKNOWN
    return network_of(peer.strip())


def network_of(text: str) -> str:
    """Return the same for an address as it is written."""
    if _IPV4.fullmatch(text):
        return text
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return str(address)
