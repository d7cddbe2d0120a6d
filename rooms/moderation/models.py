"""Reports and the audit log. Nothing of a call itself is stored, only what people write about it."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rooms.models import Membership, Room

DESCRIPTION_LENGTH = 2000  # characters of a report, and of a moderator's mail
REASON_LENGTH = 500  # characters of a moderator's reason


class Category(models.TextChoices):
    """What a report is about."""

    HARASSMENT = "harassment", _("Harassment or threats")
    HATE = "hate", _("Hate speech")
    SEXUAL = "sexual", _("Unwanted sexual content")
    CHILDREN = "children", _("A child is in danger")
    FRAUD = "fraud", _("Fraud or impersonation")
    DISRUPTION = "disruption", _("Spam or disruption")
    OTHER = "other", _("Something else")


class Report(models.Model):
    """A person's description of what happened in a room, or of what another person did there (the subject).

    References to deleted people and rooms become null; the description stays until `REPORT_DAYS` after `resolved_at`.
    """

    room = models.ForeignKey(Room, models.SET_NULL, null=True, related_name="reports", verbose_name=_("room"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="reports_about_rooms",
        verbose_name=_("owner of the room"),
    )
    subject_membership = models.ForeignKey(
        Membership,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("membership of the person"),
    )
    subject_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports_about",
        verbose_name=_("person"),
    )
    # Links reports about the same guest in several rooms. Never shown.
    subject_guest_id = models.UUIDField(null=True, editable=False, db_index=True)
    # Tells a report about a person from one about the room, even when the person's rows are deleted.
    about_person = models.BooleanField(_("about a person"), default=False, editable=False)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports_written",
        verbose_name=_("reported by"),
    )
    reporter_guest_id = models.UUIDField(null=True, editable=False)
    category = models.CharField(_("category"), max_length=12, choices=Category.choices)
    description = models.TextField(_("description"), max_length=DESCRIPTION_LENGTH, blank=True)
    created_at = models.DateTimeField(_("reported"), default=timezone.now, editable=False, db_index=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True, editable=False, db_index=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created_at"]
        default_permissions = ("view",)
        permissions = [("moderate", "Can act on reports, rooms, links and people")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk} · {self.get_category_display()}"


class AppendOnly(Exception):
    """An entry of the audit log was to be changed or deleted."""


class AppendOnlyQuerySet(models.QuerySet["AuditEntry"]):
    """Entries that are never changed, and deleted only by `moderation.pruning`."""

    def update(self, **values: Any) -> int:
        """Raise `AppendOnly`."""
        raise AppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raise `AppendOnly`."""
        raise AppendOnly


class AuditEntry(models.Model):
    """One action of one moderator: who did what to whom, when and why.

    `target_kind` and `target` name the row without a foreign key: when a person is deleted, the log keeps their number
    and no name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="audit_entries",
        verbose_name=_("who"),
    )
    action = models.CharField(_("action"), max_length=20, editable=False)
    target_kind = models.CharField(_("kind of target"), max_length=10, editable=False)
    target = models.CharField(_("target"), max_length=36, editable=False)
    report = models.ForeignKey(
        Report, models.SET_NULL, null=True, editable=False, related_name="audit_entries", verbose_name=_("report")
    )
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, editable=False)

    objects: ClassVar[models.Manager["AuditEntry"]] = models.Manager.from_queryset(AppendOnlyQuerySet)()

    # For pages, set by `audit_log.describe`.
    action_label: str
    target_label: str
    target_url: str | None

    class Meta:
        verbose_name = _("audit log entry")
        verbose_name_plural = _("audit log")
        ordering = ["-at"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["target_kind", "target"], name="audit_target"),
            models.Index(fields=["action", "at"], name="audit_action"),
            models.Index(fields=["target_kind", "at"], name="audit_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.action} · {self.target_kind} {self.target}"

    def save(self, *args: Any, **options: Any) -> None:
        """Add the entry. Raises `AppendOnly` for an existing one."""
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Raise `AppendOnly`."""
        raise AppendOnly
