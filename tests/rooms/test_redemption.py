"""Coming in by a link."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import User
from common.json_body import encode_base64url
from rooms.flows.invites import revoke_invite
from rooms.flows.keys import set_room_key
from rooms.flows.members import remove_member
from rooms.flows.rooms import close_room, create_room
from rooms.live.close_codes import CloseCode
from rooms.live.events import AnyEvent, Close, Scope, UserRoomsChanged
from rooms.models import Membership, Redemption, Role, Room

from .conftest import expire, join, make_link, signed_in

pytestmark = pytest.mark.django_db


def test_a_guest_gets_the_sealed_key_and_a_place_for_a_limited_time(room: Room, guest: Client) -> None:
    token, invite = make_link(room)
    answer = join(guest, token)
    assert answer.status_code == 200
    data = answer.json()
    page = data.pop("page")
    assert (page["slug"], page["roomName"], page["role"], page["signedIn"]) == (room.slug, room.name, "guest", False)
    assert data == {
        "slug": room.slug,
        "ticket": None,  # without the CSRF cookie: tests/rooms/test_guest_ticket.py
        "name": "Monday stand-up",
        "role": "guest",
        "key_kind": "room",
        "epoch": 1,
        "wrapped": encode_base64url(invite.wrapped_key),
        "key_check": encode_base64url(b"k" * 16),
    }
    assert answer.headers["Cache-Control"] == "no-store"
    place = Membership.objects.get(invite=invite)
    assert place.user is None
    assert place.expires_at == invite.expires_at + timedelta(hours=12)
    assert guest.get(f"/r/{room.slug}").status_code == 200


def test_the_next_person_with_a_used_up_link_is_told_so(room: Room, guest: Client) -> None:
    token, invite = make_link(room)
    join(guest, token)
    late = Client()
    answer = join(late, token)
    assert (answer.status_code, answer.json()) == (410, {"reason": "used_up"})
    assert late.get(f"/r/{room.slug}").status_code == 404
    assert Membership.objects.filter(invite=invite).count() == 1


def test_joining_again_takes_no_second_use(room: Room, guest: Client) -> None:
    token, invite = make_link(room, max_uses=2)
    first, second = join(guest, token), join(guest, token)
    assert first.json() == second.json()
    invite.refresh_from_db()
    assert (invite.uses, invite.redemptions.count()) == (1, 1)
    assert join(Client(), token).status_code == 200


def test_two_clicks_before_there_is_a_session_are_one_browser(room: Room) -> None:
    token, invite = make_link(room, max_uses=5)
    browser = Client(enforce_csrf_checks=True)
    browser.get("/i")
    secret = browser.cookies["csrftoken"].value
    for _click in range(2):
        click = Client(enforce_csrf_checks=True)
        click.cookies["csrftoken"] = secret
        data, headers = {"token": token}, {"X-CSRFToken": secret}
        assert click.post("/invites/redeem", data, content_type="application/json", headers=headers).status_code == 200
    invite.refresh_from_db()
    assert invite.uses == 1
    assert Membership.objects.filter(invite=invite).count() == 1


def test_without_the_csrf_token_no_one_gets_in(room: Room) -> None:
    token, invite = make_link(room)
    assert join(Client(enforce_csrf_checks=True), token).status_code == 403
    invite.refresh_from_db()
    assert invite.uses == 0


def test_a_members_link_gives_an_account_a_place_that_stays(room: Room, sam: User) -> None:
    token, _invite = make_link(room, role=Role.MEMBER)
    assert join(signed_in(sam), token).json()["role"] == "member"
    place = Membership.objects.get(user=sam)
    assert (place.expires_at, place.guest_id) == (None, None)
    assert signed_in(sam).get(f"/r/{room.slug}").status_code == 200  # in any browser of theirs


def test_a_guests_link_gives_an_account_a_place_that_ends(room: Room, sam: User) -> None:
    token, invite = make_link(room)
    assert join(signed_in(sam), token).json()["role"] == "guest"
    place = Membership.objects.get(user=sam)
    assert (place.expires_at, place.guest_id) == (invite.expires_at + timedelta(hours=12), None)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
def test_more_than_a_guests_place_needs_an_account(room: Room, guest: Client, sam: User, role: Role) -> None:
    token, invite = make_link(room, role=role)
    assert (join(guest, token).status_code, join(guest, token).json()) == (410, {"reason": "account_needed"})
    invite.refresh_from_db()
    assert invite.uses == 0
    guest.force_login(sam)
    assert join(guest, token).json()["role"] == role


def test_a_link_raises_a_role_by_a_use_and_never_lowers_one(
    room: Room, max_: User, olga: User, published: list[AnyEvent], django_capture_on_commit_callbacks: Any
) -> None:
    higher, invite = make_link(room, role=Role.MODERATOR)
    with django_capture_on_commit_callbacks(execute=True):
        assert join(signed_in(max_), higher).json()["role"] == "moderator"
    place = Membership.objects.get(user=max_)
    assert published == [Close(Scope.MEMBERSHIP, place.pk.hex, CloseCode.ROLE_CHANGED)]  # an open call page rejoins
    invite.refresh_from_db()
    assert invite.uses == 1
    lower, invite = make_link(room, role=Role.MEMBER)
    assert join(signed_in(max_), lower).json()["role"] == "moderator"
    assert join(signed_in(olga), lower).json()["role"] == "owner"
    invite.refresh_from_db()
    assert invite.uses == 0


def test_a_moderators_link_is_for_one_person_and_a_day(room: Room) -> None:
    _token, invite = make_link(room, role=Role.MODERATOR, max_uses=None, expires_at=timezone.now() + timedelta(days=30))
    assert invite.max_uses == 1
    assert invite.expires_at <= timezone.now() + timedelta(days=1)


def test_owner_and_member_use_no_use_up(room: Room, olga: User, max_: User, guest: Client) -> None:
    token, invite = make_link(room)
    assert join(signed_in(olga), token).json()["role"] == "owner"
    assert join(signed_in(max_), token).json()["role"] == "member"
    invite.refresh_from_db()
    assert invite.uses == 0
    assert join(guest, token).status_code == 200


def test_expired_link(room: Room, guest: Client, max_: User) -> None:
    token, invite = make_link(room)
    expire(invite)
    answer = join(guest, token)
    assert (answer.status_code, answer.json()) == (410, {"reason": "expired"})
    invite.refresh_from_db()
    assert invite.wrapped_key is None  # forgotten as soon as anyone looks
    # A member is pointed to the room that they may enter anyway.
    assert join(signed_in(max_), token).json() == {"reason": "expired", "slug": room.slug}


def test_revoked_link(room: Room, guest: Client) -> None:
    token, invite = make_link(room)
    revoke_invite(invite)
    invite.refresh_from_db()
    assert invite.wrapped_key is None
    answer = join(guest, token)
    assert (answer.status_code, answer.json()) == (410, {"reason": "revoked"})


def test_unknown_link_writes_nothing(room: Room, guest: Client) -> None:
    answer = join(guest, str(encode_base64url(b"\0" * 32)))
    assert (answer.status_code, answer.json()) == (404, {"reason": "unknown"})
    assert not Session.objects.exists()
    assert not Redemption.objects.exists()


@pytest.mark.parametrize("reason", ["room_closed", "room_expired", "suspended"])
def test_a_shut_room_takes_no_use(room: Room, olga: User, guest: Client, reason: str) -> None:
    token, invite = make_link(room)
    if reason == "room_closed":
        close_room(room)
    elif reason == "room_expired":
        expire(room)
    else:
        olga.suspended_at = timezone.now()
        olga.save()
    answer = join(guest, token)
    assert (answer.status_code, answer.json()) == (410, {"reason": reason})
    invite.refresh_from_db()
    assert (invite.uses, invite.redemptions.count()) == (0, 0)


def test_a_removed_person_comes_back_by_a_new_link_only(room: Room, sam: User, guest: Client) -> None:
    old, _invite = make_link(room, max_uses=None)
    for client in (signed_in(sam), guest):
        join(client, old)
        remove_member(Membership.objects.latest("created_at"))
        assert join(client, old).json() == {"reason": "removed"}
        assert client.get(f"/r/{room.slug}").status_code == 403
        new, _invite = make_link(room)
        assert join(client, new).status_code == 200
        assert client.get(f"/r/{room.slug}").status_code == 200


def test_signing_out_is_no_way_back_by_the_same_use(room: Room, sam: User) -> None:
    browser = Client()
    browser.get("/i")  # the CSRF cookie outlives the session
    browser.force_login(sam)
    token, _invite = make_link(room)
    assert join(browser, token).status_code == 200
    remove_member(Membership.objects.get(user=sam))
    browser.post("/accounts/logout/")
    assert join(browser, token).json()["reason"] == "used_up"


def test_an_open_link_of_before_the_removal_is_no_way_back(room: Room, guest: Client) -> None:
    first, _invite = make_link(room)
    other, _invite = make_link(room)
    join(guest, first)
    remove_member(Membership.objects.get(guest_id__isnull=False))
    assert join(guest, other).json() == {"reason": "removed"}


def test_a_link_of_before_the_first_key_is_revoked_with_it(olga: User, guest: Client) -> None:
    room = create_room(olga, "Open")
    token, _invite = make_link(room)
    assert set_room_key(room, 1, b"k" * 16)
    assert not set_room_key(room, 1, b"x" * 16)  # another device was first
    room.refresh_from_db()
    assert bytes(room.key_check or b"") == b"k" * 16
    assert join(guest, token).json() == {"reason": "revoked"}


def test_a_guest_who_signs_in_keeps_their_place_and_can_take_it_to_the_account(
    room: Room, guest: Client, sam: User
) -> None:
    token, invite = make_link(room)
    join(guest, token)
    guest.force_login(sam)
    assert guest.get(f"/r/{room.slug}").status_code == 200
    # The link is used up, by this very browser: opening it again takes no use and gives the place to the account.
    assert join(guest, token).json()["role"] == "guest"
    place = Membership.objects.get(invite=invite)
    end = invite.expires_at + timedelta(hours=12)
    assert (place.user, place.guest_id, place.expires_at) == (sam, None, end)
    invite.refresh_from_db()
    assert invite.uses == 1


def test_a_socket_let_in_as_a_guest_comes_back_as_the_account(
    room: Room, guest: Client, sam: User, published: list[AnyEvent], django_capture_on_commit_callbacks: Any
) -> None:
    token, invite = make_link(room)
    join(guest, token)
    place = Membership.objects.get(invite=invite)
    guest.force_login(sam)
    with django_capture_on_commit_callbacks(execute=True):
        join(guest, token)
    assert published == [
        Close(Scope.MEMBERSHIP, place.pk.hex, CloseCode.ROLE_CHANGED),
        UserRoomsChanged(sam.pk),  # their open dashboard has one room more
    ]


def test_a_longer_link_prolongs_a_guests_place_without_a_use_and_a_shorter_one_does_not_cut_it(
    room: Room, guest: Client
) -> None:
    first, _invite = make_link(room)
    longer, late = make_link(room, expires_at=timezone.now() + timedelta(days=20))
    join(guest, first)
    join(guest, longer)
    place = Membership.objects.get(guest_id__isnull=False)
    assert place.expires_at == late.expires_at + timedelta(hours=12)
    join(guest, first)
    place.refresh_from_db()
    late.refresh_from_db()
    assert (place.expires_at, late.uses) == (late.expires_at + timedelta(hours=12), 0)


def test_a_guest_who_signed_in_is_not_shut_out_by_another_used_up_link(room: Room, guest: Client, sam: User) -> None:
    first, _invite = make_link(room)
    other, _invite = make_link(room)
    join(guest, first)
    join(Client(), other)
    guest.force_login(sam)
    assert join(guest, other).json()["role"] == "guest"


def test_many_tries_are_slowed_down(room: Room, guest: Client, clock: Callable[[float], None]) -> None:
    unknown = str(encode_base64url(b"\0" * 32))
    assert {join(guest, unknown).status_code for _try in range(60)} == {404}
    answer = join(guest, unknown)
    assert (answer.status_code, answer.json()["reason"]) == (429, "slow_down")
    assert int(answer.headers["Retry-After"]) > 0
    # A neighbour is not kept out.
    assert guest.post("/invites/redeem", "{}", "application/json", REMOTE_ADDR="192.0.2.7").status_code == 400
