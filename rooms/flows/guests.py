"""Forget guests: everything that is stored about a guest's browser session."""

from collections.abc import Collection
from uuid import UUID

from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.models import Ban, Membership, Redemption

from .transfers import forget_transfers


def forget_guests(guest_ids: Collection[UUID]) -> None:
    """Delete the memberships of these guests (their sockets close), their redemptions and their bans."""
    for membership in Membership.objects.filter(guest_id__in=guest_ids):
        publish.close_membership(membership.pk, CloseCode.NOT_MEMBER)
        forget_transfers([membership.pk])
        membership.delete()
    Redemption.objects.filter(guest_id__in=guest_ids).delete()
    Ban.objects.filter(guest_id__in=guest_ids).delete()
