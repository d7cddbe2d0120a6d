"""What the person has shown in this session, and when: the password, a second factor, a passkey.

django-allauth keeps these records in the session, at signing in and at each confirmation. Everything here asks them,
and never only whether the *account* has a second factor: that says nothing of a session that is older.
"""

import time
from collections.abc import Callable
from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User

# Recovery codes replace a lost second factor; they are not one themselves.
SECOND_FACTORS = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)
ORGANISATION = "organisation"  # our method of the record that the organisation asked a person again
ALL_STEPS = "all_steps"  # our method of the record that completes a confirmation


def has_second_factor(user: User) -> bool:
    """Say whether signing in asks this person for a second factor."""
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()


def showed_second_factor(request: HttpRequest, user: User) -> bool:
    """Say whether a factor that the account still has was shown in this session within ADMIN_FACTOR_HOURS."""
    recent = _records(request, user, settings.ADMIN_FACTOR_HOURS * 3600, lambda record: record.get("method") == "mfa")
    shown = [record["id"] for record in recent]
    return bool(shown) and Authenticator.objects.filter(user=user, pk__in=shown).exists()


def missing_step(request: HttpRequest, user: User) -> str | None:
    """Return what is left of confirming that it is them, as at signing in: a `first_step`, "factor" or nothing.

    A passkey that verified the person (by PIN, finger or face) is both at once. What was shown within the last
    ACCOUNT_REAUTHENTICATION_TIMEOUT seconds counts.
    """
    if _recent(request, user, _is_verified_passkey):
        return None
    first = first_step(user)
    if first and not _recent(request, user, lambda record: record["method"] == first):
        return first
    if has_second_factor(user) and not _recent(request, user, lambda record: record["method"] == "mfa"):
        return "factor"
    return None


def first_step(user: User) -> str | None:
    """Return what signing in begins with for this person: "password", ORGANISATION, or nothing for a passkey alone."""
    by_organisation = belongs_to_organisation(user)
    if user.has_usable_password() and (settings.LOCAL_SIGN_IN or not by_organisation):
        return "password"
    return ORGANISATION if by_organisation else None


def belongs_to_organisation(user: User) -> bool:
    """Say whether the organisation of OIDC_ISSUER vouches for this person."""
    if not settings.OIDC_ISSUER:
        return False
    return SocialAccount.objects.filter(user=user, provider=settings.OIDC_ISSUER).exists()


def confirmed_recently(request: HttpRequest, user: User) -> bool:
    """Say whether the person has confirmed by all steps within the last ACCOUNT_REAUTHENTICATION_TIMEOUT seconds."""
    return bool(_recent(request, user, lambda record: bool(record.get("reauthenticated"))))


def record_all_steps(request: HttpRequest, user: User) -> None:
    """Record that the person has just shown again all that signing in takes. allauth asks for this record."""
    record_authentication(request, user, method=ALL_STEPS, reauthenticated=True)


def _is_verified_passkey(record: dict[str, Any]) -> bool:
    return record.get("type") == Authenticator.Type.WEBAUTHN and bool(record.get("passwordless"))


def _recent(request: HttpRequest, user: User, fits: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    return _records(request, user, app_settings.REAUTHENTICATION_TIMEOUT, fits)


def _records(
    request: HttpRequest, user: User, seconds: float, fits: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    since = time.time() - seconds
    return [record for record in get_authentication_records(request, user) if record["at"] > since and fits(record)]
