"""What one check of the doctor has found."""

from collections.abc import Callable
from dataclasses import dataclass
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
    """Return why something failed, without the address or the secret that was used."""
    return getattr(error, "strerror", None) or type(error).__name__
