"""What views, flows, the admin and commands tell live sockets: plain functions, in every process at once.

Call them once the change is committed (`transaction.on_commit`). They never raise: an act on the site does not fail
because a socket could not be told. Sockets in this process are told directly, those of the others over the channel
layer; without `REDIS_URL` there is one process only.
"""

import asyncio
import logging
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

from .codes import CloseCode
from .events import AnyEvent, Changed, Close, Scope, pack
from .hub import live_hubs
from .mailbox import GROUP, MAIL

logger = logging.getLogger(__name__)


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
            async_to_sync(_publish_async)(message)
        else:
            _background.add(task := asyncio.ensure_future(_publish_async(message)))
            task.add_done_callback(_background.discard)


_background: set[asyncio.Future[None]] = set()


async def _publish_async(message: dict[str, object]) -> None:
    try:
        await get_channel_layer().group_send(GROUP, message)
    except Exception as error:
        # The other processes check their members again when the layer is back (Hub.resync).
        logger.warning("The channel layer could not be reached: %s", type(error).__name__)
