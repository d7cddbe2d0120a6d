"""The settings in a backup: what they are, and how SECRET_KEY goes back to where this machine keeps it."""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings

from meetingpoint_site.environment import GIVEN, env

# What signs sessions and encrypts the secrets of second factors; without it they are lost.
KEYS: Final = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")
# What is about this machine, and not about the site.
OF_THE_MACHINE: Final = {"ENV_FILE", "DEBUG", "PORT", "STATIC_ROOT", "DEV_MAIL_DIR", "DATABASE_URL", "REDIS_URL"}


def names_of_settings() -> list[str]:
    """Return the names of all settings, as `.env.example` lists them."""
    example = (Path(settings.BASE_DIR) / ".env.example").read_text()
    return re.findall(r"^#?([A-Z][A-Z_]+)=", example, re.MULTILINE)


def current_settings() -> dict[str, str]:
    """Return the settings that this site sets, as they would be in an environment file."""
    found = {name: env.str(name, default="") for name in names_of_settings() if name not in OF_THE_MACHINE}
    found["SECRET_KEY"] = settings.SECRET_KEY
    return {name: value for name, value in found.items() if value}


def put_back(name: str, value: str) -> bool:
    """Write a setting where this machine keeps it: the file that NAME_FILE names, else the settings file.

    Returns whether that was possible; a variable of the process's environment cannot be changed from here.
    """
    secret = os.environ.get(f"{name}_FILE")
    if secret:
        return replace_text(Path(secret), f"{value}\n")
    if name in GIVEN or value.startswith("$"):  # the file would lose, or be read as the name of another variable
        return False
    path = Path(os.environ.get("ENV_FILE") or Path(settings.BASE_DIR) / ".env")
    try:
        text = path.read_text()
    except OSError:
        return False
    line = f"{name}={value}"
    changed, count = re.subn(rf"^(?:export )?{name}=.*$", lambda _: line, text, flags=re.MULTILINE)
    if f"\n{name}_FILE=" in f"\n{text}":
        return False
    return replace_text(path, changed if count else f"{text.rstrip()}\n{line}\n")


def replace_text(path: Path, text: str) -> bool:
    """Replace a file at once, with the owner and the mode that it has; return whether that was possible."""
    part = path.with_name(f".{path.name}.part")
    try:
        found = path.stat() if path.exists() else None
        mode = stat.S_IMODE(found.st_mode) if found else 0o600
        descriptor = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        if found and os.geteuid() == 0:
            os.chown(part, found.st_uid, found.st_gid)
        part.chmod(mode)
        part.replace(path)
    except OSError:
        with suppress(OSError):  # where nothing can be written, nothing can be removed
            part.unlink(missing_ok=True)
        return False
    return True
