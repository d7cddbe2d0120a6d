"""After a whole call, nothing that was secret is in the server's logs or in its database."""

import base64
import hashlib
import hmac
import re
from pathlib import Path

from tests.app_server import AppServer
from tests.browser.meeting import Meet, start_call

READ_ROOM_KEY = """async (slug) => {
  const base = document.querySelector('link[rel=stylesheet]').href.replace(/css\\/.*$/, 'js/');
  const { loadRoomKey } = await import(base + 'keys/key-store.js');
  return Array.from((await loadRoomKey(slug)).raw);
}"""
DESCRIPTION = re.compile(r"ice-ufrag|ice-pwd|a=fingerprint|a=candidate|candidate:\d")


def hkdf(secret: bytes, info: bytes, length: int = 32) -> bytes:
    """Derive one block (RFC 5869, SHA-256, no salt)."""
    extracted = hmac.digest(bytes(32), secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)[:length]


def spellings(secret: bytes) -> list[bytes]:
    """Return the ways in which a secret could be written down."""
    encoded = base64.b64encode(secret).rstrip(b"="), base64.urlsafe_b64encode(secret).rstrip(b"=")
    return [secret, secret.hex().encode(), secret.hex().upper().encode(), *encoded]


def test_no_secret_is_in_a_log_or_in_the_database(own_app: AppServer, person: Meet) -> None:
    meeting = start_call(person, "Guest", server=own_app)
    raw_link = meeting.link.partition("#k=1")[2]
    secret = base64.urlsafe_b64decode(raw_link + "==")
    room_key = bytes(meeting.olga.page.evaluate(READ_ROOM_KEY, meeting.slug))
    assert len(secret) == 16
    assert len(room_key) == 32

    # A mail scanner's visits put the secret into the path; strangers try paths around it.
    robot = person("Robot", server=own_app)
    for path in (f"/i/%23k=1{raw_link}", f"/i/k=1{raw_link}", f"/i?k=1{raw_link}", f"/i/%2523k%3D1{raw_link}"):
        robot.go(path)
        robot.page.request.head(own_app.origin + path)
    robot.page.request.get(f"{own_app.origin}/nowhere/%23k=1{raw_link}")
    robot.page.request.get(f"{own_app.origin}/admin/?next=/i/%23k=1{raw_link}")
    for who in meeting.people:
        who.leave()
    own_app.stop()

    # The token is sent to the server at redemption; what it keeps is a hash of it.
    token = hkdf(secret, b"meeting-point/v1/invite-token")
    database = Path(own_app.settings["DATABASE_URL"].removeprefix("sqlite:///"))
    kept = b"".join(path.read_bytes() for path in sorted(database.parent.glob(database.name + "*")))
    log = own_app.log.read_bytes()
    assert b"Monday meeting" in kept
    assert b"[redacted]" in log  # the visits were logged, without what matters
    assert hashlib.sha256(token).digest() in kept
    for name, value in (("S", secret), ("T", token), ("RK", room_key)):
        for spelling in spellings(value):
            assert spelling not in kept, f"{name} is in the database"
            assert spelling not in log, f"{name} is in the log"
    assert not DESCRIPTION.search(log.decode(errors="replace"))
    assert not DESCRIPTION.search(kept.decode("latin-1"))
    assert "Traceback" not in log.decode(errors="replace")
