"""What follows in rooms from changes to accounts and sessions, and from the deletion of a room."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.signals import post_delete
from django.dispatch import receiver

from accounts.events import account_deleting, account_suspended, session_ended, session_rekeyed
from accounts.models import User

from .flows.keys import require_rekey
from .flows.transfers import forget_transfers
from .live import publish
from .live.close_codes import CloseCode
from .models import Room


@receiver(session_ended)
def on_session_ended(sender: Any, session_key: str, **_: Any) -> None:
    """Close the sockets that the session opened."""
    publish.close_session(session_key, CloseCode.SIGNED_OUT)


@receiver(session_rekeyed)
def on_session_rekeyed(sender: Any, old_key: str, new_key: str, **_: Any) -> None:
    """Keep the session's sockets open under its new key."""
    publish.session_rekeyed(old_key, new_key)


@receiver(account_suspended)
def on_account_suspended(sender: Any, user: User, **_: Any) -> None:
    """Close the person's sockets and everyone's in their rooms; rooms whose key they have need a new one."""
    publish.close_user(user.pk, CloseCode.SUSPENDED)
    for key in user.rooms.values_list("pk", flat=True):
        publish.close_room(key, CloseCode.SUSPENDED)
    require_rekey(_rooms_of(user))


@receiver(account_deleting)
def on_account_deleting(sender: Any, user: User, **_: Any) -> None:
    """Close the person's sockets; rooms of others whose key they have need a new one."""
    require_rekey(_rooms_of(user).exclude(owner=user))
    forget_transfers(user.memberships.values_list("pk", flat=True))
    publish.close_user(user.pk, CloseCode.SIGNED_OUT)


@receiver(post_delete, sender=Room)
def on_room_deleted(sender: Any, instance: Room, **_: Any) -> None:
    """Close the sockets in a deleted room, whether it went by itself or with its owner's account."""
    publish.close_room(instance.pk, CloseCode.UNKNOWN_ROOM)


def _rooms_of(user: User) -> QuerySet[Room]:
    return Room.objects.filter(memberships__user=user, memberships__removed_at__isnull=True)
