"""Secrets that were published and plain text on the network are said, with an id and a hint."""

import re
from pathlib import Path

import pytest
from django.conf import settings as project

from meetingpoint_site import deployment_checks as checks

ROOT = Path(project.BASE_DIR)
GOOD = "b4f9d2a7c1e8065f3d9ab27c4e81f60d"
POSTGRES = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "meetingpoint",
    "USER": "meetingpoint",
    "HOST": "",
    "PASSWORD": GOOD,
}
QUIET = {
    "DEBUG": False,
    "SECRET_KEY": GOOD * 2,
    "SECRET_KEY_FALLBACKS": [],
    "TURN_URLS": ["turn:turn.example.org"],
    "TURN_SECRET": GOOD,
    "REDIS_URL": "",
    "EMAIL_URL": "",
    "EMAIL_HOST": "localhost",
    "EMAIL_HOST_PASSWORD": "",
    "DATABASE": POSTGRES,
}


def database(**changes: object) -> dict[str, object]:
    return {"DATABASE": {**POSTGRES, **changes}}


def published_turn_secrets() -> list[str]:
    """Return what the examples and manuals of this project, old and new, have in place of the relay's secret."""
    old = ["CHANGE-ME-to-64-random-hexadecimal-digits", "the-static-auth-secret-of-turnserver.conf"]
    return [*old, "<the static-auth-secret below>"]


EXAMPLES = [
    *({"TURN_SECRET": secret} for secret in published_turn_secrets()),
    {"SECRET_KEY": "change-me-" * 6},
    {"SECRET_KEY": "django-insecure-" + GOOD * 2},
    {"SECRET_KEY": "development-only-key-that-guards-nothing-0123456789abcdef-insecure"},
    {"SECRET_KEY_FALLBACKS": [GOOD * 2, "django-insecure-" + GOOD * 2]},
    {"REDIS_URL": "redis://site:password@localhost:6379/0"},
    {"EMAIL_HOST_PASSWORD": "password"},
    *(
        database(PASSWORD=value)
        for value in ("password", "postgres", "meetingpoint", "change_me", "aaaaaaaaaaaaaaaaaaaaaa", "…")
    ),
]


@pytest.mark.parametrize("wrong", EXAMPLES, ids=str)
def test_a_published_secret_is_refused(settings, wrong) -> None:
    assert found(checks.example_secrets, settings, wrong) == ["E024"]


def test_a_development_site_may_use_one(settings) -> None:
    assert found(checks.example_secrets, settings, {"DEBUG": True, "TURN_SECRET": "CHANGE-ME"}) == []


CASES = [
    (checks.example_secrets, database(PASSWORD="postgres"), database(PASSWORD=GOOD), "E024"),
    (checks.short_secrets, {"TURN_SECRET": "7c1e8065f3d"}, {"TURN_SECRET": GOOD}, "E025"),
    *(
        (checks.plain_text_redis, {"REDIS_URL": bad}, {"REDIS_URL": good}, expected)
        for bad, good, expected in (
            (f"redis://site:{GOOD}@10.0.0.5:6379/0", f"rediss://site:{GOOD}@10.0.0.5:6379/0", "W004"),
            (f"redis://site:{GOOD}@redis.internal/0", f"unix://site:{GOOD}@/run/redis/redis.sock", "W004"),
            ("redis://127.0.0.1:6379/0", f"redis://site:{GOOD}@127.0.0.1:6379/0", "W005"),
            ("unix:///run/redis.sock", f"unix:///run/redis.sock?username=site&password={GOOD}", "W005"),
        )
    ),
    *(
        (checks.plain_text_database, database(**{"HOST": "db.internal", **bad}), database(**good), "W006")
        for bad, good in (
            ({}, {"HOST": "db.internal", "OPTIONS": {"sslmode": "verify-full"}}),
            ({"OPTIONS": {"sslmode": "require"}}, {"HOST": "/var/run/postgresql"}),
            ({"OPTIONS": {"sslmode": "verify-ca"}}, {"HOST": "127.0.0.1"}),
            ({"HOST": "", "OPTIONS": {"host": "db.internal"}}, {"HOST": "", "OPTIONS": {"host": "/run/db"}}),
        )
    ),
    (
        checks.plain_text_mail,
        {"EMAIL_URL": "smtp://mail.example.org:25", "EMAIL_HOST": "mail.example.org"},
        {"EMAIL_URL": "smtp+tls://mail.example.org:587", "EMAIL_HOST": "mail.example.org"},
        "W007",
    ),
    (
        checks.plain_text_mail,
        {"EMAIL_URL": "smtp://mail.example.org:25", "EMAIL_HOST": "mail.example.org"},
        {"EMAIL_URL": "smtp://localhost:25", "EMAIL_HOST": "localhost"},
        "W007",
    ),
]


def found(check, settings, values) -> list[str]:
    for name, value in {**QUIET, **values}.items():
        setattr(settings, name, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(project.DATABASES, "default", settings.DATABASE)
        messages = list(check())
    assert all(message.hint for message in messages)
    return [message.id.removeprefix("meetingpoint.") for message in messages]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[3]}-{sorted(case[1].values(), key=str)[0]}"[:60])
def test_the_mistake_is_said_and_its_absence_is_not(settings, case) -> None:
    check, wrong, right, expected = case
    assert found(check, settings, wrong) == [expected]
    assert found(check, settings, right) == []


def test_no_example_file_contains_a_value_for_a_secret() -> None:
    files = [path for path in (ROOT / "deploy").iterdir() if path.is_file()] + [ROOT / ".env.example"]
    pattern = re.compile(
        r"^[^#\n]*(?:SECRET_KEY|TURN_SECRET|static-auth-secret|PASSWORD|requirepass)\s*[=: ]\s*(\w.*)$", re.M
    )
    assert {path.name: pattern.findall(path.read_text()) for path in files if pattern.findall(path.read_text())} == {}


def test_the_checks_are_registered() -> None:
    from django.core.checks import registry

    modules = [getattr(check, "__module__", "") for check in registry.registry.registered_checks]
    assert modules.count("meetingpoint_site.deployment_checks") == 5
