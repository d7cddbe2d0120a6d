"""System checks that report mistakes in the settings before the site serves its first request."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured

from common.origins import canonical_origin, is_accepted_host
from common.redis_servers import addresses, place_of

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}

# RFC 7064 §3.1 and RFC 7065 §3.1: no slashes, the port optional, a transport only for TURN.
_HOST = r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?"
STUN_URL = re.compile(rf"stuns?:{_HOST}")
TURN_URL = re.compile(rf"turns?:{_HOST}(?:\?transport=(?:udp|tcp))?")
# RFC 1123 §2.1. What is longer, or begins with a hyphen, is no name that leads anywhere.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*{_LABEL}")

Check = Callable[[], Iterable[CheckMessage]]


def check(function: Check) -> Check:
    """Register a check that needs no app configs."""

    def run(app_configs: Any, **options: Any) -> list[CheckMessage]:
        return list(function())

    run.__module__, run.__name__ = function.__module__, function.__name__
    register(run)
    return function


def current_key() -> str:
    """Return SECRET_KEY; "" if it is empty, for which Django raises an error."""
    try:
        key: str = settings.SECRET_KEY
    except ImproperlyConfigured:
        return ""
    return key


@check
def secret_key() -> Iterable[CheckMessage]:
    """E001, E002: outside DEBUG, there is a SECRET_KEY that no one can guess."""
    hint = (
        "Set SECRET_KEY to at least 50 random characters: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
    if settings.DEBUG:
        return
    key = current_key()
    if not key:
        yield Error("SECRET_KEY is not set.", hint=hint, id="meetingpoint.E001")
    elif len(key) < 50 or len(set(key)) < 5:
        yield Error("SECRET_KEY is too short or too simple.", hint=hint, id="meetingpoint.E002")


@check
def sessions() -> Iterable[CheckMessage]:
    """E030, E031: former keys are as strong as the current one, and sessions end some time."""
    for key in settings.SECRET_KEY_FALLBACKS:
        if len(key) < 50 or len(set(key)) < 5 or key == current_key():
            yield Error(
                "SECRET_KEY_FALLBACKS contains a key that is too short, too simple, or the current one.",
                hint="Put only values of SECRET_KEY there that this site has used.",
                id="meetingpoint.E030",
            )
    for name, most in (
        ("SESSION_HOURS", 90 * 24),
        ("SESSION_IDLE_HOURS", 90 * 24),
        ("STAFF_SESSION_HOURS", 72),
        ("STAFF_SESSION_IDLE_MINUTES", 24 * 60),
        ("ADMIN_FACTOR_HOURS", 72),
    ):
        if not 0 < getattr(settings, name) <= most:
            yield Error(
                f"{name} is {getattr(settings, name):g}.",
                hint=f"Set it above 0 and to at most {most}.",
                id="meetingpoint.E031",
            )


@check
def site_origins() -> Iterable[CheckMessage]:
    """E003 to E005: every origin is scheme://host[:port], and https unless it is this machine."""
    if not settings.SITE_ORIGINS:
        yield Error(
            "SITE_ORIGINS is empty.", hint="Example: SITE_ORIGINS=https://meet.example.org", id="meetingpoint.E003"
        )
    for origin in settings.SITE_ORIGINS:
        problem = _origin_problem(origin)
        if problem:
            yield Error(
                f"SITE_ORIGINS contains {origin!r}: {problem}.",
                hint="Write the scheme, the host and, unless it is the default, the port: https://meet.example.org",
                id="meetingpoint.E004",
            )
        elif not settings.DEBUG and origin.startswith("http:") and urlsplit(origin).hostname not in LOCAL_HOSTS:
            yield Error(
                f"SITE_ORIGINS contains {origin!r}, which is not https.",
                hint="Browsers allow camera, microphone and WebCrypto only on https pages (and on localhost).",
                id="meetingpoint.E005",
            )


def _origin_problem(origin: str) -> str:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in {"http", "https"}:
        return "the scheme is neither https nor http"
    if parts.path or parts.query or parts.fragment or parts.username:
        return "there is more than scheme, host and port"
    there = urlsplit(canonical_origin(origin))
    named = ":" in (there.hostname or "") or HOST_NAME.fullmatch(there.hostname or "")
    if not named or not is_accepted_host(there.netloc):  # no browser gets there, or each request is answered with 400
        return "the host name is not valid"
    return "the port is not valid" if port == 0 else ""


@check
def administration() -> Iterable[CheckMessage]:
    """E026, E027: the administration has a path that nothing else uses, and a host that is not the site's."""
    taken = "accounts connection-test dev files healthz i invites metrics r readyz received rooms static unsubscribe ws"
    path = settings.ADMIN_PATH.removesuffix("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", path) or path in taken.split():
        yield Error(
            f"ADMIN_PATH is {path!r}.",
            hint="Use small letters, digits and hyphens, and no path of the site: ADMIN_PATH=admin",
            id="meetingpoint.E026",
        )
    origin = settings.ADMIN_ORIGIN
    if not origin:
        return
    problem = _origin_problem(origin)
    local = urlsplit(origin).hostname in LOCAL_HOSTS
    if not problem and origin.startswith("http:") and not (settings.DEBUG or local):
        problem = "it is not https"
    if not problem and urlsplit(origin).netloc in {urlsplit(site).netloc for site in settings.SITE_ORIGINS}:
        problem = "the site is there, too"
    if problem:
        yield Error(
            f"ADMIN_ORIGIN is {origin!r}: {problem}.",
            hint="Example: ADMIN_ORIGIN=https://admin.example.org",
            id="meetingpoint.E027",
        )


@check
def source_control() -> Iterable[CheckMessage]:
    """W008: the running site cannot read the history of its own program (OWASP ASVS 5.0, 13.4.1)."""
    if not settings.DEBUG and os.access(settings.BASE_DIR / ".git", os.R_OK):
        yield Caution(
            "The process can read .git beside manage.py, with everything that was ever committed.",
            hint="Run it from `git archive`, or give .git to root alone: chmod -R go= .git",
            id="meetingpoint.W008",
        )


@check
def ice_urls() -> Iterable[CheckMessage]:
    """E006 to E009, W032: addresses of STUN and TURN that browsers accept, and a secret to sign credentials with."""
    for name, pattern, example in (
        ("STUN_URLS", STUN_URL, "stun:stun.example.org:3478"),
        ("TURN_URLS", TURN_URL, "turn:turn.example.org:3478?transport=udp"),
    ):
        for url in getattr(settings, name):
            found = pattern.fullmatch(url)
            if found and leads_home(found["host"]):
                yield Caution(
                    f"{name} contains {url!r}: with that address each browser asks its own computer.",
                    hint=f"Name the machine as others see it: {name}={example}",
                    id="meetingpoint.W032",
                )
            if not found or not 0 < int(found["port"] or 1) < 65536:
                yield Error(
                    f"{name} contains {url!r}, which browsers reject.",
                    hint=f"Example: {name}={example}",
                    id="meetingpoint.E006" if name == "STUN_URLS" else "meetingpoint.E007",
                )
    if settings.TURN_URLS and not settings.TURN_SECRET:
        yield Error(
            "TURN_URLS is set but TURN_SECRET is not.",
            hint="Set TURN_SECRET to coturn's static-auth-secret.",
            id="meetingpoint.E008",
        )
    if not 300 <= settings.TURN_TTL <= 7 * 86400:
        yield Error(
            f"TURN_TTL is {settings.TURN_TTL} seconds.",
            hint="Set 300 (five minutes) to 604800 (seven days): a call cannot outlive its credentials by much.",
            id="meetingpoint.E009",
        )


def leads_home(host: str) -> bool:
    """Say whether a host of a site that other machines reach is, for each of them, that machine itself."""
    public = any(urlsplit(site).hostname not in LOCAL_HOSTS for site in settings.SITE_ORIGINS)
    return public and host.strip("[]").lower() in LOCAL_HOSTS


@check
def redis() -> Iterable[CheckMessage]:
    """E010, E011, E046: REDIS_URL has addresses of Redis, each once, and is set if there are several processes."""
    if servers := addresses(settings.REDIS_URL):
        try:
            places = [place_of(address) for address in servers]
        except ValueError:
            places = []
            yield Error(
                "REDIS_URL is not a Redis address, nor several of them.",
                hint="Examples: REDIS_URL=redis://127.0.0.1:6379/0 REDIS_URL=rediss://one:6380/0,rediss://two:6380/0",
                id="meetingpoint.E010",
            )
        if len(set(places)) < len(places):
            yield Error(
                f"REDIS_URL names a server twice: {next(place for place in places if places.count(place) > 1)}.",
                hint="Name each server once, in the same order for all processes.",
                id="meetingpoint.E046",
            )
    elif settings.WEB_PROCESSES > 1:
        yield Error(
            f"WEB_PROCESSES is {settings.WEB_PROCESSES} but REDIS_URL is not set.",
            hint="Processes learn through Redis who is in a call: set REDIS_URL, or run one process.",
            id="meetingpoint.E011",
        )


@check
def several_processes_on_sqlite() -> Iterable[CheckMessage]:
    """W001: SQLite serves one process well and several poorly."""
    if settings.WEB_PROCESSES > 1 and "sqlite3" in settings.DATABASES["default"]["ENGINE"]:
        yield Caution(
            f"WEB_PROCESSES is {settings.WEB_PROCESSES} and the database is SQLite.",
            hint="Set DATABASE_URL=postgres://… if you run more than one process.",
            id="meetingpoint.W001",
        )


@check
def mail() -> Iterable[CheckMessage]:
    """W002, W003, W035: codes need a mail server outside DEBUG, and a sender that is not refused."""
    if settings.DEBUG:
        return
    if not settings.EMAIL_URL:
        yield Caution(
            "EMAIL_URL is not set: no one can receive the code that confirms an email address.",
            hint="Example: EMAIL_URL=smtp+tls://user:password@mail.example.org:587",
            id="meetingpoint.W002",
        )
    elif not settings.EMAIL_URL.startswith("smtp"):
        yield Caution(
            f"EMAIL_URL is {settings.EMAIL_URL.partition(':')[0]}:…, which hands no email to a mail server: codes and"
            " links stay on this machine, where its logs or files show them.",
            hint="Example: EMAIL_URL=smtp+tls://user:password@mail.example.org:587",
            id="meetingpoint.W035",
        )
    elif "localhost" in settings.DEFAULT_FROM_EMAIL:
        yield Caution(
            f"DEFAULT_FROM_EMAIL is {settings.DEFAULT_FROM_EMAIL!r}: other mail servers will reject it.",
            hint='Example: DEFAULT_FROM_EMAIL="Meeting Point <meet@example.org>"',
            id="meetingpoint.W003",
        )


@check
def log_settings() -> Iterable[CheckMessage]:
    """E012: LOG_FORMAT is a known format."""
    if settings.LOG_FORMAT not in {"plain", "json"}:
        yield Error(f"LOG_FORMAT is {settings.LOG_FORMAT!r}.", hint="Use plain or json.", id="meetingpoint.E012")


@check
def abuse() -> Iterable[CheckMessage]:
    """E020 to E022: the site policy is spelled right, and limits and retention times are in range."""
    who, _colon, group = settings.ROOM_CREATORS.partition(":")
    if who not in {"everyone", "verified", "staff", "group"} or (who == "group") != bool(group.strip()):
        yield Error(
            f"ROOM_CREATORS is {settings.ROOM_CREATORS!r}.",
            hint="Use everyone, verified, staff, or group:<name of a group>.",
            id="meetingpoint.E020",
        )
    if not 0.1 <= settings.LIMIT_FACTOR <= 10_000:
        yield Error(
            f"LIMIT_FACTOR is {settings.LIMIT_FACTOR}.",
            hint="Set it between 0.1 and 10000: 1 is the default, 10 suits a school behind one IP address.",
            id="meetingpoint.E021",
        )
    for name in ("RETENTION_DAYS", "REPORT_DAYS", "AUDIT_DAYS"):
        if getattr(settings, name) < 1:
            yield Error(
                f"{name} is {getattr(settings, name)}.", hint="Set it to at least 1 day.", id="meetingpoint.E022"
            )


@check
def security_contact() -> Iterable[CheckMessage]:
    """E023: /.well-known/security.txt names contacts as addresses of https: or mailto: (RFC 9116 §2.5.3)."""
    for contact in settings.SECURITY_CONTACT or [""]:
        if not re.fullmatch(r"(?:https://|mailto:|tel:)[^\s,]+", contact):
            yield Error(
                f"SECURITY_CONTACT contains {contact!r}.",
                hint="Example: SECURITY_CONTACT=mailto:security@example.org",
                id="meetingpoint.E023",
            )
