"""The people of a room: naming moderators, removing, handing the room over, leaving."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts import flows as accounts
from accounts.models import User
from rooms import limits
from rooms.errors import NotPossible
from rooms.flows.members import accept_ownership, offer_ownership, remove_member
from rooms.live.close_codes import CloseCode
from rooms.live.events import AnyEvent, Close
from rooms.models import Invite, Membership, Role, Room

from .conftest import expire, join, make_link, make_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(published: list[AnyEvent], django_capture_on_commit_callbacks: Any) -> Any:
    """Run a request, and return the memberships whose sockets it closed, each with the close code."""

    def after(client: Client, path: str, **fields: str) -> list[tuple[UUID, CloseCode]]:
        published.clear()
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(path, fields).status_code == 302
        return [(UUID(event.key), event.code) for event in published if isinstance(event, Close)]

    return after


def of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def url(room: Room, act: str, user: User) -> str:
    return f"/rooms/{room.slug}/members/{of(user).pk}/{act}"


def test_the_owner_names_a_moderator_and_makes_a_member_of_them_again(
    room: Room, olga: User, max_: User, closed: Any
) -> None:
    client = signed_in(olga)
    assert closed(client, url(room, "role", max_), role="moderator") == [(of(max_).pk, CloseCode.ROLE_CHANGED)]
    assert of(max_).role == Role.MODERATOR
    assert signed_in(max_).get(f"/rooms/{room.slug}/").status_code == 200
    assert closed(client, url(room, "role", max_), role="moderator") == []  # nothing has changed
    assert closed(client, url(room, "role", max_), role="member") == [(of(max_).pk, CloseCode.ROLE_CHANGED)]
    assert signed_in(max_).get(f"/rooms/{room.slug}/").status_code == 403
    room.refresh_from_db()
    assert not room.rekey_required  # a member holds the key as before


def test_a_guest_with_an_account_becomes_a_member_whose_place_stays(room: Room, olga: User, sam: User) -> None:
    token, _invite = make_link(room)
    join(signed_in(sam), token)
    signed_in(olga).post(url(room, "role", sam), {"role": "member"})
    assert (of(sam).role, of(sam).expires_at) == (Role.MEMBER, None)


def test_a_guest_without_an_account_stays_a_guest(room: Room, olga: User, guest: Client) -> None:
    token, _invite = make_link(room)
    join(guest, token)
    place = Membership.objects.get(guest_id__isnull=False)
    path = f"/rooms/{room.slug}/members/{place.pk}/role"
    page = signed_in(olga).post(path, {"role": "moderator"}, follow=True).content.decode()
    assert "Only people with an account" in page
    place.refresh_from_db()
    assert place.role == Role.GUEST


def test_the_owners_role_cannot_be_changed_nor_the_owner_removed(room: Room, olga: User, max_: User) -> None:
    signed_in(olga).post(url(room, "role", olga), {"role": "member"})
    signed_in(olga).post(url(room, "remove", olga))
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    signed_in(max_).post(url(room, "remove", olga))
    assert (of(olga).role, of(olga).removed_at) == (Role.OWNER, None)


def test_a_moderator_removes_members_and_guests_but_no_moderator(room: Room, olga: User, max_: User, sam: User) -> None:
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    Membership.objects.create(room=room, user=sam, role=Role.MODERATOR)
    client = signed_in(max_)
    assert client.post(url(room, "remove", sam)).status_code == 403
    assert client.post(url(room, "role", sam), {"role": "member"}).status_code == 403
    assert "people-list__actions" not in client.get(f"/rooms/{room.slug}/").content.decode()
    signed_in(olga).post(url(room, "role", sam), {"role": "member"})
    assert client.post(url(room, "remove", sam)).status_code == 302
    assert of(sam).removed_at is not None


def test_a_moderators_link_is_made_by_the_owner_alone(room: Room, olga: User, max_: User) -> None:
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    body = {"token_hash": "A" * 43, "wrapped": "A" * 80, "epoch": 1, "expires_in": 3600}
    for user, role, status in ((max_, "moderator", 403), (max_, "member", 201), (olga, "moderator", 201)):
        Invite.objects.all().delete()
        path = f"/rooms/{room.slug}/invites"
        answer = signed_in(user).post(path, {**body, "role": role}, content_type="application/json")
        assert (user, role, answer.status_code) == (user, role, status)


def test_a_room_is_handed_over_once_it_is_accepted(room: Room, olga: User, max_: User, closed: Any) -> None:
    owner, new = signed_in(olga), signed_in(max_)
    make_link(room, role=Role.OWNER)
    assert "Max" in owner.get(url(room, "transfer", max_)).content.decode()
    owner.post(url(room, "offer", max_))
    room.refresh_from_db()
    assert (room.owner, room.pending_owner) == (olga, max_)
    assert "wants to transfer" in new.get("/rooms/").content.decode()

    assert {key for key, _code in closed(new, f"/rooms/{room.slug}/offer", accept="yes")} == {of(olga).pk, of(max_).pk}
    room.refresh_from_db()
    assert (room.owner, room.pending_owner) == (max_, None)
    assert (of(max_).role, of(olga).role) == (Role.OWNER, Role.MODERATOR)
    assert Invite.objects.get(role=Role.OWNER).revoked_at is not None
    assert owner.post(f"/rooms/{room.slug}/close").status_code == 403
    assert new.get(f"/rooms/{room.slug}/").status_code == 200


def test_an_offer_is_turned_down_taken_back_or_void(room: Room, olga: User, max_: User, sam: User) -> None:
    owner, path = signed_in(olga), f"/rooms/{room.slug}/offer"

    def pending_owner() -> User | None:
        return Room.objects.get().pending_owner

    owner.post(url(room, "offer", max_))
    assert signed_in(sam).post(path, {"accept": "yes"}).status_code == 404
    signed_in(max_).post(path, {"accept": "no"})
    assert pending_owner() is None
    assert signed_in(max_).post(path, {"accept": "yes"}).status_code == 404

    owner.post(url(room, "offer", max_))
    owner.post(f"{path}/cancel")
    assert pending_owner() is None

    owner.post(url(room, "offer", max_))
    owner.post(url(room, "remove", max_))
    assert pending_owner() is None
    assert signed_in(max_).post(path, {"accept": "yes"}).status_code == 404
    assert Room.objects.get().owner == olga


def test_a_room_is_not_handed_on_past_the_suspension_of_its_owner(room: Room, olga: User, max_: User) -> None:
    signed_in(olga).post(url(room, "offer", max_))
    accounts.suspend(olga, make_person("Ada", is_staff=True))
    page = signed_in(max_).post(f"/rooms/{room.slug}/offer", {"accept": "yes"}, follow=True).content.decode()
    assert "once it is open again" in page
    assert Room.objects.get().owner == olga
    assert signed_in(max_).get(f"/r/{room.slug}").status_code == 403  # shut, as all of Olga's rooms


def test_a_person_who_has_just_become_the_owner_is_not_removed(room: Room, olga: User, max_: User) -> None:
    stale = of(max_)  # as a request read it before Max accepted
    offer_ownership(stale)
    accept_ownership(room, max_)
    with pytest.raises(NotPossible):
        remove_member(stale)
    assert (of(max_).role, of(max_).removed_at) == (Role.OWNER, None)


def test_an_offer_ends_with_the_place_that_was_left(room: Room, olga: User, max_: User) -> None:
    signed_in(olga).post(url(room, "offer", max_))
    signed_in(max_).post(f"/rooms/{room.slug}/leave")
    assert Room.objects.get().pending_owner is None


def test_no_one_gets_more_rooms_than_one_person_can_have(
    room: Room, olga: User, max_: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(olga).post(url(room, "offer", max_))
    monkeypatch.setattr(limits, "MAX_ROOMS_PER_OWNER", 0)
    page = signed_in(max_).post(f"/rooms/{room.slug}/offer", {"accept": "yes"}, follow=True).content.decode()
    assert "reached the limit of rooms" in page
    assert Room.objects.get().owner == olga


def test_a_guest_is_offered_no_room(room: Room, olga: User, sam: User) -> None:
    token, _invite = make_link(room)
    join(signed_in(sam), token)
    signed_in(olga).post(url(room, "offer", sam))
    assert Room.objects.get().pending_owner is None


def test_a_member_leaves_and_is_forgotten(room: Room, olga: User, max_: User, closed: Any) -> None:
    client, key = signed_in(max_), of(max_).pk
    assert "You'll need a new link to come back." in client.get(f"/rooms/{room.slug}/leave").content.decode()
    assert closed(client, f"/rooms/{room.slug}/leave") == [(key, CloseCode.NOT_MEMBER)]
    assert not Membership.objects.filter(user=max_).exists()
    assert client.get(f"/r/{room.slug}").status_code == 404
    assert signed_in(olga).post(f"/rooms/{room.slug}/leave").status_code == 403


@pytest.mark.parametrize("act", ["role", "offer", "remove"])
def test_a_stranger_finds_nothing_and_a_member_may_not(room: Room, olga: User, max_: User, sam: User, act: str) -> None:
    mia = make_person("Mia")
    Membership.objects.create(room=room, user=mia, role=Role.MEMBER)
    assert signed_in(sam).post(url(room, act, mia)).status_code == 404
    assert signed_in(max_).post(url(room, act, mia)).status_code == 403
    other = Room.objects.create(name="Other", slug="other-1", owner=max_)
    Membership.objects.create(room=other, user=max_, role=Role.OWNER)
    path = f"/rooms/{other.slug}/members/{of(mia).pk}/{act}"
    assert signed_in(max_).post(path).status_code == 404  # a place in another room


def test_the_list_names_role_beginning_and_end(room: Room, olga: User, sam: User) -> None:
    token, _invite = make_link(room, label="Ada")
    join(Client(), token)
    over, _invite = make_link(room)
    join(signed_in(sam), over)
    expire(of(sam))
    page = signed_in(olga).get(f"/rooms/{room.slug}/")
    roles = [row.membership.role for row in page.context["people"].rows]
    assert roles == [Role.OWNER, Role.MEMBER, Role.GUEST]  # and not Sam, whose time is over
    assert "Guest (link “Ada”)" in page.content.decode()
    end = Membership.objects.get(guest_id__isnull=False).expires_at
    assert end
    assert end > timezone.now() + timedelta(hours=12)
