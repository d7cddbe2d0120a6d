"""The sockets of this process, and the rooms their members are in."""

import asyncio
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec import Raw

from rooms.live.close_codes import CloseCode
from rooms.live.events import Close, MemberJoined, MemberLeft, PresenceEntry, Scope

from .deadlines import Deadline
from .messages import Peer, PeerJoined, PeerLeft, RoomInfo, encode
from .send_buffer import SendBuffer

Change = MemberJoined | MemberLeft
MAX_CHANGES = 256  # more than can be under way between processes
CLOSE_MEMORY_SECONDS = 15.0  # longer than an authorization takes


@dataclass(slots=True, eq=False)
class Socket:
    """One connection, from its acceptance to its end. `in_call`: it is for the call of a room.

    `asking`: it has sent its `join` or `knock`, and has not got the answer yet.
    """

    outgoing: SendBuffer
    session_key: str
    opened: float
    member: "Member | None" = None
    guest: "KnockingGuest | None" = None
    room_id: int | None = None
    membership: str = ""
    user_id: int | None = None
    watching: bool = False
    asking: bool = False
    in_call: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, eq=False)
class Member:
    """A person in a room on a socket of this process; `expires` is in seconds since the epoch.

    `synced_seq` is the sequence number of the last whole roster sent to this member: older changes are in it already.
    `final`: the others must close their connections to this member when it leaves. `warned_deadline` is the end, in
    seconds since the epoch, that the member has been warned of.
    """

    socket: Socket
    room: "LiveRoom"
    entry: PresenceEntry
    expires: float | None
    synced_seq: int = 0
    final: bool = False
    warned_deadline: float | None = None


@dataclass(slots=True, eq=False)
class KnockingGuest:
    """A person who waits to be admitted, on a socket of this process: not in the roster, known to hosts only.

    `lobby`: they need the room key from a host. `waiting_for` and `hosts` are what was last sent to them;
    `times_out_at` is monotonic. `deadline` is when their time in the room is over.
    """

    socket: Socket
    room_id: int
    info: RoomInfo
    entry: PresenceEntry
    lobby: bool
    times_out_at: float
    deadline: Deadline | None = None
    waiting_for: str = ""
    hosts: bool = False


@dataclass(slots=True, eq=False)
class LiveRoom:
    """A room that has members on this process; `remote` are the members on other processes.

    `synced_seq` is the sequence number of the roster that `remote` was last read from; `changes` has the newest change
    of each `pid`, the oldest first: an answer of the store, or a change from another process, may be older than these.
    """

    id: int
    info: RoomInfo
    expires: float | None = None
    local: dict[str, Member] = field(default_factory=dict)
    remote: dict[str, PresenceEntry] = field(default_factory=dict)
    seq: int = 0
    synced_seq: int = 0
    changes: dict[str, Change] = field(default_factory=dict)
    pending_changes: int = 0  # joins and leaves under way
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def processes(self) -> set[str]:
        """Return the other processes that have members here."""
        return {entry.process for entry in self.remote.values()}

    def apply(self, change: Change) -> bool:
        """Update `remote` by a change; return False if a newer one of the same `pid` is known."""
        pid = pid_of(change)
        known = self.changes.get(pid)
        if known is not None and known.seq >= change.seq:
            return False
        self.changes.pop(pid, None)
        self.changes[pid] = change
        if len(self.changes) > MAX_CHANGES:
            del self.changes[next(iter(self.changes))]
        self.seq = max(self.seq, change.seq)
        if change.seq > self.synced_seq:
            self._update_remote(change)
        return True

    def take_roster(self, entries: Iterable[PresenceEntry], seq: int, known: int, process: str) -> list[Change]:
        """Replace `remote` by a roster from the store; return the changes that are newer, in order.

        `known` is `self.seq` from before the store was asked. An answer below it means that the store was emptied
        meanwhile and that its clock had been set back: what was known before counts no longer.
        """
        if seq < known:
            self.changes.clear()
            self.seq = self.synced_seq = 0
        later = sorted((change for change in self.changes.values() if change.seq > seq), key=lambda change: change.seq)
        if seq >= self.synced_seq:
            self.synced_seq = seq
            self.seq = max(self.seq, seq)
            self.remote = {entry.pid: entry for entry in entries if entry.process != process}
            for change in later:
                self._update_remote(change)
        return later

    def _update_remote(self, change: Change) -> None:
        if isinstance(change, MemberJoined) and change.entry.pid not in self.local:
            self.remote[change.entry.pid] = change.entry
        else:
            self.remote.pop(pid_of(change), None)

    def send_to_all(self, frame: str, seq: int | None = None, but: Member | None = None) -> None:
        """Send a frame to every member on this process; one with a `seq` only to those whose roster is older."""
        for member in tuple(self.local.values()):
            if member is not but and (seq is None or seq > member.synced_seq):
                member.socket.outgoing.send_text(frame)


class Sockets:
    """The open sockets of this process, found by what a `Close` names: orders come often, and sockets are many."""

    def __init__(self) -> None:
        self._all: set[Socket] = set()
        self._named: dict[tuple[Scope, str], set[Socket]] = {}

    def __iter__(self) -> Iterator[Socket]:
        return iter(tuple(self._all))

    def __len__(self) -> int:
        return len(self._all)

    def add(self, socket: Socket) -> None:
        """Add a socket under the key of its session."""
        self._all.add(socket)
        self._enter(socket)

    def discard(self, socket: Socket) -> None:
        """Remove a socket."""
        self._all.discard(socket)
        self._remove(socket)

    def authenticate(self, socket: Socket, session_key: str) -> None:
        """Note of which session a socket is that was opened before there was one."""
        self._remove(socket)
        socket.session_key = session_key
        if socket in self._all:
            self._enter(socket)

    def identify(self, socket: Socket, room_id: int | None, membership: str, user_id: int | None) -> None:
        """Note who is at a socket, and for which room."""
        self._remove(socket)
        socket.room_id, socket.membership, socket.user_id = room_id, membership, user_id
        if socket in self._all:
            self._enter(socket)

    def rekey(self, old: str, new: str) -> None:
        """Give the sockets of a session its new key."""
        for socket in self._named.pop((Scope.SESSION, old), ()):
            socket.session_key = new
            self._named.setdefault((Scope.SESSION, new), set()).add(socket)

    def targets(self, event: Close) -> list[Socket]:
        """Return the sockets to which a `Close` applies."""
        return [socket for socket in self._named.get((event.scope, event.key), ()) if is_target(event, socket)]

    def of_membership(self, membership: str) -> list[Socket]:
        """Return the sockets of a membership."""
        return list(self._named.get((Scope.MEMBERSHIP, membership), ()))

    def _enter(self, socket: Socket) -> None:
        for name in _names_of(socket):
            self._named.setdefault(name, set()).add(socket)

    def _remove(self, socket: Socket) -> None:
        for name in _names_of(socket):
            if found := self._named.get(name):
                found.discard(socket)
                if not found:
                    del self._named[name]


class RecentCloses:
    """The `Close` events of the last seconds: they apply to people, too, who were being authorized when they came."""

    def __init__(self) -> None:
        self._queue: deque[tuple[float, Close]] = deque()
        self._named: dict[tuple[Scope, str], deque[tuple[float, Close]]] = {}

    def add(self, event: Close) -> None:
        """Remember an event that has just come."""
        entry = time.monotonic(), event
        self._queue.append(entry)
        self._named.setdefault((event.scope, event.key), deque()).append(entry)
        self._forget()

    def code_since(self, moment: float, socket: Socket) -> CloseCode | None:
        """Return the code of an event for this socket that came after the monotonic time `moment`."""
        self._forget()
        for name in _names_of(socket):
            for at, event in self._named.get(name, ()):
                if at >= moment and is_target(event, socket):
                    return event.code
        return None

    def _forget(self) -> None:
        while self._queue and self._queue[0][0] < time.monotonic() - CLOSE_MEMORY_SECONDS:
            _at, event = self._queue.popleft()
            same = self._named[event.scope, event.key]
            same.popleft()
            if not same:
                del self._named[event.scope, event.key]


def _names_of(socket: Socket) -> Iterator[tuple[Scope, str]]:
    yield Scope.SESSION, socket.session_key
    if socket.room_id is not None:
        yield Scope.ROOM, str(socket.room_id)
    if socket.membership:
        yield Scope.MEMBERSHIP, socket.membership
    if socket.user_id is not None:
        yield Scope.USER, str(socket.user_id)


def is_target(event: Close, socket: Socket) -> bool:
    """Return whether a `Close` applies to this socket."""
    match event.scope:
        case Scope.ROOM:
            concerned = socket.in_call or event.code is not CloseCode.MEETING_ENDED
            return concerned and socket.room_id is not None and str(socket.room_id) == event.key
        case Scope.MEMBERSHIP:
            return socket.membership == event.key
        case Scope.USER:
            return socket.user_id is not None and str(socket.user_id) == event.key
        case Scope.SESSION:
            return socket.session_key == event.key
    return False


def as_peer(entry: PresenceEntry) -> Peer:
    """Return an entry as the other members see it."""
    return Peer(entry.pid, entry.member, entry.role, Raw(entry.hello))


def pid_of(change: Change) -> str:
    """Return whom a change of the roster is about."""
    return change.entry.pid if isinstance(change, MemberJoined) else change.pid


def change_frame(change: Change) -> str:
    """Return a change of the roster as the message to the members."""
    if isinstance(change, MemberJoined):
        return encode(PeerJoined(as_peer(change.entry), change.seq))
    return encode(PeerLeft(change.pid, change.seq, change.final))


def new_socket_id() -> str:
    """Return a unique name for a socket."""
    return os.urandom(16).hex()
