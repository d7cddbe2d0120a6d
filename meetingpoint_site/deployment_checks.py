"""System checks of how the site is connected: secrets that someone else knows, and plain text on the network."""

import ipaddress
import os
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common.redis_servers import addresses

from .checks import LOCAL_HOSTS, check, current_key
from .environment import env
from .operations.backup.site_settings import names_of_settings

# What examples, manuals and tutorials use in place of a secret.
EXAMPLE = re.compile(
    r"(?:change|replace)[-_ ]?(?:me|this|it)|example|insecure|placeholder|your[-_ ](?:key|own)|passw[o0]rd|secret|"
    r"geheim|random|hunter2|^(?:user|admin|root|test|redis|guest|postgres|meetingpoint)$|…|\.\.\.|<|>|1234567|abcdef|x{6}",
    re.IGNORECASE,
)
MAKE_ONE = "Make one: openssl rand -hex 32"


def _is_example(secret: str) -> bool:
    return bool(secret) and (bool(EXAMPLE.search(secret)) or len(set(secret)) < 5)


def _secrets() -> Iterator[tuple[str, str]]:
    """Yield the name of each setting that contains a secret, and the secret."""
    if not settings.DEBUG:
        yield "SECRET_KEY", current_key()
        yield from (("SECRET_KEY_FALLBACKS", key) for key in settings.SECRET_KEY_FALLBACKS)
    if settings.TURN_URLS:
        yield "TURN_SECRET", settings.TURN_SECRET
    yield "METRICS_TOKEN", settings.METRICS_TOKEN
    yield "OIDC_CLIENT_SECRET", settings.OIDC_CLIENT_SECRET
    yield "DATABASE_URL", str(settings.DATABASES["default"].get("PASSWORD") or "")
    for address in addresses(settings.REDIS_URL):
        yield "REDIS_URL", unquote(urlsplit(address).password or "")
    yield "EMAIL_URL", str(settings.EMAIL_HOST_PASSWORD or "")


@check
def unusable() -> Iterable[CheckMessage]:
    """E013: settings that only have certain values have one of them."""
    for name, (value, takes) in env.unusable.items():
        yield Error(f"{name} is {value!r}.", hint=f"It takes {takes}.", id="meetingpoint.E013")


# What a settings file may have besides: what compose and other programs on the way read.
OF_OTHERS: Final = {"DOMAIN", "ENV_FILE", "SSL_CERT_FILE"}


@check
def settings_file() -> Iterable[CheckMessage]:
    """E049, W037: each line of the settings file sets something, and something that there is."""
    for number in env.broken_lines:
        yield Error(
            f"Line {number} of {env.file} is not NAME=value.",
            hint="Write no space before the name or around the =, and # before what is a remark.",
            id="meetingpoint.E049",
        )
    known = names_of_settings()
    for name in env.names:
        if name.removesuffix("_FILE") not in known and name not in OF_OTHERS:
            near = get_close_matches(name, known, 1)
            yield Caution(
                f"{env.file} sets {name}, and there is no such setting.",
                hint=f"Is it {near[0]}?" if near else "README.md has the table of all settings.",
                id="meetingpoint.W037",
            )


# The least and the most of settings that are numbers; others have checks of their own, with their reasons.
RANGES: Final = {
    "PORT": (1, 65535),
    "WEB_PROCESSES": (1, 1000),
    "DATABASE_CONNECTIONS": (1, 1000),
    "GUEST_STAY_HOURS": (0, 90 * 24),
    "HSTS_SECONDS": (0, 10 * 31_536_000),
}


@check
def place_of_sqlite() -> Iterable[CheckMessage]:
    """W036: outside DEBUG, this user can make and change SQLite's file and those beside it."""
    database = settings.DATABASES["default"]
    path = Path(str(database["NAME"]))
    if settings.DEBUG or "sqlite3" not in database["ENGINE"] or not path.is_absolute() or ":memory:" in path.name:
        return
    changed = [path.parent, *(file for file in (path, Path(f"{path}-wal")) if file.exists())]
    if wrong := [place for place in changed if not os.access(place, os.W_OK)]:
        yield Caution(
            f"DATABASE_URL leads to {path}, and this user cannot "
            + (f"change {wrong[0]}." if wrong[0].exists() else f"find {wrong[0]}."),
            hint="Make the folder, give it and the file to the user of the site, and run commands as that user: "
            "meetingpoint COMMAND after `make install`.",
            id="meetingpoint.W036",
        )


@check
def ranges() -> Iterable[CheckMessage]:
    """E047: numbers are in the range in which they mean something."""
    for name, (least, most) in RANGES.items():
        value = settings.SECURE_HSTS_SECONDS if name == "HSTS_SECONDS" else getattr(settings, name)
        if not least <= value <= most:
            yield Error(f"{name} is {value}.", hint=f"Set it to {least} to {most}.", id="meetingpoint.E047")


@check
def sender() -> Iterable[CheckMessage]:
    """E048: emails have a sender, with an address."""
    try:
        validate_email(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    except ValidationError:
        yield Error(
            f"DEFAULT_FROM_EMAIL is {settings.DEFAULT_FROM_EMAIL!r}, which has no email address.",
            hint='Example: DEFAULT_FROM_EMAIL="Meeting Point <meet@example.org>"',
            id="meetingpoint.E048",
        )


@check
def proxies() -> Iterable[CheckMessage]:
    """E014, E015, W009, W010: who speaks TLS (the process does not), and which headers about it are trusted."""
    https = settings.SITE_ORIGINS and settings.SITE_ORIGINS[0].startswith("https:")
    if settings.DEBUG and any(urlsplit(site).hostname not in LOCAL_HOSTS for site in settings.SITE_ORIGINS):
        yield Caution(
            "DEBUG is on, and other machines reach the site: error pages show code and settings.",
            hint="Set DEBUG=off.",
            id="meetingpoint.W010",
        )
    if settings.DEBUG:
        return
    if settings.TRUSTED_PROXIES < 0:
        yield Error(
            f"TRUSTED_PROXIES is {settings.TRUSTED_PROXIES}.",
            hint="Set the number of proxies in front, 0 without one.",
            id="meetingpoint.E014",
        )
    if https and not settings.TRUSTED_PROXIES and not settings.SECURE_SSL_REDIRECT:
        yield Caution(
            "SITE_ORIGINS is https and TRUSTED_PROXIES is 0: all people would share the limits of the proxy's address.",
            hint="Set TRUSTED_PROXIES=1 and let the proxy overwrite X-Forwarded-For and X-Forwarded-Proto.",
            id="meetingpoint.W009",
        )
    if settings.SECURE_SSL_REDIRECT and not (https and settings.TRUSTED_PROXIES):
        yield Error(
            "SSL_REDIRECT is on, and no request would ever count as https: each page would redirect to itself.",
            hint="Set SITE_ORIGINS=https://… and TRUSTED_PROXIES=1, or SSL_REDIRECT=off.",
            id="meetingpoint.E015",
        )


@check
def example_secrets() -> Iterable[CheckMessage]:
    """E024: no secret is one that was published as an example, or that anyone would guess first."""
    if settings.DEBUG:
        return
    for name, secret in _secrets():
        if _is_example(secret):
            yield Error(f"The secret in {name} is an example.", hint=MAKE_ONE, id="meetingpoint.E024")


@check
def short_secrets() -> Iterable[CheckMessage]:
    """E025: the secrets that any stranger may try to guess are long enough: one request checks each guess."""
    if settings.TURN_URLS and settings.TURN_SECRET and not settings.DEBUG and len(settings.TURN_SECRET) < 20:
        yield Error("TURN_SECRET is shorter than 20 characters.", hint=MAKE_ONE, id="meetingpoint.E025")
    if settings.METRICS_TOKEN and not settings.DEBUG and len(settings.METRICS_TOKEN) < 20:
        yield Error("METRICS_TOKEN is shorter than 20 characters.", hint=MAKE_ONE, id="meetingpoint.E025")


def _stays_here(host: str) -> bool:
    """Say whether a host is this machine: a loopback address, or a Unix socket (a path, or no host at all)."""
    try:
        return not host or host.startswith("/") or host in LOCAL_HOSTS or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@check
def plain_text_redis() -> Iterable[CheckMessage]:
    """W004, W005: Redis is asked over TLS when it is on another machine, and never without a password."""
    urls: list[SplitResult] = [] if settings.DEBUG else [urlsplit(address) for address in addresses(settings.REDIS_URL)]
    if any(url.scheme == "redis" and not _stays_here(url.hostname or "") for url in urls):
        yield Caution(
            "REDIS_URL leads to another machine without TLS.",
            hint="Use rediss://…, or a Unix socket: unix:///run/redis/redis.sock",
            id="meetingpoint.W004",
        )
    if any(not url.password and "password=" not in url.query for url in urls):
        yield Caution(
            "REDIS_URL has no password: every program on that machine can read who is connected, and reset limits.",
            hint="Give the site a user of its own: deploy/redis.conf",
            id="meetingpoint.W005",
        )


@check
def plain_text_database() -> Iterable[CheckMessage]:
    """W006: PostgreSQL on another machine is asked over TLS, and its certificate is verified."""
    database: dict[str, Any] = settings.DATABASES["default"]
    options = database.get("OPTIONS", {})
    host = str(database.get("HOST") or options.get("host") or "")
    if settings.DEBUG or "postgresql" not in database["ENGINE"] or _stays_here(host):
        return
    if options.get("sslmode") != "verify-full":
        yield Caution(
            "DATABASE_URL leads to another machine, and the certificate of the database is not verified.",
            hint="Add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem to DATABASE_URL.",
            id="meetingpoint.W006",
        )


@check
def plain_text_mail() -> Iterable[CheckMessage]:
    """W007: codes do not cross the network in the clear."""
    if settings.DEBUG or not settings.EMAIL_URL.startswith("smtp:") or _stays_here(settings.EMAIL_HOST):
        return
    yield Caution(
        "EMAIL_URL sends emails, and the codes in them, without TLS.",
        hint="Use smtp+tls://…:587 or smtp+ssl://…:465.",
        id="meetingpoint.W007",
    )
