"""The dashboard's cards: their order, what they offer to whom, how few queries they take, and when a page is old."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from rooms.flows.rooms import create_room
from rooms.flows.turned_away import record_turned_away, shown_to_hosts
from rooms.models import JoinRule, Membership, Role, Room, TurnedAwayReason
from rooms.my_rooms import listing_stamp, may_see_people, memberships_of
from tests.rooms.conftest import expire, signed_in


def cards(user: User) -> list[str]:
    """Return the HTML of each card, in order."""
    page = signed_in(user).get("/rooms/").content.decode()
    return [card.split("</li>")[0] for card in page.split('<li class="card room-card')[1:]]


def stamp(user: User) -> str:
    rows = memberships_of(user)
    return listing_stamp(rows, shown_to_hosts(rows))


def test_open_rooms_come_first_then_the_last_used_then_the_newest(olga: User) -> None:
    now = timezone.now()
    for name, used, made, closed in (
        ("closed", now, now, now),
        ("old", None, now - timedelta(days=9), None),
        ("new", None, now, None),
        ("used", now - timedelta(days=3), now - timedelta(days=9), None),
        ("used lately", now - timedelta(hours=3), now - timedelta(days=9), None),
    ):
        room = create_room(olga, name)
        Room.objects.filter(pk=room.pk).update(last_used_at=used, created_at=made, closed_at=closed)
    found = [card.split('data-name="')[1].split('"')[0] for card in cards(olga)]
    assert found == ["used lately", "used", "new", "old", "closed"]
    assert "Last used" in cards(olga)[0]
    assert "Never used" in cards(olga)[2]


def test_rooms_of_one_name_can_be_told_apart(olga: User) -> None:
    for name in ("Monday", "monday", "Tuesday"):
        room = create_room(olga, name)
        Room.objects.filter(pk=room.pk).update(last_used_at=timezone.now())
    assert ["· created" in card for card in cards(olga) if "onday" in card] == [True, True]
    assert ["· created" in card for card in cards(olga) if "Tuesday" in card] == [False]


def test_join_is_there_for_those_who_may(room: Room, olga: User, max_: User) -> None:
    assert [f'data-join="{room.slug}"' in cards(who)[0] for who in (olga, max_)] == [True, True]
    Room.objects.filter(pk=room.pk).update(join_rule=JoinRule.LOCKED)
    assert [f"/r/{room.slug}" in cards(who)[0] for who in (olga, max_)] == [True, False]
    assert "Ask a host to unlock it." in cards(max_)[0]
    Membership.objects.filter(user=max_).update(readmit_when_locked=True)
    assert f"/r/{room.slug}" in cards(max_)[0]
    expire(room)
    assert [f"/r/{room.slug}" in cards(who)[0] for who in (olga, max_)] == [False, False]


def test_hosts_see_who_was_turned_away_and_members_do_not(room: Room, olga: User, max_: User) -> None:
    before = stamp(olga), stamp(max_)
    record_turned_away(room, TurnedAwayReason.LOCKED)
    assert "The room was locked." in cards(olga)[0]
    assert "turned away" not in cards(max_)[0]
    assert (stamp(olga) == before[0], stamp(max_) == before[1]) == (False, True)


@pytest.mark.parametrize("rooms", [1, 30])
def test_the_dashboard_takes_as_many_queries_for_one_room_as_for_many(olga: User, max_: User, rooms: int) -> None:
    for number in range(rooms):
        room = create_room(olga, f"Room {number}")
        Membership.objects.create(room=room, user=max_, role=Role.MODERATOR)
        Room.objects.filter(pk=room.pk).update(pending_owner=max_)
        record_turned_away(room, TurnedAwayReason.LOCKED)
    client = signed_in(max_)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/rooms/")
    asked = [query["sql"] for query in queries if "rooms_" in query["sql"]]
    assert len(asked) == 2, asked
    with CaptureQueriesContext(connection) as queries:
        stamp(max_)
    assert len(queries) == 2


@pytest.mark.parametrize(
    ("rule", "role", "admitted", "sees"),
    [
        (JoinRule.OPEN, Role.GUEST, False, True),
        (JoinRule.KNOCK, Role.GUEST, False, False),
        (JoinRule.KNOCK, Role.GUEST, True, True),
        (JoinRule.KNOCK, Role.MEMBER, False, True),
        (JoinRule.LOCKED, Role.MEMBER, False, False),
        (JoinRule.LOCKED, Role.MODERATOR, False, True),
    ],
)
def test_who_is_inside_is_for_those_who_may_join(
    room: Room, max_: User, rule: JoinRule, role: Role, admitted: bool, sees: bool
) -> None:
    Room.objects.filter(pk=room.pk).update(join_rule=rule)
    when = timezone.now() if admitted else None
    Membership.objects.filter(user=max_).update(role=role, admitted_at=when)
    assert may_see_people(memberships_of(max_)[0]) is sees


def test_a_page_is_old_when_what_it_shows_has_changed(room: Room, olga: User, max_: User, sam: User) -> None:
    seen = {stamp(max_)}
    for changes in (
        {"name": "Tuesday"},
        {"join_rule": JoinRule.KNOCK},
        {"epoch": 2},
        {"closed_at": timezone.now()},
        {"closed_at": None, "expires_at": timezone.now() + timedelta(days=1)},
        {"pending_owner": max_},
    ):
        Room.objects.filter(pk=room.pk).update(**changes)
        assert stamp(max_) not in seen, changes
        seen.add(stamp(max_))
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    assert stamp(max_) not in seen
    # Who uses the room changes nothing about the cards.
    now = stamp(max_)
    Room.objects.filter(pk=room.pk).update(last_used_at=timezone.now())
    assert stamp(max_) == now
