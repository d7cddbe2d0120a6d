"""Which actions would do something to a row. Pages offer only these, and `actions.perform` refuses the others."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.flows import may_reset_second_factor, may_suspend
from accounts.models import User
from rooms.models import Ban, Invite, InviteState, Membership, Role, Room

from .models import Report


def obstacle(action: str, row: Any, by: User) -> str:
    """Return why `by` cannot do the action with this name to the row, as a sentence; empty if they can."""
    return _OBSTACLES[action](row, by) if action in _OBSTACLES else ""


def _warn(user: User, by: User) -> str:
    return _("This is your own account.") if user == by else ""


def _suspend(user: User, by: User) -> str:
    if user.suspended_at is not None:
        return _("Already suspended.")
    return _staff(user, by)


def _reinstate(user: User, by: User) -> str:
    return _staff(user, by) if user.suspended_at is not None else _("Not suspended.")


def _end_sessions(user: User, by: User) -> str:
    if not (user == by or may_suspend(user, by)):
        return _("Only superusers can do this to staff.")
    return "" if UserSession.objects.filter(user=user).exists() else _("Not signed in anywhere.")


def _reset_second_factor(user: User, by: User) -> str:
    if user == by:
        return _("This is your own account.")
    if not may_reset_second_factor(user, by):
        return _("Only superusers can do this.")
    return "" if Authenticator.objects.filter(user=user).exists() else _("They have no second factor.")


def _staff(user: User, by: User) -> str:
    if may_suspend(user, by):
        return ""
    return _("This is your own account.") if user == by else _("Only superusers can do this to staff.")


def _close_room(room: Room, _by: User) -> str:
    return _("A moderator has closed it already.") if room.closed_by_moderator else ""


def _reopen_room(room: Room, _by: User) -> str:
    return "" if room.closed_at is not None else _("It isn't closed.")


def _revoke_links(room: Room, _by: User) -> str:
    return "" if room.invites.current(timezone.now()).exists() else _("It has no active links.")


def _revoke_link(invite: Invite, _by: User) -> str:
    return "" if invite.state(timezone.now()) is InviteState.ACTIVE else _("It no longer works.")


def _remove(membership: Membership, _by: User) -> str:
    if membership.role == Role.OWNER:
        return _("The owner can't be removed. Close the room, or suspend the owner.")
    return _("Already removed.") if membership.removed_at is not None else ""


def _ban_guest(membership: Membership, _by: User) -> str:
    if membership.guest_id is None:
        return _("This person has an account. Suspend it instead.")
    return _("Already banned.") if Ban.objects.filter(guest_id=membership.guest_id).exists() else ""


def _dismiss(report: Report, _by: User) -> str:
    return _("Already resolved.") if report.resolved_at is not None else ""


def _reopen(report: Report, _by: User) -> str:
    return "" if report.resolved_at is not None else _("Already open.")


_OBSTACLES: dict[str, Callable[[Any, User], str]] = {
    "warn": _warn,
    "suspend": _suspend,
    "reinstate": _reinstate,
    "end-sessions": _end_sessions,
    "reset-second-factor": _reset_second_factor,
    "close-room": _close_room,
    "reopen-room": _reopen_room,
    "revoke-links": _revoke_links,
    "revoke-link": _revoke_link,
    "remove": _remove,
    "ban-guest": _ban_guest,
    "dismiss": _dismiss,
    "reopen": _reopen,
}
