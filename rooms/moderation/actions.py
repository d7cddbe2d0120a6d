"""What moderators can do. Each action uses the flows, which also close live sockets, and adds an audit log entry."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.flows import NotAllowed, end_sessions, reinstate, reset_second_factor, suspend
from accounts.models import User
from common.mail import compose
from common.security_log import log_event
from rooms.errors import NotPossible
from rooms.flows.invites import revoke_invite, revoke_invites
from rooms.flows.members import remove_member
from rooms.flows.rooms import close_room, reopen_room
from rooms.models import Ban, Invite, Membership, Room

from .availability import obstacle
from .models import AuditEntry, Report

MODERATE = "moderation.moderate"


class TargetKind(StrEnum):
    """What an action is done to."""

    PERSON = "person"
    ROOM = "room"
    INVITE = "invite"
    MEMBERSHIP = "membership"
    BAN = "ban"
    REPORT = "report"
    GROUP = "group"
    SITE_POLICY = "policy"


MODELS: dict[TargetKind, type[models.Model]] = {
    TargetKind.PERSON: User,
    TargetKind.ROOM: Room,
    TargetKind.INVITE: Invite,
    TargetKind.MEMBERSHIP: Membership,
    TargetKind.BAN: Ban,
    TargetKind.REPORT: Report,
    TargetKind.GROUP: Group,
}


@dataclass(frozen=True, slots=True)
class ModerationAction:
    """Something that a moderator can do to a row of one kind, after a page that shows `consequences`.

    `run(row, moderator, message)` does it; the message is that of the mail, for an action that `sends_mail`.
    """

    name: str
    target_kind: TargetKind
    label: Promise
    consequences: Promise
    run: Callable[[Any, User, str], object]
    sends_mail: bool = False
    resolves_report: bool = True  # whether the page offers to resolve the report that led to it
    destructive: bool = True  # whether anyone loses access by it


def perform(
    action: ModerationAction, row: Any, by: User, reason: str, *, message: str = "", report: Report | None = None
) -> None:
    """Do it to one row and record it.

    Raises `NotPossible` with a sentence for the moderator, and `NotAllowed` for a person who is none.
    """
    if not by.has_perm(MODERATE):
        raise NotAllowed
    reason_against = obstacle(action.name, row, by)
    if reason_against:
        raise NotPossible(reason_against)
    with transaction.atomic():
        action.run(row, by, message)
        record(by, action.name, action.target_kind, row.pk, reason, report if report is not None else _as_report(row))


def record(
    actor: User, action: str, kind: TargetKind, target: object, reason: str, report: Report | None = None
) -> None:
    """Add an entry to the audit log; `target` is a primary key."""
    key = target.hex if isinstance(target, UUID) else str(target)
    AuditEntry.objects.create(
        actor=actor, action=action, target_kind=kind.value, target=key, reason=reason, report=report
    )
    log_event("moderation.action", account=actor.pk, action=action, kind=kind.value, target=key)


def resolve(report: Report, by: User, reason: str) -> None:
    """Resolve a report after another action, and record it."""
    with transaction.atomic():
        _resolve(report, by, "")
        record(by, "resolve", TargetKind.REPORT, report.pk, reason, report)


def rows_of(action: ModerationAction, keys: list[str]) -> list[Any]:
    """Return the rows with these primary keys, as text; malformed and unknown keys are left out."""
    model = MODELS[action.target_kind]
    return list(model._default_manager.filter(pk__in=parse_keys(model, keys)))


def parse_keys(model: Any, keys: list[str]) -> list[Any]:
    """Return the well-formed ones of these primary keys of a model."""
    parsed = []
    for key in keys:
        try:
            parsed.append(model._meta.pk.to_python(key))
        except ValidationError:
            continue
    return parsed


def _as_report(row: Any) -> Report | None:
    return row if isinstance(row, Report) else None


def _warn(user: User, _by: User, message: str) -> None:
    compose("mails/warning.html", [user.email], {"name": user.display_name, "message": message}).send()


def _revoke_all(room: Room, _by: User, _message: str) -> None:
    revoke_invites(room.invites.all())


def _ban(membership: Membership, _by: User, _message: str) -> None:
    assert membership.guest_id is not None  # noqa: S101 - `availability` has made sure
    Ban.objects.get_or_create(guest_id=membership.guest_id)
    for other in Membership.objects.filter(guest_id=membership.guest_id, removed_at__isnull=True):
        remove_member(other)


def _lift_ban(ban: Ban, _by: User, _message: str) -> None:
    Ban.objects.filter(pk=ban.pk).delete()


def _resolve(report: Report, _by: User, _message: str) -> None:
    Report.objects.filter(pk=report.pk, resolved_at__isnull=True).update(resolved_at=timezone.now())


def _reopen(report: Report, _by: User, _message: str) -> None:
    Report.objects.filter(pk=report.pk).update(resolved_at=None)


ACTIONS = (
    ModerationAction(
        "warn", TargetKind.PERSON, _("Warn by email"),
        _("They get an email with your message. Nothing else changes."),
        _warn, sends_mail=True, destructive=False,
    ),
    ModerationAction(
        "suspend", TargetKind.PERSON, _("Suspend"),
        _("They are signed out everywhere, their calls end immediately, their rooms are closed, and they can't sign in "
          "until they are reinstated."),
        lambda user, by, _message: suspend(user, by),
    ),
    ModerationAction(
        "reinstate", TargetKind.PERSON, _("Reinstate"), _("They can sign in again, and their rooms reopen."),
        lambda user, by, _message: reinstate(user, by), resolves_report=False, destructive=False,
    ),
    ModerationAction(
        "end-sessions", TargetKind.PERSON, _("Sign out everywhere"),
        _("They are signed out in every browser, and their calls end immediately. They can sign in again."),
        lambda user, _by, _message: end_sessions(user), resolves_report=False,
    ),
    ModerationAction(
        "reset-second-factor", TargetKind.PERSON, _("Reset two-step verification"),
        _("Their passkeys, authenticator app and recovery codes are removed, and they are signed out everywhere. To "
          "sign in, they need their password and a code that we email them. Make sure who is asking first: meet them, "
          "or call a number that you knew before. An email proves nothing. Say below how you did it."),
        lambda user, by, _message: reset_second_factor(user, by), resolves_report=False,
    ),
    ModerationAction(
        "close-room", TargetKind.ROOM, _("Close the room"),
        _("Everyone inside is removed immediately, and no one can join. The owner can't reopen it; only moderators "
          "can."),
        lambda room, _by, _message: close_room(room, by_moderator=True),
    ),
    ModerationAction(
        "reopen-room", TargetKind.ROOM, _("Reopen the room"), _("Members, and people with a link, can join again."),
        lambda room, _by, _message: reopen_room(room, by_moderator=True), resolves_report=False, destructive=False,
    ),
    ModerationAction(
        "revoke-links", TargetKind.ROOM, _("Revoke all links"),
        _("No one else can join with a link of this room. People who already joined stay, and the owner can create new "
          "links."),
        _revoke_all,
    ),
    ModerationAction(
        "revoke-link", TargetKind.INVITE, _("Revoke the link"),
        _("No one else can join with it. People who already joined stay."),
        lambda invite, _by, _message: revoke_invite(invite),
    ),
    ModerationAction(
        "remove", TargetKind.MEMBERSHIP, _("Remove from the room"),
        _("Their call and their access to this room end immediately. A later link can bring them back."),
        lambda membership, _by, _message: remove_member(membership),
    ),
    ModerationAction(
        "ban-guest", TargetKind.MEMBERSHIP, _("Ban the guest"),
        _("Their browser is removed from all rooms immediately, and can't join as a guest again. Only a cookie in that "
          "browser identifies a guest: with another browser, a private window or cleared cookies they could come back, "
          "so also revoke the link that they used."),
        _ban,
    ),
    ModerationAction(
        "lift-ban", TargetKind.BAN, _("Lift the ban"), _("This guest can join with links again."),
        _lift_ban, resolves_report=False, destructive=False,
    ),
    ModerationAction(
        "dismiss", TargetKind.REPORT, _("Dismiss"), _("The report is resolved, and nothing else is done."),
        _resolve, resolves_report=False, destructive=False,
    ),
    ModerationAction(
        "reopen", TargetKind.REPORT, _("Reopen"), _("The report is back in the queue."),
        _reopen, resolves_report=False, destructive=False,
    ),
)  # fmt: skip
ACTIONS_BY_NAME = {action.name: action for action in ACTIONS}
# How the audit log names what was done.
ACTION_LABELS: dict[str, Promise] = {
    **{action.name: action.label for action in ACTIONS},
    "resolve": _("Resolve the report"),
    # What superusers do on the pages of rows.
    "add": _("Create"),
    "change": _("Change"),
    "delete": _("Delete"),
    "site-policy": _("Change the site settings"),
}
