"""Where the settings come from: the process's environment, the file that ENV_FILE names, and files of single values.

`NAME_FILE` is the path of a file that contains the value of `NAME`, as containers and systemd hand over secrets. It
wins over `NAME`. django-environ reads such files; here a line end after the value is no part of it, and a file that
cannot be read is an error with a name.
"""

import os
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping


class SecretFiles(FileAwareMapping):
    """The environment, with values from files. Raises `ImproperlyConfigured` if one cannot be read."""

    def __getitem__(self, key: str) -> str:
        try:
            value: str = super().__getitem__(key)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise ImproperlyConfigured(f"{key}_FILE names {self.env[f'{key}_FILE']}: {reason}.") from None
        return value.rstrip("\r\n") if self.env.get(f"{key}_FILE") else value


class Environment(FileAwareEnv):
    """`environ.Env` that reads through `SecretFiles`."""

    ENVIRON = SecretFiles(os.environ)


env = Environment()


def url_host(origins: list[str]) -> str:
    """Return the host of the first origin as an address writes it, an IPv6 address in brackets; "" if there is none."""
    host = urlsplit(origins[0]).hostname if origins else None
    return f"[{host}]" if host and ":" in host else host or ""


def default_stun_port(origins: list[str], debug: bool) -> int:
    """Return the port of the process's own STUN server: 0, which is off, for a site that only this machine reaches."""
    here = url_host(origins) in ("localhost", "127.0.0.1", "[::1]")
    return 0 if debug or here or not origins or not origins[0].startswith("https://") else 3478
