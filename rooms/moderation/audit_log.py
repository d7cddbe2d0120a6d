"""The audit log as people read it: an entry names its target by number, and the name is looked up for the page."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .actions import ACTION_LABELS, MODELS, TargetKind, parse_keys
from .models import AuditEntry, Report

TARGET_KIND_LABELS: dict[TargetKind, Promise] = {
    TargetKind.PERSON: gettext_lazy("person"),
    TargetKind.ROOM: gettext_lazy("room"),
    TargetKind.INVITE: gettext_lazy("invite link"),
    TargetKind.MEMBERSHIP: gettext_lazy("member or guest"),
    TargetKind.BAN: gettext_lazy("banned guest"),
    TargetKind.REPORT: gettext_lazy("report"),
    TargetKind.GROUP: gettext_lazy("group"),
    TargetKind.SITE_POLICY: gettext_lazy("site settings"),
}


def describe(entries: Iterable[AuditEntry]) -> None:
    """Set `action_label`, `target_label` and `target_url` of each entry, with one query for each kind of target."""
    entries = list(entries)
    found: dict[tuple[str, str], Any] = {}
    for kind, model in MODELS.items():
        keys = {entry.target for entry in entries if entry.target_kind == kind}
        for row in model._default_manager.filter(pk__in=parse_keys(model, list(keys))) if keys else ():
            found[kind, _key(row)] = row
    for entry in entries:
        target: Any = found.get((entry.target_kind, entry.target))
        entry.action_label = str(ACTION_LABELS.get(entry.action, entry.action))
        entry.target_label = str(target) if target is not None else _missing(entry)
        entry.target_url = _url(target)


def entries_of(report: Report) -> list[AuditEntry]:
    """Return what was done because of a report, in order, described."""
    entries = list(report.audit_entries.select_related("actor").order_by("at"))
    describe(entries)
    return entries


def entries_about(kind: TargetKind, row: Any) -> list[AuditEntry]:
    """Return what was done to a row, the newest first, described."""
    entries = list(AuditEntry.objects.filter(target_kind=kind, target=_key(row)).select_related("actor", "report"))
    describe(entries)
    return entries


def newest_entries(count: int) -> list[AuditEntry]:
    """Return what was done last, the newest first, described."""
    entries = list(AuditEntry.objects.select_related("actor")[:count])
    describe(entries)
    return entries


def _key(row: Any) -> str:
    return row.pk.hex if hasattr(row.pk, "hex") else str(row.pk)


def _missing(entry: AuditEntry) -> str:
    if entry.target_kind == TargetKind.SITE_POLICY:
        return str(TARGET_KIND_LABELS[TargetKind.SITE_POLICY])
    known = entry.target_kind in list(TargetKind)
    kind = TARGET_KIND_LABELS[TargetKind(entry.target_kind)] if known else entry.target_kind
    return _("%(kind)s %(number)s (deleted)") % {"kind": kind, "number": entry.target[:8]}


def _url(row: Any) -> str | None:
    if row is None:
        return None
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])
