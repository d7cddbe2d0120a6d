"""What moderators do. Each act goes through the flows, which tell live sockets, and leaves a row in the trail."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts import flows as accounts
from accounts.models import User
from rooms.errors import NotPossible
from rooms.flows.invites import revoke_invite, revoke_invites
from rooms.flows.members import remove_member
from rooms.flows.rooms import close_room, reopen_room
from rooms.models import Ban, Invite, Membership, Room

from .models import Deed, Report

MODERATE = "moderation.moderate"


class Kind(StrEnum):
    """What an act is done to."""

    PERSON = "person"
    ROOM = "room"
    LINK = "link"
    PLACE = "place"
    BAN = "ban"
    REPORT = "report"
    RULES = "rules"


MODELS: dict[Kind, type[models.Model]] = {
    Kind.PERSON: User,
    Kind.ROOM: Room,
    Kind.LINK: Invite,
    Kind.PLACE: Membership,
    Kind.BAN: Ban,
    Kind.REPORT: Report,
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something a moderator can do. `means` says what will happen, before they confirm it."""

    name: str
    kind: Kind
    label: Promise
    means: Promise
    do: Callable[[Any, User, str], object]
    writes_mail: bool = False
    settles: bool = True  # whether a report that led to it may be settled with it
    gentle: bool = False  # nobody is put out by it


def perform(act: Act, row: Any, by: User, reason: str, *, words: str = "", report: Report | None = None) -> None:
    """Do it and write it down. `words` are those of the mail, for an act that writes one.

    Raises `NotPossible` with a sentence, and `accounts.flows.NotAllowed` for somebody who may not.
    """
    if not by.has_perm(MODERATE):
        raise accounts.NotAllowed
    # A mail server may take its time: nobody else's writing waits for it.
    with nullcontext() if act.writes_mail else transaction.atomic():
        act.do(row, by, words)
        note(by, act.name, act.kind, row.pk, reason, report if report is not None else _own(row))


def note(by: User, name: str, kind: Kind, target: object, reason: str, report: Report | None = None) -> None:
    """Add a row to the trail."""
    number = target.hex if isinstance(target, UUID) else str(target)
    Deed.objects.create(by=by, act=name, kind=kind.value, target=number, reason=reason, report=report)


def settle(report: Report, by: User, reason: str) -> None:
    """Take a report out of the queue, because of an act that was done."""
    with transaction.atomic():
        _settle(report, by, "")
        note(by, "settle", Kind.REPORT, report.pk, reason, report)


def rows_of(act: Act, numbers: list[str]) -> list[Any]:
    """Return the rows with these primary keys; those that are no keys are left out."""
    model = MODELS[act.kind]
    keys = []
    for number in numbers:
        try:
            keys.append(model._meta.pk.to_python(number))  # type: ignore[union-attr]
        except ValidationError:
            continue
    return list(model._default_manager.filter(pk__in=keys))


def _own(row: Any) -> Report | None:
    return row if isinstance(row, Report) else None


def _warn(user: User, _by: User, words: str) -> None:
    context = {"SITE_NAME": settings.SITE_NAME, "site_url": settings.SITE_ORIGINS[0], "user": user, "words": words}
    subject = _t("A warning from the moderators of %(site)s") % {"site": settings.SITE_NAME}
    try:
        send_mail(subject, render_to_string("moderation/warning.txt", context), None, [user.email])
    except OSError as error:  # SMTPException is one
        raise NotPossible(_t("The mail could not be sent. Nothing was noted.")) from error


def _revoke_all(room: Room, _by: User, _words: str) -> None:
    revoke_invites(room.invites.all())


def _ban(place: Membership, _by: User, _words: str) -> None:
    if place.browser is None:
        raise NotPossible(_t("This person has an account: suspend it instead."))
    Ban.objects.get_or_create(guest_id=place.browser)
    for held in Membership.objects.filter(browser=place.browser, removed_at__isnull=True):
        remove_member(held)


def _lift(ban: Ban, _by: User, _words: str) -> None:
    Ban.objects.filter(pk=ban.pk).delete()


def _settle(report: Report, _by: User, _words: str) -> None:
    Report.objects.filter(pk=report.pk, settled_at__isnull=True).update(settled_at=timezone.now())


def _take_up(report: Report, _by: User, _words: str) -> None:
    Report.objects.filter(pk=report.pk).update(settled_at=None)


ALL = (
    Act(
        "warn", Kind.PERSON, _("Warn by mail"), _("They get a mail with your words. Nothing else changes."), _warn,
        writes_mail=True, gentle=True,
    ),
    Act(
        "suspend", Kind.PERSON, _("Suspend"),
        _("They are signed out everywhere, their calls end at once, their rooms are shut for everybody, and they "
          "cannot sign in until somebody reinstates them."),
        lambda user, by, _words: accounts.suspend(user, by),
    ),
    Act(
        "reinstate", Kind.PERSON, _("Reinstate"), _("They can sign in again, and their rooms open."),
        lambda user, by, _words: accounts.reinstate(user, by), settles=False, gentle=True,
    ),
    Act(
        "close-room", Kind.ROOM, _("Close the room"),
        _("Everybody inside is put out at once, and nobody can enter. The owner cannot open it again: only moderators "
          "can."),
        lambda room, _by, _words: close_room(room, by_site=True),
    ),
    Act(
        "reopen-room", Kind.ROOM, _("Reopen the room"), _("People with a place or a link can enter again."),
        lambda room, _by, _words: reopen_room(room, by_site=True), settles=False, gentle=True,
    ),
    Act(
        "revoke-links", Kind.ROOM, _("Revoke all its links"),
        _("No link of this room lets anybody in any more. People who came by one stay, and the owner can make new "
          "ones."),
        _revoke_all,
    ),
    Act(
        "revoke-link", Kind.LINK, _("Revoke the link"), _("It lets nobody in any more. People who came by it stay."),
        lambda link, _by, _words: revoke_invite(link),
    ),
    Act(
        "remove", Kind.PLACE, _("Remove from the room"),
        _("Their call ends at once and their place in this room is gone. A later link can bring them back."),
        lambda place, _by, _words: remove_member(place),
    ),
    Act(
        "ban-guest", Kind.PLACE, _("Ban the guest"),
        _("Their browser is put out of every room at once, and no link lets it in as a guest again. A guest is known "
          "by a cookie of that browser alone: with another browser, a private window or cleared cookies they could "
          "come again, so revoke the link that they used, too."),
        _ban,
    ),
    Act(
        "lift-ban", Kind.BAN, _("Lift the ban"), _("Links let this guest in again."), _lift, settles=False, gentle=True,
    ),
    Act(
        "dismiss", Kind.REPORT, _("Dismiss"), _("The report is settled, and nothing else is done."), _settle,
        settles=False, gentle=True,
    ),
    Act(
        "take-up", Kind.REPORT, _("Open again"), _("The report is back in the queue."), _take_up,
        settles=False, gentle=True,
    ),
)  # fmt: skip
ACTS = {act.name: act for act in ALL}
# How the trail names what was done.
WORDS: dict[str, Promise] = {
    **{act.name: act.label for act in ALL},
    "settle": _("Settle the report"),
    "rules": _("Change the rules of the site"),
}
