"""docs/data.md puts every column of the database and every store of the browser into a class."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENT = (ROOT / "docs" / "data.md").read_text()
CLASSES = {"contents", "secrets", "personal", "internal", "public"}
LABELS = {
    "accounts",
    "account",
    "mfa",
    "usersessions",
    "socialaccount",
    "sessions",
    "rooms",
    "moderation",
    "auth",
    "contenttypes",
    "admin",
    "operations",
}


def classified() -> dict[str, dict[str, str]]:
    """Return model → column → class; the columns `all` and `the others` stand for those that are not named."""
    table = DOCUMENT.split("\n## In the database\n")[1].split("\n## ")[0]
    found: dict[str, dict[str, str]] = {}
    for models, columns, name in re.findall(r"^\| ((?:`[\w.]+`(?:, )?)+): ([^|]+) \| (\w+) \|$", table, re.MULTILINE):
        assert name in CLASSES
        for model in re.findall(r"`([\w.]+)`", models):
            columns_of = found.setdefault(model, {})
            for column in columns.split(", "):
                assert column not in columns_of, (model, column)
                columns_of[column] = name
    return found


def test_every_column_has_a_class() -> None:
    rows = classified()
    models = {model._meta.label: model for model in apps.get_models() if model._meta.app_label in LABELS}
    assert {model._meta.app_label for model in apps.get_models()} == LABELS
    assert set(rows) == set(models)
    for label, model in models.items():
        named = set(rows[label]) - {"all", "the others"}
        columns = {field.name for field in (*model._meta.fields, *model._meta.many_to_many)} - {"id"}
        assert named <= columns, label
        assert columns == named or {"all", "the others"} & set(rows[label]), (label, columns - named)


def test_columns_that_sound_like_secrets_are() -> None:
    rows = classified()
    sounds = re.compile(r"password|secret|token|(?:^|_)key(?:_|$)|seed")
    fields = [field for model in apps.get_models() for field in model._meta.fields if sounds.search(field.name)]
    for field in fields:
        of = rows[field.model._meta.label]
        if field.get_internal_type() != "BooleanField":
            assert of.get(field.name, of.get("all")) == "secrets", field


def test_every_store_of_the_browser_has_a_class() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "static" / "js").rglob("*.js"))
    stores = set(re.findall(r"database: \"([\w-]+)\"", code))
    assert len(stores) >= 7
    table = DOCUMENT.split("\n## In the browser\n")[1]
    lines = [line for line in table.splitlines() if "(IndexedDB" in line]
    listed = [name for line in lines for name in re.findall(r"`(meeting-point[\w-]*)`", line.split(" | ")[0])]
    assert sorted(listed) == sorted(stores)
