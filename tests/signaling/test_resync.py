"""A process whose Redis was away writes its members there again, whatever happens at that moment."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio

from rooms.live.events import PresenceEntry
from rooms.signaling import housekeeping
from rooms.signaling.hub import Hub
from rooms.signaling.links.mailbox import Mailbox
from rooms.signaling.messages import RoomInfo
from rooms.signaling.process import make_hub
from rooms.signaling.registry import Member, Socket
from rooms.signaling.send_buffer import SendBuffer
from tests.services import RedisServer

ROOM = 9_100_000  # of no other test


def use(settings: Any, url: str) -> None:
    """Let this process reach others by a Redis."""
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [url]}}
    settings.REDIS_URL, settings.CHANNEL_LAYERS = url, {"default": layer}


async def read_nothing(_message: dict[str, Any]) -> None:
    """Send what is for a browser to none."""


def newcomer(hub: Hub, pid: str) -> Member:
    """Return a person who is about to join on this process."""
    room = hub.load_room(ROOM, RoomInfo("room", "Room", 0, 8), None)
    return Member(Socket(SendBuffer(read_nothing), "session", 0.0), room, entry(pid), None)


def entry(pid: str, process: str = "") -> PresenceEntry:
    """Return the entry of a person."""
    return PresenceEntry(pid, f"member{pid}", "guest", b'"hello"', process, f"socket{pid}")


async def postponed(client: redis.asyncio.Redis, count: int) -> None:
    """Wait until Redis holds so many commands back."""
    async with asyncio.timeout(10):
        while (await client.info("clients"))["blocked_clients"] < count:
            await asyncio.sleep(0.01)


async def together(client: redis.asyncio.Redis, *commands: Callable[[], Awaitable[Any]]) -> None:
    """Let Redis execute commands in this order, each sent before the one before it was answered."""
    await client.execute_command("CLIENT", "PAUSE", 60_000, "WRITE")
    tasks = []
    for number, command in enumerate(commands, 1):
        tasks.append(asyncio.ensure_future(command()))
        await asyncio.sleep(0)
        if number == 1:
            await postponed(client, 1)
    await client.execute_command("CLIENT", "UNPAUSE")
    await asyncio.gather(*tasks)


async def test_who_joins_while_the_others_are_restored_stays(redis_server: RedisServer, settings: Any) -> None:
    use(settings, redis_server.url)
    hub = make_hub()
    link = hub.links[0]
    assert link.mailbox
    await link.ready()
    await hub.join(newcomer(hub, "1"), 8)
    mailbox = link.mailbox
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        await together(
            client,
            lambda: hub.join(newcomer(hub, "2"), 8),
            lambda: housekeeping.resync(hub, link, mailbox),
        )
    present, _seq = await hub.presence.roster(ROOM)
    assert [person.pid for person in present] == ["1", "2"]
    hub.stop()
    await link.close()


async def test_a_mailbox_that_redis_does_not_answer_opens_when_it_does(settings: Any) -> None:
    """The connection is there, and the answer to the subscription does not come."""
    with RedisServer() as server:
        use(settings, server.url)
        mailbox = Mailbox(lambda _event: None)
        server.signal(signal.SIGSTOP)
        opening = asyncio.create_task(mailbox.ready())
        done, _ = await asyncio.wait([opening], timeout=30)
        assert done
        assert isinstance(opening.exception(), TimeoutError)
        server.signal(signal.SIGCONT)
        await mailbox.ready()
        await mailbox.close()
