"""The dashboard, a room's life from making to deleting, and who may do what to it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from rooms import limits
from rooms.flows.rooms import close_room, reopen_room
from rooms.live.close_codes import CloseCode
from rooms.live.events import AnyEvent, Close, RoomChanged, Scope
from rooms.models import Membership, Role, Room
from rooms.slugs import ALPHABET, make_slug

from .conftest import join, make_link, signed_in

pytestmark = pytest.mark.django_db

NEW = {"name": "Monday stand-up", "lasts": "", "max_people": "4"}


def test_a_first_room(olga: User) -> None:
    client = signed_in(olga)
    assert "No rooms yet" in client.get("/rooms/").content.decode()
    made = client.post("/rooms/new", NEW)
    room = Room.objects.get()
    assert made.headers["Location"] == f"/rooms/{room.slug}/"
    assert (room.owner, room.max_people, room.expires_at, room.epoch) == (olga, 4, None, 0)
    assert Membership.objects.get(room=room).role == Role.OWNER
    page = client.get("/rooms/").content.decode()
    assert "Monday stand-up" in page
    assert "Empty" in page
    assert 'data-trust="server"' in page


def test_only_the_first_look_at_a_new_room_locks_it_unasked(olga: User) -> None:
    client = signed_in(olga)
    made = client.post("/rooms/new", NEW)
    assert "data-at-once" in client.get(made.headers["Location"]).content.decode()
    again = client.get(made.headers["Location"]).content.decode()
    assert "mp-room-key" in again
    assert "data-at-once" not in again


def test_the_address_reads_well_and_cannot_be_guessed() -> None:
    assert len(ALPHABET) ** len(make_slug("x").rsplit("-")[-1]) >= 2**50
    assert make_slug("Monday stand-up!").startswith("monday-stand-up-")
    assert make_slug("Größe").startswith("grosse-")
    assert make_slug("会議").startswith("room-")
    assert len(make_slug("x" * 80)) <= 80
    assert make_slug("a") != make_slug("a")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("  Größe \n & 会議 🎉 ", "Größe & 会議 🎉"),
        ("pay\u202epal", "paypal"),
        ("a\u2066b\u200bc", "abc"),
        ("x" * 80, "x" * 80),
    ],
)
def test_names_keep_what_people_can_read(olga: User, name: str, kept: str) -> None:
    assert signed_in(olga).post("/rooms/new", {**NEW, "name": name}).status_code == 302
    assert Room.objects.get().name == kept


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": " \u202e\u200b "},
        {"name": "a\0b"},
        {"name": "x" * 81},
        {"name": "x" * 10_000},
        {"max_people": "1"},
        {"max_people": "9"},
        {"max_people": "many"},
        {"max_people": ""},
        {"lasts": "forever"},
        {"lasts": "\0"},
        {"lasts": "keep-not"},
    ],
)
def test_bad_values_are_refused_with_a_word(olga: User, change: dict[str, str]) -> None:
    response = signed_in(olga).post("/rooms/new", {**NEW, **change})
    assert response.status_code == 400
    assert "errorlist" in response.content.decode()
    assert not Room.objects.exists()


def test_one_person_has_a_bounded_number_of_rooms(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ROOMS_PER_OWNER", 1)
    client = signed_in(olga)
    assert client.post("/rooms/new", NEW).status_code == 302
    assert "reached the limit of rooms" in client.post("/rooms/new", NEW).content.decode()


def test_settings_change_and_the_address_stays(room: Room, olga: User) -> None:
    client = signed_in(olga)
    url = f"/rooms/{room.slug}/edit"
    assert client.post(url, {"name": "Tuesday", "lasts": "7d", "max_people": "8"}).status_code == 302
    changed = Room.objects.get()
    assert (changed.name, changed.max_people, changed.slug) == ("Tuesday", 8, room.slug)
    assert changed.expires_at is not None
    assert abs(changed.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    client.post(url, {"name": "Tuesday", "lasts": "keep", "max_people": "8"})
    assert Room.objects.get().expires_at == changed.expires_at
    assert client.post(url, {"name": "", "lasts": "", "max_people": "8"}).status_code == 400
    assert Room.objects.get().name == "Tuesday"


def test_the_manage_page_shows_address_links_and_people(room: Room, olga: User, sam: User) -> None:
    token, _invite = make_link(room, label="For Ada")
    assert join(signed_in(sam), token).status_code == 200
    page = signed_in(olga).get(f"/rooms/{room.slug}/").content.decode()
    for shown in (f"/r/{room.slug}", "For Ada", "Room key on", "Max", "Sam"):
        assert shown in page


def test_each_act_reaches_open_sockets_once_it_is_committed(
    room: Room, olga: User, max_: User, published: list[AnyEvent], django_capture_on_commit_callbacks
) -> None:
    client, base = signed_in(olga), f"/rooms/{room.slug}"
    place = Membership.objects.get(user=max_)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{base}/edit", {"name": "Tuesday", "lasts": "", "max_people": "2"})
        client.post(f"{base}/members/{place.pk}/remove")
        client.post(f"{base}/close")
        client.post(f"{base}/reopen")
        client.post(f"{base}/delete")
        assert published == []
    assert published == [
        RoomChanged(room.pk),
        Close(Scope.MEMBERSHIP, place.pk.hex, CloseCode.REMOVED),
        RoomChanged(room.pk),
        Close(Scope.ROOM, str(room.pk), CloseCode.ROOM_CLOSED),
        RoomChanged(room.pk),
        Close(Scope.ROOM, str(room.pk), CloseCode.UNKNOWN_ROOM),
    ]


def test_the_deletion_of_an_account_closes_the_sockets_in_its_rooms(
    room: Room, olga: User, published: list[AnyEvent], django_capture_on_commit_callbacks
) -> None:
    key = room.pk
    with django_capture_on_commit_callbacks(execute=True):
        olga.delete()
    assert Close(Scope.ROOM, str(key), CloseCode.UNKNOWN_ROOM) in published


def test_close_and_reopen(room: Room, olga: User, max_: User) -> None:
    client, base = signed_in(olga), f"/rooms/{room.slug}"
    client.post(f"{base}/close")
    assert signed_in(max_).get(f"/r/{room.slug}").status_code == 403
    assert "Reopen room" in client.get(f"{base}/").content.decode()
    client.post(f"{base}/reopen")
    assert signed_in(max_).get(f"/r/{room.slug}").status_code == 200


def test_deleting_asks_first(room: Room, olga: User) -> None:
    client, url = signed_in(olga), f"/rooms/{room.slug}/delete"
    assert "Delete “Monday stand-up”?" in client.get(url).content.decode()
    assert Room.objects.exists()
    assert client.post(url).headers["Location"] == "/rooms/"
    assert not Room.objects.exists()


def test_the_owner_cannot_be_removed(room: Room, olga: User) -> None:
    owner = Membership.objects.get(user=olga)
    signed_in(olga).post(f"/rooms/{room.slug}/members/{owner.pk}/remove")
    owner.refresh_from_db()
    assert owner.removed_at is None


ACTS = ("edit", "close", "reopen", "delete", "key", "invites")


@pytest.mark.parametrize("act", ACTS)
def test_only_the_owner_changes_a_room(room: Room, max_: User, sam: User, act: str) -> None:
    before = Room.objects.values().get()
    url = f"/rooms/{room.slug}/{act}"
    assert signed_in(max_).post(url).status_code == 403
    assert signed_in(sam).post(url).status_code == 404
    assert Client().post(url).headers["Location"].startswith("/accounts/login/")
    assert Room.objects.values().get() == before


@pytest.mark.parametrize("act", ACTS)
def test_every_act_needs_post_and_the_csrf_token(room: Room, olga: User, act: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(olga)
    url = f"/rooms/{room.slug}/{act}"
    assert client.post(url).status_code == 403
    if act not in ("delete", "invites"):
        assert client.get(url).status_code == 405


def test_a_member_sees_the_room_on_the_dashboard_without_its_settings(room: Room, max_: User) -> None:
    client = signed_in(max_)
    page = client.get("/rooms/").content.decode()
    assert "Shared with me" in page
    assert "Manage" not in page
    assert client.get(f"/rooms/{room.slug}/").status_code == 403
    Membership.objects.filter(user=max_).update(removed_at=timezone.now())
    assert "Monday stand-up" not in client.get("/rooms/").content.decode()


def test_a_moderator_invites_but_does_not_change_the_room(room: Room, max_: User) -> None:
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    client = signed_in(max_)
    page = client.get(f"/rooms/{room.slug}/").content.decode()
    assert "mp-invite-form" in page
    assert "Delete…" not in page
    assert client.post(f"/rooms/{room.slug}/close").status_code == 403


def test_a_suspended_persons_session_opens_nothing(room: Room, olga: User) -> None:
    client = signed_in(olga)
    olga.is_active = False
    olga.suspended_at = timezone.now()
    olga.save()
    assert client.get("/rooms/").status_code == 302
    assert client.get(f"/r/{room.slug}").status_code == 404


def test_only_a_moderator_reopens_what_a_moderator_closed(room: Room, olga: User) -> None:
    close_room(room, by_moderator=True)
    client = signed_in(olga)
    assert "only a moderator can reopen it" in client.get(f"/rooms/{room.slug}/").content.decode()
    page = client.post(f"/rooms/{room.slug}/reopen", follow=True).content.decode()
    assert "A moderator of this site has closed this room." in page
    assert Room.objects.filter(closed_at__isnull=False, closed_by_moderator=True).exists()
    reopen_room(room, by_moderator=True)
    assert Room.objects.filter(closed_at__isnull=True, closed_by_moderator=False).exists()
