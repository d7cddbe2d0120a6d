"""What is looked after in the background: slow and late sockets, ended memberships, dead processes, a deaf mailbox."""

import asyncio
import logging
import time

from msgspec.structs import replace
from redis.exceptions import RedisError

from rooms.live.close_codes import CloseCode
from rooms.live.events import Entry, Resync
from rooms.live.presence import PresenceDown

from .admission import Refused, Unavailable, admit, read_room
from .deadlines import end_of, warn
from .hub import Hub
from .limits import JOIN_SECONDS
from .mailbox import PROBE_SECONDS, Mailbox
from .messages import RoomChanged, encode
from .registry import Member, Room

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
REFRESH_PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds between tries to read a room while the database is away


async def keep(hub: Hub) -> None:
    """Look after the hub until its process ends."""
    if hub.mailbox:
        hub.spawn(_keep_in_touch(hub, hub.mailbox))
    hub.spawn(hub.lobby.keep())
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            sweep(hub)
        except Exception:
            logger.exception("The sockets could not be looked after")


def sweep(hub: Hub) -> None:
    """Close the sockets that are late to join, do not read, or whose member's time is over; warn before the end."""
    now, clock = time.monotonic(), time.time()
    for socket in tuple(hub.sockets):
        member = socket.member
        end = end_of(member.room.expires, member.expires) if member is not None else None
        if member is None and socket.waiter is None and now - socket.opened > JOIN_SECONDS:
            socket.outbox.close(CloseCode.JOIN_TIMEOUT)
        elif end is not None and end.at <= clock:
            hub.expel(socket, end.code)
        elif socket.outbox.stalled(now):
            hub.expel(socket, CloseCode.TOO_SLOW)
        elif member is not None and socket.outbox.code is not None:
            hub.expel(socket, CloseCode.TOO_SLOW)  # closed from here or found dead, and its place not freed yet
        elif member is not None and member.since:  # before, the answer to its join has not been sent
            warn(member, end, clock)


async def _keep_in_touch(hub: Hub, mailbox: Mailbox) -> None:
    """Keep the heartbeat and the mailbox alive; put everything right after Redis was away."""
    behind = False  # whether the others may have missed something of ours, or we of theirs
    while True:
        try:
            former = await hub.ready()
            await mailbox.ready()  # it has no channel when renewing it failed the last time
            if not await mailbox.hears():
                behind = True
                await mailbox.renew()
                if not await mailbox.hears():
                    continue
            known = await hub.presence.beat(mailbox.name, hub.rooms)
            if behind or not known or hub.orphans:
                await resync(hub, mailbox, former)
                behind = False
            await _purge(hub)
        except (PresenceDown, RedisError, OSError, TimeoutError) as error:
            behind = True
            logger.warning("Redis is away: %s", type(error).__name__)
        except Exception:
            behind = True
            logger.exception("The other processes could not be kept in touch with")
        await asyncio.sleep(PROBE_SECONDS)


async def resync(hub: Hub, mailbox: Mailbox, former: str) -> None:
    """Make the store agree with this process (once named `former`), and everybody's roster with the store."""
    orphans, hub.orphans = hub.orphans, set()
    rooms = set(hub.rooms) | orphans
    held = {}
    for room_id in rooms:
        members = hub.rooms[room_id].local.values() if room_id in hub.rooms else ()
        held[room_id] = [_here(hub, member) for member in members]
    try:
        await hub.presence.restore(hub.process, former, held)
        for room_id in rooms:
            await mailbox.broadcast(Resync(room_id))
    except Exception:
        hub.orphans |= orphans
        raise
    logger.info("Presence restored: %d rooms", len(rooms))
    hub.spawn(recheck(hub))


def _here(hub: Hub, member: Member) -> Entry:
    member.entry = replace(member.entry, process=hub.process)
    return member.entry


async def recheck(hub: Hub) -> None:
    """Ask again who may be here, and what the rooms are: what was done elsewhere while Redis was away was not heard."""
    hub.lobby.review_all()
    for socket in tuple(hub.sockets):
        if (member := socket.member) is None:
            continue
        try:
            await admit(socket.session_key, member.room.info.slug)
        except Refused as refusal:
            hub.expel(socket, refusal.code)
        except Unavailable:
            return
    for room in tuple(hub.rooms.values()):
        await refresh(hub, room)


async def _purge(hub: Hub) -> None:
    """Free the places that dead processes hold in rooms that have members here."""
    remote = [room.id for room in hub.rooms.values() if room.remote]
    for departed in await hub.presence.purge(remote):
        hub.handle(departed)
        if room := hub.rooms.get(departed.room):
            hub.mail(room, departed)


async def refresh(hub: Hub, room: Room) -> None:
    """Read the room's row again, tell the members here, and apply a new end of the room."""
    for pause in (*REFRESH_PAUSES, None):
        try:
            info, expires = await read_room(room.id)
            break
        except Refused as refusal:
            for member in tuple(room.local.values()):
                hub.expel(member.socket, refusal.code)
            return
        except Unavailable:
            if pause is None or hub.rooms.get(room.id) is not room:
                return
            await asyncio.sleep(pause)
    room.info, room.expires = info, expires
    room.tell(encode(RoomChanged(info)))
