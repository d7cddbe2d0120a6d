"""The settings file: what is wrong with it is said, and the site never starts with defaults in its place."""

import os
import re
from pathlib import Path

import pytest

from tests import forking

GOOD = "SECRET_KEY=b4f9d2a7c1e8065f3d9ab27c4e81f60d-b4f9d2a7c1e8065f3d9ab27c4e81f60d\nSITE_ORIGINS=https://meet.example.org\n"


def checked(file: Path) -> str:
    """Return what `manage.py check` says with this settings file."""
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": str(file)}
    return forking.run(["check"], environment).stderr


def test_lines_that_set_nothing_and_settings_that_do_not_exist_are_said(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text(
        f"# A remark\n  # and another\n\nexport LOG_LEVEL=INFO\nDOMAIN=meet.example.org\nTURN_SECRET_FILE=\n{GOOD}"
    )
    assert not re.search("E049|W037", checked(file))
    file.write_text(f"{GOOD}SITE_NAME = Ours\n STUN_PORT=3479\nTRUSTED_PROXY=1\nshop\nMAX_SHOPS=7\n")
    said = checked(file)
    assert [int(number) for number in re.findall(r"E049\) Line (\d+) of", said)] == [3, 4, 6]
    assert re.findall(r"W037\) \S+ sets (\w+),", said) == ["MAX_SHOPS", "TRUSTED_PROXY"]
    assert "Is it TRUSTED_PROXIES?" in said
    assert "Ours" not in said  # it may be a secret


@pytest.mark.parametrize("content", [None, b"SITE_NAME=B\xfccher\n"], ids=["not there", "not UTF-8"])
def test_a_file_that_cannot_be_read_stops_the_site(tmp_path: Path, content: bytes | None) -> None:
    if content:
        (tmp_path / "env").write_bytes(content)
    said = checked(tmp_path / "env")
    assert "ImproperlyConfigured" in said
    assert f"The settings in {tmp_path / 'env'} cannot be read: " in said
