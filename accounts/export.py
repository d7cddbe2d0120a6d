"""Everything that the server knows about a person, as one JSON object for them, without secrets and others' names.

Each function is a chapter of it; times are ISO 8601 in UTC. A test holds it to the database: every table that names a
person has a chapter.
"""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from common.user_agents import describe
from rooms.models import Invite, Membership, Room
from rooms.moderation.models import Deed, Report

from . import optional_mail
from .models import MailKind, User

FORMAT = 1


def export(user: User) -> dict[str, Any]:
    """Return all that is known of a person."""
    return {
        "format": FORMAT,
        "site": settings.SITE_ORIGINS[0],
        "made_at": timezone.now(),
        "account": _account(user),
        "addresses": [
            {"email": row.email, "verified": row.verified, "primary": row.primary}
            for row in EmailAddress.objects.filter(user=user)
        ],
        "mails_switched_off": [kind.value for kind in MailKind if not optional_mail.wanted(kind, user.email)],
        "signing_in": [_factor(row) for row in Authenticator.objects.filter(user=user)],
        "browsers": [_browser(row) for row in UserSession.objects.filter(user=user)],
        "rooms": [_room(row) for row in user.rooms.all()],
        "places": [_place(row) for row in Membership.objects.filter(user=user).select_related("room")],
        "links": [
            {"room": row.room.name, **_link(row)}
            for row in Invite.objects.filter(created_by=user).select_related("room")
        ],
        "offered_rooms": [row.name for row in Room.objects.filter(offered_to=user)],
        "reports_written": [_report(row) for row in Report.objects.filter(by_user=user).select_related("room")],
        # Of others' reports about them, that there is one: their words are the writers'.
        "reports_about": [
            {"category": row.category, "at": row.created_at} for row in Report.objects.filter(about_user=user)
        ],
        "reports_about_rooms": [
            {"category": row.category, "at": row.created_at} for row in Report.objects.filter(owner=user)
        ],
        "acts_as_moderator": [
            {"at": row.at, "act": row.act, "kind": row.kind, "number": row.target, "reason": row.reason}
            for row in Deed.objects.filter(by=user)
        ],
        "acts_in_administration": _journal(LogEntry.objects.filter(user=user).select_related("content_type")),
    }


def _account(user: User) -> dict[str, Any]:
    return {
        "number": user.pk,
        "email": user.email,
        "display_name": user.display_name,
        "joined": user.date_joined,
        "last_sign_in": user.last_login,
        "password": user.has_usable_password(),
        "hide_address": user.hide_address,
        "staff": user.is_staff,
        "may_everything": user.is_superuser,
        "groups": list(user.groups.values_list("name", flat=True)),
        "rights": sorted(user.user_permissions.values_list("codename", flat=True)),
        "suspended": user.suspended_at,
    }


def _factor(row: Authenticator) -> dict[str, Any]:
    name = row.wrap().name if row.type == Authenticator.Type.WEBAUTHN else None
    return {"kind": row.type, "name": name, "since": row.created_at, "last_used": row.last_used_at}


def _browser(row: UserSession) -> dict[str, Any]:
    return {
        "browser": describe(row.user_agent),
        "user_agent": row.user_agent,
        "internet_address": row.ip,
        "first_seen": row.created_at,
        "last_seen": row.last_seen_at,
    }


def _room(row: Room) -> dict[str, Any]:
    return {
        "name": row.name,
        "address": f"{settings.SITE_ORIGINS[0]}/r/{row.slug}",
        "created": row.created_at,
        "expires": row.expires_at,
        "closed": row.closed_at,
        "people_at_once": row.max_people,
        "door": row.door,
        "host_needed": row.host_needed,
        "hide_addresses": row.relay_only,
        "key_epoch": row.epoch,
        "places": {role: row.memberships.filter(role=role).count() for role in ("moderator", "member", "guest")},
        "links": [_link(link) for link in row.invites.all()],
    }


def _link(row: Invite) -> dict[str, Any]:
    return {
        "label": row.label,
        "role": row.role,
        "uses": row.uses,
        "uses_allowed": row.max_uses,
        "created": row.created_at,
        "expires": row.expires_at,
        "revoked": row.revoked_at,
    }


def _place(row: Membership) -> dict[str, Any]:
    return {
        "room": row.room.name,
        "address": f"{settings.SITE_ORIGINS[0]}/r/{row.room.slug}",
        "role": row.role,
        "since": row.created_at,
        "until": row.expires_at,
        "removed": row.removed_at,
        "let_in": row.admitted_at,
    }


def _report(row: Report) -> dict[str, Any]:
    return {
        "room": row.room.name if row.room else None,
        "category": row.category,
        "words": row.words,
        "at": row.created_at,
        "settled": row.settled_at,
    }


def _journal(rows: Iterable[LogEntry]) -> list[dict[str, Any]]:
    # The names of other people are left out: the kind of row and its number say what was done.
    return [
        {
            "at": row.action_time,
            "kind": str(row.content_type),
            "number": row.object_id,
            "act": row.get_action_flag_display(),
        }
        for row in rows
    ]
