"""What the site stores about a person: a registry of the apps' answers, and the answer of this app.

A test compares it with the database: every table that refers to a person has its part in the export, and no trace of a
deleted person is left in any table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from common.user_agents import describe

from . import optional_mail
from .models import MailKind, User

FORMAT = 1

Session = Mapping[str, Any]  # the decoded content of one of a person's browser sessions


@dataclass(frozen=True, slots=True)
class Loss:
    """Things that a person loses with their account, under one heading; each is a name and a link or None."""

    heading: str
    items: Sequence[tuple[str, str | None]]


class PersonalData(Protocol):
    """What one app stores about people."""

    def export(self, user: User) -> dict[str, Any]:
        """Return all of it, ready for JSON, without secrets and without other people's names."""

    def losses(self, user: User) -> list[Loss]:
        """Return what the person loses with their account, for the page that asks whether to delete it."""

    def forget(self, user: User, sessions: Sequence[Session]) -> None:
        """Delete what no foreign key leads to. `sessions` have ended already; guests are known by them only."""


_apps: list[PersonalData] = []


def register(app: PersonalData) -> None:
    """Add an app's answer. Exports and deletions ask the apps in this order."""
    _apps.append(app)


def export(user: User) -> dict[str, Any]:
    """Return all that the site stores about a person as one JSON object; times are ISO 8601 in UTC."""
    data = {"format": FORMAT, "site": settings.SITE_ORIGINS[0], "exported_at": timezone.now()}
    for app in _apps:
        data |= app.export(user)
    return data


def losses(user: User) -> list[Loss]:
    """Return what a person loses with their account."""
    return [loss for app in _apps for loss in app.losses(user)]


def forget(user: User, sessions: Sequence[Session]) -> None:
    """Delete all traces of a person that no foreign key leads to."""
    for app in _apps:
        app.forget(user, sessions)


class AccountData:
    """The account itself, its addresses, how and where the person signs in."""

    def export(self, user: User) -> dict[str, Any]:
        """Return the account's part of the export."""
        return {
            "account": _account(user),
            "email_addresses": [
                {"email": row.email, "verified": row.verified, "primary": row.primary}
                for row in EmailAddress.objects.filter(user=user)
            ],
            "mails_switched_off": [kind.value for kind in MailKind if not optional_mail.is_wanted(kind, user.email)],
            "authenticators": [_authenticator(row) for row in Authenticator.objects.filter(user=user)],
            "organisations": [
                {"issuer": row.provider, "id": row.uid, "since": row.date_joined, "last_sign_in": row.last_login}
                for row in SocialAccount.objects.filter(user=user)
            ],
            "sessions": [_session(row) for row in UserSession.objects.filter(user=user)],
            "admin_log": _admin_log(LogEntry.objects.filter(user=user).select_related("content_type")),
        }

    def losses(self, user: User) -> list[Loss]:
        """Return nothing: the page speaks of the account itself."""
        return []

    def forget(self, user: User, sessions: Sequence[Session]) -> None:
        """Delete opt-outs and unsent mails of their addresses, and Django's log entries about them, with their name."""
        for address in {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}:
            optional_mail.delete_opt_outs(address)
            optional_mail.delete_waiting(address)
        content_type = ContentType.objects.get_for_model(User)
        LogEntry.objects.filter(content_type=content_type, object_id=str(user.pk)).delete()


register(AccountData())


def _account(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "email": user.email,
        "display_name": user.display_name,
        "joined": user.date_joined,
        "last_sign_in": user.last_login,
        "has_password": user.has_usable_password(),
        "hide_ip_address": user.hide_ip_address,
        "time_zone": user.time_zone,
        "time_zone_chosen": user.time_zone_chosen,
        "staff": user.is_staff,
        "superuser": user.is_superuser,
        "groups": list(user.groups.values_list("name", flat=True)),
        "permissions": sorted(user.user_permissions.values_list("codename", flat=True)),
        "suspended": user.suspended_at,
    }


def _authenticator(row: Authenticator) -> dict[str, Any]:
    name = row.wrap().name if row.type == Authenticator.Type.WEBAUTHN else None
    return {"type": row.type, "name": name, "created": row.created_at, "last_used": row.last_used_at}


def _session(row: UserSession) -> dict[str, Any]:
    return {
        "browser": describe(row.user_agent),
        "user_agent": row.user_agent,
        "ip_address": row.ip,
        "first_seen": row.created_at,
        "last_seen": row.last_seen_at,
    }


def _admin_log(rows: Iterable[LogEntry]) -> list[dict[str, Any]]:
    # Without the names of other people: the type and id of the row say what was changed.
    return [
        {
            "at": row.action_time,
            "type": str(row.content_type),
            "id": row.object_id,
            "action": row.get_action_flag_display(),
        }
        for row in rows
    ]
