"""Create and revoke invite links."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import limits
from rooms.access import unavailable_reason
from rooms.errors import NotPossible, WrongEpoch
from rooms.models import Invite, Role, Room


@transaction.atomic
def create_invite(
    room: Room,
    by: User,
    *,
    token_hash: bytes,
    wrapped_key: bytes | None,
    epoch: int,
    expires_at: datetime,
    label: str = "",
    max_uses: int | None = None,
    role: Role = Role.GUEST,
    holds_lobby_key: bool = False,
) -> Invite:
    """Save a link that a browser made. It expires with the room at the latest.

    A link with the owner's role brings the room key to another device of the owner: one use, ten minutes, no one else.
    A moderator's link has one use and lasts a day at most. `holds_lobby_key`: the wrapped key is the lobby key, as in
    all guests' links of a room whose hosts hand out the room key.

    Raises `WrongEpoch` if the wrapped key is not of the room's epoch or not of the right kind, and `NotPossible` for a
    closed or expired room, too many links, or an owner's link by a person who is not the owner.
    """
    now = timezone.now()
    room = Room.objects.select_for_update(of=("self",)).select_related("owner").get(pk=room.pk)
    is_current_key = epoch == room.epoch and holds_lobby_key == (room.hosts_hand_out_key and role == Role.GUEST)
    if not is_current_key or (wrapped_key is None) != (room.epoch == 0):
        raise WrongEpoch(_("The room key has changed. Reload the page."))
    if unavailable_reason(room) is not None:
        raise NotPossible(_("The room is closed. Reopen it before you create links."))
    if room.invites.current(now).count() >= limits.MAX_OPEN_INVITES_PER_ROOM:
        raise NotPossible(_("This room has reached the limit of active links. Revoke one first."))
    if role == Role.OWNER:
        if by.pk != room.owner_id:
            raise NotPossible(_("Only the owner can bring this room to another device."))
        max_uses, expires_at = 1, min(expires_at, now + limits.SECOND_DEVICE_LIFE)
    if role == Role.MODERATOR:
        max_uses, expires_at = 1, min(expires_at, now + limits.MODERATOR_LINK_LIFE)
    if Invite.objects.filter(token_hash=token_hash).exists():
        raise NotPossible(_("This link already exists. Create a new one."))
    return Invite.objects.create(
        room=room,
        created_by=by,
        label=label,
        role=role,
        token_hash=token_hash,
        wrapped_key=wrapped_key,
        holds_lobby_key=holds_lobby_key,
        epoch=epoch,
        expires_at=min(expires_at, room.expires_at) if room.expires_at else expires_at,
        max_uses=max_uses,
    )


def revoke_invite(invite: Invite) -> None:
    """Revoke a link and delete its wrapped key. People who used it stay."""
    revoke_invites(Invite.objects.filter(pk=invite.pk))


def revoke_invites(invites: QuerySet[Invite]) -> int:
    """Revoke those of these links that are not revoked yet; return how many there were."""
    return invites.filter(revoked_at__isnull=True).update(revoked_at=timezone.now(), wrapped_key=None)
