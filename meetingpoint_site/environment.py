"""Where the settings come from: the process's environment, the file that ENV_FILE names, and files of single values.

`NAME_FILE` is the path of a file that contains the value of `NAME`, as containers and systemd hand over secrets. It
wins over `NAME`. django-environ reads such files; here a line end after the value is no part of it, and a file that
cannot be read is an error with a name.
"""

import os

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
