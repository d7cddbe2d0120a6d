"""Who may do what: every role × every act, as docs/roles.md says it in words and `rooms/access.py` in code."""

import re
from pathlib import Path

import pytest

from rooms.access import RIGHTS, Act, may
from rooms.models import Role

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "roles.md"


def documented() -> dict[str, dict[Role, str]]:
    """Return the table of acts in the document: act → role → "yes" or "no"."""
    section = DOCUMENT.read_text().split("## Who may do what", 1)[1]
    header = re.search(r"^\| Act \| Meaning \| (.+) \|$", section, re.MULTILINE)
    assert header
    roles = [Role(name) for name in header[1].split(" | ")]
    assert set(roles) == set(Role)
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", section, re.MULTILINE)
    assert len(rows) == len({act for act, _cells in rows}), "an act has two rows"
    return {act: dict(zip(roles, cells.split(" | "), strict=True)) for act, cells in rows}


def test_every_act_has_its_row_in_the_code_and_in_the_document() -> None:
    assert set(RIGHTS) == set(Act)
    assert set(documented()) == {act.value for act in Act}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_document_says_and_nothing_else(role: Role, act: Act) -> None:
    assert documented()[act.value][role] == ("yes" if may(role, act) else "no")


@pytest.mark.parametrize("act", Act)
def test_no_role_may_do_what_a_higher_one_may_not(act: Act) -> None:
    """But leaving: an owner hands the room over or deletes it."""
    allowed = [may(role, act) for role in Role]
    if act is not Act.LEAVE:
        assert allowed == sorted(allowed, reverse=True)
