"""What is kept of abuse: people's own words about it, and what was done. Never anything of a call itself."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rooms.models import Membership, Room

WORDS_LENGTH = 2000  # characters of a report
REASON_LENGTH = 500  # characters of a moderator's reason


class Category(models.TextChoices):
    """What a report is about."""

    HARASSMENT = "harassment", _("Harassment or threats")
    HATE = "hate", _("Hatred against a group")
    SEXUAL = "sexual", _("Unwanted sexual content")
    CHILDREN = "children", _("A child is in danger")
    FRAUD = "fraud", _("Fraud, or somebody pretends to be another")
    DISRUPTION = "disruption", _("Disruption or unwanted advertising")
    OTHER = "other", _("Something else")


class Report(models.Model):
    """Somebody's words about a room, or about a person in it (`about`). The words are all that is taken.

    Who is deleted disappears from here; the words stay until `settled_at` is `REPORT_DAYS` ago.
    """

    room = models.ForeignKey(Room, models.SET_NULL, null=True, related_name="reports", verbose_name=_("room"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="reports_about_rooms",
        verbose_name=_("owner of the room"),
    )
    about = models.ForeignKey(
        Membership,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("place of the person"),
    )
    about_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports_about",
        verbose_name=_("person"),
    )
    # A guest is known by their browser alone: it links reports about them from several rooms, and is never shown.
    about_browser = models.UUIDField(null=True, editable=False, db_index=True)
    # Whom it is about, for when the row that says so is gone: a person or the room as a whole.
    about_person = models.BooleanField(_("about a person"), default=False, editable=False)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports_by",
        verbose_name=_("reported by"),
    )
    by_browser = models.UUIDField(null=True, editable=False)
    category = models.CharField(_("what it is about"), max_length=12, choices=Category.choices)
    words = models.TextField(_("in their words"), max_length=WORDS_LENGTH, blank=True)
    created_at = models.DateTimeField(_("reported"), default=timezone.now, editable=False, db_index=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True, editable=False, db_index=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created_at"]
        default_permissions = ("view",)
        permissions = [("moderate", "Can act on reports, rooms, links and people")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk} · {self.get_category_display()}"


class AppendOnly(Exception):
    """A row of the trail was to be changed or deleted."""


class TrailRows(models.QuerySet["Deed"]):
    """Rows that are written once."""

    def update(self, **values: Any) -> int:
        """Refuse. Raises `AppendOnly`."""
        raise AppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse; `rooms.pruning` alone deletes what is old. Raises `AppendOnly`."""
        raise AppendOnly


class Deed(models.Model):
    """One act of one moderator: who, what, to whom, when, why. Rows are added, never changed.

    `kind` and `target` name the row that it was done to without a foreign key: when a person is deleted the trail keeps
    a number and no name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="deeds",
        verbose_name=_("who"),
    )
    act = models.CharField(_("what"), max_length=20, editable=False)
    kind = models.CharField(_("kind"), max_length=10, editable=False)
    target = models.CharField(_("number"), max_length=36, editable=False)
    report = models.ForeignKey(
        Report, models.SET_NULL, null=True, editable=False, related_name="deeds", verbose_name=_("report")
    )
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, editable=False)

    objects: ClassVar[models.Manager["Deed"]] = models.Manager.from_queryset(TrailRows)()

    class Meta:
        verbose_name = _("act of a moderator")
        verbose_name_plural = _("acts of moderators")
        ordering = ["-at"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["kind", "target"], name="deed_target")]

    def __str__(self) -> str:
        return f"{self.act} · {self.kind} {self.target}"

    def save(self, *args: Any, **options: Any) -> None:
        """Add the row. Raises `AppendOnly` for one that is there."""
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Refuse. Raises `AppendOnly`."""
        raise AppendOnly
