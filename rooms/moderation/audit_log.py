"""The trail of what moderators did, in words: whom a row names is looked up when it is read."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .actions import MODELS, WORDS, Kind
from .models import Deed, Report

KINDS: dict[Kind, Promise] = {
    Kind.PERSON: gettext_lazy("person"),
    Kind.ROOM: gettext_lazy("room"),
    Kind.LINK: gettext_lazy("link"),
    Kind.PLACE: gettext_lazy("place in a room"),
    Kind.BAN: gettext_lazy("banned guest"),
    Kind.REPORT: gettext_lazy("report"),
    Kind.RULES: gettext_lazy("rules of the site"),
}


def describe(deeds: Iterable[Deed]) -> None:
    """Give each row `done` (what, in words), `whom`, and `whom_url`, None for what is no more. One query a kind."""
    listed = list(deeds)
    found: dict[tuple[str, str], Any] = {}
    for kind, model in MODELS.items():
        keys = {deed.target for deed in listed if deed.kind == kind}
        for one in model._default_manager.filter(pk__in=_keys(model, keys)) if keys else ():
            found[kind, _number(one)] = one
    for deed in listed:
        row: Any = found.get((deed.kind, deed.target))
        deed.done = WORDS.get(deed.act, deed.act)  # type: ignore[attr-defined]
        deed.whom = str(row) if row is not None else _gone(deed)  # type: ignore[attr-defined]
        deed.whom_url = _url(row)  # type: ignore[attr-defined]


def _keys(model: Any, keys: set[str]) -> list[Any]:
    good = []
    for key in keys:
        try:
            good.append(model._meta.pk.to_python(key))
        except ValidationError:
            continue
    return good


def _number(row: Any) -> str:
    return row.pk.hex if hasattr(row.pk, "hex") else str(row.pk)


def _gone(deed: Deed) -> str:
    if deed.kind == Kind.RULES:
        return str(KINDS[Kind.RULES])
    kind = KINDS.get(Kind(deed.kind), deed.kind) if deed.kind in list(Kind) else deed.kind
    return _("%(kind)s %(number)s (no longer there)") % {"kind": kind, "number": deed.target[:8]}


def _url(row: Any) -> str | None:
    if row is None:
        return None
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def of_report(report: Report) -> list[Deed]:
    """Return what was done because of a report, in order, described."""
    deeds = list(report.deeds.select_related("by").order_by("at"))
    describe(deeds)
    return deeds
