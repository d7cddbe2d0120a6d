"""The units of systemd: the site, what runs at fixed times, and what these units may do."""

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from .example import Example

FOLDER = "/opt/meeting-point"
SECRETS = "/etc/meetingpoint/secrets"
DATA = "/var/lib/meetingpoint"


@dataclass(frozen=True)
class Places:
    """Where things are on the server: the program, and the folder of the secrets, a file each."""

    program: Path
    secrets: Path


def service_lines(places: Places) -> str:
    """Return what all services have in common: their user, settings, secrets that are there, and rights."""
    example = Example("systemd/service.conf")
    names = set(re.findall(r"^#LoadCredential=(\w+):", example.text, re.MULTILINE))
    for name in names:
        if (places.secrets / name).is_file():
            example.rewrite(rf"^#(LoadCredential={name}:|Environment={name.upper()}_FILE=)", r"\1")
        else:
            example.rewrite(rf"^#(?:LoadCredential={name}:|Environment={name.upper()}_FILE=).*\n", "")
    database = settings.DATABASES["default"]
    if "sqlite3" in database["ENGINE"]:
        example.replace(f"ReadWritePaths={DATA}", f"ReadWritePaths={Path(database['NAME']).parent}")
    else:
        example.rewrite(rf"^# Only SQLite.*\nReadWritePaths={DATA}\n", "")
    return example.text


def units(places: Places) -> dict[str, str]:
    """Return the text of each unit by its file name."""
    common = service_lines(places)
    texts = {}
    for path in sorted((settings.BASE_DIR / "deploy" / "systemd").iterdir()):
        if path.name == "service.conf":
            continue
        text = path.read_text().replace(".include service.conf\n", common)
        text = re.sub(rf"{FOLDER}\b", str(places.program), text)
        texts[path.name] = text.replace(SECRETS, str(places.secrets))
    return texts
