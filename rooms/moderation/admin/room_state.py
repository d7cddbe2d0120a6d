"""What the admin pages say about the state of a room."""

from django.utils.translation import gettext as _

from common.times import format_date
from rooms.access import DenialReason, unavailable_reason
from rooms.models import Room


def room_state(room: Room) -> str:
    """Return whether people can join, and otherwise why not."""
    match unavailable_reason(room):
        case DenialReason.SUSPENDED:
            return _("closed: its owner is suspended")
        case DenialReason.ROOM_CLOSED:
            return _("closed by a moderator") if room.closed_by_moderator else _("closed by its owner")
        case DenialReason.ROOM_EXPIRED:
            return _("expired")
    if room.expires_at is not None:
        return _("open until %s") % format_date(room.expires_at)
    return _("open")
