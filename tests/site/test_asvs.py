"""The ledger docs/asvs.md names every requirement of levels 1 and 2 once, and what it names as evidence exists."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LEDGER = ROOT / "docs" / "asvs.md"

# OWASP ASVS 5.0.0: for each section the levels of its requirements, in order. Level 3 is not in the ledger.
LEVELS = """
1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123
2.1:122 2.2:112 2.3:12223 2.4:23
3.2:113 3.3:12223 3.4:11222233 3.5:11122333 3.7:22333
4.1:12233 4.2:23333 4.3:22 4.4:1222
5.1:2 5.2:112333 5.3:113 5.4:222
6.1:122 6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 6.6:2223 6.8:2222
7.1:222 7.2:1111 7.3:22 7.4:11222 7.5:223 7.6:22
8.1:1233 8.2:1123 8.3:133 8.4:23
9.1:111 9.2:1222
10.1:22 10.2:223 10.3:22223 10.4:1111122222233333 10.5:22222 10.6:22 10.7:222
11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23 11.6:23
12.1:12233 12.2:11 12.3:22223
13.1:2333 13.2:222223 13.3:2233 13.4:1222233
14.1:22 14.2:12223333 14.3:122
15.1:12233 15.2:12233 15.3:1222222
16.1:2 16.2:22222 16.3:2222 16.4:222 16.5:2223
17.1:23 17.2:22223333 17.3:22
"""
# What these ask for is a document, which is their evidence; the others need a test.
DOCUMENTS = re.compile(r"(?:2|5|6|7|8|11|13|14|15|16)\.1\.\d+")
STATES = ("met", "does not apply", "open")


class Row(NamedTuple):
    """A row of the ledger."""

    id: str
    level: int
    asks: str
    state: str
    how: str
    evidence: str


@cache
def rows() -> list[Row]:
    found = re.findall(r"^\| (\d+\.\d+\.\d+) \|(.*)\|$", LEDGER.read_text(), re.MULTILINE)
    cells = [(number, [cell.strip() for cell in rest.split(" | ")]) for number, rest in found]
    assert [number for number, rest in cells if len(rest) != 5] == []
    return [Row(number, int(level), *rest) for number, (level, *rest) in cells]


def expected() -> dict[str, int]:
    """Return the requirements of levels 1 and 2 with their level."""
    sections = (word.split(":") for word in LEVELS.split())
    numbered = {f"{section}.{at}": int(level) for section, levels in sections for at, level in enumerate(levels, 1)}
    return {number: level for number, level in numbered.items() if level < 3}


def test_every_requirement_has_one_row_in_the_order_of_the_standard() -> None:
    assert len(expected()) == 253
    assert [(row.id, row.level) for row in rows()] == list(expected().items())


def test_every_row_says_how_and_what_is_open_says_what_is_missing() -> None:
    assert {row.state for row in rows()} <= set(STATES)
    for row in rows():
        assert len(row.asks) > 3, row.id
        assert len(row.how) > 6, row.id
        assert bool(re.search("`", row.evidence)) == (row.state == "met"), row.id


def test_what_is_met_names_a_test_or_the_document_that_is_asked_for() -> None:
    for row in rows():
        if row.state == "met":
            proof = r"`docs/[\w-]+\.md#|`SECURITY\.md#" if DOCUMENTS.fullmatch(row.id) else r"`tests/[\w/.-]+::"
            assert re.search(proof, row.evidence), row.id


def share(level: int) -> float:
    """Return which part of the requirements of a level is met, of those that apply."""
    states = Counter(row.state for row in rows() if row.level == level)
    return states["met"] / (states["met"] + states["open"])


def test_level_1_is_met_and_level_2_at_least_95_percent() -> None:
    assert [row.id for row in rows() if row.level == 1 and row.state == "open"] == []
    assert share(2) >= 0.95


def test_the_summary_counts_the_rows() -> None:
    text = LEDGER.read_text()
    for level in (1, 2):
        states = Counter(row.state for row in rows() if row.level == level)
        counts = " | ".join(str(states[state]) for state in STATES)
        assert f"| {level} | {counts} |" in text


@cache
def names_of_tests(path: Path) -> set[str]:
    """Return the names of the tests in a file; of JavaScript, the first words of each."""
    if path.suffix == ".py":
        nodes = ast.walk(ast.parse(path.read_text()))
        return {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name[:4] == "test"}
    return set(re.findall(r"^\s*test\([\"`]([^\"`$]+)", path.read_text(), re.MULTILINE))


def slug(heading: str) -> str:
    """Return the anchor that a heading of Markdown gets."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def missing(named: str) -> str:
    """Return what is not there of `path`, `path::test` or `path#heading`, or an empty text."""
    path, _, test = named.partition("::")
    path, _, anchor = path.partition("#")
    place = ROOT / path
    if not place.exists():
        return f"no file {path}"
    if test and not any(
        found == test or (place.suffix == ".js" and found.startswith(test)) for found in names_of_tests(place)
    ):
        return f"no test {named}"
    if anchor:
        headings = {slug(found) for found in re.findall(r"^#+ (.+)$", place.read_text(), re.MULTILINE)}
        return "" if anchor in headings else f"no heading {named}"
    return ""


def test_what_is_named_as_evidence_exists() -> None:
    named = [(row.id, text) for row in rows() for text in re.findall(r"`([^`]+)`", row.evidence)]
    assert [(number, missing(text)) for number, text in named if missing(text)] == []


@pytest.mark.parametrize(
    "named",
    [
        "docs/nothing.md",
        "docs/roles.md#no-such-thing",
        "tests/site/test_asvs.py::test_nothing",
        "tests/js/keys.test.js::no",
    ],
)
def test_what_does_not_exist_is_noticed(named: str) -> None:
    assert missing(named)
