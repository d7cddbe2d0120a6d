"""Two server processes that share one Redis, and what is read from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.services import RedisServer
from tests.signaling.world import Caller, Scene, SignalingServer, dashboard


@dataclass
class Pair:
    """Two processes, their Redis, and rooms in their database."""

    first: SignalingServer
    second: SignalingServer
    redis: RedisServer

    def meet(self, people: int = 8) -> tuple[Scene, Caller, Caller]:
        """Return a room, Olga on the first process and Max on the second."""
        scene = self.first.room(people)
        return scene, scene.caller(scene.olga), scene.caller(scene.max, app=self.second)


def start_pair(server: str, database: Mapping[str, str]) -> Iterator[Pair]:
    with RedisServer() as redis:
        first = SignalingServer(server, {"REDIS_URL": redis.url, **database})
        second = SignalingServer(server, {**first.settings, "SECRET_KEY": first.settings["SECRET_KEY"]})
        origins = f"{first.origin},{second.origin}"
        first.settings["SITE_ORIGINS"] = second.settings["SITE_ORIGINS"] = origins
        first.migrate()
        with first, second:
            yield Pair(first, second, redis)
            for app in (first, second):
                assert "Traceback" not in app.logged()


async def watch(app: SignalingServer, person: tuple[str, str]) -> Caller:
    """Open a dashboard."""
    page = await dashboard(app, person).connect()
    await page.send("watch", v=1)
    await page.expect("watching")
    return page


async def shows(page: Caller, scene: Scene, inside: int) -> None:
    """Wait until a dashboard has learned that so many are inside."""
    rooms: list[dict[str, Any]] = []
    while not any(room["slug"] == scene.slug and room["inside"] == inside for room in rooms):
        news = await patiently(page, "occupied", "watching")
        rooms = news["rooms"] if news["type"] == "watching" else [news["room"]]


async def sees_only(caller: Caller, other: Caller, present: set[str]) -> None:
    """Read until, by all messages of the server, only the other is in the room."""
    while present != {other.pid}:
        message = await patiently(caller, "roster", "peer_joined", "peer_left")
        if message["type"] == "roster":
            present = {peer["pid"] for peer in message["peers"]}
        elif message["type"] == "peer_joined":
            present.add(message["peer"]["pid"])
        else:
            present.discard(message["pid"])


async def patiently(caller: Caller, *kinds: str) -> dict[str, Any]:
    """Return the next message of some kinds, however long it takes (the caller sets the limit)."""
    while True:
        try:
            message = caller.unread.pop(0) if caller.unread else await caller.receive()
        except TimeoutError:
            continue
        if message["type"] in kinds:
            return message
