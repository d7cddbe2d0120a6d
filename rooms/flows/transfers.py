"""Waiting transfers: the files are in the sender's browser, and only that they wait is stored."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from rooms import limits
from rooms.errors import NotPossible
from rooms.live import publish
from rooms.models import Membership, WaitingTransfer


@transaction.atomic
def announce_transfer(sender: Membership, transfer_id: UUID, receiver_id: UUID) -> datetime:
    """Store that files wait in the sender's browser for another member; return until when. Once more changes nothing.

    Raises `NotPossible` if the other person is not in the room any more, or too much waits already.
    """
    now = timezone.now()
    # Two requests of one browser must not both pass the limit.
    Membership.objects.select_for_update().filter(pk=sender.pk).first()
    receiver = Membership.objects.active(now).filter(pk=receiver_id, room=sender.room_id).exclude(pk=sender.pk).first()
    if receiver is None:
        raise NotPossible(_("They're no longer in this room."))
    known = WaitingTransfer.objects.filter(pk=transfer_id).first()
    if known is not None:
        if (known.sender_id, known.receiver_id) != (sender.pk, receiver.pk):
            raise NotPossible(_("These files already wait for someone else."))
        return known.expires_at
    waiting = WaitingTransfer.objects.filter(expires_at__gt=now)
    if waiting.filter(sender=sender).count() >= limits.MAX_TRANSFERS_PER_SENDER:
        raise NotPossible(_("You've left as many files in this room as you can. Take some back first."))
    if waiting.filter(receiver=receiver).count() >= limits.MAX_TRANSFERS_PER_RECEIVER:
        raise NotPossible(_("Too many files wait for this person already."))
    ends = [sender.expires_at, receiver.expires_at, sender.room.expires_at, now + limits.TRANSFER_LIFE]
    expires_at = min(end for end in ends if end is not None)
    WaitingTransfer.objects.create(
        id=transfer_id, sender=sender, receiver=receiver, created_at=now, expires_at=expires_at
    )
    publish.transfers_changed([sender.pk, receiver.pk])
    return expires_at


def remove_transfer(membership: Membership, transfer_id: UUID) -> None:
    """Forget a transfer that came or was declined or taken back, on the wish of one of the two; others do nothing."""
    _remove(_transfers_of([membership.pk]).filter(pk=transfer_id))


def forget_transfers(memberships: Iterable[UUID]) -> None:
    """Forget everything that waits for or from these memberships: they end."""
    _remove(_transfers_of(list(memberships)))


def transfers_of(memberships: Iterable[UUID]) -> list[WaitingTransfer]:
    """Return what waits for or from these memberships, the oldest first, with senders and rooms."""
    rows = _transfers_of(list(memberships)).filter(expires_at__gt=timezone.now())
    return list(rows.select_related("sender__room"))


def _transfers_of(memberships: Collection[UUID]) -> QuerySet[WaitingTransfer]:
    return WaitingTransfer.objects.filter(Q(sender__in=memberships) | Q(receiver__in=memberships))


def _remove(rows: QuerySet[WaitingTransfer]) -> None:
    found = list(rows.values_list("pk", "sender_id", "receiver_id"))
    if found:
        WaitingTransfer.objects.filter(pk__in=[pk for pk, _sender, _receiver in found]).delete()
        publish.transfers_changed({member for _pk, *pair in found for member in pair})
