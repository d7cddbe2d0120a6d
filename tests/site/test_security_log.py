"""The security log: what a line says, and what can never get into it."""

import json
import logging
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import RequestFactory, override_settings

from common.network_address import network_address_of
from common.security_log import EVENTS, LOGGER, REFUSED, log_event
from meetingpoint_site.logs import JsonFormatter, PlainFormatter, logging_settings

ROOT = Path(settings.BASE_DIR)


@pytest.fixture
def lines(caplog):
    """Return what the formatter of LOG_FORMAT makes of the lines of this test."""
    caplog.set_level(logging.INFO, LOGGER)

    def formatted(formatter):
        return [formatter().format(record) for record in caplog.records if record.name == LOGGER]

    return formatted


def request_from(address):
    return RequestFactory().get("/", REMOTE_ADDR=address)


def test_a_line_names_the_event_the_account_and_the_network_but_not_its_address(lines):
    log_event("sign_in.failed", request_from("192.0.2.7"), account=12, method="password")
    entry = json.loads(lines(JsonFormatter)[0])
    assert (entry["event"], entry["account"], entry["method"]) == ("sign_in.failed", 12, "password")
    assert (entry["level"], entry["logger"]) == ("WARNING", "security")
    assert len(entry["network"]) == 16
    plain = lines(PlainFormatter)[0]
    assert plain.endswith(f"WARNING security sign_in.failed account=12 network={entry['network']} method=password")
    assert "192.0.2.7" not in plain + json.dumps(entry)


def test_the_hash_of_a_network_is_stable_differs_by_network_and_depends_on_the_key(lines):
    for address in ("192.0.2.7", "192.0.2.7", "192.0.2.8", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        log_event("sign_in.failed", request_from(address))
    with override_settings(SECRET_KEY="another key"):
        log_event("sign_in.failed", request_from("192.0.2.7"))
    first, again, neighbour, home, same_home, other_home, other_key = (
        json.loads(line)["network"] for line in lines(JsonFormatter)
    )
    assert first == again
    assert home == same_home
    assert len({first, neighbour, home, other_home, other_key}) == 5


@pytest.mark.parametrize(
    "value",
    [
        "olga@example.org",
        "Olga Example",
        "two\nlines",
        "a" * 81,
        "/i/%23k=1AAECAwQFBgcICQoLDA0ODw",
        "10.0.0.1/24",
        "",
        ["a list"],
        b"bytes",
    ],
)
def test_a_value_that_is_no_identifier_is_never_written(lines, value):
    log_event("access.refused", account=3, view=value)
    for formatter in (PlainFormatter, JsonFormatter):
        (line,) = lines(formatter)
        assert REFUSED in line
        assert "\n" not in line
        assert not value or str(value) not in line


def test_an_event_that_is_not_in_the_list_is_an_error():
    with pytest.raises(KeyError):
        log_event("sign_in.perhaps")


def test_the_lines_are_written_at_every_log_level():
    for level in ("DEBUG", "ERROR"):
        assert logging_settings(level, "json")["loggers"][LOGGER]["level"] == "INFO"
    assert set(EVENTS.values()) <= {logging.INFO, logging.WARNING}


def scope(peer, *forwarded):
    return {"client": [peer, 5000], "headers": [(b"x-forwarded-for", value) for value in forwarded]}


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        (0, "192.0.2.7", [], "192.0.2.7"),
        (0, "192.0.2.7", [b"198.51.100.1"], "192.0.2.7"),
        (1, "10.0.0.1", [b"198.51.100.1"], "198.51.100.1"),
        (1, "10.0.0.1", [b"203.0.113.9, 198.51.100.1"], "198.51.100.1"),
        (1, "10.0.0.1", [b"203.0.113.9", b"198.51.100.1"], "198.51.100.1"),
        (2, "10.0.0.1", [b"203.0.113.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        (2, "10.0.0.1", [b"198.51.100.1"], "unknown"),
        (1, "10.0.0.1", [], "10.0.0.1"),
        (1, "10.0.0.1", [b"no address"], "unknown"),
        (0, "2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        (0, "fe80::1%eth0", [], "fe80::/64"),
        (0, "::ffff:192.0.2.7", [], "192.0.2.7"),
        (0, "", [], "unknown"),
    ],
)
def test_a_request_and_a_socket_come_from_the_same_network(proxies, peer, forwarded, expected):
    request = RequestFactory().get("/", REMOTE_ADDR=peer)
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = b",".join(forwarded).decode()
    with override_settings(TRUSTED_PROXIES=proxies):
        assert network_address_of(scope(peer, *forwarded)) == expected
        assert network_address_of(request) == expected


def test_a_socket_without_a_client_comes_from_an_unknown_network():
    assert network_address_of({"client": None, "headers": []}) == "unknown"


def sources() -> list[str]:
    """Return the text of every module that writes into the security log."""
    modules = [
        path for name in ("common", "accounts", "rooms", "meetingpoint_site") for path in ROOT.glob(f"{name}/**/*.py")
    ]
    texts = [path.read_text() for path in modules if path.name != "security_log.py"]
    return [text for text in texts if "log_event(" in text]


def test_the_code_writes_no_event_that_is_not_in_the_list():
    written = re.findall(r"log_event\(\s*\"([^\"]+)\"", "\n".join(sources()))
    assert len(written) > 20
    assert set(written) <= set(EVENTS)


def test_the_document_lists_every_event():
    table = (ROOT / "docs" / "logging.md").read_text().split("## Events")[1].split("## What to")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`([a-z_.]+)`", "".join(rows))) == sorted(EVENTS)


def test_every_event_of_the_list_is_written_by_the_code():
    code = "\n".join(sources())
    assert [event for event in EVENTS if f'"{event}"' not in code] == []
