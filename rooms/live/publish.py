"""How flows, the administration and commands reach open sockets: plain functions that reach every process.

An event goes out once the current transaction is committed, or at once outside of one; never after a rollback. The
functions never raise: a change is not undone because a socket could not be reached. The hubs of this process get the
event directly, those of other processes over the channel layer; without `REDIS_URL` there is only one process.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError
from datetime import datetime
from functools import cache, partial
from threading import Thread
from typing import Any
from uuid import UUID

from channels.layers import channel_layers, get_channel_layer
from django.conf import settings
from django.db import transaction

from common.redis_servers import TIMEOUT, layer_name, shard_of

from .close_codes import CloseCode
from .events import (
    GROUP,
    AnyEvent,
    Close,
    RoomChanged,
    Scope,
    SessionRekeyed,
    TransfersChanged,
    TurnedAway,
    UserRoomsChanged,
    pack,
    shard_key,
)
from .local import live_hubs

logger = logging.getLogger(__name__)

PATIENCE = 3 * TIMEOUT  # seconds that a view waits for one loop at most
AWAY_SECONDS = 5.0  # for which a server that has not carried an event is tried after the others


def close_room(room_id: int, code: CloseCode) -> None:
    """Close every socket in the room."""
    _publish(Close(Scope.ROOM, str(room_id), code))


def close_membership(membership_id: UUID, code: CloseCode) -> None:
    """Close every socket of one membership."""
    _publish(Close(Scope.MEMBERSHIP, membership_id.hex, code))


def close_user(user_id: int, code: CloseCode) -> None:
    """Close every socket of one account, in all rooms and of all sessions."""
    _publish(Close(Scope.USER, str(user_id), code))


def close_session(session_key: str, code: CloseCode) -> None:
    """Close every socket that one browser session opened."""
    _publish(Close(Scope.SESSION, session_key, code))


def session_rekeyed(old: str, new: str) -> None:
    """Keep the sockets that a session opened under its old key, as those of the new one."""
    _publish(SessionRekeyed(old, new))


def room_changed(room_id: int) -> None:
    """Send the room's name, size, epoch and rules, as they are in the database by then, to all members inside."""
    _publish(RoomChanged(room_id))


def turned_away(room_id: int, reason: str, label: str, at: datetime) -> None:
    """Let the hosts inside know that a person was turned away."""
    _publish(TurnedAway(room_id, reason, label, int(at.timestamp() * 1000)))


def rooms_of_user_changed(user_id: int) -> None:
    """Send the account's rooms, as they are in the database by then, to its open dashboards."""
    _publish(UserRoomsChanged(user_id))


def transfers_changed(membership_ids: Iterable[UUID]) -> None:
    """Send what waits for and from these memberships, as it is in the database by then, to their open pages."""
    _publish(TransfersChanged(sorted(member.hex for member in membership_ids)))


def _publish(event: AnyEvent) -> None:
    transaction.on_commit(partial(send, event))


def send(event: AnyEvent) -> None:
    """Send an event to every process at once; never raises."""
    for hub in live_hubs():
        hub.post_from_thread(event)
    if settings.REDIS_URL:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            _broadcast_from_thread(event)
        else:
            _background.add(task := asyncio.ensure_future(broadcast(event)))
            task.add_done_callback(_background.discard)


_background: set[asyncio.Future[None]] = set()


def _broadcast_from_thread(event: AnyEvent) -> None:
    """Send over the connection of one loop, however many events follow: that of the hub here, else one for this."""
    loop = next((hub.loop for hub in live_hubs() if hub.loop.is_running()), None)
    # The loop of a process that ends may stop at any moment.
    if (loop is None or not _sent(event, loop)) and not _sent(event, _loop_of_commands()):
        logger.warning("Other processes do not know of an event: %s", type(event).__name__)


def _sent(event: AnyEvent, loop: asyncio.AbstractEventLoop) -> bool:
    work = broadcast(event)
    try:
        future = asyncio.run_coroutine_threadsafe(work, loop)
    except RuntimeError:  # it is closed
        work.close()
        return False
    try:
        future.result(PATIENCE)
    except (TimeoutError, CancelledError):
        future.cancel()
        return False
    return True


@cache
def _loop_of_commands() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="publish", daemon=True).start()
    return loop


async def broadcast(event: AnyEvent) -> None:
    """Send an event to every process, over whichever server carries it; never raises.

    Connections from before a restart of Redis fail at their next use, so the second try is over new ones.
    """
    count = len(settings.CHANNEL_LAYERS)
    first = shard_of(shard_key(event), count)
    order = [(first + step) % count for step in range(count)]
    order.sort(key=lambda position: _away_until.get(position, 0.0) > time.monotonic())
    message = pack(event)
    for new in (False, True):
        for position in order:
            if await _carried(message, position, new=new):
                return
    # The other processes check their members again when Redis is back (housekeeping.reauthorize_members).
    logger.warning("The channel layer could not be reached")


async def _carried(message: dict[str, object], position: int, *, new: bool) -> bool:
    name = layer_name(position)
    layer: Any = channel_layers.make_backend(name) if new else get_channel_layer(name)
    try:
        async with asyncio.timeout(TIMEOUT):
            await layer.group_send(GROUP, message)
            if new:
                await layer.flush()
    except Exception as error:
        _away_until[position] = time.monotonic() + AWAY_SECONDS
        logger.info("Server %d carries no event: %s", position + 1, type(error).__name__)
        return False
    _away_until.pop(position, None)
    return True


_away_until: dict[int, float] = {}
