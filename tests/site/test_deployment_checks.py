"""Secrets that were published and plain text on the network are said, with an id and a hint."""

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project

from meetingpoint_site import deployment_checks as checks
from meetingpoint_site.stun.checks import own_stun
from tests import forking

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
            (f"rediss://s:{GOOD}@a,redis://s:{GOOD}@b", f"rediss://s:{GOOD}@a,rediss://s:{GOOD}@b", "W004"),
            (f"rediss://s:{GOOD}@a,rediss://b", f"rediss://s:{GOOD}@a,rediss://s:{GOOD}@b", "W005"),
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


SITE = {"SITE_ORIGINS": ["https://meet.example.org"], "TRUSTED_PROXIES": 1, "SECURE_SSL_REDIRECT": False}
PROXIES = [
    ({"TRUSTED_PROXIES": 0}, ["W009"]),
    ({"TRUSTED_PROXIES": -1}, ["E014"]),
    ({"SECURE_SSL_REDIRECT": True}, []),
    ({"TRUSTED_PROXIES": 0, "SECURE_SSL_REDIRECT": True}, ["E015"]),
    ({"SITE_ORIGINS": ["http://localhost:8000"], "SECURE_SSL_REDIRECT": True}, ["E015"]),
    ({"SITE_ORIGINS": ["http://localhost:8000"], "TRUSTED_PROXIES": 0}, []),
    ({"DEBUG": True}, ["W010"]),
    ({"DEBUG": True, "SITE_ORIGINS": ["http://127.0.0.1:8000", "http://[::1]:8000"]}, []),
]


@pytest.mark.parametrize(("changed", "expected"), PROXIES, ids=str)
def test_what_is_said_of_proxies_fits_the_origins(settings, changed, expected) -> None:
    assert found(checks.proxies, settings, {**SITE, **changed}) == expected


def checked(*options: str, **variables: str) -> str:
    """Return what `manage.py check` says of settings in a process of their own."""
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "SECRET_KEY": GOOD * 2, **variables}
    return forking.run(["check", *options], environment).stderr


def test_settings_that_cannot_be_used_are_said_by_their_name() -> None:
    wrong = {"LANGUAGE_CODE": "de", "TIME_ZONE": "Mars", "LOG_LEVEL": "loud", "SIGN_UP_OPEN": "perhaps"}
    said = checked(**wrong, SITE_ORIGINS="https://meet_us.example.org")
    assert {f"{name} is '{value}'." for name, value in wrong.items()} == set(re.findall(r"E013\) (.*)", said))
    assert "meetingpoint.E004" in said
    assert "PORT is not a whole number." in checked(PORT="http")


def test_without_any_setting_the_missing_key_is_said() -> None:
    said = checked(SECRET_KEY="", SECRET_KEY_FALLBACKS=GOOD * 3)
    assert "meetingpoint.E001" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("PORT", (0, 70_000, -1), (80, 65_535)),
        ("WEB_PROCESSES", (0, -1), (1, 20)),
        ("DATABASE_CONNECTIONS", (0, -3), (1,)),
        ("GUEST_STAY_HOURS", (-5, 100_000), (0, 12)),
        ("SECURE_HSTS_SECONDS", (-1,), (0, 63_072_000)),
    ],
)
def test_numbers_that_mean_nothing_are_said(
    settings: Any, name: str, wrong: tuple[int, ...], right: tuple[int, ...]
) -> None:
    assert [found(checks.ranges, settings, {name: value}) for value in wrong] == [["E047"]] * len(wrong)
    assert [found(checks.ranges, settings, {name: value}) for value in right] == [[]] * len(right)


def as_another_user(ask: Callable[[], str]) -> str:
    """Ask in a process that root, for whom no file is shut, has handed to someone else."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        os.write(writer, ask().encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    assert os.waitpid(child, 0)[1] == 0
    return said


def test_a_database_that_this_user_cannot_change_is_said(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of SQLite, which makes files beside its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "db.sqlite3").touch()
        (folder / "db.sqlite3").chmod(0o666)

        def said(path: Path) -> str:
            settings.DEBUG = False
            monkeypatch.setitem(settings.DATABASES, "default", {"ENGINE": "common.sqlite3", "NAME": path})
            return as_another_user(lambda: " ".join(str(message.msg) for message in checks.place_of_sqlite()))

        assert said(folder / "db.sqlite3") == ""
        assert f"cannot find {folder / 'away'}." in said(folder / "away" / "db.sqlite3")
        (folder / "db.sqlite3").chmod(0o444)
        assert f"cannot change {folder / 'db.sqlite3'}." in said(folder / "db.sqlite3")
        (folder / "db.sqlite3").chmod(0o666)
        folder.chmod(0o755)
        assert (f"cannot change {folder}." in said(folder / "db.sqlite3")) == (os.geteuid() == 0)


@pytest.mark.parametrize(
    ("address", "problems"),
    [
        ("Meeting Point", ["E048"]),
        ("", ["E048"]),
        ("Meeting Point <meet@@example.org>", ["E048"]),
        ("Meeting Point <meet@example.org>", []),
        ('"Meet, us" <meet@bücher.example>', []),
        ("meet@localhost", []),
    ],
)
def test_a_sender_without_an_address_is_said(settings: Any, address: str, problems: list[str]) -> None:
    assert found(checks.sender, settings, {"DEFAULT_FROM_EMAIL": address}) == problems


@pytest.mark.parametrize(
    ("port", "relay", "problems"),
    [
        (3478, "turn:meet.example.org", ["W012"]),
        (3478, "turn:meet.example.org:3478?transport=udp", ["W012"]),
        (3479, "turn:meet.example.org:3478?transport=udp", []),
        (3478, "turn:turn.example.org:3478", []),
        (3478, "turn:meet.example.org:3478?transport=tcp", []),
        (0, "turn:meet.example.org:3478", []),
    ],
)
def test_a_port_that_two_servers_want_is_said(settings: Any, port: int, relay: str, problems: list[str]) -> None:
    site = {"STUN_HOST": "meet.example.org", "STUN_PORT": port, "TURN_URLS": [relay]}
    assert found(own_stun, settings, site) == problems


def test_a_site_that_is_set_up_right_is_told_nothing() -> None:
    right = {"SITE_ORIGINS": "https://meet.example.org", "TRUSTED_PROXIES": "1", "HSTS_INCLUDE_SUBDOMAINS": "off"}
    mail = {"EMAIL_URL": "smtp+tls://mail.example.org:587", "DEFAULT_FROM_EMAIL": "meet@example.org"}
    # W008 is about this folder, which has its history, and W011 about the bundle, which need not have been made here.
    assert set(re.findall(r"\((\w+\.\w+)\)", checked("--deploy", **right, **mail))) <= {
        "meetingpoint.W008",
        "meetingpoint.W011",
    }


def test_the_checks_are_registered() -> None:
    from django.core.checks import registry

    modules = [getattr(check, "__module__", "") for check in registry.registry.registered_checks]
    assert modules.count("meetingpoint_site.deployment_checks") == 11
