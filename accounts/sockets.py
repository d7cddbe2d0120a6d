"""Telling live sockets what happened to an account or a session, once the transaction that says so is kept."""

from django.db import transaction


def close_session(session_key: str) -> None:
    """Close every socket that a browser session opened, as signed out (4001)."""
    from rooms.signaling import codes, outbound

    transaction.on_commit(lambda: outbound.close_session(session_key, codes.CloseCode.SIGNED_OUT))


def close_suspended(user_id: int) -> None:
    """Close every socket of a person who is suspended (4013)."""
    from rooms.signaling import codes, outbound

    transaction.on_commit(lambda: outbound.close_user(user_id, codes.CloseCode.SUSPENDED))


def close_deleted(user_id: int) -> None:
    """Close every socket of a person whose account is deleted, as signed out (4001)."""
    from rooms.signaling import codes, outbound

    transaction.on_commit(lambda: outbound.close_user(user_id, codes.CloseCode.SIGNED_OUT))
