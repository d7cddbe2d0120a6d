"""What views, flows, the admin and commands tell live sockets: plain functions, in every process at once.

Call them once the change is committed (`transaction.on_commit`). They never raise: an act on the site does not fail
because a socket could not be told. Sockets in this process are told directly, those of the others over the channel
layer; without `REDIS_URL` there is one process only.
"""

import asyncio
import logging
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import channel_layers, get_channel_layer
from django.conf import settings

from rooms.signaling.hub import live_hubs
from rooms.signaling.mailbox import GROUP, MAIL

from .close_codes import CloseCode
from .events import AnyEvent, Changed, Close, Scope, SessionMoved, pack

logger = logging.getLogger(__name__)

SECONDS = 2.0  # that a view waits for Redis at most


def close_room(room_id: int, code: CloseCode) -> None:
    """Close every socket in the room."""
    _tell(Close(Scope.ROOM, str(room_id), code))


def close_membership(membership_id: UUID, code: CloseCode) -> None:
    """Close every socket of one membership."""
    _tell(Close(Scope.MEMBERSHIP, membership_id.hex, code))


def close_user(user_id: int, code: CloseCode) -> None:
    """Close every socket of one account, in all rooms and of all sessions."""
    _tell(Close(Scope.USER, str(user_id), code))


def close_session(session_key: str, code: CloseCode) -> None:
    """Close every socket that one browser session opened."""
    _tell(Close(Scope.SESSION, session_key, code))


def session_moved(old: str, new: str) -> None:
    """Let the sockets that a session opened under its old key stay, as those of its new one."""
    _tell(SessionMoved(old, new))


def room_changed(room_id: int) -> None:
    """Send the room's name, size and epoch, as they are in the database now, to everybody in it."""
    _tell(Changed(room_id))


def _tell(event: AnyEvent) -> None:
    for hub in live_hubs():
        hub.post_from_thread(event)
    if settings.REDIS_URL:
        message: dict[str, object] = {"type": MAIL, "items": pack([event])}
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            async_to_sync(publish)(message)
        else:
            _background.add(task := asyncio.ensure_future(publish(message)))
            task.add_done_callback(_background.discard)


_background: set[asyncio.Future[None]] = set()


async def publish(message: dict[str, object]) -> None:
    """Send a message to every process; never raises."""
    try:
        await get_channel_layer().group_send(GROUP, message)
    except Exception:
        await _publish_anew(message)


async def _publish_anew(message: dict[str, object]) -> None:
    """Try once more over fresh connections: those from before a restart of Redis fail at their next use."""
    layer: Any = channel_layers.make_backend(DEFAULT_CHANNEL_LAYER)
    try:
        async with asyncio.timeout(SECONDS):
            await layer.group_send(GROUP, message)
            await layer.flush()
    except Exception as error:
        # The other processes check their members again when Redis is back (keeper.recheck).
        logger.warning("The channel layer could not be reached: %s", type(error).__name__)
