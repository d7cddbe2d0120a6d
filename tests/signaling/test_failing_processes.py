"""A process or its Redis fails: the members of both processes see each other, and no one else, when it is over."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from channels.layers import channel_layers
from websockets.exceptions import ConnectionClosed

from rooms.live import publish
from rooms.live.events import GROUP, Resync, pack
from rooms.live.presence import PresenceDown
from rooms.live.presence_redis import RedisPresence
from tests.services import RedisServer, wait_until
from tests.signaling.pairs import Pair, patiently, sees_only, shows, start_pair, watch
from tests.signaling.world import HELLO, Caller, Scene, SignalingServer, introduce, post

ENDS_SOONER = """
from datetime import timedelta
from django.utils import timezone
from rooms.models import Membership
Membership.objects.filter(pk=member).update(expires_at=timezone.now() + timedelta(hours=1))
"""


@pytest.fixture
def fragile_pair() -> Iterator[Pair]:
    """Two processes that a story may harm."""
    yield from start_pair("daphne", {})


async def test_a_killed_process_leaves_no_ghost(fragile_pair: Pair) -> None:
    scene, olga, max_ = fragile_pair.meet(people=2)
    page = await watch(fragile_pair.first, scene.olga)
    await introduce(olga, max_)
    await shows(page, scene, 2)
    started = time.monotonic()
    fragile_pair.second.kill()
    left = await asyncio.wait_for(patiently(olga, "peer_left"), 30)
    assert left["pid"] == max_.pid
    await asyncio.wait_for(shows(page, scene, 1), 30)
    assert time.monotonic() - started < 45
    await olga.close()
    await page.close()


async def test_after_redis_was_killed_every_process_receives_again(fragile_pair: Pair) -> None:
    scene, olga, max_ = fragile_pair.meet()
    guest = scene.caller(scene.guests[0])
    page = await watch(fragile_pair.second, scene.olga)
    await introduce(olga, max_, guest)
    await shows(page, scene, 3)
    fragile_pair.redis.kill()
    # Members on one process go on talking.
    await olga.relay(guest, "here")
    assert (await guest.expect("relay"))["body"] == "here"
    # A newcomer must try again; a member leaves while the other process cannot be reached.
    late = await scene.caller(scene.guests[1]).connect()
    await late.send("join", v=1, pid=late.pid, hello=HELLO)
    assert await late.close_code() == 4015
    await guest.close()

    await asyncio.to_thread(fragile_pair.redis.start)
    started = time.monotonic()
    # Everyone gets the roster again, and it is right: the other is in it, the one who left is not.
    for caller, other in ((olga, max_), (max_, olga)):
        while [peer["pid"] for peer in (await patiently(caller, "roster"))["peers"]] != [other.pid]:
            pass
    assert time.monotonic() - started < 10
    token = secrets.token_hex(4)
    await olga.relay(max_, token)
    assert (await max_.expect("relay", body=token))["from"] == olga.pid
    await max_.relay(olga, token)
    assert (await olga.expect("relay", body=token))["from"] == max_.pid
    # An open dashboard is right again, too, by itself.
    async with asyncio.timeout(30):
        await shows(page, scene, 2)
    await olga.close()
    await shows(page, scene, 1)
    await max_.close()
    await page.close()


async def test_a_guest_who_joins_while_redis_returns_is_seen_by_everyone(fragile_pair: Pair) -> None:
    """Both processes have noticed that Redis is unreachable; a newcomer joins on the one before the other is back."""
    scene, olga, max_ = fragile_pair.meet()
    await introduce(olga, max_)
    await max_.close()
    fragile_pair.redis.kill()
    for app in (fragile_pair.first, fragile_pair.second):
        await asyncio.to_thread(wait_until, partial(has_noticed, app), 20, "noticing that Redis is unreachable")
    await asyncio.to_thread(fragile_pair.redis.start)
    async with asyncio.timeout(20):
        guest, present = await join_as_guest(scene, fragile_pair.second)
        await asyncio.gather(sees_only(olga, guest, set()), sees_only(guest, olga, present))
    await guest.close()
    await olga.close()


async def test_roles_that_change_while_redis_is_away_are_known_when_it_is_back(fragile_pair: Pair) -> None:
    """Olga's process cannot say so to that of Max."""
    scene, olga, max_ = fragile_pair.meet()
    guest = scene.caller(scene.guests[0], app=fragile_pair.second)
    await introduce(olga, max_, guest)
    fragile_pair.redis.kill()
    people, manage = f"/rooms/{scene.slug}/members/{UUID(max_.membership)}", f"/rooms/{scene.slug}/"
    await asyncio.to_thread(
        partial(post, fragile_pair.first, olga.session, f"{people}/role", form_on=manage, role="moderator")
    )
    await asyncio.to_thread(fragile_pair.first.run_python, ENDS_SOONER, member=guest.membership)
    for app in (fragile_pair.first, fragile_pair.second):
        await asyncio.to_thread(wait_until, partial(has_noticed, app), 20, "noticing that Redis is unreachable")
    await asyncio.to_thread(fragile_pair.redis.start)
    assert await closes(max_) == 4024
    assert await closes(guest) == 4024  # whose time ends sooner now
    again = scene.caller(scene.max, app=fragile_pair.second, pid=max_.pid)
    assert (await again.join())["role"] == "moderator"
    async with asyncio.timeout(20):
        while await role_in_news(olga, max_.pid) != "moderator":
            pass
    await again.close()
    await olga.close()


async def test_the_first_order_after_a_restart_of_redis_is_not_lost(settings: Any) -> None:
    """The connection over which the order before it went is from before the restart."""
    with RedisServer() as redis:
        settings.CHANNEL_LAYERS = {
            "default": {
                "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
                "CONFIG": {"hosts": [redis.url]},
            }
        }
        for _ in range(2):
            other = channel_layers.make_backend("default")
            name = await other.new_channel()
            await other.group_add(GROUP, name)
            await publish.broadcast(Resync(1))
            assert await asyncio.wait_for(other.receive(name), 5) == pack(Resync(1))
            await other.flush()
            redis.kill()
            await asyncio.to_thread(redis.start)


async def test_one_failure_is_all_that_a_restart_of_redis_costs() -> None:
    """Several connections were open; each would fail once, and with it a member's roster."""
    with RedisServer() as redis:
        presence = RedisPresence(redis.url)
        await asyncio.gather(*(presence.roster(room) for room in range(5)))
        redis.kill()
        await asyncio.to_thread(redis.start)
        with pytest.raises(PresenceDown):
            await presence.roster(1)
        assert await asyncio.gather(*(presence.roster(room) for room in range(5))) == [([], 0)] * 5
        await presence.close("this")


async def role_in_news(caller: Caller, pid: str) -> str | None:
    """Return the role of a peer in what the server sends next about who is there; None: nothing about them."""
    news = await patiently(caller, "peer_joined", "roster")
    peers = news["peers"] if news["type"] == "roster" else [news["peer"]]
    return next((peer["role"] for peer in peers if peer["pid"] == pid), None)


async def closes(caller: Caller) -> int:
    """Return the code with which the server closes a socket at last."""
    async with asyncio.timeout(20):
        while True:
            with suppress(TimeoutError):
                return await caller.close_code()


def has_noticed(app: SignalingServer) -> bool:
    """Return whether a process has logged that Redis is unreachable."""
    return "Redis is unreachable" in app.logged()


async def join_as_guest(scene: Scene, app: SignalingServer) -> tuple[Caller, set[str]]:
    """Join as a guest, trying again while the server is not ready; return the tab and the peers it found inside."""
    while True:
        guest = await scene.caller(scene.guests[0], app=app).connect()
        await guest.send("join", v=1, pid=guest.pid, hello=HELLO)
        try:
            return guest, {peer["pid"] for peer in (await guest.expect("joined"))["peers"]}
        except ConnectionClosed:
            continue
