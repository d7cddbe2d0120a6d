"""Who is at a socket, and whether they may enter: the signaling server's only access to the database.

It is used for a join and for rare actions, never for a relayed message, in a few threads of its own: a slow query
delays other joins and nothing else.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.authentication import session_use
from accounts.models import User
from common import ratelimit
from common.json_body import encode_base64url
from rooms.access import AccessDenied, authorize_entry, must_knock, requires_host
from rooms.compiled_query import CompiledQuery
from rooms.flows.transfers import transfers_of
from rooms.flows.turned_away import record_denied, record_member_turned_away, shown_to_hosts
from rooms.guest_session import guest_id_of
from rooms.ice import ice_servers
from rooms.live.close_codes import CloseCode
from rooms.models import Membership, TurnedAwayReason, usage_hour
from rooms.models import Room as RoomRow
from rooms.models import WaitingTransfer as TransferRow
from rooms.my_rooms import listing_stamp, may_see_people, memberships_of

from .database.queue import DatabaseQueue, Unavailable
from .database.visitor import account_of, session_of, visitor_in_room
from .messages import RoomInfo, WaitingTransfer

# SQLite runs in this process: more threads would only take turns, and what only reads needs none, unless the limits are
# in Redis. With PostgreSQL threads wait for the network.
_in_process = connection.vendor == "sqlite"
_queue = DatabaseQueue(1 if _in_process else 6, in_loop=_in_process and not settings.REDIS_URL)
_used_rooms: set[int] = set()  # in which someone was the first of this hour, not yet stored
USES_AT_ONCE = 500  # of one statement

_member = (TransferRow._meta.get_field("sender"), UUID(int=1))
_transfers_of_member = CompiledQuery(
    lambda one, same: TransferRow.objects.filter(Q(sender=one) | Q(receiver=same)), _member, _member
)


class Refused(Exception):
    """The visitor may not enter; `code` says why, `denied` what `rooms.access` said."""

    def __init__(self, code: CloseCode, denied: AccessDenied | None = None) -> None:
        super().__init__(code.reason)
        self.code = code
        self.denied = denied


@dataclass(frozen=True, slots=True)
class EntryGrant:
    """What the server needs to know about a person who may enter; times are seconds since the epoch."""

    room_id: int
    room: RoomInfo
    room_expires: float | None
    member: str
    member_expires: float | None
    role: str
    user_id: int | None
    ice: list[dict[str, str | list[str]]]
    ice_ttl: int
    must_knock: bool
    requires_host: bool
    first_this_hour: bool
    transfers: list[WaitingTransfer]
    joins_too_often: bool = False


@dataclass(frozen=True, slots=True)
class WatchedRoom:
    """What an open dashboard may know of a room; `sees_people`: who is inside, and not only how many."""

    room_id: int
    slug: str
    member: str
    role: str
    epoch: int
    key_check: str | None
    sees_people: bool
    transfers: list[WaitingTransfer]


@dataclass(frozen=True, slots=True)
class WatchGrant:
    """What the dashboard of an account may watch, and the stamp of what it should show."""

    user_id: int
    rooms: list[WatchedRoom]
    stamp: str


async def authorize_watcher(session_key: str) -> WatchGrant:
    """Look up the account of a session and its rooms. Raises `Refused` or `Unavailable`."""
    return await _queue.run(_authorize_watcher, session_key)


async def authorize(session_key: str, slug: str) -> EntryGrant:
    """Look up the visitor of a session and what `rooms.access` grants them. Raises `Refused` or `Unavailable`."""
    return await _queue.run(_authorize, session_key, slug)


async def authorize_join(session_key: str, slug: str, *, in_call: bool, wanted: Callable[[], bool]) -> EntryGrant:
    """Do the same for a socket that joins, and count the join of people who need not knock.

    Raises `Busy` when so many wait that this one is to come again later, and `Dropped` if it is not `wanted` any more
    when its turn has come.
    """
    return await _queue.run_if(wanted, _authorize_join, session_key, slug, in_call)


async def authorize_knock(session_key: str, slug: str, wanted: Callable[[], bool]) -> EntryGrant:
    """Look up the visitor who knocks. Raises as `authorize_join`."""
    return await _queue.run_if(wanted, _authorize, session_key, slug)


async def read_transfers(member: str) -> list[WaitingTransfer]:
    """Return what waits for or from a membership. Raises `Unavailable`."""
    return await _queue.run(_read_transfers, UUID(member))


async def consume_knock(member: str) -> bool:
    """Count a knock for the rate limit; False when this membership knocks too often. Raises `Unavailable`."""
    return not await _queue.run(ratelimit.consume, ratelimit.KNOCK, member)


async def record_admission(member: str) -> None:
    """Store that a host admitted a guest, so that they need not knock again. Raises `Unavailable`."""
    await _queue.run(_record_admission, UUID(member))


async def record_turned_away(member: str, reason: TurnedAwayReason) -> None:
    """Store for the hosts that a member or guest was turned away; not at all while the database is unreachable."""
    with suppress(Unavailable):
        await _queue.run(_record_turned_away, UUID(member), reason)


async def record_refused(refused: Refused) -> None:
    """Store the same of a person who may not enter."""
    if refused.denied is not None:
        with suppress(Unavailable):
            await _queue.run(record_denied, refused.denied)


async def keep_sessions(used: set[str], others: set[str]) -> set[str]:
    """Keep the sessions of accounts that are in a call; return which of all have ended. Raises `Unavailable`."""
    return await _queue.run(session_use.keep_sessions, used, others)


def note_use(room_id: int) -> None:
    """Note that the room is used in this hour; `record_uses` stores it."""
    _used_rooms.add(room_id)


async def record_uses() -> None:
    """Store in which hour rooms were last used, and nothing else about their calls, all since the last time at once.

    While the database is unreachable nothing is stored; the next join does.
    """
    rooms = list(_used_rooms)
    _used_rooms.clear()
    for start in range(0, len(rooms), USES_AT_ONCE):
        with suppress(Unavailable):
            await _queue.run(_record_uses, rooms[start : start + USES_AT_ONCE])


async def read_room(room_id: int) -> tuple[RoomInfo, float | None]:
    """Return what members see of a room, and when it expires. Raises `Refused` or `Unavailable`."""
    return await _queue.run(_read_room, room_id)


def _authorize(session_key: str, slug: str) -> EntryGrant:
    session = session_of(session_key)
    browser = guest_id_of(session)
    signed_out = bool(session_key) and session.session_key is None  # the store does not know the key (any more)
    user, known = visitor_in_room(session, slug)
    try:
        access = authorize_entry(user, browser, slug, known)
    except AccessDenied as refusal:
        code = CloseCode[refusal.reason.name.upper()]
        if code is CloseCode.NOT_MEMBER and signed_out:
            code = CloseCode.SIGNED_OUT
        raise Refused(code, refusal) from None
    membership, servers = access.membership, ice_servers(access.membership.id)
    return EntryGrant(
        room_id=access.room.pk,
        room=_info(access.room),
        room_expires=_seconds(access.room.expires_at),
        member=membership.id.hex,
        member_expires=_seconds(membership.expires_at),
        role=str(access.role),
        user_id=membership.user_id,
        ice=servers.servers,
        ice_ttl=servers.ttl,
        must_knock=must_knock(access),
        requires_host=requires_host(access),
        first_this_hour=access.room.last_used_at != usage_hour(timezone.now()),
        transfers=_read_transfers(membership.id) if getattr(membership, "has_transfers", True) else [],
    )


def _authorize_join(session_key: str, slug: str, in_call: bool) -> EntryGrant:
    grant = _authorize(session_key, slug)
    if grant.must_knock or not ratelimit.consume(ratelimit.JOIN, f"{grant.member} {in_call}"):
        return grant
    return replace(grant, joins_too_often=True)


def _authorize_watcher(session_key: str) -> WatchGrant:
    user = account_of(session_of(session_key))
    if not isinstance(user, User):
        raise Refused(CloseCode.SIGNED_OUT)
    if user.suspended_at is not None:
        raise Refused(CloseCode.SUSPENDED)
    memberships = memberships_of(user)
    stamp = listing_stamp(memberships, shown_to_hosts(memberships))
    transfers: defaultdict[UUID, list[WaitingTransfer]] = defaultdict(list)
    for row in transfers_of(row.id for row in memberships):
        for member in (row.sender_id, row.receiver_id):
            transfers[member].append(_transfer(row))
    return WatchGrant(user.pk, [_watched(row, transfers[row.id]) for row in memberships], stamp)


def _watched(row: Membership, transfers: list[WaitingTransfer]) -> WatchedRoom:
    room = row.room
    check = encode_base64url(room.key_check)
    return WatchedRoom(room.pk, room.slug, row.id.hex, row.role, room.epoch, check, may_see_people(row), transfers)


def _read_transfers(member: UUID) -> list[WaitingTransfer]:
    now = timezone.now()
    return [_transfer(row) for row in _transfers_of_member(member, member) if row.expires_at > now]


def _transfer(row: TransferRow) -> WaitingTransfer:
    name = encode_base64url(row.id.bytes) or ""
    since, until = (int(moment.timestamp() * 1000) for moment in (row.created_at, row.expires_at))
    return WaitingTransfer(name, row.sender_id.hex, row.receiver_id.hex, since, until)


def _read_room(room_id: int) -> tuple[RoomInfo, float | None]:
    row = RoomRow.objects.filter(pk=room_id).first()
    if row is None:
        raise Refused(CloseCode.UNKNOWN_ROOM)
    return _info(row), _seconds(row.expires_at)


def _record_admission(member: UUID) -> None:
    Membership.objects.filter(pk=member, removed_at=None, admitted_at=None).update(admitted_at=timezone.now())


def _record_turned_away(member: UUID, reason: TurnedAwayReason) -> None:
    membership = Membership.objects.select_related("room", "invite").filter(pk=member).first()
    if membership is not None:
        record_member_turned_away(membership, reason)


def _record_uses(rooms: list[int]) -> None:
    RoomRow.objects.filter(pk__in=rooms).update(last_used_at=usage_hour(timezone.now()))


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _info(row: RoomRow) -> RoomInfo:
    check = encode_base64url(row.key_check)
    rules = row.relay_only, row.join_rule, row.requires_host
    return RoomInfo(row.slug, row.name, row.epoch, row.max_people, check, row.rekey_required, *rules)
