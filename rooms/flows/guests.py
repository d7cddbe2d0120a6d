"""Forget guests: everything that is stored about a guest's browser session."""

from collections.abc import Collection
from functools import partial
from uuid import UUID

from django.db import transaction

from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.models import Ban, Membership, Redemption
from rooms.moderation.models import Report


def forget_guests(browsers: Collection[UUID]) -> None:
    """Delete the memberships of these guests (their sockets close), which links they used, and their ids elsewhere."""
    for membership in Membership.objects.filter(browser__in=browsers):
        transaction.on_commit(partial(publish.close_membership, membership.pk, CloseCode.NOT_MEMBER))
        membership.delete()
    Redemption.objects.filter(browser__in=browsers).delete()
    Report.objects.filter(by_browser__in=browsers).update(by_browser=None)
    Report.objects.filter(about_browser__in=browsers).update(about_browser=None)
    Ban.objects.filter(guest_id__in=browsers).delete()
