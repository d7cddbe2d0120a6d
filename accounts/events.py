"""Signals about accounts and sessions, for other apps.

They are sent inside the transaction that makes the change: a receiver that notifies open sockets waits for the commit.
Receivers run in the order in which they were connected, and an exception in one stops the change.
"""

from django.dispatch import Signal

session_ended = Signal()  # session_key: str
session_rekeyed = Signal()  # old_key: str, new_key: str; the same browser goes on under another session key
account_suspended = Signal()  # user: User; sent before their sessions end
account_deleting = Signal()  # user: User; sent before their sessions end and their rows are deleted
