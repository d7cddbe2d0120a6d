"""What `manage.py prune` forgets, and what it keeps."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from rooms import flows
from rooms.models import Invite, Membership, Room

from .conftest import expire, join, make_link

pytestmark = pytest.mark.django_db


def test_sealed_keys_go_at_once_and_rows_after_a_month(room: Room, guest: Client) -> None:
    token, ended = make_link(room, label="ended")
    join(guest, token)
    expire(ended)
    make_link(room, label="open")
    flows.revoke_invite(make_link(room, label="revoked")[1])
    call_command("prune", verbosity=0)
    assert {i.label: i.wrapped_key is None for i in Invite.objects.all()} == {
        "ended": True,
        "open": False,
        "revoked": True,
    }
    long_ago = timezone.now() - timedelta(days=31)
    Invite.objects.filter(label="ended").update(expires_at=long_ago)
    Invite.objects.filter(label="revoked").update(revoked_at=long_ago)
    Membership.objects.filter(browser__isnull=False).update(expires_at=long_ago)
    call_command("prune", verbosity=0)
    assert [i.label for i in Invite.objects.all()] == ["open"]
    assert not Membership.objects.filter(browser__isnull=False).exists()
    assert Membership.objects.filter(user__isnull=False).count() == 2


def test_rooms_are_kept_however_long_ago_they_ended(room: Room) -> None:
    Room.objects.update(expires_at=timezone.now() - timedelta(days=1000))
    call_command("prune", verbosity=0)
    assert Room.objects.exists()
