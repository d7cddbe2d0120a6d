"""Reporting a room or a person: who may, what is kept, and that nothing else is."""

import pytest
from django.test import Client

from accounts.models import User
from rooms.flows.members import remove_member
from rooms.flows.rooms import close_room, create_room
from rooms.models import Membership, Role, Room
from rooms.moderation.models import DESCRIPTION_LENGTH, Report
from tests.rooms.conftest import expire, join, make_link, make_person, post_json, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(room: Room, guest: Client) -> Client:
    """A guest with a place in the room."""
    token, _invite = make_link(room)
    assert join(guest, token).status_code == 200
    return guest


def url(room: Room) -> str:
    return f"/rooms/{room.slug}/report"


def test_a_guest_reports_a_person_from_the_call(room: Room, inside: Client, max_: User) -> None:
    place = Membership.objects.get(user=max_)
    sent = {"category": "harassment", "description": "Max shouted at me.\nTwice.", "subject": place.pk.hex}
    answer = post_json(inside, url(room), sent)
    assert (answer.status_code, answer.json()) == (201, {})
    report = Report.objects.get()
    assert (report.room, report.owner, report.subject_membership, report.subject_user) == (
        room,
        room.owner,
        place,
        max_,
    )
    assert (report.reporter, report.reporter_guest_id) == (None, Membership.objects.get(role=Role.GUEST).guest_id)
    assert (report.category, report.description, report.resolved_at) == (
        "harassment",
        "Max shouted at me.\nTwice.",
        None,
    )


def test_a_member_reports_a_guest_and_the_room(room: Room, inside: Client, max_: User) -> None:
    guests = Membership.objects.get(role=Role.GUEST)
    client = signed_in(max_)
    assert post_json(client, url(room), {"category": "fraud", "subject": str(guests.pk)}).status_code == 201
    assert client.post(url(room), {"category": "other", "description": "A strange room."}).status_code == 200
    about_room, about_guest = Report.objects.all()
    assert (about_guest.subject_guest_id, about_guest.subject_user, about_guest.reporter) == (
        guests.guest_id,
        None,
        max_,
    )
    assert (about_room.subject_membership, about_room.about_person) == (None, False)


def test_who_was_put_out_or_came_too_late_can_still_report(room: Room, inside: Client) -> None:
    remove_member(Membership.objects.get(role=Role.GUEST))
    refused = inside.get(f"/r/{room.slug}")
    assert (refused.status_code, url(room) in refused.content.decode()) == (403, True)
    assert "We receive the reason you choose" in inside.get(url(room)).content.decode()
    close_room(room)
    expire(room)
    page = inside.post(url(room), {"category": "hate", "description": "…"}).content.decode()
    assert "Thank you for your report" in page


def test_a_stranger_reports_nothing_and_learns_nothing(room: Room, sam: User, guest: Client) -> None:
    for client in (signed_in(sam), guest):
        assert client.get(url(room)).status_code == client.get("/rooms/no-such-room/report").status_code == 404
        assert client.post(url(room), {"category": "hate"}).status_code == 404
        assert url(room) not in client.get(f"/r/{room.slug}").content.decode()
    assert not Report.objects.exists()


def test_only_people_of_this_room_can_be_named(room: Room, max_: User, sam: User) -> None:
    elsewhere = create_room(sam, "Elsewhere")
    client, place = signed_in(max_), Membership.objects.get(user=max_)
    for about in (elsewhere.memberships.get().pk, "7", "<script>", "0" * 32, place.pk):
        answer = post_json(client, url(room), {"category": "hate", "subject": str(about)})
        assert answer.status_code == 400
        assert answer.json()["message"] in {"This person isn't in the room.", "You can't report yourself."}
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"category": "weather"}, "Select a valid choice"),
        ({"category": ""}, "This field is required"),
        ({"category": "other", "description": " \u202e\u200b "}, "Please describe what happened"),
        ({"category": "hate", "description": "x" * (DESCRIPTION_LENGTH + 1)}, "at most 2000 characters"),
        ({"category": "hate", "description": "\0"}, "Null characters"),
        ({"category": "hate", "more": 1}, "unknown field"),
        ({"category": 7}, "Expected `str`"),
        ({}, "missing required field"),
    ],
)
def test_what_is_no_report_is_refused_in_words(room: Room, max_: User, data: object, message: str) -> None:
    answer = post_json(signed_in(max_), url(room), data)
    assert (answer.status_code, answer.json()["reason"]) == (400, "bad_request")
    assert message in answer.json()["message"]
    assert not Report.objects.exists()


def test_words_in_every_script_are_kept_and_tricks_with_direction_are_not(room: Room, max_: User) -> None:
    words = "😀" * (DESCRIPTION_LENGTH - 40) + " מדי ፊደል ไทย"
    assert post_json(signed_in(max_), url(room), {"category": "hate", "description": words}).status_code == 201
    assert Report.objects.get().description == words
    post_json(signed_in(max_), url(room), {"category": "hate", "description": "a\u202eb\r\n\tc\x07 \n\n"})
    assert Report.objects.first().description == "ab\n c"  # type: ignore[union-attr]


def test_who_is_deleted_is_gone_from_reports(room: Room, inside: Client, max_: User) -> None:
    mia = make_person("Mia")
    Membership.objects.create(room=room, user=mia, role=Role.MEMBER)
    place = Membership.objects.get(user=max_)
    post_json(signed_in(mia), url(room), {"category": "hate", "description": "Bad.", "subject": place.pk.hex})
    for gone in (mia, max_, room.owner):
        gone.delete()
    report = Report.objects.get()
    assert (report.room, report.owner, report.subject_membership, report.subject_user, report.reporter) == (None,) * 5
    assert (report.description, report.about_person) == ("Bad.", True)
