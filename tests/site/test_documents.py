"""What the documents say is so: every setting is in the README, every path and command that it names is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))


def test_the_readme_names_every_setting_and_no_other() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    example = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(table) == sorted(example)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_to_files_lead_somewhere(document: str) -> None:
    path = ROOT / document
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_make_targets_and_commands_exist(document: str) -> None:
    text = (ROOT / document).read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets
    ours = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    django = {"check", "migrate", "createsuperuser", "collectstatic"}
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= ours | django


def house() -> set[str]:
    """Return the folders that hold modules: those of the server, and those of the browser."""
    python = [
        path for app in ("common", "accounts", "rooms", "meetingpoint_site") for path in (ROOT / app).rglob("*.py")
    ]
    modules = [path for path in python if path.name != "__init__.py" and "migrations" not in path.parts]
    scripts = list((ROOT / "static" / "js").rglob("*.js"))
    return {f"{path.parent.relative_to(ROOT)}/" for path in (*modules, *scripts)}


def test_the_table_of_the_house_is_the_house() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    section = text.split("\n## The house\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([^`]+/)` \|", section, re.MULTILINE)) == house()


def test_the_glossary_has_one_line_a_word_in_order() -> None:
    section = (ROOT / "docs" / "architecture.md").read_text().split("\n## Glossary\n")[1]
    words = re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE)[2:]
    assert len(words) > 40
    assert len(set(words)) == len(words)
