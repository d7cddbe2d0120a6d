"""What `manage.py prune` forgets, and what it keeps."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from rooms.flows.invites import revoke_invite
from rooms.flows.members import remove_member
from rooms.flows.rooms import create_room
from rooms.models import Invite, Membership, Room, TurnedAway, TurnedAwayReason, WaitingTransfer
from rooms.moderation.models import AuditEntry, Report

from .conftest import expire, join, make_link, signed_in

pytestmark = pytest.mark.django_db


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def prune() -> None:
    call_command("prune", verbosity=0)


def test_sealed_keys_go_at_once_and_rows_after_a_month(room: Room, guest: Client) -> None:
    token, ended = make_link(room, label="ended")
    join(guest, token)
    expire(ended)
    make_link(room, label="open")
    revoke_invite(make_link(room, label="revoked")[1])
    prune()
    assert {i.label: i.wrapped_key is None for i in Invite.objects.all()} == {
        "ended": True,
        "open": False,
        "revoked": True,
    }
    Invite.objects.filter(label="ended").update(expires_at=days_ago(31))
    Invite.objects.filter(label="revoked").update(revoked_at=days_ago(31))
    Membership.objects.filter(guest_id__isnull=False).update(expires_at=days_ago(31))
    prune()
    assert [i.label for i in Invite.objects.all()] == ["open"]
    assert not Membership.objects.filter(guest_id__isnull=False).exists()
    assert Membership.objects.filter(user__isnull=False).count() == 2


def test_rooms_go_a_month_after_their_end_with_all_that_is_in_them(
    room: Room, olga: User, guest: Client, settings
) -> None:
    create_room(olga, "Without an end")
    join(guest, make_link(room)[0])
    Room.objects.filter(pk=room.pk).update(expires_at=days_ago(29))
    prune()
    assert Room.objects.count() == 2
    settings.RETENTION_DAYS = 28
    prune()
    assert [r.name for r in Room.objects.all()] == ["Without an end"]
    assert Membership.objects.count() == 1
    assert not Invite.objects.exists()


def test_a_removal_is_kept_in_mind_while_a_link_from_before_could_work(room: Room, max_: User) -> None:
    place = Membership.objects.get(user=max_)
    remove_member(place)
    Membership.objects.filter(pk=place.pk).update(removed_at=days_ago(119))
    prune()
    assert Membership.objects.filter(pk=place.pk).exists()
    Membership.objects.filter(pk=place.pk).update(removed_at=days_ago(121))
    prune()
    assert not Membership.objects.filter(pk=place.pk).exists()


def test_reports_go_when_they_are_resolved_and_audit_entries_after_two_years(room: Room, olga: User) -> None:
    for category, settled in (("open", None), ("fresh", days_ago(89)), ("old", days_ago(91))):
        Report.objects.create(room=room, category="other", description=category, resolved_at=settled)
    for reason, at in (("fresh", days_ago(729)), ("old", days_ago(731))):
        AuditEntry.objects.create(actor=olga, action="close", target_kind="room", target="1", reason=reason, at=at)
        kind = ContentType.objects.get_for_model(User)
        LogEntry.objects.create(user=olga, content_type=kind, object_repr=reason, action_flag=CHANGE, action_time=at)
    prune()
    assert {report.description for report in Report.objects.all()} == {"open", "fresh"}
    assert [entry.reason for entry in AuditEntry.objects.all()] == ["fresh"]
    assert [entry.object_repr for entry in LogEntry.objects.all()] == ["fresh"]


def test_who_was_turned_away_is_forgotten_after_a_week(room: Room) -> None:
    for reason, at in ((TurnedAwayReason.LOCKED, days_ago(6.9)), (TurnedAwayReason.USED_UP, days_ago(7.1))):
        TurnedAway.objects.create(room=room, reason=reason, last_at=at)
    prune()
    assert [row.reason for row in TurnedAway.objects.all()] == ["locked"]


def test_a_waiting_transfer_goes_when_its_time_is_over(room: Room, olga: User, max_: User) -> None:
    sender, receiver = (Membership.objects.get(user=user) for user in (olga, max_))
    for number, end in ((1, timezone.now()), (2, timezone.now() + timedelta(minutes=1))):
        WaitingTransfer.objects.create(id=UUID(int=number), sender=sender, receiver=receiver, expires_at=end)
    prune()
    assert [row.pk.int for row in WaitingTransfer.objects.all()] == [2]


def test_of_an_ended_session_nothing_stays(olga: User) -> None:
    for client in (signed_in(olga), signed_in(olga)):
        key = client.session.session_key
        UserSession.objects.get_or_create(user=olga, session_key=key, defaults={"ip": "192.0.2.7"})
    Session.objects.filter(session_key=key).update(expire_date=days_ago(0))
    prune()
    assert Session.objects.count() == 1
    assert [row.session_key for row in UserSession.objects.all()] == [row.session_key for row in Session.objects.all()]


def test_of_a_session_that_vanished_nothing_stays_when_none_can_be_as_old(
    olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.pruning.BATCH", 2)
    key = signed_in(olga).session.session_key
    UserSession.objects.update_or_create(session_key=key, defaults={"user": olga, "ip": "192.0.2.7"})
    for number in range(5):
        UserSession.objects.create(user=olga, session_key=f"gone{number}", ip="192.0.2.7")
    UserSession.objects.exclude(session_key="gone4").update(created_at=days_ago(31))
    prune()
    assert {row.session_key for row in UserSession.objects.all()} == {key, "gone4"}
