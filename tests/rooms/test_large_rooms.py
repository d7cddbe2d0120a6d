"""Rooms with thousands of members, people with hundreds of rooms: what a page or a deletion costs is bounded."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.deletion import delete_account
from accounts.models import User
from common import deletion
from rooms.flows.rooms import create_room, delete_room
from rooms.flows.turned_away import record_turned_away
from rooms.models import Invite, Membership, Redemption, Role, Room, TurnedAway, TurnedAwayReason, WaitingTransfer
from rooms.moderation.models import Report
from rooms.personal_data import RoomData

from .conftest import make_link, signed_in
from .moderation.conftest import make_superuser

pytestmark = pytest.mark.django_db

MEMBERS, GUESTS = 260, 240


def queries(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def fill(room: Room, members: int = MEMBERS, guests: int = GUESTS) -> None:
    """Put people into the room, and all that can depend on them."""
    _token, link = make_link(room, max_uses=None)
    users = User.objects.bulk_create(
        User(email=f"{room.pk}.{n}@example.org", display_name=f"Person {n:04}") for n in range(members)
    )
    Membership.objects.bulk_create(Membership(room=room, user=user, role=Role.MEMBER) for user in users)
    ids = [uuid4() for _ in range(guests)]
    made = Membership.objects.bulk_create(Membership(room=room, guest_id=one, invite=link) for one in ids)
    Redemption.objects.bulk_create(Redemption(invite=link, guest_id=one) for one in ids)
    owner = Membership.objects.get(room=room, role=Role.OWNER)
    until = timezone.now() + timedelta(days=1)
    WaitingTransfer.objects.bulk_create(
        WaitingTransfer(id=uuid4(), sender=owner, receiver=one, expires_at=until) for one in made
    )
    Report.objects.bulk_create(Report(room=room, owner=room.owner, subject_membership=one) for one in made[:150])
    record_turned_away(room, TurnedAwayReason.USED_UP, link)


@pytest.fixture
def full_room(olga: User) -> Room:
    """A room with 500 people, and their links, transfers and reports."""
    room = create_room(olga, "School")
    fill(room)
    return room


def nothing_is_left() -> bool:
    return not any(
        model.objects.exists() for model in (Room, Membership, Invite, Redemption, TurnedAway, WaitingTransfer)
    )


def test_a_room_is_deleted_in_a_few_queries_with_all_that_is_in_it(full_room: Room) -> None:
    assert queries(lambda: delete_room(full_room)) <= 20
    assert nothing_is_left()
    assert not Report.objects.exclude(room=None, subject_membership=None).exists()
    assert Report.objects.count() == 150
    assert User.objects.count() == MEMBERS + 1


def test_an_account_is_deleted_in_a_few_queries_with_its_rooms(full_room: Room, olga: User) -> None:
    assert queries(lambda: delete_account(olga)) <= 80
    assert nothing_is_left()
    assert not User.objects.filter(pk=olga.pk).exists()


def test_staff_ask_for_and_delete_a_full_room_in_a_few_queries(full_room: Room) -> None:
    desk, page = signed_in(make_superuser()), f"/admin/rooms/room/{full_room.pk}/delete/"
    asked: list[str] = []
    assert queries(lambda: asked.append(desk.get(page).content.decode())) <= 20
    assert f"Memberships: {MEMBERS + GUESTS + 1}" in asked[0]
    assert "Invite links: 1" in asked[0]
    assert queries(lambda: desk.post(page, {"post": "yes"})) <= 40
    assert nothing_is_left()


def test_a_full_room_has_pages_of_members_and_a_search(full_room: Room, olga: User) -> None:
    client, url = signed_in(olga), f"/rooms/{full_room.slug}/"
    pages: list[str] = []

    def read(query: str = "") -> str:
        assert queries(lambda: pages.append(client.get(url + query).content.decode())) <= 14
        return pages[-1]

    first = read()
    assert first.count('class="people-list__row"') == 50
    assert len(first) < 150_000
    assert f"You, {MEMBERS} members, {GUESTS} guests" in first
    assert "Page 1 of 11" in first
    assert "Olga" in first
    assert "Person 0048" in first
    assert "Person 0049" not in first
    assert "Person 0049" in read("?people=2")
    assert "Page 11 of 11" in read("?people=999")
    assert "Page 1 of 11" in read("?people=none")
    found = read("?find=person+00")
    assert "Page 1 of 2" in found
    assert "find=person%2000#people" in found
    assert found.count('class="people-list__row"') == 50
    assert "No member&#x27;s name contains “<b>”" not in read("?find=%3Cb%3E")
    assert "contains “&lt;b&gt;”" in pages[-1]
    assert client.get(url + "?find=a%00b&people=-3").status_code == 200


def test_a_small_room_shows_neither_pages_nor_search(room: Room, olga: User) -> None:
    page = signed_in(olga).get(f"/rooms/{room.slug}/").content.decode()
    assert "Find a member" not in page
    assert "Page 1" not in page


def test_the_list_of_links_holds_those_that_work_and_the_newest_that_ended(room: Room, olga: User) -> None:
    _token, active = make_link(room, label="works")
    ended = timezone.now() - timedelta(hours=1)
    Invite.objects.bulk_create(
        Invite(
            room=room, created_by=olga, label=str(n), token_hash=uuid4().bytes * 2, expires_at=ended,
            created_at=active.created_at + timedelta(seconds=n),
        )
        for n in range(300)
    )  # fmt: skip
    listed = [row["label"] for row in signed_in(olga).get(f"/rooms/{room.slug}/invites").json()["invites"]]
    assert listed == [*(str(n) for n in range(299, 199, -1)), "works"]


def test_the_export_of_many_rooms_takes_a_few_queries(olga: User) -> None:
    rooms = [create_room(olga, f"Room {n}") for n in range(30)]
    for room in rooms[:3]:
        fill(room, members=4, guests=2)
    found: list[dict[str, Any]] = []
    assert queries(lambda: found.append(RoomData().export(olga))) <= 12
    rows = {row["name"]: row for row in found[0]["rooms"]}
    assert rows["Room 2"]["members"] == {"moderator": 0, "member": 4, "guest": 2}
    assert rows["Room 2"]["turned_away"][0]["reason"] == "used_up"
    assert len(rows["Room 2"]["invites"]) == 1
    assert rows["Room 9"]["members"] == {"moderator": 0, "member": 0, "guest": 0}


def test_prune_deletes_in_short_transactions(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "BATCH", 50)
    monkeypatch.setattr(deletion, "KEYS", 100)
    room, long_ago = create_room(olga, "Room"), timezone.now() - timedelta(days=60)
    links = Invite.objects.bulk_create(
        Invite(
            room=room, created_by=olga, token_hash=uuid4().bytes * 2, wrapped_key=b"k" * 60,
            expires_at=timezone.now() - timedelta(hours=1) if n < 120 else long_ago,
        )
        for n in range(240)
    )  # fmt: skip
    ids = [uuid4() for _ in links]
    pairs = list(zip(ids, links, strict=True))
    Membership.objects.bulk_create(Membership(room=room, guest_id=one, invite=link) for one, link in pairs)
    Redemption.objects.bulk_create(Redemption(invite=link, guest_id=one) for one, link in pairs)
    LogEntry.objects.log_actions(olga.pk, [room], CHANGE, "renamed")
    with CaptureQueriesContext(connection) as captured:
        call_command("prune", verbosity=0)
    statements = [query["sql"] for query in captured]
    assert not Invite.objects.filter(wrapped_key__isnull=False).exists()
    assert Invite.objects.count() == 120
    assert Redemption.objects.count() == 120
    assert Membership.objects.filter(invite=None, guest_id__isnull=False).count() == 120
    deleted = [sql for sql in statements if sql.startswith('DELETE FROM "rooms_invite"')]
    assert len(deleted) == 3
    looked_up = [sql for sql in statements if sql.startswith('SELECT "rooms_invite"."id"') and "LIMIT 100" in sql]
    assert len(looked_up) == 6  # for 240 sealed keys, for those of no revoked link, for 120 links
    assert all(sql.count(",") < 50 for sql in deleted)
    assert LogEntry.objects.exists()


PLACES = (
    "accounts/user",
    "rooms/room",
    "rooms/invite",
    "rooms/membership",
    "rooms/ban",
    "moderation/report",
    "moderation/auditentry",
)


def test_a_list_of_staff_takes_as_many_queries_with_many_rows(full_room: Room) -> None:
    desk: Client = signed_in(make_superuser())
    for place in PLACES:
        assert queries(partial(desk.get, f"/admin/{place}/")) < 12, place
        assert queries(partial(desk.get, f"/admin/{place}/?q=person")) < 12, place
