"""A look at an invite link: what it would give, or why it gives nothing. It uses nothing and writes nothing."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from common import ratelimit
from rooms.flows.invites import revoke_invite
from rooms.flows.members import remove_member
from rooms.flows.rooms import close_room, create_room
from rooms.live import local
from rooms.live.events import AnyEvent, PresenceEntry
from rooms.live.path_stats import MemoryPathStats, PathStats
from rooms.live.presence import MemoryPresence, Rosters
from rooms.models import Ban, Invite, JoinRule, Membership, Redemption, Role, Room, TurnedAway

from .conftest import expire, join, make_link, make_person, post_json, signed_in

pytestmark = pytest.mark.django_db


def look(client: Client, token: str) -> Any:
    return post_json(client, "/invites/look", {"token": token})


class Hub:
    """What a server process holds, as far as pages read it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.people = MemoryPresence()
        self.presence: Rosters = self.people
        self.path_stats: PathStats = MemoryPathStats()

    def post_from_thread(self, event: AnyEvent) -> None:
        """Reach no one: there are no sockets."""


@pytest.fixture
def inside() -> Iterator[Callable[[Membership], None]]:
    """Put people into the call of their room."""
    hub = Hub()
    local.register(hub)

    def enter(membership: Membership) -> None:
        pid = uuid4().hex
        entry = PresenceEntry(pid, membership.pk.hex, membership.role, b"{}", "process", "socket")
        hub.people.rooms.setdefault(membership.room_id, {})[pid] = entry

    yield enter
    hub.loop.close()


@pytest.fixture
def keyless(olga: User, max_: User) -> Room:
    """A room without a key, with Max in it."""
    room = create_room(olga, "Garden club")
    Membership.objects.create(room=room, user=max_, role=Role.MEMBER)
    return room


def test_a_look_never_deletes_the_session_that_a_redemption_beside_it_brings(room: Room, guest: Client) -> None:
    token, _invite = make_link(room)
    guest.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32  # of a session that has ended
    assert settings.SESSION_COOKIE_NAME not in look(guest, token).cookies
    assert settings.SESSION_COOKIE_NAME not in look(guest, "A" * 43).cookies


def test_a_look_says_whose_meeting_it_is(room: Room, guest: Client) -> None:
    token, _invite = make_link(room)
    answer = look(guest, token)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "roomName": "Monday stand-up",
        "inviter": "Olga",
        "host": "Olga",
        "inside": {"count": 0, "names": []},
        "mustWait": False,
        "relayOnly": False,
        "signedIn": False,
        "displayName": "",
        "hideAddress": False,
    }
    known = look(signed_in(make_person("Sam", hide_ip_address=True)), token).json()
    assert (known["signedIn"], known["displayName"], known["hideAddress"]) == (True, "Sam", True)


def test_a_look_writes_nothing(room: Room, guest: Client) -> None:
    token, invite = make_link(room)
    for _time in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert look(guest, token).status_code == 200
        assert [each["sql"] for each in queries.captured_queries if not each["sql"].startswith("SELECT")] == []
    invite.refresh_from_db()
    assert (invite.uses, invite.wrapped_key is not None) == (0, True)
    assert not Redemption.objects.exists()
    assert not Session.objects.exists()
    assert not Membership.objects.filter(user=None).exists()
    # A scanner that runs scripts, and then the person: one use is enough.
    assert join(guest, token).status_code == 200


@pytest.mark.parametrize(
    ("role", "spoil", "reason"),
    [
        (Role.GUEST, lambda invite: expire(invite), "expired"),
        (Role.GUEST, revoke_invite, "revoked"),
        (Role.GUEST, lambda invite: Invite.objects.filter(pk=invite.pk).update(uses=1), "used_up"),
        (Role.GUEST, lambda invite: close_room(invite.room), "room_closed"),
        (Role.GUEST, lambda invite: expire(invite.room), "room_expired"),
        (Role.GUEST, lambda invite: Room.objects.update(join_rule=JoinRule.LOCKED), "locked"),
        (Role.GUEST, lambda invite: User.objects.update(suspended_at=timezone.now()), "suspended"),
        (Role.GUEST, lambda invite: invite.delete(), "unknown"),
        (Role.MEMBER, lambda invite: None, "account_needed"),
        (Role.OWNER, lambda invite: None, "not_yours"),
    ],
)
def test_a_look_and_a_redemption_refuse_alike(
    room: Room, guest: Client, role: Role, spoil: Callable[[Invite], object], reason: str
) -> None:
    token, invite = make_link(room, role=role)
    spoil(invite)
    first, second = look(guest, token), join(guest, token)
    assert (first.status_code, first.json()) == (404 if reason == "unknown" else 410, {"reason": reason})
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert not Membership.objects.filter(user=None).exists()


def test_guests_who_were_removed_or_banned_see_it(room: Room, guest: Client) -> None:
    token, invite = make_link(room, max_uses=None)
    join(guest, token)
    membership = Membership.objects.get(invite=invite)
    remove_member(membership)
    assert look(guest, token).json()["reason"] == "removed"
    assert membership.guest_id is not None
    Ban.objects.create(guest_id=membership.guest_id)
    assert look(guest, token).json()["reason"] == "banned"


def test_the_browser_that_used_a_link_up_may_come_again(room: Room, guest: Client) -> None:
    token, invite = make_link(room)
    join(guest, token)
    assert look(guest, token).status_code == 200
    assert look(Client(), token).json() == {"reason": "used_up"}
    revoke_invite(invite)
    assert look(guest, token).json() == {"reason": "revoked", "slug": room.slug}


def test_ten_friends_come_by_one_link_and_the_eleventh_is_turned_away(room: Room) -> None:
    token, invite = make_link(room, max_uses=10)
    for _friend in range(10):
        client = Client()
        assert [look(client, token).status_code, join(client, token).status_code] == [200, 200]
    assert look(Client(), token).json() == {"reason": "used_up"}
    assert [(row.reason, row.invite) for row in TurnedAway.objects.all()] == [("used_up", invite)]
    anyone, _invite = make_link(room, max_uses=None)
    for _friend in range(10):
        assert join(Client(), anyone).status_code == 200


def test_who_is_inside(keyless: Room, room: Room, max_: User, inside: Callable[[Membership], None]) -> None:
    token, _invite = make_link(keyless, max_uses=None)
    inside(keyless.memberships.get(role=Role.OWNER))
    inside(keyless.memberships.get(user=max_))
    inside(Membership.objects.create(room=keyless, guest_id=uuid4()))
    # A guest's name is known to browsers only. Who looks does not count.
    assert look(Client(), token).json()["inside"] == {"count": 3, "names": ["Max", "Olga"]}
    assert look(signed_in(max_), token).json()["inside"] == {"count": 2, "names": ["Olga"]}
    # Where names are sealed the server names no one.
    sealed, _invite = make_link(room)
    inside(room.memberships.get(user=max_))
    assert look(Client(), sealed).json()["inside"] == {"count": 1, "names": []}


@pytest.mark.parametrize("rule", [{"join_rule": JoinRule.KNOCK}, {"requires_host": True}])
def test_who_must_wait_learns_nothing_of_the_call(
    keyless: Room, olga: User, rule: dict[str, Any], inside: Callable[[Membership], None]
) -> None:
    token, _invite = make_link(keyless, max_uses=None)
    Room.objects.filter(pk=keyless.pk).update(**rule)
    inside(keyless.memberships.get(role=Role.OWNER))
    seen = look(Client(), token).json()
    assert (seen["mustWait"], seen["inside"], seen["host"]) == (True, None, "Olga")
    seen = look(signed_in(olga), token).json()
    assert (seen["mustWait"], seen["inside"]) == (False, {"count": 0, "names": []})


def test_a_look_needs_the_csrf_token_and_a_token(room: Room, guest: Client) -> None:
    token, _invite = make_link(room)
    assert look(Client(enforce_csrf_checks=True), token).status_code == 403
    assert look(guest, token[:-1]).status_code == 400
    assert guest.get("/invites/look").status_code == 405


def test_looks_are_limited_for_each_address(room: Room, guest: Client, clock: Callable[[float], None]) -> None:
    token, _invite = make_link(room)
    answers = [look(guest, token).status_code for _try in range(ratelimit.LOOK.burst + 1)]
    assert answers == [200] * ratelimit.LOOK.burst + [429]
    assert look(guest, token).json()["reason"] == "slow_down"
    # Looking does not use up the tries to join.
    assert join(guest, token).status_code == 200


def test_no_token_is_answered_or_logged(room: Room, guest: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token, invite = make_link(room)
    shown = "".join(look(guest, each).content.decode() for each in (token, token[:-1], "A" * 43))
    for hidden in (token, bytes(invite.token_hash).hex(), room.slug):
        assert hidden not in shown
        assert hidden not in caplog.text
