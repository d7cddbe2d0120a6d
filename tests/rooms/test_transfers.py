"""Waiting transfers: who may announce and remove one, how many, and when they end."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from common import ratelimit
from common.json_body import encode_base64url
from rooms import limits
from rooms.flows.guests import forget_guests
from rooms.flows.members import change_role, leave_room, remove_member
from rooms.live.events import AnyEvent, TransfersChanged
from rooms.models import JoinRule, Membership, Role, Room, WaitingTransfer

from .conftest import expire, join, make_link, make_person, post_json, signed_in

pytestmark = pytest.mark.django_db


def new_id() -> str:
    return str(encode_base64url(secrets.token_bytes(16)))


def of(room: Room, user: User) -> Membership:
    return Membership.objects.get(room=room, user=user)


def page_of(membership: Membership) -> Client:
    assert membership.user is not None
    return signed_in(membership.user)


def announce(client: Client, room: Room, receiver: Membership, name: str = "") -> Any:
    body = {"id": name or new_id(), "receiver": receiver.pk.hex}
    return post_json(client, f"/rooms/{room.slug}/transfers", body)


def remove(client: Client, room: Room, name: str) -> int:
    return int(post_json(client, f"/rooms/{room.slug}/transfers/remove", {"id": name}).status_code)


def only_guest(room: Room) -> Membership:
    return Membership.objects.get(room=room, guest_id__isnull=False)


@pytest.fixture
def member(room: Room, max_: User) -> Membership:
    return of(room, max_)


def test_only_that_something_waits_is_stored_and_once(room: Room, olga: User, member: Membership) -> None:
    client, name = signed_in(olga), new_id()
    answers = [announce(client, room, member, name) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    row = WaitingTransfer.objects.get()
    assert (row.sender, row.receiver) == (of(room, olga), member)
    assert row.expires_at - row.created_at == limits.TRANSFER_LIFE
    assert {answer.json()["until"] for answer in answers} == {int(row.expires_at.timestamp() * 1000)}
    assert {field.name for field in row._meta.get_fields()} == {"id", "sender", "receiver", "created_at", "expires_at"}
    # The same id for another person, or from one, is another transfer.
    third = Membership.objects.create(room=room, user=make_person("Ada"), role=Role.MEMBER)
    assert announce(client, room, third, name).status_code == 409
    assert announce(page_of(third), room, member, name).status_code == 409


def test_either_takes_it_back_and_no_one_else(
    room: Room,
    olga: User,
    max_: User,
    member: Membership,
    published: list[AnyEvent],
    django_capture_on_commit_callbacks: Any,
) -> None:
    third = make_person("Ada")
    Membership.objects.create(room=room, user=third, role=Role.MODERATOR)
    both = sorted([of(room, olga).pk.hex, member.pk.hex])
    for remover in (olga, max_):
        name = new_id()
        with django_capture_on_commit_callbacks(execute=True):
            announce(signed_in(olga), room, member, name)
        assert published.pop() == TransfersChanged(both)
        with django_capture_on_commit_callbacks(execute=True):
            assert remove(signed_in(third), room, name) == 200  # nothing of hers has this id
        assert WaitingTransfer.objects.count() == 1
        assert published == []
        with django_capture_on_commit_callbacks(execute=True):
            assert [remove(signed_in(remover), room, name) for _ in range(2)] == [200, 200]
        assert published.pop() == TransfersChanged(both)
        assert not WaitingTransfer.objects.exists()


def test_strangers_and_those_who_may_not_enter_announce_nothing(
    room: Room, olga: User, max_: User, sam: User, member: Membership
) -> None:
    for client in (signed_in(sam), Client()):
        assert announce(client, room, member).status_code == 404
        assert remove(client, room, new_id()) == 404
    assert post_json(signed_in(sam), "/rooms/no-such-room/transfers", {}).status_code == 404
    name = new_id()
    assert announce(signed_in(max_), room, of(room, olga), name).status_code == 201
    for field, value in (("closed_at", timezone.now()), ("expires_at", timezone.now()), ("join_rule", JoinRule.LOCKED)):
        former = getattr(room, field)
        Room.objects.filter(pk=room.pk).update(**{field: value})
        assert announce(signed_in(max_), room, of(room, olga)).status_code == 403
        Room.objects.filter(pk=room.pk).update(**{field: former})
    Room.objects.filter(pk=room.pk).update(closed_at=timezone.now())
    assert remove(signed_in(max_), room, name) == 200  # what is one's own can always be taken back
    Room.objects.filter(pk=room.pk).update(closed_at=None)
    User.objects.filter(pk=max_.pk).update(suspended_at=timezone.now())
    assert announce(signed_in(max_), room, of(room, olga)).status_code == 403
    User.objects.filter(pk=max_.pk).update(suspended_at=None)
    expire(member)
    assert announce(signed_in(max_), room, of(room, olga)).status_code == 403
    assert not WaitingTransfer.objects.exists()


def test_a_guest_may_unless_a_host_has_to_let_them_in(room: Room, olga: User, guest: Client) -> None:
    join(guest, make_link(room)[0])
    assert announce(guest, room, of(room, olga)).status_code == 201
    Room.objects.filter(pk=room.pk).update(join_rule=JoinRule.KNOCK)
    assert announce(guest, room, of(room, olga)).status_code == 403
    Membership.objects.filter(pk=only_guest(room).pk).update(admitted_at=timezone.now())
    assert announce(guest, room, of(room, olga)).status_code == 201


@pytest.mark.parametrize("role", Role)
def test_every_role_sends_and_receives(room: Room, olga: User, role: Role) -> None:
    person, other = make_person("Ada"), make_person("Bob")
    mine = of(room, olga) if role is Role.OWNER else Membership.objects.create(room=room, user=person, role=role)
    theirs = Membership.objects.create(room=room, user=other, role=Role.MEMBER)
    assert announce(page_of(mine), room, theirs).status_code == 201
    assert announce(signed_in(other), room, mine).status_code == 201


def test_the_receiver_is_another_active_member_of_this_room(
    room: Room, olga: User, sam: User, member: Membership, guest: Client
) -> None:
    client = signed_in(olga)
    elsewhere = Room.objects.create(name="Elsewhere", slug="elsewhere", owner=sam)
    theirs = Membership.objects.create(room=elsewhere, user=sam, role=Role.OWNER)
    for receiver in (of(room, olga), theirs, Membership(pk=uuid4())):
        assert announce(client, room, receiver).status_code == 409
    expire(member)
    assert announce(client, room, member).status_code == 409
    for body in ({}, {"id": "x", "receiver": member.pk.hex}, {"id": new_id(), "receiver": "x"}, {"id": new_id() + "A"}):
        assert post_json(client, f"/rooms/{room.slug}/transfers", body).status_code == 400
    assert not WaitingTransfer.objects.exists()


def test_it_ends_with_the_first_of_room_and_memberships(room: Room, olga: User, guest: Client) -> None:
    join(guest, make_link(room)[0])
    soon = timezone.now() + timedelta(hours=2)
    Membership.objects.filter(pk=only_guest(room).pk).update(expires_at=soon)
    assert announce(signed_in(olga), room, only_guest(room)).status_code == 201
    assert announce(guest, room, of(room, olga)).status_code == 201
    sooner = timezone.now() + timedelta(hours=1)
    Room.objects.filter(pk=room.pk).update(expires_at=sooner)
    assert announce(guest, room, of(room, olga)).status_code == 201
    assert [row.expires_at for row in WaitingTransfer.objects.all()] == [soon, soon, sooner]


def test_what_waits_is_bounded(room: Room, olga: User, member: Membership, settings: Any) -> None:
    settings.LIMIT_FACTOR = 1000
    client = signed_in(olga)
    answers = [announce(client, room, member).status_code for _ in range(limits.MAX_TRANSFERS_PER_SENDER + 1)]
    assert answers == [201] * limits.MAX_TRANSFERS_PER_SENDER + [409]
    # What is over makes room again.
    WaitingTransfer.objects.filter(pk__in=WaitingTransfer.objects.values("pk")[:1]).update(expires_at=timezone.now())
    assert announce(client, room, member).status_code == 201
    others = [Membership.objects.create(room=room, user=make_person(f"P{n}"), role=Role.MEMBER) for n in range(2)]
    later = timezone.now() + timedelta(days=1)
    WaitingTransfer.objects.bulk_create(
        WaitingTransfer(id=uuid4(), sender=others[n % 2], receiver=member, expires_at=later)
        for n in range(limits.MAX_TRANSFERS_PER_RECEIVER - limits.MAX_TRANSFERS_PER_SENDER)
    )
    last = Membership.objects.create(room=room, user=make_person("Last"), role=Role.MEMBER)
    assert announce(page_of(last), room, member).status_code == 409


def test_too_many_in_a_short_time_are_refused(
    room: Room, olga: User, member: Membership, clock: Callable[[float], None]
) -> None:
    client, name = signed_in(olga), new_id()
    answers = [announce(client, room, member, name).status_code for _ in range(ratelimit.SEND_LATER.burst + 1)]
    assert answers == [201] * ratelimit.SEND_LATER.burst + [429]
    clock(ratelimit.SEND_LATER.every)
    assert announce(client, room, member, name).status_code == 201


def test_nothing_waits_for_or_from_people_who_left_or_were_removed(
    room: Room,
    olga: User,
    max_: User,
    member: Membership,
    guest: Client,
    published: list[AnyEvent],
    django_capture_on_commit_callbacks: Any,
) -> None:
    join(guest, make_link(room)[0])
    visitor = only_guest(room)
    owner = of(room, olga)

    def ended(end: Callable[[], object], gone: Membership) -> None:
        for sender, receiver in ((owner, gone), (gone, owner)):
            later = timezone.now() + timedelta(days=1)
            WaitingTransfer.objects.create(id=uuid4(), sender=sender, receiver=receiver, expires_at=later)
        published.clear()
        with django_capture_on_commit_callbacks(execute=True):
            end()
        assert not WaitingTransfer.objects.exists()
        concerned = sorted([owner.pk.hex, gone.pk.hex])
        assert [event for event in published if isinstance(event, TransfersChanged)] == [TransfersChanged(concerned)]

    assert visitor.guest_id is not None
    guest_id: UUID = visitor.guest_id
    ended(lambda: forget_guests([guest_id]), Membership(pk=visitor.pk))
    ended(lambda: remove_member(member), member)
    third = Membership.objects.create(room=room, user=make_person("Ada"), role=Role.MEMBER)
    ended(lambda: leave_room(third), Membership(pk=third.pk))


def test_a_change_of_roles_leaves_what_waits(room: Room, olga: User, member: Membership) -> None:
    assert announce(signed_in(olga), room, member).status_code == 201
    change_role(member, Role.MODERATOR)
    assert WaitingTransfer.objects.count() == 1
    room.delete()
    assert not WaitingTransfer.objects.exists()
