"""Log lines, plain or JSON, without invite secrets, query strings, cookies, tokens and SDP.

A mail scanner that turns the `#` of an invite link into `%23` sends the secret to the server as a path. So every
record is redacted twice: its arguments before formatting (a path with spaces is still one argument there), and the
finished line with its traceback. Only the root logger has a handler; server loggers propagate to it.
"""

import json
import logging
import re
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from daphne.access import AccessLogGenerator

REDACTED = "[redacted]"

# An argument that is an invite path: Django logs paths decoded, so any character can follow.
_INVITE_ARGUMENT = re.compile(r"^((?:[A-Z]+ |https?://[^/\s]+)?/i)(?:/|#|%23|\?).*?( HTTP/[\d.]+)?$", re.DOTALL)

# An invite secret wherever it stands (#k=2 and 22 base64url characters), however often it was percent-encoded.
_LINK_SECRET = re.compile(r"(?:#|%(?:25)*23)k(?:=|%(?:25)*3[Dd])[\w%-]+")

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # The invite page with anything behind it: /i/%23k=…, /i/#k=…, /i#k=…, /i?k=…
    (re.compile(r"(?<![\w.-])/i(?:/|#|%23|\?)[^\s\"'<>]*"), f"/i/{REDACTED}"),
    # The token with which a mail lets its reader unsubscribe.
    (re.compile(r"(/unsubscribe/)[^\s\"'<>]+"), rf"\1{REDACTED}"),
    (_LINK_SECRET, f"#k={REDACTED}"),
    # Query strings, of paths and of whole addresses.
    (re.compile(r"(/[^\s\"'?<>]*)\?[^\s\"'<>]+"), r"\1"),
    # SDP: from its first line to the end of what was logged, real or escaped line ends; and single candidates.
    (re.compile(r"v=0(?:\\+[rn]|\s)+o=.*", re.DOTALL), f"{REDACTED} SDP"),
    (re.compile(r"candidate:\S+ \d+ (?:udp|tcp|ssltcp) [^\"'\r\n]*", re.IGNORECASE), f"candidate:{REDACTED}"),
    (re.compile(r"\b(ice-ufrag|ice-pwd):\S+"), rf"\1:{REDACTED}"),
    # Header lines and dicts of headers.
    (
        re.compile(r"(?i)\b(cookie|authorization|x-csrftoken)\b(b?[\"']?\s*[:=,]\s*b?)(\"[^\"]*\"|'[^']*'|[^\r\n]*)"),
        rf"\1\2{REDACTED}",
    ),
    # name=value and "name": "value" for names that carry secrets, cookies of ours among them.
    (
        re.compile(
            r"(?i)([\w-]*(?:session|csrf|token|secret|passw(?:or)?d|credential|wrapped|key_check|recovery_code)[\w-]*)"
            r"(=|[\"']\s*[:=]\s*)[\"']?[^\s\"',;&}]+"
        ),
        rf"\1\2{REDACTED}",
    ),
    # 32 bytes or more in base64url: an invite token, a session key, a wrapped key.
    # Names in tracebacks have no capitals together with digits.
    (re.compile(r"(?<![\w/-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{43,}={0,2}"), REDACTED),
)


def redact(text: str) -> str:
    """Return a log line without secrets."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def has_link_secret(address: str) -> bool:
    """Say whether the secret of an invite link is in the path or the query of an address."""
    return bool(_LINK_SECRET.search(address))


def redact_path(path: str) -> str:
    """Return a request's path, or a request line, as an access log may show it."""
    return redact(_INVITE_ARGUMENT.sub(rf"\1/{REDACTED}\2", path))


class RedactingFilter(logging.Filter):
    """Redacts the message and its arguments, before any formatter or handler gets them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str) and not record.args:
            record.msg = redact_path(record.msg)
        if isinstance(record.args, dict):
            record.args = {name: _redact_argument(value) for name, value in record.args.items()}
        elif record.args:
            record.args = tuple(_redact_argument(value) for value in record.args)
        return True


def _redact_argument(value: Any) -> Any:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    return redact_path(value) if isinstance(value, str) else value


# What starts another line, or moves the cursor of a terminal.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class PlainFormatter(logging.Formatter):
    """One line for each record: time (UTC), level, logger, message; then the traceback.

    Line ends and other control characters in the message are escaped: no one can forge a line (ASVS 5.0, 16.4.1).
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return _time(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return _CONTROL.sub(lambda found: repr(found[0])[1:-1], super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message and, for an exception, its traceback.

    A line of the security log has its fields (`event`, `account`, `network`, …) beside them.
    """

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            **getattr(record, "security", {}),
        }
        if record.exc_info and record.exc_info[0]:
            entry["exception"] = redact("".join(traceback.format_exception(*record.exc_info)))
        return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(entry, ensure_ascii=False))


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def logging_settings(level: str, log_format: str) -> dict[str, Any]:
    """Return Django's `LOGGING`: everything to standard error through one redacting handler."""
    propagating = {
        name: {"handlers": [], "propagate": True}
        for name in ("django", "django.server", "django.channels.server", "uvicorn", "uvicorn.error", "uvicorn.access")
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"redact": {"()": "meetingpoint_site.logs.RedactingFilter"}},
        "formatters": {
            "plain": {"()": "meetingpoint_site.logs.PlainFormatter"},
            "json": {"()": "meetingpoint_site.logs.JsonFormatter"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["redact"],
                "formatter": "json" if log_format == "json" else "plain",
            },
            "refusals": {"class": "meetingpoint_site.middleware.refusals.SecurityLogHandler", "filters": ["redact"]},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            **propagating,
            "security": {"handlers": [], "propagate": True, "level": "INFO"},
            "django.security": {"handlers": ["refusals"], "propagate": False},
        },
    }


def redact_daphne_access_log() -> None:
    """Redact Daphne's own access log, too, which does not use `logging`."""
    original: Callable[..., None] = AccessLogGenerator.write_entry
    if getattr(original, "redacts", False):
        return

    def write_entry(self: AccessLogGenerator, host: str, date: datetime, request: str, *rest: Any, **more: Any) -> None:
        original(self, host, date, redact_path(request), *rest, **more)

    write_entry.redacts = True  # type: ignore[attr-defined]
    AccessLogGenerator.write_entry = write_entry
