"""docs/input.md has a rule for every form and every JSON body, and for each of their fields."""

import ast
import re
from pathlib import Path

import msgspec
from django.conf import settings

from accounts.views.account import BrowserZone
from meetingpoint_site.bodies import MAX_BODY_BYTES
from rooms import limits, payloads
from rooms.signaling.messages import MAX_FRAME

ROOT = Path(settings.BASE_DIR)
DOCUMENT = (ROOT / "docs" / "input.md").read_text()
FORMS = (
    "accounts/forms.py",
    "rooms/forms.py",
    "rooms/moderation/reporting.py",
    "rooms/moderation/admin/action_view.py",
)


def rules(heading: str) -> dict[str, str]:
    """Return the rows of a table: what each name in the first column is followed by."""
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.+?`) \| (.+) \|$", section, re.MULTILINE)
    return {name: rule for names, rule in rows for name in re.findall(r"`(\w+)`", names)}


def test_every_form_has_its_rules() -> None:
    found: dict[str, set[str]] = {}
    for name in FORMS:
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Form"):
                assigned = [
                    part for part in node.body if isinstance(part, ast.Assign) and isinstance(part.value, ast.Call)
                ]
                found[node.name] = {ast.unparse(part.targets[0]) for part in assigned}
    listed = rules("Forms")
    assert set(listed) == set(found)
    for form, fields in found.items():
        assert [field for field in fields if field not in listed[form]] == [], form


def test_every_json_body_has_its_rules() -> None:
    bodies: list[type[msgspec.Struct]] = [BrowserZone]
    bodies += [kind for kind in vars(payloads).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    listed = rules("JSON")
    assert set(listed) == {kind.__name__ for kind in bodies}
    for kind in bodies:
        assert kind.__struct_config__.forbid_unknown_fields, kind
        rule = listed[kind.__name__]
        if kind is not payloads.NewReport:  # as the form
            assert [field for field in kind.__struct_fields__ if field not in rule] == [], kind


def test_the_sizes_are_those_of_the_code() -> None:
    assert f"{MAX_BODY_BYTES // 1024} KB a request" in DOCUMENT
    assert f"{limits.MAX_BODY_BYTES // 1024} KB a JSON body ({limits.MAX_REPORT_BYTES // 1024} KB a report)" in DOCUMENT
    assert f"{MAX_FRAME // 1024} KB a frame" in DOCUMENT
    assert f"max_people: {limits.MIN_PEOPLE} to {limits.MAX_PEOPLE}" in DOCUMENT
    assert f"1 to {limits.MAX_INVITE_USES:,} or none" in DOCUMENT


def test_every_module_that_a_rule_names_exists() -> None:
    for name in re.findall(r"`((?:static|rooms|common|accounts)/[\w/.-]+\.(?:py|js))`", DOCUMENT):
        assert (ROOT / name).exists(), name
