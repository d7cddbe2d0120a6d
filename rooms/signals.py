"""What follows from the deletion of a room, be it by itself or with its owner's account."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from .live import publish
from .live.close_codes import CloseCode
from .models import Room


@receiver(post_delete, sender=Room)
def on_deleted(sender: Any, instance: Room, **_: Any) -> None:
    """Tell those inside that the room is no more."""
    key = instance.pk
    transaction.on_commit(lambda: publish.close_room(key, CloseCode.UNKNOWN_ROOM))
