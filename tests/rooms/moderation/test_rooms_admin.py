"""Rooms, links and memberships in the administration."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from common.json_body import encode_base64url
from rooms.flows.invites import revoke_invite
from rooms.flows.rooms import create_room
from rooms.models import Invite, Membership, Role, Room
from tests.rooms.conftest import expire, make_link, make_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db: None, settings) -> Client:
    settings.DEBUG = True  # no second factor needed; that rule has its own tests
    return signed_in(make_person("Ada", is_staff=True, is_superuser=True))


def act(client: Client, model: str, action: str, *rows: object) -> None:
    data = {"action": action, "_selected_action": [row.pk for row in rows]}  # type: ignore[attr-defined]
    asked = client.post(f"/admin/rooms/{model}/", data)
    assert asked.status_code == 302
    assert client.post(asked.headers["Location"], {"reason": "They asked for it."}).status_code == 302


@pytest.mark.parametrize("model", ["room", "invite", "membership"])
def test_the_lists_are_found_and_searched_and_show_no_secret(staff: Client, room: Room, model: str) -> None:
    _token, invite = make_link(room, label="For Grace")
    Membership.objects.create(room=room, guest_id="00000000-0000-4000-8000-00000000beef")
    row = {"room": room, "invite": invite, "membership": Membership.objects.latest("created_at")}[model]
    pages = [staff.get(f"/admin/rooms/{model}/?q={q}") for q in ("", "Monday", "nothing")]
    pages.append(staff.get(f"/admin/rooms/{model}/{row.pk}/change/"))
    assert [page.status_code for page in pages] == [200] * 4
    text = "".join(page.content.decode() for page in pages)
    assert "Monday stand-up" in text
    for secret in (invite.token_hash, invite.wrapped_key, room.key_check):
        assert str(encode_base64url(secret)) not in text
        assert bytes(secret or b"").hex() not in text
    assert "beef" not in text


@pytest.mark.parametrize("state", ["active", "used_up", "expired", "revoked"])
def test_links_are_filtered_by_state(staff: Client, room: Room, state: str) -> None:
    make_link(room, label="is-active")
    Invite.objects.filter(pk=make_link(room, label="is-used_up")[1].pk).update(uses=1)
    expire(make_link(room, label="is-expired")[1])
    revoke_invite(make_link(room, label="is-revoked")[1])
    page = staff.get(f"/admin/rooms/invite/?state={state}").content.decode()
    shown = {name for name in ("active", "used_up", "expired", "revoked") if f"is-{name}" in page}
    assert shown == {state}


@pytest.mark.parametrize("state", ["open", "closed", "expired"])
def test_rooms_are_filtered_by_state(staff: Client, olga: User, state: str) -> None:
    for name in ("open", "closed", "expired"):
        create_room(olga, f"is-{name}")
    Room.objects.filter(name="is-closed").update(closed_at=timezone.now())
    Room.objects.filter(name="is-expired").update(expires_at=timezone.now())
    page = staff.get(f"/admin/rooms/room/?state={state}").content.decode()
    assert {name for name in ("open", "closed", "expired") if f"is-{name}" in page} == {state}


def test_a_room_made_here_is_keyless_and_its_owner_is_in_it(staff: Client, olga: User) -> None:
    data = {"name": "Board \u202eroom", "owner": " OLGA@example.org", "max_people": 6, "expires_at": "2099-11-05T07:30"}
    unknown = staff.post("/admin/rooms/room/add/", {**data, "owner": "zora@example.org"}).content.decode()
    assert "There is no account with this email address." in unknown
    assert staff.post("/admin/rooms/room/add/", data).status_code == 302
    room = Room.objects.get()
    assert (room.name, room.epoch, room.key_check) == ("Board room", 0, None)
    assert room.slug.startswith("board-room-")
    assert Membership.objects.get().role == Role.OWNER
    assert "Add a key" in signed_in(olga).get(f"/rooms/{room.slug}/").content.decode()
    changed = staff.post(f"/admin/rooms/room/{room.pk}/change/", {**data, "name": "Hall"})
    assert changed.status_code == 302
    assert Room.objects.get().name == "Hall"


def test_staff_close_revoke_and_remove(staff: Client, room: Room, max_: User) -> None:
    _token, invite = make_link(room)
    place = Membership.objects.get(user=max_)
    act(staff, "invite", "revoke-link", invite)
    act(staff, "membership", "remove", place)
    act(staff, "room", "close-room", room)
    for row in (invite, place, room):
        row.refresh_from_db()
    assert invite.revoked_at is not None
    assert invite.wrapped_key is None
    assert place.removed_at is not None
    assert room.closed_at is not None
    act(staff, "room", "reopen-room", room)
    room.refresh_from_db()
    assert room.closed_at is None


def test_the_owner_is_not_removed_from_their_own_room(staff: Client, room: Room) -> None:
    owner = Membership.objects.get(role=Role.OWNER)
    act(staff, "membership", "remove", owner)
    owner.refresh_from_db()
    assert owner.removed_at is None


def test_all_links_of_a_room_are_revoked_at_once(staff: Client, room: Room) -> None:
    make_link(room)
    make_link(room)
    act(staff, "room", "revoke-links", room)
    assert not Invite.objects.filter(revoked_at__isnull=True).exists()


def test_links_and_memberships_cannot_be_created_here(staff: Client, room: Room) -> None:
    for model in ("invite", "membership"):
        assert staff.get(f"/admin/rooms/{model}/add/").status_code == 403


def test_a_person_without_staff_rights_sees_none_of_it(room: Room, olga: User) -> None:
    assert signed_in(olga).get("/admin/rooms/room/").status_code in (302, 403)
