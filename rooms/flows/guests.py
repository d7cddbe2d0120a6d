"""What is known of a guest's browser session, and how it is forgotten."""

from collections.abc import Collection
from functools import partial
from uuid import UUID

from django.db import transaction

from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.models import Ban, Membership, Redemption
from rooms.moderation.models import Report


def forget_browsers(browsers: Collection[UUID]) -> None:
    """Forget these browser sessions: their places (whose sockets close), which links they used, and their numbers."""
    for place in Membership.objects.filter(browser__in=browsers):
        transaction.on_commit(partial(publish.close_membership, place.pk, CloseCode.NOT_MEMBER))
        place.delete()
    Redemption.objects.filter(browser__in=browsers).delete()
    Report.objects.filter(by_browser__in=browsers).update(by_browser=None)
    Report.objects.filter(about_browser__in=browsers).update(about_browser=None)
    Ban.objects.filter(guest_id__in=browsers).delete()
