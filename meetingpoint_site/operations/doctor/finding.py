"""What one check of the doctor has found."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Result(StrEnum):
    """How a check ended. Only `WRONG` makes the doctor's exit code 1."""

    OK = "ok"
    HINT = "hint"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`tried` is what was done, `says` what came of it, `do` what helps (empty if all is well)."""

    name: str
    tried: str
    result: Result
    says: str
    do: str = ""


Check = Callable[[], Finding]


def ok(name: str, tried: str, says: str) -> Finding:
    """Return that all is well."""
    return Finding(name, tried, Result.OK, says)


def hint(name: str, tried: str, says: str, do: str) -> Finding:
    """Return something to look at that does not keep the site from working."""
    return Finding(name, tried, Result.HINT, says, do)


def wrong(name: str, tried: str, says: str, do: str) -> Finding:
    """Return something that keeps people from using the site."""
    return Finding(name, tried, Result.WRONG, says, do)


def reason(error: BaseException) -> str:
    """Return in plain words why something failed, without the address or the secret that was used."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {error.verify_message}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"user or password is wrong ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answers {error.smtp_code}"
    if isinstance(error, ConnectionRefusedError):
        return "Connection refused"  # asyncio has words of its own, with the address
    if isinstance(error, smtplib.SMTPNotSupportedError) and "STARTTLS" in str(error):
        return "it has no TLS on this port"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it has no sign-in, or none over this kind of connection"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "it closed the connection"
    return getattr(error, "strerror", None) or type(error).__name__


def span(time: timedelta) -> str:
    """Return a time in the unit that suits it: days, hours, minutes or seconds."""
    seconds = round(time.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
