"""A session that has shown a second factor, for tests that do not sign in over the pages."""

import time

from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY as OF
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as METHODS
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from common import ratelimit


def digits(secret: str) -> str:
    """Return what an authenticator app shows now (RFC 6238, 30 s)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def show_second_factor(client: Client, user: User, ago: float = 0.0) -> None:
    """Write into the session of a client that the person showed their factor, if they have one, `ago` seconds ago."""
    session = client.session
    write_second_factor(session, user, ago)
    session.save()


def write_second_factor(session: SessionBase, user: User, ago: float = 0.0) -> None:
    """Write the same into a session that the caller saves."""
    factors = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    session[OF] = user_id_to_str(user)
    session[METHODS] = [{"method": "mfa", "at": time.time() - ago, "id": row.pk, "type": row.type} for row in factors]


def forget_digits() -> None:
    """Let digits that were used count once more, so that a test need not wait for the next ones."""
    cache.clear()
    ratelimit.forget_all()
