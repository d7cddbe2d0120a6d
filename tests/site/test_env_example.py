"""`.env.example` names every variable that the settings read, and no other, each with a line that explains it."""

import re
from pathlib import Path
from typing import ClassVar

import environ
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
READS = re.compile(r"\benv(?:\.\w+)?\(\s*\"([A-Z_]+)\"")


def read_by_settings() -> set[str]:
    text = "".join((ROOT / "meetingpoint_site" / name).read_text() for name in ("settings.py", "allauth_settings.py"))
    return set(READS.findall(text))


def test_the_example_and_the_settings_name_the_same_variables():
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert len(example) > 20
    assert example == read_by_settings()


def test_every_variable_is_explained():
    for block in (ROOT / ".env.example").read_text().split("\n\n"):
        if re.search(r"^#?[A-Z_]+=", block, re.MULTILINE):
            assert block.startswith("# "), block


class Own(environ.Env):
    """Reads into a dict of its own: `read_env` would fill `os.environ`."""

    ENVIRON: ClassVar[dict[str, str]] = {}


def test_the_example_loads_as_it_is():
    Own.read_env(str(ROOT / ".env.example"))
    env = Own()
    assert env.list("SITE_ORIGINS") == ["http://localhost:8000"]
    assert env.bool("DEBUG") is False
    assert env.int("TURN_TTL") == 43200
    assert env.list("STUN_URLS") == []
    assert env.str("DEFAULT_FROM_EMAIL") == "Meeting Point <noreply@localhost>"
