"""An order to close sockets finds them by name: it costs the same with one socket as with twenty thousand."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from rooms.live.close_codes import CloseCode
from rooms.live.events import Close, Scope
from rooms.signaling import registry
from rooms.signaling.registry import RecentCloses, Socket, Sockets


class Counting(Sockets):
    """Sockets that no one may walk through."""

    def __iter__(self) -> Iterator[Socket]:
        raise AssertionError("every socket was looked at")


def socket_of(sockets: Sockets, session: str, room: int | None, member: str, user: int | None, **more: Any) -> Socket:
    socket = Socket(None, session, 0.0, **more)  # type: ignore[arg-type]  # nothing is sent
    sockets.add(socket)
    sockets.identify(socket, room, member, user)
    return socket


def test_an_order_finds_its_sockets_and_no_others() -> None:
    sockets = Counting()
    olga = socket_of(sockets, "s1", 1, "m1", 7, in_call=True)
    tab = socket_of(sockets, "s1", 2, "m2", 7, in_call=True)
    guest = socket_of(sockets, "s2", 1, "m3", None, in_call=True)
    page = socket_of(sockets, "s3", 1, "m4", 8)  # waits for files beside the call

    def found(scope: Scope, key: str, code: CloseCode = CloseCode.ROOM_CLOSED) -> set[int]:
        return {id(socket) for socket in sockets.targets(Close(scope, key, code))}

    assert found(Scope.ROOM, "1") == {id(olga), id(guest), id(page)}
    assert found(Scope.ROOM, "1", CloseCode.MEETING_ENDED) == {id(olga), id(guest)}
    assert found(Scope.MEMBERSHIP, "m3") == {id(guest)}
    assert found(Scope.USER, "7") == {id(olga), id(tab)}
    assert found(Scope.SESSION, "s1") == {id(olga), id(tab)}
    sockets.rekey("s1", "s9")
    assert found(Scope.SESSION, "s1") == set()
    assert found(Scope.SESSION, "s9") == {id(olga), id(tab)}
    sockets.discard(olga)
    assert found(Scope.USER, "7") == found(Scope.SESSION, "s9") == {id(tab)}
    for socket in (tab, guest, page):
        sockets.discard(socket)
    sockets.identify(tab, 2, "m2", 7)  # the answer of the database comes after its end
    assert len(sockets) == 0
    assert sockets._named == {}


def test_an_order_counts_for_those_who_were_being_authorized(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    sockets, recent = Sockets(), RecentCloses()
    late = socket_of(sockets, "s1", 1, "m1", 7)
    other = socket_of(sockets, "s2", 2, "m2", None)
    recent.add(Close(Scope.MEMBERSHIP, "m1", CloseCode.REMOVED))
    assert recent.code_since(99.0, late) is CloseCode.REMOVED
    assert recent.code_since(101.0, late) is None
    assert recent.code_since(99.0, other) is None
    now[0] += registry.CLOSE_MEMORY_SECONDS + 1
    assert recent.code_since(99.0, late) is None
    assert recent._named == {}
