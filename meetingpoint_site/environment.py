"""Where the settings come from: the process's environment, the file that ENV_FILE names, and files of single values.

`NAME_FILE` is the path of a file that contains the value of `NAME`, as containers and systemd hand over secrets. It
wins over `NAME`. django-environ reads such files; here a line end after the value is no part of it, and a file that
cannot be read is an error with a name.
"""

import io
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured
from environ import Env, FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping

# The variables with which the process was started, before a settings file added its own.
GIVEN: Final = frozenset(os.environ)


class SecretFiles(FileAwareMapping):
    """The environment, with values from files. Raises `ImproperlyConfigured` if one cannot be read."""

    def __getitem__(self, key: str) -> str:
        try:
            value: str = super().__getitem__(key)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise ImproperlyConfigured(f"{key}_FILE names {self.env[f'{key}_FILE']}: {reason}.") from None
        return value.rstrip("\r\n") if self.env.get(f"{key}_FILE") else value


def _is_time_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False


LINE: Final = re.compile(r"(?:export )?([A-Za-z_0-9]+)=.*")  # of a settings file, as django-environ reads it
KINDS: Final[dict[Any, str]] = {int: "a whole number", float: "a number"}
SWITCHES: Final = {*Env.BOOLEAN_TRUE_STRINGS, "false", "off", "n", "no", "0", ""}
USABLE: Final[dict[str, Callable[[str], bool]]] = {
    "LANGUAGE_CODE": {"en", "en-gb", "en-us"}.__contains__,
    "TIME_ZONE": _is_time_zone,
    "LOG_LEVEL": {"DEBUG", "INFO", "WARNING", "ERROR"}.__contains__,
}


# Addresses with a password, by setting: the schemes that the site knows, and what one is like.
ADDRESSES: Final = {
    "EMAIL_URL": (frozenset(Env.EMAIL_SCHEMES), "smtp+tls://user:password@mail.example.org:587"),
    "DATABASE_URL": (
        frozenset({"sqlite", "postgres", "postgresql"}),
        "sqlite:////path or postgres://user:password@host/name",
    ),
}
MAIL_PORTS: Final = {"smtp+tls": 587, "smtps": 587, "smtp+ssl": 465}


def quoted(address: str) -> str:
    """Return an address whose user and password have any character, as one that a parser takes; `%41` stays `%41`."""
    scheme, colon, rest = address.partition("://")
    end = re.split("[/?#]", rest, maxsplit=1)[0].rfind("@")
    port = re.match(r"[^/?#]*:([^]/?#]*)(?=[/?#])", rest[end + 1 :])
    if port and not port[1].isdigit():  # it is no port: the password has one of "/?#"
        end = rest.rfind("@")
    if end < 0:
        return address
    user, mark, password = rest[:end].partition(":")
    return f"{scheme}{colon}{quote(user, safe='%')}{mark}{quote(password, safe='%')}{rest[end:]}"


class Environment(FileAwareEnv):
    """`environ.Env` that reads through `SecretFiles`."""

    ENVIRON = SecretFiles(os.environ)
    # What was given for settings that cannot be used, and what can. They have their default, so that Django gets to the
    # system check that says so and stops (`deployment_checks.unusable`).
    unusable: ClassVar[dict[str, tuple[str, str]]] = {}
    # The settings file: where it is, the names that it sets, and the numbers of lines that set nothing.
    file: ClassVar[Path | None] = None
    names: ClassVar[list[str]] = []
    broken_lines: ClassVar[list[int]] = []

    @classmethod
    def read_settings(cls, file: str, *, needed: bool) -> None:
        """Read the settings file, unless its name is "", or it need not be there and is not.

        Raises `ImproperlyConfigured` if it cannot be read: with defaults in its place, the site would be another one.
        """
        path = Path(file)
        if not file or (not needed and not path.exists()):
            return
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise ImproperlyConfigured(f"The settings in {path} cannot be read: {reason}.") from None
        lines = text.splitlines()
        found = [LINE.fullmatch(line) for line in lines]
        cls.file, cls.names = path, [line[1] for line in found if line]
        cls.broken_lines = [
            number
            for number, (line, set_here) in enumerate(zip(lines, found, strict=True), 1)
            if not set_here and line.strip() and not line.strip().startswith("#")
        ]
        cls.read_env(io.StringIO("\n".join(line for line, set_here in zip(lines, found, strict=True) if set_here)))

    def usable(self, name: str, default: str, takes: str) -> str:
        """Return a setting that Django needs to start, or its default if it does not fit; `takes` says what does."""
        value: str = self.str(name, default=default)
        if USABLE[name](value):
            return value
        self.unusable[name] = (value, takes)
        return default

    def get_value(self, var: str, *arguments: Any, **options: Any) -> Any:
        """Return a setting. Raises `ImproperlyConfigured` with its name if it is not what it should be."""
        if options.get("cast") is bool and self.ENVIRON.get(var, "on").strip().lower() not in SWITCHES:
            self.unusable[var] = (self.ENVIRON[var], "on or off")
            return options.get("default")
        try:
            return super().get_value(var, *arguments, **options)
        except (ValueError, TypeError) as error:
            kind = KINDS.get(options.get("cast") or (arguments[0] if arguments else None), "what it should be")
            raise ImproperlyConfigured(f"{var} is not {kind}.") from error

    def email_url(self, var: str = "EMAIL_URL", *_arguments: Any, **_options: Any) -> dict[str, Any]:
        """Return the settings of the mail server. Raises `ImproperlyConfigured` if it is none, without its password."""
        found = self._address(var, self.str(var), self.email_url_config)
        found["EMAIL_PORT"] = found["EMAIL_PORT"] or MAIL_PORTS.get(self.str(var).partition(":")[0], 25)
        return found

    def db_url(self, var: str = "DATABASE_URL", default: str = "", **_options: Any) -> dict[str, Any]:
        """Return the settings of the database. Raises `ImproperlyConfigured` if it is none, without its password."""
        return self._address(var, self.str(var, default=default), self.db_url_config)

    def _address(self, name: str, value: str, read: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        schemes, example = ADDRESSES[name]
        with suppress(ValueError, ImproperlyConfigured):
            if value.partition("://")[0] in schemes and value.isprintable():
                return read(quoted(value))
        raise ImproperlyConfigured(f"{name} is not an address such as {example}.") from None


env = Environment()


def url_host(origins: list[str]) -> str:
    """Return the host of the first origin as an address writes it, an IPv6 address in brackets; "" if there is none."""
    host = urlsplit(origins[0]).hostname if origins else None
    return f"[{host}]" if host and ":" in host else host or ""


def default_stun_port(origins: list[str], debug: bool) -> int:
    """Return the port of the process's own STUN server: 0, which is off, for a site that only this machine reaches."""
    here = url_host(origins) in ("localhost", "127.0.0.1", "[::1]")
    return 0 if debug or here or not origins or not origins[0].startswith("https://") else 3478
