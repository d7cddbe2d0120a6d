"""Forget guests: everything that is stored about a guest's browser session."""

from collections.abc import Collection
from uuid import UUID

from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.models import Ban, Membership, Redemption


def forget_guests(browsers: Collection[UUID]) -> None:
    """Delete the memberships of these guests (their sockets close), their redemptions and their bans."""
    for membership in Membership.objects.filter(browser__in=browsers):
        publish.close_membership(membership.pk, CloseCode.NOT_MEMBER)
        membership.delete()
    Redemption.objects.filter(browser__in=browsers).delete()
    Ban.objects.filter(guest_id__in=browsers).delete()
