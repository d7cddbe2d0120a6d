"""The page on which a moderator confirms an action and gives the reason."""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.text import clean_text
from rooms.errors import NotPossible
from rooms.moderation.actions import (
    ACTIONS_BY_NAME,
    MODELS,
    MODERATE,
    ModerationAction,
    TargetKind,
    perform,
    resolve,
    rows_of,
)
from rooms.moderation.availability import obstacle
from rooms.moderation.models import DESCRIPTION_LENGTH, REASON_LENGTH, Report

MAX_BULK = 50  # rows of one confirmation


class ConfirmForm(forms.Form):
    """The reason, the text of the mail for an action that sends one, and whether the report is resolved with it."""

    message = forms.CharField(
        label=_("Message"),
        max_length=DESCRIPTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("A greeting and signature are added."),
    )
    reason = forms.CharField(
        label=_("Your reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the audit log, for other moderators. The person doesn't see it."),
    )
    resolve = forms.BooleanField(label=_("Also resolve the report"), required=False, initial=True)

    def __init__(self, data: Any, *, action: ModerationAction, report: Report | None) -> None:
        super().__init__(data)
        if not action.sends_mail:
            del self.fields["message"]
        if report is None or not action.resolves_report or report.resolved_at is not None:
            del self.fields["resolve"]

    def clean_reason(self) -> str:
        """Require readable text."""
        return self._readable("reason")

    def clean_message(self) -> str:
        """Require readable text."""
        return self._readable("message")

    def _readable(self, field: str) -> str:
        text = clean_text(self.cleaned_data[field])
        if not text:
            raise forms.ValidationError(_("Please write at least one letter or number."), code="unreadable")
        return text


def action_url(name: str, rows: list[Any], report: Report | None = None) -> str:
    """Return the URL of the page that confirms an action on these rows."""
    query = {"rows": ",".join(str(row.pk) for row in rows)} | ({"report": str(report.pk)} if report else {})
    return f"{reverse('moderation_action', args=[name])}?{urlencode(query)}"


def action_view(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for confirmation (GET), then perform the action on each row (POST). For moderators."""
    by = cast(User, request.user)
    action = ACTIONS_BY_NAME.get(name)
    if not by.has_perm(MODERATE):
        raise PermissionDenied
    rows = rows_of(action, request.GET.get("rows", "").split(",")[:MAX_BULK]) if action else []
    if action is None or not rows:
        raise Http404
    report = _report(request)
    form = ConfirmForm(request.POST or None, action=action, report=report)
    if request.method == "POST" and form.is_valid():
        _perform_all(request, action, rows, form.cleaned_data, report)
        return redirect(_return_url(action, rows, report))
    obstacles = [(row, obstacle(action.name, row, by)) for row in rows]
    context = {
        **admin.site.each_context(request),
        "title": action.label,
        "action": action,
        "rows": [row for row, reason in obstacles if not reason],
        "left_out": [(row, reason) for row, reason in obstacles if reason],
        "report": report,
        "form": form,
        "return_url": _return_url(action, rows, report),
    }
    return render(request, "admin/moderation/confirm.html", context, status=400 if form.errors else 200)


def _report(request: HttpRequest) -> Report | None:
    number = request.GET.get("report", "")
    return Report.objects.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None


def _perform_all(
    request: HttpRequest, action: ModerationAction, rows: list[Any], data: dict[str, Any], report: Report | None
) -> None:
    by, done = cast(User, request.user), 0
    for row in rows:
        try:
            perform(action, row, by, data["reason"], message=data.get("message", ""), report=report)
        except NotPossible as error:
            messages.error(request, _t("Left out: %(row)s. %(reason)s") % {"row": row, "reason": error})
        else:
            done += 1
            messages.success(request, _t("%(action)s: done for %(row)s.") % {"action": action.label, "row": row})
    if done and report is not None and data.get("resolve"):
        resolve(report, by, data["reason"])


def _return_url(action: ModerationAction, rows: list[Any], report: Report | None) -> str:
    """Return the page of the report, else of the one row, else the list."""
    if report is not None:
        return reverse("admin:moderation_report_change", args=[report.pk])
    model = f"admin:{MODELS[action.target_kind]._meta.label_lower.replace('.', '_')}"
    if len(rows) == 1 and action.target_kind is not TargetKind.BAN:
        return reverse(f"{model}_change", args=[rows[0].pk])
    return reverse(f"{model}_changelist")
