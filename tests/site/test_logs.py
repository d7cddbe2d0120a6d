"""What never reaches a log line: invite secrets, query strings, cookies, tokens, SDP, candidates."""

import configparser
import io
import json
import logging
import logging.config
import re
from datetime import datetime
from pathlib import Path

import pytest
from daphne.access import AccessLogGenerator
from django.conf import settings
from django.test import Client

from meetingpoint_site.logs import JsonFormatter, PlainFormatter, RedactingFilter, logging_settings

SECRET = "AAECAwQFBgcICQoLDA0ODw"  # the 16 bytes 0 to 15 in base64url
PATHS = [
    f"/i/%23k=1{SECRET}",
    f"/i/#k=1{SECRET}",
    f"/i/%2523k=1{SECRET}",
    f"/i%23k=1{SECRET}",
    f"/i#k=1{SECRET}",
    f"/i#k=2{SECRET}",
    f"/i/%23k%3D1{SECRET}",
    f"/i?k=1{SECRET}",
    f"/i/x?next=%23k=1{SECRET}",
    f"/i/two words {SECRET}",
    f"/i/{SECRET}",
    f"/accounts/login/?next=/i/%23k=1{SECRET}",
    f"https://meet.example.org/i#k=1{SECRET}",
    f"/unsubscribe/{SECRET}:1a2b3c",
    f"/accounts/mails/unsubscribe/{SECRET}",
]


@pytest.fixture(params=[PlainFormatter, JsonFormatter])
def written(request):
    """Log through the handler of `LOGGING` and return what it writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(request.param())

    def log(message, *arguments, **options):
        level = logging.ERROR
        logger = logging.Logger("story", level)
        logger.addHandler(handler)
        logger.log(level, message, *arguments, **options)
        return stream.getvalue()

    return log


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("Not Found: %s", lambda path: (path,)),  # django.request
        ('"%s" %s %s', lambda path: (f"GET {path} HTTP/1.1", "200", "1234")),  # django.server
        ('%s - "%s %s HTTP/%s" %d', lambda path: ("127.0.0.1:5000", "GET", path, "1.1", 200)),  # uvicorn.access
        (
            "HTTP %(method)s %(path)s %(status)s [%(time_taken).2f, %(client)s]",  # Daphne's development server
            lambda path: ({"method": "GET", "path": path, "status": 200, "time_taken": 0.1, "client": "127.0.0.1:1"},),
        ),
    ],
)
def test_no_access_log_holds_an_invite_secret(written, path, message, arguments):
    line = written(message, *arguments(path))
    assert SECRET not in line
    assert "?" not in line


@pytest.mark.parametrize("path", PATHS)
def test_daphnes_own_access_log_holds_none_either(path):
    stream = io.StringIO()
    details = {"client": "127.0.0.1:1", "method": "GET", "path": path, "status": 200, "size": 1}
    AccessLogGenerator(stream)("http", "complete", details)
    assert "GET " in stream.getvalue()
    assert SECRET not in stream.getvalue()


def test_the_rest_of_an_access_line_stays(written):
    line = written('"%s" %s %s', f"GET /i/%23k=1{SECRET} HTTP/1.1", "404", "17")
    assert re.search(r"GET /i/\[redacted\] HTTP/1\.1.* 404 17", line)
    line = written("Not Found: %s", "/rooms/tuesday-call-x7k2p/")
    assert "Not Found: /rooms/tuesday-call-x7k2p/" in line


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Cookie: meetingpoint_session=abc123; csrftoken=def456", "abc123"),
        ("Cookie: meetingpoint_session=abc123; csrftoken=def456", "def456"),
        ("{'cookie': 'meetingpoint_session=abc123', 'host': 'x'}", "abc123"),
        ("(b'cookie', b'meetingpoint_session=abc123')", "abc123"),
        ("Authorization: Bearer abc123", "abc123"),
        ('{"token": "abc123", "room": "x"}', "abc123"),
        ("password=hunter2&email=x", "hunter2"),
        ("token K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols is unknown", "K7gNU3sdo"),
        ("sent v=0\r\no=- 46117 2 IN IP4 127.0.0.1\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n", "asd88fgpdd777uzjYhagZg"),
        ('{"sdp":"v=0\\r\\no=- 46117 2 IN IP4 192.0.2.7\\r\\n"}', "192.0.2.7"),
        ("candidate:842163049 1 udp 1677729535 203.0.113.9 46154 typ srflx", "203.0.113.9"),
        ("a=ice-pwd:asd88fgpdd777uzjYhagZg", "asd88fgpdd777uzjYhagZg"),
    ],
)
def test_cookies_tokens_descriptions_and_candidates_are_hidden(written, text, hidden):
    assert hidden not in written("It said %s", text)
    assert hidden not in written(text)


def test_a_trace_back_is_redacted_too(written):
    try:
        raise ValueError(f"cannot open /i/{SECRET}")
    except ValueError:
        line = written("It failed", exc_info=True)
    assert "Traceback" in line
    assert SECRET not in line


def test_json_lines_are_json_and_say_when_and_where():
    record = logging.LogRecord("rooms.flows.rooms", logging.INFO, __file__, 1, "closed %d\nrooms", (3,), None)
    entry = json.loads(JsonFormatter().format(record))
    assert entry["message"] == "closed 3\nrooms"
    assert entry["logger"] == "rooms.flows.rooms"
    assert datetime.fromisoformat(entry["time"]).tzinfo


@pytest.mark.parametrize("formatter", [PlainFormatter, JsonFormatter])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\x1b[2K"])
def test_a_message_cannot_begin_another_line(formatter, end):
    forged = f"nothing{end}2026-01-01T00:00:00.000Z INFO security sign_in.done account=1"
    record = logging.LogRecord("story", logging.INFO, __file__, 1, "Not Found: %s", (forged,), None)
    line = formatter().format(record)
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_every_handler_of_the_settings_redacts():
    for log_format in ("plain", "json"):
        made = logging_settings("INFO", log_format)
        assert all(handler["filters"] == ["redact"] for handler in made["handlers"].values())
        security = made["loggers"].pop("django.security")  # its lines are written again, by the security log
        assert security == {"handlers": ["refusals"], "propagate": False}
        assert all(logger["handlers"] == [] and logger["propagate"] for logger in made["loggers"].values())
    assert logging_settings(settings.LOG_LEVEL, settings.LOG_FORMAT) == settings.LOGGING


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/i/%23k=1", "/i%23k=1", "/nowhere/%23k=1", "/i/%ff%23k=1", "/accounts/login/?next=%23k=1"]
)
def test_a_real_request_leaves_no_secret_in_the_real_log(path, tmp_path: Path):
    log = tmp_path / "log"
    configuration = logging_settings("DEBUG", "plain")
    configuration["handlers"]["console"].update({"class": "logging.FileHandler", "filename": str(log)})
    logging.config.dictConfig(configuration)
    try:
        Client().get(path + SECRET)
        Client().get(path + SECRET + "/%0anothing")
        Client(headers={"host": "evil.example.org"}).get(path + SECRET)
        logging.getLogger("django.request").warning("Not Found: %s", path + SECRET)
    finally:
        logging.shutdown()
        logging.config.dictConfig(settings.LOGGING)
    assert "django.request" in log.read_text()
    assert SECRET not in log.read_text()


def test_the_example_sends_the_journal_elsewhere_over_tls_with_both_sides_proved():
    example = configparser.ConfigParser()
    example.optionxform = str  # type: ignore[assignment, method-assign]
    example.read(Path(settings.BASE_DIR, "deploy", "journal-upload.conf"))
    upload = dict(example["Upload"])
    assert upload.pop("URL").startswith("https://")
    assert set(upload) == {"ServerKeyFile", "ServerCertificateFile", "TrustedCertificateFile"}
    assert all(path.startswith("/etc/meetingpoint/") for path in upload.values())
