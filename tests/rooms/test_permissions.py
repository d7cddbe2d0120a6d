"""Who may do what: every role × every permission, in docs/roles.md and in `rooms/permissions.py`."""

import re
from pathlib import Path

import pytest

from rooms.models import Role
from rooms.permissions import ROLE_PERMISSIONS, Permission, has_permission

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "roles.md"


def documented() -> dict[str, dict[Role, str]]:
    """Return the table in the document: permission → role → "yes" or "no"."""
    section = DOCUMENT.read_text().split("## Who may do what", 1)[1]
    header = re.search(r"^\| Permission \| Meaning \| (.+) \|$", section, re.MULTILINE)
    assert header
    roles = [Role(name) for name in header[1].split(" | ")]
    assert set(roles) == set(Role)
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", section, re.MULTILINE)
    assert len(rows) == len({name for name, _cells in rows}), "a permission has two rows"
    return {name: dict(zip(roles, cells.split(" | "), strict=True)) for name, cells in rows}


def test_every_permission_has_its_row_in_the_code_and_in_the_document() -> None:
    assert set(ROLE_PERMISSIONS) == set(Permission)
    assert set(documented()) == {permission.value for permission in Permission}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_document_says_and_nothing_else(role: Role, permission: Permission) -> None:
    assert documented()[permission.value][role] == ("yes" if has_permission(role, permission) else "no")


@pytest.mark.parametrize("permission", Permission)
def test_no_role_may_do_what_a_higher_one_may_not(permission: Permission) -> None:
    """Except leaving: an owner transfers the room or deletes it."""
    allowed = [has_permission(role, permission) for role in Role]
    if permission is not Permission.LEAVE:
        assert allowed == sorted(allowed, reverse=True)
