"""A server with a room in it, and people with real cookies on real sockets."""

import asyncio
import itertools
import json
import re
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.app_server import ROOT, AppServer

PATIENCE = 10.0  # seconds that anything expected may take on a busy machine
HELLO = json.dumps({"v": 1, "name": "Olga ✓"})
# The rest of `RoomInfo` for a room without a key and with the default rules.
PLAIN = {
    "key_check": None,
    "rekey_required": False,
    "relay_only": False,
    "join_rule": "open",
    "requires_host": False,
}

MAKE_ROOM = """
from datetime import timedelta
from importlib import import_module
from uuid import UUID, uuid4
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from accounts.models import User
from rooms.models import Membership, Role, Room

Store = import_module(settings.SESSION_ENGINE).SessionStore

def account(address):
    user = User.objects.filter(email=address).first()
    return user or User.objects.create_user(address, display_name=address.split("@")[0].title())

def signed_in(user):
    session = Store()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key

def guest(room):
    session, browser = Store(), uuid4()
    session["guest_id"] = str(browser)
    session.create()
    membership = Membership.objects.create(room=room, guest_id=browser, role=Role.GUEST)
    return [session.session_key, membership.id.hex]

olga, max_, sam = (account(f"{name}@example.org") for name in ("olga", "max", "sam"))
result = []
for number in range(rooms):
    room = Room.objects.create(name="Rehearsal", slug=f"rehearsal-{uuid4().hex[:10]}", owner=olga, max_people=people)
    owner = Membership.objects.create(room=room, user=olga, role=Role.OWNER)
    member = Membership.objects.create(room=room, user=max_, role=Role.MEMBER)
    result.append({
        "id": room.pk, "slug": room.slug,
        "olga": [signed_in(olga), owner.id.hex], "max": [signed_in(max_), member.id.hex],
        "sam": [signed_in(sam), ""], "guests": [guest(room) for _ in range(guests)],
    })
"""


class SignalingServer(AppServer):
    """A server process on the ASGI server of one's choice."""

    def __init__(self, server: str = "daphne", settings: Mapping[str, str] | None = None) -> None:
        self.server = server
        self._shared: Scene | None = None
        super().__init__(settings=settings)

    def command(self) -> list[str]:
        serve = ["serve", "--host", "127.0.0.1", "--port", str(self.port), "--server", self.server]
        return [sys.executable, str(ROOT / "manage.py"), *serve]

    def room(self, people: int = 8, guests: int = 2) -> "Scene":
        """Make a room of Olga's with Max as a member and some guests; Sam is a stranger."""
        return self.scenes(1, people, guests)[0]

    def shared_room(self) -> "Scene":
        """Return a room that several stories use one after the other."""
        if self._shared is None:
            self._shared = self.room()
        return self._shared

    def scenes(self, rooms: int, people: int = 8, guests: int = 2) -> "list[Scene]":
        """Make several such rooms."""
        made: Any = self.run_python(MAKE_ROOM, rooms=rooms, people=people, guests=guests)
        return [Scene(self, **room) for room in made]

    def resident_kb(self) -> int:
        """Return the memory that the process holds, in KB."""
        assert self.process
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


@dataclass
class Scene:
    """A room and its cast: for each person a session key and the membership's id."""

    app: SignalingServer
    id: int
    slug: str
    olga: tuple[str, str]
    max: tuple[str, str]
    sam: tuple[str, str]
    guests: list[tuple[str, str]]

    def caller(self, person: tuple[str, str], *, pid: str = "", app: SignalingServer | None = None) -> "Caller":
        """Return a person's browser tab, not connected yet."""
        return Caller(app or self.app, self.slug, person[0], person[1], pid or make_pid())


def dashboard(app: SignalingServer, person: tuple[str, str]) -> "Caller":
    """Return a person's open dashboard, not connected yet."""
    return Caller(app, "", person[0], person[1], make_pid())


def make_pid() -> str:
    """Return a tab's id."""
    return secrets.token_urlsafe(16)


_numbers = itertools.count(1)


@dataclass
class Caller:
    """A browser tab that speaks the protocol. Messages that no one expected yet stay in `unread`.

    Without a slug it is a dashboard, which watches all rooms of its account.
    """

    app: SignalingServer
    slug: str
    session: str
    membership: str
    pid: str
    unread: list[dict[str, Any]] = field(default_factory=list)
    connection: ClientConnection | None = None

    async def connect(self, **options: Any) -> Self:
        """Open the socket."""
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}"} if self.session else {}
        defaults: dict[str, Any] = {"origin": self.app.origin, "additional_headers": headers, "compression": None}
        url = f"ws://127.0.0.1:{self.app.port}{self.path}"
        self.connection = await connect(url, **{**defaults, "max_size": None, "ping_interval": None, **options})
        return self

    @property
    def path(self) -> str:
        """Where it connects to."""
        return f"/ws/rooms/{self.slug}" if self.slug else "/ws/rooms"

    @property
    def socket(self) -> ClientConnection:
        """The open socket."""
        assert self.connection is not None
        return self.connection

    async def send(self, kind: str, **fields: Any) -> None:
        """Send a message."""
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def receive(self) -> dict[str, Any]:
        """Return the next message."""
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))
        return message

    async def expect(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Return the next message of a kind with these fields; earlier others go to `unread`."""

        def fits(message: dict[str, Any]) -> bool:
            return message["type"] == kind and all(message.get(name) == value for name, value in fields.items())

        for message in self.unread:
            if fits(message):
                self.unread.remove(message)
                return message
        while not fits(message := await self.receive()):
            self.unread.append(message)
        return message

    async def join(self, hello: str = HELLO) -> dict[str, Any]:
        """Connect if need be, join, and return `joined`."""
        if self.connection is None:
            await self.connect()
        await self.send("join", v=1, pid=self.pid, hello=hello)
        return await self.expect("joined")

    async def settled(self) -> list[dict[str, Any]]:
        """Return all that came until the server had answered a ping sent now."""
        number = next(_numbers)
        await self.send("ping", n=number)
        await self.expect("pong", n=number)
        seen, self.unread = self.unread, []
        return seen

    async def relay(self, to: "Caller", body: str) -> None:
        """Send a body to a peer."""
        await self.send("relay", to=to.pid, body=body)

    async def close_code(self) -> int:
        """Read until the server closes the socket and return the code."""
        try:
            while True:
                self.unread.append(await self.receive())
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    async def close(self) -> None:
        """Close the socket."""
        if self.connection is not None:
            await self.connection.close()
            self.connection = None


async def introduce(*callers: Caller) -> None:
    """Let all of them join, one after the other, and have seen each other."""
    for index, caller in enumerate(callers):
        await caller.join()
        for earlier in callers[:index]:
            await earlier.expect("peer_joined")


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the answer itself carries the cookies."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(app: SignalingServer, session: str, path: str, form_on: str = "", **fields: str) -> str:
    """Fetch a page with a form as the owner of a session, then send `path` with its token, as a browser does.

    Returns the key of the session that the browser has afterwards.
    """
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}"
    page = urllib.request.Request(app.origin + (form_on or path), headers={"Cookie": cookies})
    with urllib.request.urlopen(page, timeout=10) as answer:
        csrf = answer.headers["Set-Cookie"].split(";")[0]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
    assert token
    body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
    headers = {"Cookie": f"{cookies}; {csrf}", "Origin": app.origin}
    opener = urllib.request.build_opener(_Stay)
    with pytest.raises(urllib.error.HTTPError) as answered:
        opener.open(urllib.request.Request(app.origin + path, body, headers), timeout=10)
    assert answered.value.code == 302
    kept = re.search(rf"{settings.SESSION_COOKIE_NAME}=(\w+)", str(answered.value.headers))
    return kept[1] if kept else session
