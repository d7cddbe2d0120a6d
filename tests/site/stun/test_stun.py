"""The STUN server of the process: what it answers, to whom, how much, and that a flood does not reach the site."""

import io
import json
import random
import socket
import struct
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from aioice.stun import Class, Message, Method, parse_message

from common.ratelimit import Limit
from meetingpoint_site.environment import default_stun_port, url_host
from meetingpoint_site.management.commands.serve import Command
from meetingpoint_site.stun import checks
from meetingpoint_site.stun import server as stun_server
from meetingpoint_site.stun.client import ask
from meetingpoint_site.stun.messages import answer, mapped_address, request
from meetingpoint_site.stun.server import StunServer
from tests.app_server import AppServer
from tests.services import free_port

SENDER = ("192.0.2.7", 50_000)


def binding(attributes: bytes = b"", kind: int = 0x0001, cookie: int = 0x2112A442) -> bytes:
    return struct.pack("!HHI12s", kind, len(attributes), cookie, b"transaction.") + attributes


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


@pytest.fixture
def server() -> Iterator[StunServer]:
    with StunServer(0) as running:
        yield running


def test_the_answer_is_the_address_of_the_sender() -> None:
    for sender, length in ((SENDER, 32), (("2001:db8::7", 50_000), 44), (("fe80::7%lo", 50_000), 44)):
        asked = request()
        datagram = answer(bytes(asked), sender)
        assert datagram is not None
        assert len(datagram) == length
        assert mapped_address(datagram, asked) == (sender[0].partition("%")[0], 50_000)
        assert mapped_address(datagram, request()) is None, "another request's"
        assert parse_message(datagram).message_class == Class.RESPONSE


def test_what_a_request_adds_makes_no_answer_longer() -> None:
    marked = Message(Method.BINDING, Class.REQUEST)
    marked.add_fingerprint()
    software = binding(attribute(0x8022, b"a browser") + attribute(0xC001, b"\0" * 4))
    for datagram in (bytes(marked), software, binding(attribute(0x8022, b"x" * 500))):
        found = answer(datagram, SENDER)
        assert found is not None
        assert len(found) == 32


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0" * 20,
        binding()[:-1],
        binding() + b"\0\0\0",
        binding(kind=0x0101),  # an answer: two servers would never stop
        binding(kind=0x0111),
        binding(kind=0x0011),
        binding(kind=0x0003),  # of TURN
        binding(cookie=0),  # RFC 3489
        binding(attribute(0x0003, b"\0\0\0\6")),  # CHANGE-REQUEST: an answer to another address
        binding(attribute(0x0002, SENDER[0].encode())),  # RESPONSE-ADDRESS
        binding(attribute(0x0006, b"one:two")),  # a check of ICE, which is between browsers
        binding(attribute(0x8028, b"\0\0\0\0")),  # a fingerprint that is wrong
        binding(attribute(0x8028, b"\0")),  # and one of a wrong length
        binding(struct.pack("!HH", 0x8022, 400)),  # longer than the datagram
        binding(attribute(0x8022, b"\xff\xfe")),  # not UTF-8
        binding(attribute(0x8022, b"x" * 700)),
    ],
    ids=lambda datagram: f"{len(datagram)}-{datagram.hex()[:4]}",
)
def test_nothing_else_is_answered(datagram: bytes) -> None:
    assert answer(datagram, SENDER) is None


def test_noise_is_read_without_an_error_and_never_answered_by_more() -> None:
    chance = random.Random(5389)  # noqa: S311 - the same noise in every run
    for _ in range(3_000):
        attributes = b"".join(
            struct.pack("!HH", chance.choice([0x8022, 0x8028, 0x8029, 0x802A, 0x802B, 0x802C]), chance.randrange(12))
            + chance.randbytes(chance.randrange(12))
            for _ in range(chance.randrange(4))
        )
        datagram = bytearray(binding(attributes + bytes(-len(attributes) % 4)))
        if chance.random() < 0.3:
            datagram[chance.randrange(len(datagram))] = chance.randrange(256)
        found = answer(bytes(datagram), SENDER)
        assert found is None or len(found) == 32


def test_it_answers_over_both_protocols_and_from_the_address_that_was_asked(server: StunServer) -> None:
    assert ask("127.0.0.1", server.port)["IPv4"][0] == "127.0.0.1"
    if len(server.sockets) > 1:
        assert ask("::1", server.port)["IPv6"][0] == "::1"
    if sys.platform == "linux":
        # The client is connected: it hears nothing from the address that the system would choose itself, 127.0.0.1.
        assert ask("127.0.0.2", server.port)["IPv4"]


def test_one_address_gets_a_limited_number_of_answers(server: StunServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stun_server, "STUN", Limit("stun", 1, 3600))
    assert ask("127.0.0.1", server.port)
    assert ask("127.0.0.1", server.port, seconds=0.1) == {}
    if sys.platform == "linux":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.3", 0))
            other.settimeout(10)
            other.sendto(bytes(request()), ("127.0.0.1", server.port))
            assert len(other.recv(2048)) == 32


def test_processes_share_the_port() -> None:
    with StunServer(0) as one:
        with StunServer(one.port) as other:
            assert other.port == one.port
            assert ask("127.0.0.1", one.port)
        assert ask("127.0.0.1", one.port), "the other stays"


def test_a_flood_makes_it_wait_as_soon_as_it_has_used_its_share_of_the_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    waited = threading.Event()

    def wait(seconds: float) -> None:
        waits.append(seconds)
        waited.set()

    monkeypatch.setattr(stun_server, "SHARE", 0.0)
    monkeypatch.setattr(stun_server, "WINDOW", 3600.0)
    monkeypatch.setattr(stun_server, "sleep", wait)
    with StunServer(0) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flooder:
        flooder.connect(("127.0.0.1", server.port))
        flooder.settimeout(0.05)
        while not waited.is_set():
            flooder.send(bytes(request()))
            with suppress(TimeoutError):
                flooder.recv(2048)
    assert 0 < waits[0] <= 3600


def test_a_port_below_1024_is_never_answered(server: StunServer) -> None:
    try:
        service = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        service.bind(("127.0.0.1", 1023))
    except PermissionError:
        pytest.skip("such a port needs root")
    with service:
        service.settimeout(0.2)
        service.sendto(bytes(request()), ("127.0.0.1", server.port))
        with pytest.raises(TimeoutError):
            service.recv(2048)
    assert ask("127.0.0.1", server.port)


def test_a_site_answers_by_itself_and_browsers_are_sent_there() -> None:
    port = free_port()
    settings = {"STUN_PORT": str(port), "STUN_HOST": "127.0.0.1", "STUN_URLS": f"stun:127.0.0.1:{port},stun:a.example"}
    app = AppServer(settings=settings)
    app.migrate()
    with app:
        assert ask("127.0.0.1", port)["IPv4"][0] == "127.0.0.1"
        with urllib.request.urlopen(f"{app.origin}/connection-test/servers") as found:
            assert json.load(found)["stun"] == [f"stun:127.0.0.1:{port}", "stun:a.example"]
        assert f"stun:127.0.0.1:{port}" in app.log.read_text()


def test_a_site_whose_port_is_taken_says_so_and_runs(settings: Any) -> None:
    errors = io.StringIO()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:  # not shared: coturn, as another user
        other.bind(("0.0.0.0", 0))  # noqa: S104
        settings.STUN_PORT = other.getsockname()[1]
        with Command(stderr=errors).stun() as none:
            assert none is None
    assert f"port {settings.STUN_PORT} cannot be used" in errors.getvalue()
    settings.STUN_PORT = 0
    with Command(stderr=errors).stun() as none:
        assert none is None


@pytest.mark.parametrize(
    ("origin", "debug", "port"),
    [
        ("https://meet.example.org", False, 3478),
        ("https://[2001:db8::1]:8443", False, 3478),
        ("https://meet.example.org", True, 0),
        ("http://localhost:8000", False, 0),
        ("https://localhost", False, 0),
        ("https://[::1]", False, 0),
        ("http://192.168.1.5:8000", True, 0),
    ],
)
def test_it_is_on_where_people_come_from_other_machines(origin: str, debug: bool, port: int) -> None:
    assert default_stun_port([origin], debug) == port
    assert default_stun_port([], debug) == 0


def test_the_name_that_browsers_ask_is_that_of_the_site() -> None:
    assert url_host(["https://meet.example.org:8443", "http://b"]) == "meet.example.org"
    assert url_host(["https://[2001:db8::1]"]) == "[2001:db8::1]"
    assert url_host([]) == ""


@pytest.mark.parametrize(
    ("port", "host", "problem"),
    [
        (3478, "meet.example.org", ""),
        (0, "", ""),
        (3478, "[2001:db8::1]", ""),
        (70_000, "meet.example.org", "E040"),
        (-1, "meet.example.org", "E040"),
        (3478, "", "E041"),
        (3478, "meet.example.org:3478", "E041"),
        (3478, "stun:meet.example.org", "E041"),
        (3478, "2001:db8::1", "E041"),
    ],
)
def test_check_finds_a_port_or_name_that_cannot_be(settings: Any, port: int, host: str, problem: str) -> None:
    settings.STUN_PORT, settings.STUN_HOST = port, host
    assert [str(message.id)[-4:] for message in checks.own_stun()] == ([problem] if problem else [])
