"""Background work of a hub: slow and late sockets, deadlines, dead processes, a mailbox that no longer receives."""

import asyncio
import logging
import time

from msgspec.structs import replace
from redis.exceptions import RedisError

from accounts.authentication.session_use import keeping_seconds
from common import metrics
from rooms.live.close_codes import CloseCode
from rooms.live.events import PresenceEntry, Resync
from rooms.live.presence import PresenceDown

from .admission import Refused, authorize, keep_sessions, record_uses
from .database.queue import Unavailable
from .deadlines import Deadline, next_deadline
from .hub import Hub
from .limits import JOIN_SECONDS
from .links.link import Link
from .links.mailbox import PROBE_SECONDS, Mailbox
from .messages import EndingSoon, encode
from .registry import Member, Socket

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
USE_SECONDS = 1.0  # in which the rooms that come into use are stored together
WARNING_SECONDS = 600.0  # before a deadline; members who join later than that are warned at once

_WHAT_ENDS = {CloseCode.ROOM_EXPIRED: "room", CloseCode.MEMBERSHIP_EXPIRED: "membership"}


async def run(hub: Hub) -> None:
    """Maintain the hub until its process ends."""
    for link in hub.links:
        if link.mailbox:
            hub.spawn(_maintain_redis_link(hub, link, link.mailbox))
    hub.spawn(hub.lobby.run())
    hub.spawn(hub.watchers.run())
    hub.spawn(_run_sessions(hub))
    hub.spawn(_run_uses())
    while True:
        due = hub.loop.time() + SWEEP_SECONDS
        await asyncio.sleep(SWEEP_SECONDS)
        metrics.LOOP_LAG_SECONDS.observe(max(0.0, hub.loop.time() - due))
        try:
            sweep(hub)
        except Exception:
            logger.exception("The sweep over the sockets failed")


def sweep(hub: Hub) -> None:
    """Close sockets that are late to join, do not read, or have reached their deadline; warn before a deadline."""
    now, clock = time.monotonic(), time.time()
    for socket in hub.sockets:
        member = socket.member
        if member is not None and _is_well(socket, member, now):
            continue
        deadline = next_deadline(member.room.expires, member.expires) if member is not None else None
        waits = socket.guest is not None or socket.watching or socket.asking
        if member is None and not waits and now - socket.opened > JOIN_SECONDS:
            socket.outgoing.close(CloseCode.JOIN_TIMEOUT)
        elif deadline is not None and deadline.at <= clock:
            hub.disconnect(socket, deadline.code)
        elif socket.outgoing.stalled(now):
            hub.disconnect(socket, CloseCode.TOO_SLOW)
        elif member is not None and socket.outgoing.code is not None:
            hub.disconnect(socket, CloseCode.TOO_SLOW)  # closed by us or found dead, its member not yet removed
        elif member is not None and member.synced_seq:  # before that, its `join` is not yet answered
            warn_of_deadline(member, deadline, clock)


def _is_well(socket: Socket, member: Member, now: float) -> bool:
    """Say whether there is nothing to do for a member, as for most of thousands at each sweep."""
    timeless = member.expires is None and member.room.expires is None and member.warned_deadline is None
    return timeless and socket.outgoing.code is None and not socket.outgoing.stalled(now)


def warn_of_deadline(member: Member, deadline: Deadline | None, clock: float) -> None:
    """Warn a member that the end is near, once for each deadline, or report that it was put off."""
    if deadline is not None and deadline.at - clock <= WARNING_SECONDS:
        if member.warned_deadline != deadline.at:
            member.warned_deadline = deadline.at
            left = max(0, round(deadline.at - clock))
            member.socket.outgoing.send_text(encode(EndingSoon(_WHAT_ENDS[deadline.code], left)))
    elif member.warned_deadline is not None:
        member.warned_deadline = None
        member.socket.outgoing.send_text(encode(EndingSoon("room", None)))


async def _run_uses() -> None:
    while True:
        await asyncio.sleep(USE_SECONDS)
        try:
            await record_uses()
        except Exception:
            logger.exception("In which hour rooms were used could not be stored")


async def _run_sessions(hub: Hub) -> None:
    ended: set[str] = set()
    while True:
        await asyncio.sleep(keeping_seconds())
        try:
            ended = await close_ended_sessions(hub, ended)
        except Unavailable:
            ended = set()
        except Exception:
            logger.exception("The sessions of the sockets could not be checked")


async def close_ended_sessions(hub: Hub, ended_before: set[str]) -> set[str]:
    """Keep the sessions of accounts that are in a call, and close the sockets of those that have ended.

    Returns the keys that were found ended: only what was so the time before, too, is closed, because the event that
    gives a socket the new key of its session may be on its way. Raises `Unavailable`.
    """
    sockets = [socket for socket in hub.sockets if socket.user_id is not None]
    used = {socket.session_key for socket in sockets if socket.in_call and socket.member is not None}
    ended = await keep_sessions(used, {socket.session_key for socket in sockets} - used) if sockets else set()
    for socket in sockets:
        if socket.session_key in ended & ended_before:
            hub.disconnect(socket, CloseCode.SIGNED_OUT)
    return ended


async def _maintain_redis_link(hub: Hub, link: Link, mailbox: Mailbox) -> None:
    """Keep the heartbeat and the mailbox alive; resynchronize everything after the server was unreachable."""
    behind = False  # whether the other processes may have missed events of ours, or we events of theirs
    disagreed = False
    while True:
        try:
            await link.ready()
            await mailbox.ready()  # it has no channel if the last attempt to reopen it failed
            if not await mailbox.is_alive():
                behind = link.away = True
                await mailbox.reopen()
                if not await mailbox.is_alive():
                    continue
            known = await link.store.heartbeat(mailbox.name, (room.id for room in hub.rooms_of(link)))
            link.away = False
            if link.disagrees and not disagreed:
                logger.error("Another process has other servers in REDIS_URL, or in another order: calls are split")
            disagreed = link.disagrees
            if behind or not known or link.orphans:
                await resync(hub, link, mailbox)
                behind = False
            await _purge(hub, link)
        except (PresenceDown, RedisError, OSError, TimeoutError) as error:
            behind = link.away = True
            logger.warning("Redis is unreachable%s: %s", link.label, type(error).__name__)
        except Exception:
            behind = True
            logger.exception("The link to the other processes failed")
        await asyncio.sleep(PROBE_SECONDS)


async def resync(hub: Hub, link: Link, mailbox: Mailbox) -> None:
    """Make the store agree with this process, and every member's roster with the store."""
    orphans, link.orphans = link.orphans, set()
    rooms = {room.id for room in hub.rooms_of(link)} | orphans
    try:
        for room_id in rooms:
            await _restore(hub, link, room_id)
        link.names = {link.process}
        for room_id in rooms:
            await mailbox.broadcast(Resync(room_id))
            hub.watchers.on_occupancy(room_id)
    except Exception:
        link.orphans |= orphans
        raise
    logger.info("Presence restored%s: %d rooms", link.label, len(rooms))
    hub.spawn(reauthorize_members(hub))


async def _restore(hub: Hub, link: Link, room_id: int) -> None:
    """Write a room's members here to the store again. A join under way is either before this, or after it."""
    if room_id not in hub.rooms:
        await link.store.restore(link.process, link.names, room_id, ())
    # A room that no one was in may have been entered meanwhile, and that entry been removed with the old ones.
    if room := hub.rooms.get(room_id):
        async with hub.changing(room):
            entries = [_current_entry(link, member) for member in room.local.values()]
            await link.store.restore(link.process, link.names, room_id, entries)


def _current_entry(link: Link, member: Member) -> PresenceEntry:
    member.entry = replace(member.entry, process=link.process)
    return member.entry


async def reauthorize_members(hub: Hub) -> None:
    """Check again who may be here, and as what, and reload the rooms: changes made without Redis did not arrive."""
    hub.lobby.review_all()
    hub.spawn(hub.watchers.renew_all())
    for socket in tuple(hub.sockets):
        if (member := socket.member) is None:
            continue
        try:
            grant = await authorize(socket.session_key, member.room.info.slug)
        except Refused as refusal:
            hub.disconnect(socket, refusal.code)
        except Unavailable:
            return
        else:
            if (grant.role, grant.member_expires) != (member.entry.role, member.expires):
                hub.disconnect(socket, CloseCode.ROLE_CHANGED)
    for room in tuple(hub.rooms.values()):
        await hub.reload_room(room)


async def _purge(hub: Hub, link: Link) -> None:
    """Remove the entries of dead processes from rooms of the server that have members here."""
    remote = {room.id: room.processes() for room in hub.rooms_of(link) if room.remote}
    for left in await link.store.purge(remote):
        hub.handle(left)
        if room := hub.rooms.get(left.room):
            hub.send_to_processes(room, left)
