"""Every mistake in the settings is said with an id and a hint, and its absence is not."""

from pathlib import Path

import pytest

from meetingpoint_site import checks
from meetingpoint_site.stun.checks import own_stun

GOOD_KEY = "Jd0qKz3vXw8mP5rT7yB2nL4cF6hG9sA1eU-iO_kQxZbVpRtYwEaS"
HERE = Path(__file__).resolve().parents[2]
AWAY = {"SITE_ORIGINS": ["https://meet.example.org"]}
CASES = [
    *(
        (checks.security_contact, {"SECURITY_CONTACT": bad}, {"SECURITY_CONTACT": good}, "E023")
        for bad, good in (
            ([], ["mailto:security@example.org"]),
            (["security@example.org"], ["https://example.org/security"]),
            (["http://example.org/security"], ["tel:+49-30-123456"]),
            (["mailto:security@example.org", "mailto:a@b.example\nExpires: never"], ["mailto:security@example.org"]),
        )
    ),
    *(
        (checks.administration, {"ADMIN_PATH": bad}, {"ADMIN_PATH": good}, "E026")
        for bad, good in (("/", "admin/"), ("rooms/", "back-office/"), ("Admin/", "admin7/"), ("a/b/", "a-b/"))
    ),
    *(
        (checks.administration, {"ADMIN_ORIGIN": bad, "DEBUG": False}, {"ADMIN_ORIGIN": good, "DEBUG": False}, "E027")
        for bad, good in (
            ("admin.example.org", "https://admin.example.org"),
            ("http://admin.example.org", "http://localhost:8001"),
            ("https://admin.example.org/admin", ""),
            ("http://localhost:8000", "https://admin.example.org:8443"),
        )
    ),
    (checks.source_control, {"BASE_DIR": HERE, "DEBUG": False}, {"BASE_DIR": HERE / "tests", "DEBUG": False}, "W008"),
    (checks.secret_key, {"SECRET_KEY": ""}, {"SECRET_KEY": GOOD_KEY}, "E001"),
    (checks.secret_key, {"SECRET_KEY": "short"}, {"SECRET_KEY": GOOD_KEY}, "E002"),
    (checks.secret_key, {"SECRET_KEY": "ab" * 40}, {"SECRET_KEY": GOOD_KEY}, "E002"),
    (checks.secret_key, {"SECRET_KEY": "short", "DEBUG": False}, {"SECRET_KEY": "short", "DEBUG": True}, "E002"),
    *(
        (checks.sessions, {"SECRET_KEY_FALLBACKS": [bad]}, {"SECRET_KEY_FALLBACKS": [GOOD_KEY]}, "E030")
        for bad in ("", "short", "ab" * 40)
    ),
    *(
        (checks.sessions, {name: bad}, {name: 0.5}, "E031")
        for name in ("SESSION_HOURS", "SESSION_IDLE_HOURS", "STAFF_SESSION_IDLE_MINUTES", "ADMIN_FACTOR_HOURS")
        for bad in (0, -1, 5000)
    ),
    (checks.site_origins, {"SITE_ORIGINS": []}, {"SITE_ORIGINS": ["https://meet.example.org"]}, "E003"),
    *(
        (checks.site_origins, {"SITE_ORIGINS": [bad]}, {"SITE_ORIGINS": [good]}, "E004")
        for bad, good in (
            ("meet.example.org", "https://meet.example.org"),
            ("https://meet.example.org/call", "https://meet.example.org"),
            ("https://meet.example.org?x=1", "https://meet.example.org:8443"),
            ("https://user@meet.example.org", "https://[2001:db8::1]"),
            ("https://meet.example.org:port", "https://meet.example.org:443"),
            ("https://*.example.org", "https://a.example.org"),
            ("https://meet_us.example.org", "https://bücher.example"),
            ("https://-\u2014.example", "https://[2001:DB8::1]:8443"),
            ("ftp://meet.example.org", "https://meet.example.org"),
            ("https://meet..example.org", "https://203.0.113.5"),
            ("https://-meet.example.org", "https://a-1.example.org"),
            (f"https://{'a' * 64}.example.org", f"https://{'a' * 63}.example.org"),
            (f"https://{'a.' * 127}org", f"https://{'a.' * 100}org"),
            ("https://", "https://meet.example.org"),
        )
    ),
    (
        checks.site_origins,
        {"SITE_ORIGINS": ["http://meet.example.org"]},
        {"SITE_ORIGINS": ["http://localhost:8000", "http://127.0.0.1:8000"]},
        "E005",
    ),
    (
        checks.site_origins,
        {"SITE_ORIGINS": ["http://192.168.1.5:8000"], "DEBUG": False},
        {"SITE_ORIGINS": ["http://192.168.1.5:8000"], "DEBUG": True},
        "E005",
    ),
    *(
        (checks.ice_urls, {"STUN_URLS": [bad]}, {"STUN_URLS": [good]}, "E006")
        for bad, good in (
            ("stun.example.org", "stun:stun.example.org"),
            ("stun://stun.example.org", "stun:stun.example.org:3478"),
            ("stun:stun.example.org?transport=udp", "stuns:[2001:db8::1]:5349"),
            ("turn:turn.example.org", "stun:192.0.2.1"),
            ("stun:stun.example.org:65536", "stun:stun.example.org:65535"),
            ("stun:stun.example.org:0", "stun:stun.example.org:1"),
        )
    ),
    *(
        (checks.ice_urls, {"TURN_URLS": [bad], "TURN_SECRET": "x"}, {"TURN_URLS": [good], "TURN_SECRET": "x"}, "E007")
        for bad, good in (
            ("turn.example.org", "turn:turn.example.org"),
            ("turn:turn.example.org?transport=tls", "turns:turn.example.org:5349?transport=tcp"),
            ("turn:user@turn.example.org", "turn:[2001:db8::1]:3478?transport=udp"),
            ("turn:turn.example.org:99999?transport=udp", "turn:turn.example.org:49152?transport=udp"),
        )
    ),
    (
        checks.ice_urls,
        {"TURN_URLS": ["turn:turn.example.org"], "TURN_SECRET": ""},
        {"TURN_URLS": ["turn:turn.example.org"], "TURN_SECRET": "x"},
        "E008",
    ),
    *(
        (checks.ice_urls, {**AWAY, "STUN_URLS": [bad]}, {**AWAY, "STUN_URLS": [good]}, "W032")
        for bad, good in (
            ("stun:localhost:3478", "stun:meet.example.org"),
            ("stun:127.0.0.1", "stun:192.168.1.5"),
            ("stun:[::1]:3478", "stun:[2001:db8::1]"),
        )
    ),
    (
        checks.ice_urls,
        {**AWAY, "STUN_URLS": ["stun:localhost"]},
        {"SITE_ORIGINS": ["http://localhost:8000"], "STUN_URLS": ["stun:localhost"]},
        "W032",
    ),
    (
        own_stun,
        {**AWAY, "STUN_PORT": 3478, "STUN_HOST": "localhost"},
        {**AWAY, "STUN_PORT": 3478, "STUN_HOST": "meet.example.org"},
        "W033",
    ),
    (checks.ice_urls, {"TURN_TTL": 60}, {"TURN_TTL": 300}, "E009"),
    (checks.ice_urls, {"TURN_TTL": 700_000}, {"TURN_TTL": 604_800}, "E009"),
    (checks.redis, {"REDIS_URL": "localhost:6379"}, {"REDIS_URL": "redis://localhost:6379/0"}, "E010"),
    (checks.redis, {"REDIS_URL": "redis://a:1,b:2"}, {"REDIS_URL": "redis://a:1,redis://b:2"}, "E010"),
    (checks.redis, {"REDIS_URL": "redis://a,redis://x:y@a:6379/0"}, {"REDIS_URL": "redis://a/0,redis://a/1"}, "E046"),
    (checks.redis, {"WEB_PROCESSES": 2}, {"WEB_PROCESSES": 2, "REDIS_URL": "rediss://r:6379"}, "E011"),
    (checks.redis, {"WEB_PROCESSES": 2, "REDIS_URL": ""}, {"WEB_PROCESSES": 1, "REDIS_URL": ""}, "E011"),
    (checks.several_processes_on_sqlite, {"WEB_PROCESSES": 2}, {"WEB_PROCESSES": 1}, "W001"),
    (checks.mail, {"EMAIL_URL": ""}, {"EMAIL_URL": "smtp://m:25", "DEFAULT_FROM_EMAIL": "meet@example.org"}, "W002"),
    (checks.mail, {"EMAIL_URL": "", "DEBUG": False}, {"EMAIL_URL": "", "DEBUG": True}, "W002"),
    (
        checks.mail,
        {"EMAIL_URL": "smtp://m:25", "DEFAULT_FROM_EMAIL": "noreply@localhost"},
        {"EMAIL_URL": "smtp://m:25", "DEFAULT_FROM_EMAIL": "meet@example.org"},
        "W003",
    ),
    *(
        (
            checks.mail,
            {"EMAIL_URL": bad},
            {"EMAIL_URL": "smtp://m:25", "DEFAULT_FROM_EMAIL": "meet@example.org"},
            "W035",
        )
        for bad in ("consolemail://", "dummymail://", "filemail:///var/mail")
    ),
    (checks.log_settings, {"LOG_FORMAT": "xml"}, {"LOG_FORMAT": "json"}, "E012"),
]
QUIET = {"DEBUG": False, "STUN_URLS": [], "TURN_URLS": [], "TURN_SECRET": "", "TURN_TTL": 43200, "REDIS_URL": ""}


@pytest.fixture(params=CASES, ids=lambda case: f"{case[3]}-{sorted(case[1].values(), key=str)[0]}")
def case(request, settings):
    if "sqlite3" not in settings.DATABASES["default"]["ENGINE"] and request.param[3] == "W001":
        pytest.skip("the database of this run is not SQLite")
    return request.param


def found(check, settings, values):
    for name, value in {**QUIET, **values}.items():
        setattr(settings, name, value)
    return [(message.id, message.hint) for message in check()]


def test_the_mistake_is_said_with_its_id_and_a_hint(case, settings):
    check, wrong, _, expected = case
    messages = found(check, settings, wrong)
    assert [identifier for identifier, _ in messages] == [f"meetingpoint.{expected}"]
    assert messages[0][1]


def test_without_the_mistake_nothing_is_said(case, settings):
    check, _, right, _ = case
    assert found(check, settings, right) == []


def test_the_checks_are_registered():
    from django.core.checks import registry

    modules = [getattr(check, "__module__", "") for check in registry.registry.registered_checks]
    assert modules.count("meetingpoint_site.checks") == 12
