"""A token bucket in the cache, for the few addresses that a stranger may POST to."""

import ipaddress
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def take(key: str, *, burst: int, per_second: float) -> bool:
    """Take one token from the bucket `key`; False when it is empty.

    It holds `burst` tokens and gains `per_second`. Two requests in the same instant may take the same token: a few more
    attempts than the figure says harm nobody, a lock in every request would.
    """
    now = time.time()
    tokens, then = cache.get(f"bucket:{key}", (float(burst), now))
    tokens = min(float(burst), tokens + max(0.0, now - then) * per_second)
    allowed = tokens >= 1
    cache.set(f"bucket:{key}", (tokens - 1 if allowed else tokens, now), timeout=int(burst / per_second) + 1)
    return allowed


def address_of(request: HttpRequest) -> str:
    """Return whom to count: the IPv4 address, or the /64 network of an IPv6 address, which is one household.

    TRUSTED_PROXIES decides how much of X-Forwarded-For is believed.
    """
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):  # a Unix socket, or a proxy that forwards no address: one bucket for all
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
