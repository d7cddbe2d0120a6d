"""The session engine (SESSION_ENGINE): sessions in the database, encrypted, that end when they are old or unused.

A session in which a person is signed in ends SESSION_HOURS after they signed in, and SESSION_IDLE_HOURS after its last
use; for staff, STAFF_SESSION_HOURS and STAFF_SESSION_IDLE_MINUTES. The end is the row's `expire_date`, which every
reader of a session asks for: pages, sockets and `manage.py prune`. What uses a session moves it (`session_use`).
"""

import time
import zlib
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core.signing import b64_decode
from django.utils import timezone

from .encryption import SESSION_CONTENT, NotReadable, decrypt, encrypt, is_encrypted

SIGNED_IN_AT = "signed_in_at"  # seconds since the epoch
OF_STAFF = "of_staff"


def idle_time(staff: bool) -> timedelta:
    """Return for how long a signed-in session may be unused."""
    if staff:
        return timedelta(minutes=settings.STAFF_SESSION_IDLE_MINUTES)
    return timedelta(hours=settings.SESSION_IDLE_HOURS)


def longest_time(staff: bool) -> timedelta:
    """Return for how long a session may last after signing in."""
    return timedelta(hours=settings.STAFF_SESSION_HOURS if staff else settings.SESSION_HOURS)


def end_of_session(signed_in: datetime, staff: bool, last_use: datetime) -> datetime:
    """Return when a session ends that is not used again."""
    return min(last_use + idle_time(staff), signed_in + longest_time(staff))


class SessionStore(db.SessionStore):
    """One session. (Its class name is part of the salt of Django's signature.)"""

    expires_at: datetime | None = None  # as read from the database

    def encode(self, session_dict: dict[str, Any]) -> str:
        return encrypt(super().encode(session_dict), SESSION_CONTENT)

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """Return the content; that of a session which this process cannot read is empty."""
        text = session_data if isinstance(session_data, str) else session_data.decode()
        if is_encrypted(text):
            try:
                return self._content(decrypt(text, SESSION_CONTENT))
            except NotReadable:
                return {}
        content: dict[str, Any] = super().decode(text)
        return content

    def _content(self, signed: str) -> dict[str, Any]:
        """Return what Django has packed and signed: that this site wrote it, the encryption around it has proved."""
        packed = signed.partition(":")[0].encode()
        data = zlib.decompress(b64_decode(packed[1:])) if packed.startswith(b".") else b64_decode(packed)
        content: dict[str, Any] = self.serializer().loads(data)
        return content

    def flush(self) -> None:
        """End the session, and forget what the list of the person's browsers says about it."""
        key = self.session_key
        super().flush()
        if key:
            UserSession.objects.filter(session_key=key).delete()

    def get_expiry_date(self, **options: Any) -> datetime:
        """Return when the session ends if it is not used again."""
        if options or SESSION_KEY not in self:
            date: datetime = super().get_expiry_date(**options)
            return date
        return end_of_session(self.signed_in_at, bool(self.get(OF_STAFF)), timezone.now())

    def get_expiry_age(self, **options: Any) -> int:
        """Return the seconds for which the browser keeps the cookie: a session that is used can last that long."""
        if options or SESSION_KEY not in self:
            return int(super().get_expiry_age(**options))
        left = self.signed_in_at + longest_time(bool(self.get(OF_STAFF))) - timezone.now()
        return max(0, int(left.total_seconds()))

    @property
    def signed_in_at(self) -> datetime:
        """When the person signed in."""
        return datetime.fromtimestamp(self.get(SIGNED_IN_AT) or time.time(), timezone.get_default_timezone())

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # unknown to the stubs
        self.expires_at = row.expire_date if row is not None else None
        return row
