"""What each action does, and that open sockets are closed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from rooms.flows.rooms import create_room
from rooms.live.close_codes import CloseCode
from rooms.live.events import AnyEvent, Close, Scope
from rooms.models import Ban, Membership, Room
from rooms.moderation.actions import TargetKind
from rooms.moderation.models import AuditEntry, Report
from tests.rooms.conftest import join, make_link

from .conftest import FORM, action_url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "kind", "scope", "code"),
    [
        ("close-room", TargetKind.ROOM, Scope.ROOM, CloseCode.ROOM_CLOSED),
        ("suspend", TargetKind.PERSON, Scope.USER, CloseCode.SUSPENDED),
        ("remove", TargetKind.MEMBERSHIP, Scope.MEMBERSHIP, CloseCode.REMOVED),
        ("ban-guest", TargetKind.MEMBERSHIP, Scope.MEMBERSHIP, CloseCode.REMOVED),
    ],
)
def test_open_sockets_are_closed(
    desk: Client, targets: dict[TargetKind, Any], published: list[AnyEvent],
    django_capture_on_commit_callbacks: Callable[..., Any], name: str, kind: TargetKind, scope: Scope, code: CloseCode,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(action_url(name, targets[kind]), FORM)
    key = targets[kind].pk
    assert Close(scope, key.hex if scope is Scope.MEMBERSHIP else str(key), code) in published


def test_a_banned_guest_comes_in_nowhere_until_the_ban_is_lifted(
    desk: Client, guest: Client, guests: Membership, room: Room, sam: User
) -> None:
    other = create_room(sam, "Elsewhere")
    join(guest, make_link(other)[0])
    desk.post(action_url("ban-guest", guests), FORM)
    assert guest.get(f"/r/{room.slug}").status_code == guest.get(f"/r/{other.slug}").status_code == 403
    token, _invite = make_link(room, max_uses=None)
    answer = join(guest, token)
    assert (answer.status_code, answer.json()) == (410, {"reason": "banned"})
    assert join(Client(), token).status_code == 200

    # Who has an account answers for it: the ban is of guests.
    desk.post(action_url("lift-ban", Ban.objects.get()), FORM)
    assert join(guest, token).status_code == 200


def test_an_account_is_not_banned_as_a_guest(desk: Client, room: Room, max_: User) -> None:
    page = desk.post(action_url("ban-guest", Membership.objects.get(user=max_)), FORM, follow=True).content.decode()
    assert "Suspend it instead" in page
    assert not Ban.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_warning_carries_the_moderators_words_and_nothing_of_the_report(
    desk: Client, report: Report, max_: User
) -> None:
    desk.post(action_url("warn", max_, report), {**FORM, "message": "Please be <b>kind</b> & calm."})
    (letter,) = mail.outbox
    assert letter.to == [max_.email]
    assert letter.subject == "A warning from the moderators of Meeting Point"
    assert "Please be <b>kind</b> & calm." in letter.body
    assert "Seen it myself." not in letter.body
    assert report.description not in letter.body


@pytest.mark.parametrize("reason", ["", "  ", "\u202e\u200b", "x" * 501])
def test_without_a_reason_nothing_happens(desk: Client, room: Room, reason: str) -> None:
    assert desk.post(action_url("close-room", room), {"reason": reason}).status_code == 400
    room.refresh_from_db()
    assert room.closed_at is None


@pytest.mark.parametrize(
    "path", ["close-room/", "close-room/?rows=", "close-room/?rows=x,7777,%00", "make-tea/?rows=1"]
)
def test_what_is_not_there_is_404(desk: Client, path: str) -> None:
    assert desk.get(f"/admin/action/{path}").status_code == 404
