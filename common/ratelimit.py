"""The site's rate limiter: token buckets in the cache, which processes share through Redis.

All limits are here, except those of a socket (`signaling/limits.py`) and of signing in (allauth's). `LIMIT_FACTOR`
multiplies them all.
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
    """A bucket of `burst` tokens that gains one every `every` seconds. `name` is part of its key in the cache."""

    name: str
    burst: int
    every: float


# A whole class behind one IP address may sign up, or use an invite link, within a few minutes. A robot that guesses
# tokens gets one attempt a second, of 2^256.
SIGN_UP = Limit("sign-up", 30, 60)  # per IP address
REDEEM = Limit("redeem", 60, 1)  # per IP address
LOOK = Limit("look", 60, 1)  # per IP address
RESET = Limit("reset", 6, 1200)  # per email address: each code sent to it allows three guesses
NEW_ROOM = Limit("new-room", 20, 180)  # per account
NEW_INVITE = Limit("new-invite", 60, 30)  # per account
KNOCK = Limit("knock", 5, 30)  # per membership
SEND_LATER = Limit("send-later", 30, 60)  # per membership
REPORT = Limit("report", 5, 600)  # per account or guest
MAIL_FROM = Limit("mail-from", 20, 300)  # per account
MAIL_TO = Limit("mail-to", 5, 3600)  # per address that gets invitations, as a hash
MAIL_WAITING = Limit("mail-waiting", 1, 900)  # per room in which guests wait to be let in
RELAY_TEST = Limit("relay-test", 10, 60)  # per account or guest
REPORT_FROM = Limit("report-from", 30, 120)  # per IP address


def consume(limit: Limit, whom: object) -> float:
    """Take one token from the bucket of `whom`; return 0, or the seconds until the empty bucket has one again.

    Two requests at the same instant may take the same token: a few attempts more than the limit do no harm, a lock in
    every request would.
    """
    now = time.time()
    burst, per_second = limit.burst * settings.LIMIT_FACTOR, settings.LIMIT_FACTOR / limit.every
    key = f"bucket:{limit.name}:{whom}"
    tokens, then = cache.get(key, (burst, now))
    tokens = min(burst, tokens + max(0.0, now - then) * per_second)
    wait = 0.0 if tokens >= 1 else (1 - tokens) / per_second
    cache.set(key, (tokens if wait else tokens - 1, now), timeout=int(burst / per_second) + 1)
    return wait


def ip_address_of(request: HttpRequest) -> str:
    """Return the client's IPv4 address, or the /64 network of its IPv6 address, which is one household.

    TRUSTED_PROXIES decides how much of X-Forwarded-For counts.
    """
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):  # a Unix socket, or a proxy that forwards no address: one bucket for all
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def email_of(request: HttpRequest) -> str:
    """Return a hash of the email address in the form; allauth ignores the case and width of its letters, too."""
    typed = unicodedata.normalize("NFKC", request.POST.get("email", "")).strip().casefold()
    return hashlib.sha256(typed.encode()).hexdigest()


def account_of(request: HttpRequest) -> str:
    """Return the signed-in person's primary key."""
    return str(request.user.pk)


def rate_limited(
    limit: Limit, whom: Callable[[HttpRequest], str]
) -> Callable[
    [Callable[Concatenate[HttpRequest, _P], HttpResponse]], Callable[Concatenate[HttpRequest, _P], HttpResponse]
]:
    """Limit the POSTs of a view; above the limit the answer is `rate_limited_response`."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, _P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, _P], HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
            if request.method == "POST" and (wait := consume(limit, whom(request))):
                return rate_limited_response(request, wait)
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def rate_limited_response(request: HttpRequest, wait: float) -> HttpResponse:
    """Return a 429 with Retry-After: {reason, message} for a script, a page for a person. `wait` in seconds."""
    answer: HttpResponse
    if request.content_type == "application/json" or not request.accepts("text/html"):
        message = _("Too many attempts. Try again %s.") % humanize_wait(wait)
        answer = JsonResponse({"reason": "slow_down", "message": message}, status=429)
    else:
        answer = render(request, "429.html", {"when": humanize_wait(wait)}, status=429)
    answer.headers["Retry-After"] = str(math.ceil(wait))
    return answer


def humanize_wait(wait: float) -> str:
    """Return when, for the middle of a sentence: "in 20 seconds", "in 3 minutes", "in 2 hours". Rounded up."""
    seconds = math.ceil(wait)
    if seconds < 60:
        return ngettext("in %d second", "in %d seconds", seconds) % seconds
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return ngettext("in %d minute", "in %d minutes", minutes) % minutes
    hours = math.ceil(minutes / 60)
    return ngettext("in %d hour", "in %d hours", hours) % hours
