"""A guest opens a socket beside the redemption of their link, and names room and session on it by a ticket."""

import hashlib
import json
import re
import secrets
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from websockets.exceptions import InvalidStatus

from common.json_body import encode_base64url
from rooms.live.close_codes import CloseCode
from tests.signaling.world import HELLO, Caller, Scene, SignalingServer, make_pid

MAKE_LINK = """
from datetime import timedelta
from django.utils import timezone
from rooms.flows.invites import create_invite
from rooms.models import Room
room = Room.objects.get(slug=slug)
ends = timezone.now() + timedelta(hours=1)
hashed = bytes.fromhex(digest)
create_invite(room, room.owner, token_hash=hashed, wrapped_key=None, epoch=0, expires_at=ends, max_uses=None)
"""
REVOKE = {
    CloseCode.REMOVED: "from rooms.models import Membership\n"
    "from django.utils import timezone\n"
    "Membership.objects.filter(room__slug=slug, role='guest').update(removed_at=timezone.now())",
    CloseCode.SIGNED_OUT: "from django.contrib.sessions.models import Session\n"
    "Session.objects.filter(session_key=session).delete()",
    CloseCode.ROOM_CLOSED: "from rooms.models import Room\n"
    "from django.utils import timezone\n"
    "Room.objects.filter(slug=slug).update(closed_at=timezone.now())",
    CloseCode.LOCKED: "from rooms.models import Room\nRoom.objects.filter(slug=slug).update(join_rule='locked')",
    CloseCode.KNOCK_REQUIRED: "from rooms.models import Room\nRoom.objects.filter(slug=slug).update(join_rule='knock')",
}


@dataclass
class Browser:
    """A browser that has an invite link, and no session yet."""

    app: SignalingServer
    scene: Scene
    token: bytes
    csrf: str

    @property
    def cookies(self) -> str:
        return f"{settings.CSRF_COOKIE_NAME}={self.csrf}"

    async def open(self, cookies: str | None = None) -> Caller:
        """Open the socket of guests."""
        headers = {"Cookie": self.cookies if cookies is None else cookies}
        caller = GuestCaller(self.app, "", "", "", make_pid())
        await caller.connect(additional_headers=headers)
        return caller

    def redeem(self) -> tuple[str, dict[str, Any]]:
        """Redeem the link; return the key of the session that the browser gets, and the answer."""
        body = json.dumps({"token": encode_base64url(self.token)}).encode()
        headers = {
            "Content-Type": "application/json",
            "Cookie": self.cookies,
            "Origin": self.app.origin,
            "X-CSRFToken": self.csrf,
        }
        request = urllib.request.Request(self.app.origin + "/invites/redeem", body, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            session = re.search(rf"{settings.SESSION_COOKIE_NAME}=(\w+)", str(answer.headers))
            assert session
            return session[1], json.load(answer)


class GuestCaller(Caller):
    """A tab on the socket of guests."""

    @property
    def path(self) -> str:
        return "/ws/guests"


@pytest.fixture
def browser(app: SignalingServer) -> Browser:
    scene, token = app.room(), secrets.token_bytes(32)
    app.run_python(MAKE_LINK, slug=scene.slug, digest=hashlib.sha256(token).hexdigest())
    with urllib.request.urlopen(app.origin + "/i", timeout=10) as page:
        csrf = re.search(rf"{settings.CSRF_COOKIE_NAME}=(\w+)", str(page.headers))
    assert csrf
    return Browser(app, scene, token, csrf[1])


async def test_a_guest_joins_on_the_socket_that_was_opened_before_they_had_a_session(browser: Browser) -> None:
    olga = browser.scene.caller(browser.scene.olga)
    await olga.join()
    guest = await browser.open()
    session, answer = browser.redeem()
    assert session not in json.dumps(answer)
    await guest.send("enter", ticket=answer["ticket"])
    joined = await guest.join()
    assert [joined["role"], joined["room"]["slug"]] == ["guest", browser.scene.slug]
    assert [peer["pid"] for peer in joined["peers"]] == [olga.pid]
    assert (await olga.expect("peer_joined"))["peer"]["pid"] == guest.pid
    await olga.relay(guest, "hello")
    await guest.expect("relay", body="hello")

    await guest.send("enter", ticket=answer["ticket"])
    await guest.expect("error", code="already_joined", about="enter")
    # The cookie that came with the answer is of the same session: it opens the socket of the room.
    again = Caller(browser.app, browser.scene.slug, session, "", make_pid())
    assert (await again.join())["member"] == joined["member"]
    for caller in (guest, again, olga):
        await caller.close()


@pytest.mark.parametrize("code", REVOKE, ids=lambda code: code.reason)
async def test_whatever_is_revoked_between_redemption_and_join_counts(browser: Browser, code: CloseCode) -> None:
    guest = await browser.open()
    session, answer = browser.redeem()
    browser.app.run_python(REVOKE[code], slug=browser.scene.slug, session=session)
    await guest.send("enter", ticket=answer["ticket"])
    await guest.send("join", v=1, pid=guest.pid, hello=HELLO)
    assert await guest.close_code() == code


async def test_before_a_ticket_there_is_nothing_to_do_on_it(browser: Browser) -> None:
    session, _answer = browser.redeem()
    # Not even for a browser whose session could join.
    guest = await browser.open(f"{browser.cookies}; {settings.SESSION_COOKIE_NAME}={session}")
    await guest.send("join", v=1, pid=guest.pid, hello=HELLO)
    await guest.expect("error", code="not_joined", about="join")
    await guest.send("knock", v=1, pid=guest.pid, hello=HELLO, lobby=False)
    await guest.expect("error", code="not_joined", about="knock")
    await guest.close()


async def test_a_ticket_is_good_for_the_browser_that_redeemed(browser: Browser) -> None:
    _session, answer = browser.redeem()
    ticket = answer["ticket"]
    other = f"{settings.CSRF_COOKIE_NAME}={'x' * 32}"
    for cookies, sent in ((other, ticket), ("", ticket), (None, ticket[:-4] + "AAAA"), (None, ""), (None, "e1.é.x")):
        guest = await browser.open(cookies)
        await guest.send("enter", ticket=sent)
        await guest.send("join", v=1, pid=guest.pid, hello=HELLO)
        assert await guest.close_code() == CloseCode.JOIN_TIMEOUT, (cookies, sent)
    guest = await browser.open()
    await guest.send("enter", ticket="x" * 1025)
    await guest.expect("error", code="bad_message")
    await guest.close()


async def test_pages_of_other_sites_open_no_socket_of_guests(browser: Browser) -> None:
    guest = GuestCaller(browser.app, "", "", "", make_pid())
    with pytest.raises(InvalidStatus) as refused:
        await guest.connect(origin="https://evil.example")
    assert refused.value.response.status_code == 403
