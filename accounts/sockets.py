"""Telling live sockets what happened to an account or a session, once the transaction that says so is kept."""

from django.db import transaction

from rooms.live import publish
from rooms.live.close_codes import CloseCode


def close_session(session_key: str) -> None:
    """Close every socket that a browser session opened, as signed out."""
    transaction.on_commit(lambda: publish.close_session(session_key, CloseCode.SIGNED_OUT))


def move_session(old: str, new: str) -> None:
    """Keep the sockets of a browser session whose key has changed."""
    transaction.on_commit(lambda: publish.session_moved(old, new))


def close_user(user_id: int, code: CloseCode) -> None:
    """Close every socket of a person with `code`."""
    transaction.on_commit(lambda: publish.close_user(user_id, code))


def close_room(room_id: int, code: CloseCode) -> None:
    """Close every socket in a room with `code`."""
    transaction.on_commit(lambda: publish.close_room(room_id, code))
