"""During and after a whole call, no secret is in what the server, its database or Redis stored."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Request, WebSocket

from tests.app_server import AppServer
from tests.browser.meeting import Meet, call_on_two
from tests.browser.person import Person
from tests.browser.traces import Monitor, memory_of, readings
from tests.services import PostgresServer, RedisServer

GUEST = "Gwendolyn"
READ_ROOM_KEY = """async (slug) => {
  const base = document.querySelector('link[rel=stylesheet]').href.replace(/css\\/.*$/, 'js/');
  const { loadRoomKey } = await import(base + 'keys/key-store.js');
  return Array.from((await loadRoomKey(slug)).raw);
}"""
NOTE_PASSWORDS = """
const set = RTCPeerConnection.prototype.setLocalDescription;
globalThis.passwords = [];
RTCPeerConnection.prototype.setLocalDescription = async function (...given) {
  await set.apply(this, given);
  passwords.push(...this.localDescription.sdp.matchAll(/a=ice-pwd:(\\S+)/g).map(([, password]) => password));
};
"""
DESCRIPTION = re.compile(rb"ice-ufrag|ice-pwd|a=fingerprint|a=candidate|candidate:\d|typ host|typ srflx")


def hkdf(secret: bytes, info: bytes, length: int = 32) -> bytes:
    """Derive one block (RFC 5869, SHA-256, no salt)."""
    extracted = hmac.digest(bytes(32), secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)[:length]


def spellings(secret: bytes) -> list[bytes]:
    """Return the ways in which a secret is usually written down."""
    encoded = base64.b64encode(secret).rstrip(b"="), base64.urlsafe_b64encode(secret).rstrip(b"=")
    return [secret, secret.hex().encode(), secret.hex().upper().encode(), *encoded]


def found(held: bytes, secrets: dict[str, bytes]) -> set[str]:
    """Return the names of those `secrets` that `held` holds in any spelling, and "SDP" for a piece of a description."""
    names = set()
    for reading in readings(held):
        names |= {name for name, secret in secrets.items() if secret in reading}
        if DESCRIPTION.search(reading):
            names.add("SDP")
    return names


def record(who: Person) -> bytearray:
    """Note all that this person's browser sends from now on: addresses, headers, bodies and frames."""
    sent = bytearray()

    def asked(request: Request) -> None:
        sent.extend(f"{request.url}\n{request.headers}\n".encode() + (request.post_data_buffer or b"") + b"\n")

    def opened(socket: WebSocket) -> None:
        socket.on("framesent", lambda data: sent.extend(data if isinstance(data, bytes) else data.encode()))

    who.context.add_init_script(NOTE_PASSWORDS)
    who.context.on("request", asked)
    who.page.on("websocket", opened)
    return sent


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """A PostgreSQL that writes every statement into its log."""
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
        yield postgres_server
        connection.execute("ALTER SYSTEM RESET log_statement")
        connection.execute("SELECT pg_reload_conf()")


def test_what_is_hidden_in_other_spellings_is_found() -> None:
    secret = bytes(range(200, 216))
    line = b"v=0\r\na=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n"
    once = base64.urlsafe_b64encode(line).rstrip(b"=")
    for spelling in (
        secret,
        b"\\x" + secret.hex().encode(),
        base64.b64encode(json.dumps({"key": base64.urlsafe_b64encode(secret).rstrip(b"=").decode()}).encode()),
        json.dumps({"a": json.dumps({"b": secret.hex().upper()})}).encode(),
    ):
        assert found(b"something, " + spelling + b" and more", {"S": secret}) == {"S"}
    for spelling in (line, once, json.dumps(once.decode()).encode().hex().encode(), b'{"body":"x' + once + b'"}'):
        assert found(spelling, {}) == {"SDP"}
    assert found(b"nothing at all, " + hashlib.sha256(secret).hexdigest().encode(), {"S": secret}) == set()


def test_server_database_and_redis_never_hold_a_secret(
    person: Meet, processes: list[AppServer], postgres: PostgresServer, redis: RedisServer
) -> None:
    url = processes[0].settings["DATABASE_URL"]
    bodies: list[bytearray] = []

    def recorded(name: str, **given: object) -> Person:
        participant = person(name, **given)
        bodies.append(record(participant))
        return participant

    with Monitor(redis) as monitor:
        call = call_on_two(recorded, processes, guest_name=GUEST)
        raw_link = call.link.partition("#k=2")[2].partition("&")[0]
        secret = base64.urlsafe_b64decode(raw_link + "==")
        room_key = bytes(call.olga.page.evaluate(READ_ROOM_KEY, call.slug))
        token = hkdf(secret, b"meeting-point/v1/invite-token")
        assert (len(secret), len(room_key)) == (16, 32)
        passwords = {password for who in call.people for password in who.page.evaluate("passwords")}
        assert len(passwords) >= 2
        in_memory = b"".join(memory_of(server.process.pid) for server in processes if server.process)

        # A mail scanner's visits put the secret into the path; strangers try paths around it.
        robot = person("Robot", server=processes[0])
        for path in (f"/i/%23k=2{raw_link}", f"/i/k=2{raw_link}", f"/i?k=2{raw_link}", f"/i/%2523k%3D2{raw_link}"):
            robot.go(path)
            robot.page.request.head(robot.app.origin + path)
        robot.page.request.get(f"{robot.app.origin}/nowhere/%23k=1{raw_link}")
        robot.page.request.get(f"{robot.app.origin}/admin/?next=/i/%23k=1{raw_link}")
        for who in call.people:
            who.leave()
        for server in processes:
            server.stop()

    statements = Path(postgres.log).read_bytes()
    log = b"".join(server.log.read_bytes() for server in processes)
    kept = postgres.dump(url).encode() + statements
    secrets = {"S": secret, "RK": room_key, "guest's name": GUEST.encode(), "T": token}
    secrets |= {f"ICE password {number}": password.encode() for number, password in enumerate(passwords)}
    assert found(kept, secrets) == set(), "in the database, or in a statement to it"
    assert found(bytes(monitor.received), secrets) == set(), "in what Redis received"
    assert found(log, secrets) == set(), "in a log"
    assert b"Traceback" not in log

    # What browsers send: the token is sent once, to redeem the link; what is kept is a hash of it.
    sent = b"\n".join(bodies)
    assert found(sent, secrets) == {"T"}
    assert hashlib.sha256(token).hexdigest().encode() in kept

    # A process works on what browsers send, so its memory needs a look for the usual spellings only.
    for name in secrets.keys() - {"T"}:
        for spelling in spellings(secrets[name]) if name in ("S", "RK") else [secrets[name]]:
            assert spelling not in in_memory, f"{name} is in the memory of a server"

    # All of it was looked at, or nothing was shown.
    envelopes = re.findall(rb"[\w-]{100,}", sent)
    assert envelopes
    assert any(envelope in monitor.received for envelope in envelopes)
    assert call.slug.encode() in kept
    assert call.slug.encode() in in_memory
    assert b"UPDATE" in statements
    assert b"[redacted]" in log  # the visits were logged, without what matters
