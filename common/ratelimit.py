"""Token buckets in the cache, for what somebody could do too often; processes share them through Redis.

Every limit of the site stands here, apart from those of a socket (`signaling/limits.py`) and of signing in (allauth's).
`LIMIT_FACTOR` multiplies them all.
"""

import hashlib
import ipaddress
import math
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_P = ParamSpec("_P")


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once, and in the long run one every `every` seconds. `name` is part of the key in the cache."""

    name: str
    burst: int
    every: float


# A whole class behind one address may sign up, or come in by a link, within a few minutes. A robot that guesses tokens
# gets one try a second, of 2^256.
SIGN_UP = Limit("sign-up", 30, 60)  # an address
REDEEM = Limit("redeem", 60, 1)  # an address
RESET = Limit("reset", 6, 1200)  # a mail address: each code that is sent there can be guessed at three times
NEW_ROOM = Limit("new-room", 20, 180)  # an account
NEW_INVITE = Limit("new-invite", 60, 30)  # an account
KNOCK = Limit("knock", 5, 30)  # a browser at one room
REPORT = Limit("report", 5, 600)  # an account or browser
MAIL_FROM = Limit("mail-from", 20, 300)  # an account
MAIL_TO = Limit("mail-to", 5, 3600)  # an address that gets invitations, as a hash
MAIL_WAITING = Limit("mail-waiting", 1, 900)  # a room at whose door somebody waits
RELAY_TEST = Limit("relay-test", 10, 60)  # an account or a guest's place
REPORT_FROM = Limit("report-from", 30, 120)  # an address


def take(limit: Limit, whom: object) -> float:
    """Take one token from the bucket of `whom`; return 0, or for how many seconds it stays empty.

    Two requests in the same instant may take the same token: a few more attempts than the figure says harm nobody,
    a lock in every request would.
    """
    now = time.time()
    burst, per_second = limit.burst * settings.LIMIT_FACTOR, settings.LIMIT_FACTOR / limit.every
    key = f"bucket:{limit.name}:{whom}"
    tokens, then = cache.get(key, (burst, now))
    tokens = min(burst, tokens + max(0.0, now - then) * per_second)
    wait = 0.0 if tokens >= 1 else (1 - tokens) / per_second
    cache.set(key, (tokens if wait else tokens - 1, now), timeout=int(burst / per_second) + 1)
    return wait


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


def mail_address_of(request: HttpRequest) -> str:
    """Return whom to count where a mail address was typed; allauth takes any case and width of it for the same."""
    typed = unicodedata.normalize("NFKC", request.POST.get("email", "")).strip().casefold()
    return hashlib.sha256(typed.encode()).hexdigest()


def account_of(request: HttpRequest) -> str:
    """Return whom to count where people are signed in."""
    return str(request.user.pk)


def limited(
    limit: Limit, whom: Callable[[HttpRequest], str]
) -> Callable[
    [Callable[Concatenate[HttpRequest, _P], HttpResponse]], Callable[Concatenate[HttpRequest, _P], HttpResponse]
]:
    """Limit a view's POSTs; the answer to one too many is 429 and says when to try again."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, _P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, _P], HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
            if request.method == "POST" and (wait := take(limit, whom(request))):
                return too_many(request, wait)
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def too_many(request: HttpRequest, wait: float) -> HttpResponse:
    """Answer one request too many: {reason, message} to a script, a page to a person. `wait` in seconds."""
    answer: HttpResponse
    if request.content_type == "application/json" or not request.accepts("text/html"):
        message = _("That was too often. Try again %s.") % in_words(wait)
        answer = JsonResponse({"reason": "slow_down", "message": message}, status=429)
    else:
        answer = render(request, "429.html", {"when": in_words(wait)}, status=429)
    answer.headers["Retry-After"] = str(math.ceil(wait))
    return answer


def in_words(wait: float) -> str:
    """Say when, for the middle of a sentence: "in 20 seconds", "in 3 minutes", "in 2 hours". Rounded up."""
    seconds = math.ceil(wait)
    if seconds < 60:
        return ngettext("in %d second", "in %d seconds", seconds) % seconds
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return ngettext("in %d minute", "in %d minutes", minutes) % minutes
    hours = math.ceil(minutes / 60)
    return ngettext("in %d hour", "in %d hours", hours) % hours
