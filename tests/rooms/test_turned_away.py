"""Who was turned away: what hosts learn of it, and that it says nothing about the person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from rooms import limits
from rooms.flows.invites import revoke_invite
from rooms.flows.join_rule import change_join_rule
from rooms.flows.members import remove_member
from rooms.flows.rooms import close_room
from rooms.flows.turned_away import TurnedAwayRow, record_turned_away, turned_away
from rooms.live.events import AnyEvent, TurnedAway
from rooms.models import Ban, Invite, JoinRule, Membership, Role, Room, TurnedAwayReason
from rooms.models import TurnedAway as TurnedAwayModel

from .conftest import expire, join, make_link, signed_in

pytestmark = pytest.mark.django_db


def rows(room: Room) -> list[TurnedAwayRow]:
    return turned_away([room.pk]).get(room.pk, [])


def reasons(room: Room) -> list[tuple[str, str, int]]:
    return [(row.reason.value, row.label, row.tries) for row in rows(room)]


def a_while_ago(room: Room) -> None:
    """Move what was stored two minutes into the past: the next try is another one."""
    for row in room.turned_away.all():
        row.last_at -= timedelta(minutes=2)
        row.save()


def use_up(link: Invite) -> None:
    Invite.objects.filter(pk=link.pk).update(uses=1)


def close(link: Invite) -> None:
    close_room(link.room)


def expire_room(link: Invite) -> None:
    expire(link.room)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (use_up, "used_up"),
        (expire, "expired"),
        (revoke_invite, "revoked"),
        (close, "room_closed"),
        (expire_room, "room_expired"),
    ],
)
def test_a_link_that_lets_no_one_in_is_shown_to_the_hosts(
    room: Room,
    guest: Client,
    end: Callable[[Invite], None],
    reason: str,
    published: list[AnyEvent],
    django_capture_on_commit_callbacks: Any,
) -> None:
    token, link = make_link(room, label="Ada and Grace")
    end(link)
    with django_capture_on_commit_callbacks(execute=True):
        assert join(guest, token).status_code == 410
    assert reasons(room) == [(reason, "Ada and Grace", 1)]
    (event,) = [event for event in published if isinstance(event, TurnedAway)]
    assert (event.room, event.reason, event.label) == (room.pk, reason, "Ada and Grace")
    assert abs(event.at - timezone.now().timestamp() * 1000) < 60_000
    assert rows(room)[0].text.endswith(".")


def test_reloads_are_one_try_and_later_tries_are_counted(room: Room, guest: Client) -> None:
    token, link = make_link(room)
    use_up(link)
    for _press in range(3):
        join(guest, token)
    assert reasons(room) == [("used_up", "", 1)]
    a_while_ago(room)
    join(Client(), token)
    assert reasons(room) == [("used_up", "", 2)]
    assert timezone.now() - rows(room)[0].last_at < timedelta(minutes=1)


def test_who_can_enter_without_the_link_was_not_turned_away(room: Room, max_: User, guest: Client) -> None:
    token, link = make_link(room)
    expire(link)
    assert join(signed_in(max_), token).json()["slug"] == room.slug
    assert join(guest, make_link(room, role=Role.MEMBER)[0]).json() == {"reason": "account_needed"}
    assert join(guest, "A" * 43).status_code == 404
    assert reasons(room) == []


def test_a_ban_stays_between_the_moderators_of_the_site(room: Room) -> None:
    browser, banned = Client(), uuid4()
    session = browser.session
    session["guest_id"] = str(banned)
    session.save()
    Ban.objects.create(guest_id=banned)
    assert join(browser, make_link(room)[0]).json() == {"reason": "banned"}
    assert reasons(room) == []


def test_people_whom_the_room_does_not_let_in_again_are_shown(room: Room, max_: User, guest: Client) -> None:
    """A guest whose time is over, a member who was removed, one who meets a locked room."""
    join(guest, make_link(room, label="Ada")[0])
    place = Membership.objects.get(guest_id__isnull=False)
    expire(place)
    assert guest.get(f"/r/{room.slug}").status_code == 403
    assert reasons(room) == [("access_expired", "Ada", 1)]
    change_join_rule(room, JoinRule.LOCKED, requires_host=False)
    assert signed_in(max_).get(f"/r/{room.slug}").status_code == 403
    remove_member(Membership.objects.get(user=max_))
    assert signed_in(max_).get(f"/r/{room.slug}").status_code == 403
    assert {reason for reason, _label, _tries in reasons(room)} == {"access_expired", "locked", "removed"}


def test_neither_hosts_nor_strangers_are_turned_away(room: Room, olga: User, sam: User) -> None:
    close_room(room)
    assert signed_in(olga).get(f"/r/{room.slug}").status_code == 403
    assert signed_in(sam).get(f"/r/{room.slug}").status_code == 404
    assert reasons(room) == []


def test_it_is_bounded_and_forgotten(room: Room) -> None:
    for number in range(limits.MAX_TURNED_AWAY_PER_ROOM + 5):
        record_turned_away(room, TurnedAwayReason.EXPIRED, make_link(room, label=f"{number}")[1])
        a_while_ago(room)
    labels = [label for _reason, label, _tries in reasons(room)]
    assert labels == [f"{number}" for number in range(limits.MAX_TURNED_AWAY_PER_ROOM + 4, 4, -1)]
    TurnedAwayModel.objects.update(last_at=timezone.now() - limits.TURNED_AWAY_LIFE)
    assert reasons(room) == []


def test_nothing_in_it_names_or_recognises_a_person() -> None:
    fields = {field.name for field in TurnedAwayModel._meta.get_fields()}
    assert fields == {"id", "room", "invite", "reason", "tries", "last_at"}


def test_hosts_are_not_shown_what_they_have_just_done(room: Room, published: list[AnyEvent]) -> None:
    record_turned_away(room, TurnedAwayReason.DECLINED)
    assert [event for event in published if isinstance(event, TurnedAway)] == []
    assert reasons(room) == [("declined", "", 1)]
