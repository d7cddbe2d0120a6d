"""The site's rate limiter: one atomic mechanism, and the list of all limits.

Each limit is a row of docs/limits.md. What guards a secret is `fixed`; `LIMIT_FACTOR` multiplies the others. A token is
taken *before* the work that it pays for, and given back where only failures count.
"""

import hashlib
import math
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .buckets import Buckets, MemoryBuckets, RedisBuckets
from .security_log import log_event

_P = ParamSpec("_P")
Source = HttpRequest | dict[str, Any] | None

LIMITS: "list[Limit]" = []
PATIENCE = 30.0  # seconds for which a guess waits for those before it
LOOK_SECONDS = 0.05  # between two looks whether they have ended


@dataclass(frozen=True, slots=True)
class Limit:
    """A bucket of `burst` tokens that gains one every `every` seconds, for each `whom`."""

    name: str
    burst: int
    every: float
    whom: str = ""
    fixed: bool = False

    def __post_init__(self) -> None:
        if self.whom:
            LIMITS.append(self)

    @property
    def factor(self) -> float:
        """What multiplies the limit."""
        return 1.0 if self.fixed else float(settings.LIMIT_FACTOR)


# ── Signing up and in ─────────────────────────────────────────────────────────────────────────────
# A whole class of sixty behind one address may sign up, sign in, or use an invite link at the same instant.
SIGN_UP = Limit("sign-up", 80, 60, "network address")
SIGN_IN = Limit("sign-in", 80, 2, "network address")
# An attacker on one network cannot lock an account for others: only fifty failures from ten networks do.
WRONG_PASSWORD = Limit("wrong-password", 5, 300, "account and network address", fixed=True)
WRONG_PASSWORD_ACCOUNT = Limit("wrong-password-account", 50, 300, "account", fixed=True)
WRONG_PASSWORD_FROM = Limit("wrong-password-from", 10, 6, "network address")
PASSKEY = Limit("passkey", 130, 6, "network address")
# Of each code that a mail brings, three tries; of all codes to one address, 24 a day, of a million.
CODE_TRY = Limit("code-try", 3, 3600, "code", fixed=True)
CODE_ADDRESS = Limit("code-address", 15, 3600, "purpose and email address", fixed=True)
CODE_FROM = Limit("code-from", 30, 20, "network address")
# Six digits, of which three are right at any moment: twelve tries a day after the first twenty.
FACTOR = Limit("factor", 5, 300, "account", fixed=True)
FACTOR_LONG = Limit("factor-long", 20, 7200, "account", fixed=True)
USED_DIGITS = Limit("used-digits", 1, 90, "account and digits", fixed=True)
REAUTHENTICATE = Limit("reauthenticate", 10, 6, "account", fixed=True)
CHANGE_PASSWORD = Limit("change-password", 5, 12, "account", fixed=True)
NEW_PASSWORD = Limit("new-password", 20, 3, "network address")
MANAGE_ADDRESS = Limit("manage-address", 10, 6, "account")
EXPORT = Limit("export", 5, 600, "account")

# ── Rooms ─────────────────────────────────────────────────────────────────────────────────────────
# A robot that guesses tokens gets one attempt a second, of 2^256.
REDEEM = Limit("redeem", 60, 1, "network address")
LOOK = Limit("look", 60, 1, "network address")
NEW_ROOM = Limit("new-room", 20, 180, "account")
NEW_INVITE = Limit("new-invite", 60, 30, "account")
KNOCK = Limit("knock", 5, 30, "membership")
JOIN = Limit("join", 30, 2, "membership, in the call and in its transfer room")
SOCKET_FROM = Limit("socket-from", 300, 0.1, "network address")
TURN = Limit("turn", 10, 60, "membership")
SEND_LATER = Limit("send-later", 30, 60, "membership")
REPORT = Limit("report", 5, 600, "account or guest")
REPORT_FROM = Limit("report-from", 30, 120, "network address")
RELAY_TEST = Limit("relay-test", 10, 60, "account or guest")
# Each connection of a call asks once or twice for each network interface: a class that joins, a few thousand times.
STUN = Limit("stun", 2000, 0.01, "network address")

# ── Mails ─────────────────────────────────────────────────────────────────────────────────────────
RESET = Limit("reset", 6, 1200, "email address", fixed=True)
RESET_FROM = Limit("reset-from", 10, 6, "network address")
CODE_MAIL = Limit("code-mail", 1, 10, "email address", fixed=True)
CODE_MAILBOX = Limit("code-mailbox", 20, 900, "mailbox", fixed=True)
CODE_MAIL_FROM = Limit("code-mail-from", 80, 30, "network address")
MAIL_FROM = Limit("mail-from", 20, 300, "account")
MAIL_FROM_NEW = Limit("mail-from-new", 5, 3600, "account in its first day")
MAIL_FROM_NETWORK = Limit("mail-from-network", 40, 120, "network address")
MAIL_TO = Limit("mail-to", 5, 3600, "mailbox")
MAIL_WAITING = Limit("mail-waiting", 1, 900, "room")

# ── Everything that changes something ─────────────────────────────────────────────────────────────
WRITE = Limit("write", 240, 0.5, "account")
WRITE_FROM = Limit("write-from", 600, 0.1, "network address, of those who are not signed in")


def consume(limit: Limit, whom: object, source: Source = None) -> float:
    """Take one token from the bucket of `whom`; return 0, or the seconds until the empty bucket has one again.

    Of any number of calls at the same instant, in any number of processes, as many get 0 as there were tokens.
    `source`, a request or the scope of a socket, is what the security log says of those who get none.
    """
    wait = _buckets(settings.REDIS_URL).take(limit.name, _key(whom), *_rate(limit))
    if wait:
        _log(limit, whom, source)
    return wait


def consume_all(*pairs: tuple[Limit, object], source: Source = None) -> float:
    """Take one token from each of these buckets, or none: then return the seconds to wait."""
    for position, (limit, whom) in enumerate(pairs):
        if wait := consume(limit, whom, source):
            give_back(*pairs[:position])
            return wait
    return 0.0


def consume_here(limit: Limit, whom: object, source: Source = None) -> float:
    """Like `consume`, for what costs this process alone: it asks no other, and waits for nothing."""
    wait = _here().take(limit.name, _key(whom), *_rate(limit))
    if wait:
        _log(limit, whom, source)
    return wait


class NoTryLeft(Exception):
    """All tries are used up; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(slots=True)
class Try:
    """A guess that is being compared. One that was not `right`, or ends with an exception, has used its tokens."""

    right: bool = True


@contextmanager
def one_try(*pairs: tuple[Limit, object], source: Source = None) -> Iterator[Try]:
    """Take one token from each of these buckets for a guess, and put them back if it was right.

    A guess at the same instant may be right, too: where a bucket is empty only because of those that are being
    compared, this one waits for them, for `PATIENCE` seconds at most. Raises `NoTryLeft`.
    """
    buckets, end = _buckets(settings.REDIS_URL), time.monotonic() + PATIENCE
    while refused := _begin_tries(buckets, pairs):
        limit, whom, wait, may_come_back = refused
        if not may_come_back or time.monotonic() >= end:
            _log(limit, whom, source)
            raise NoTryLeft(wait)
        time.sleep(LOOK_SECONDS)
    made = Try()
    right = False
    try:
        yield made
        right = made.right
    finally:
        for limit, whom in pairs:
            buckets.end_try(limit.name, _key(whom), _rate(limit)[1], right)


def _begin_tries(buckets: Buckets, pairs: Sequence[tuple[Limit, object]]) -> tuple[Limit, object, float, bool] | None:
    for position, (limit, whom) in enumerate(pairs):
        wait, may_come_back = buckets.begin_try(limit.name, _key(whom), *_rate(limit))
        if wait:
            for earlier, earlier_whom in pairs[:position]:
                buckets.end_try(earlier.name, _key(earlier_whom), _rate(earlier)[1], right=True)
            return limit, whom, wait, may_come_back
    return None


def give_back(*pairs: tuple[Limit, object]) -> None:
    """Put one token back into each of these buckets."""
    for limit, whom in pairs:
        _buckets(settings.REDIS_URL).give_back(limit.name, _key(whom), _rate(limit)[1])


def forget(limit: Limit, whom: object) -> None:
    """Fill the bucket of `whom`."""
    _buckets(settings.REDIS_URL).fill(limit.name, _key(whom))


def forget_all() -> None:
    """Fill all buckets. For tests."""
    _here().fill_all()
    _buckets(settings.REDIS_URL).fill_all()


def _log(limit: Limit, whom: object, source: Source) -> None:
    """Say that a limit was reached, once a minute for each bucket: who floods the site does not flood the log."""
    if _here().take("log", _key(f"{limit.name} {whom}"), 1, 60) == 0:
        log_event("limit.exceeded", source, limit=limit.name)


def _rate(limit: Limit) -> tuple[float, float]:
    return max(1.0, limit.burst * limit.factor), limit.every / limit.factor


@cache
def _buckets(redis_url: str) -> Buckets:
    return RedisBuckets(redis_url) if redis_url else MemoryBuckets()


@cache
def _here() -> MemoryBuckets:
    return MemoryBuckets()


def _key(whom: object) -> bytes:
    """Return a keyed hash: Redis learns no address, and no one can choose whose bucket they share."""
    return hashlib.blake2b(str(whom).encode(), key=_hash_key(settings.SECRET_KEY), digest_size=16).digest()


@cache
def _hash_key(secret: str) -> bytes:
    return hashlib.sha256(b"common.ratelimit" + secret.encode()).digest()


def email_of(request: HttpRequest) -> str:
    """Return the email address in the form as a limit counts it."""
    return same_email(request.POST.get("email", ""))


def same_email(typed: str) -> str:
    """Return an email address without its spelling: allauth ignores the case and width of its letters, too."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


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
            if request.method == "POST" and (wait := consume(limit, whom(request), request)):
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
