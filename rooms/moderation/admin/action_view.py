"""The page that asks a moderator whether they are sure, and why; then it is done."""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.flows import NotAllowed
from accounts.models import User
from common.text import clean_text
from rooms.errors import NotPossible
from rooms.moderation.actions import ACTS, MODELS, MODERATE, Act, Kind, perform, rows_of, settle
from rooms.moderation.models import REASON_LENGTH, WORDS_LENGTH, Report

AT_ONCE = 50  # rows that one confirmation covers


class ConfirmForm(forms.Form):
    """Why, and what a mail says."""

    words = forms.CharField(
        label=_("What the mail says"),
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("A greeting, the name of the site and where to answer stand around it."),
    )
    reason = forms.CharField(
        label=_("Your reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the trail, for other moderators. The person does not see it."),
    )
    settle = forms.BooleanField(label=_("Settle the report with this"), required=False, initial=True)

    def __init__(self, data: Any, *, act: Act, report: Report | None) -> None:
        super().__init__(data)
        if not act.writes_mail:
            del self.fields["words"]
        if report is None or not act.settles or report.settled_at is not None:
            del self.fields["settle"]

    def clean_reason(self) -> str:
        """Keep what people can read."""
        return self._readable("reason")

    def clean_words(self) -> str:
        """Keep what people can read."""
        return self._readable("words")

    def _readable(self, field: str) -> str:
        text = clean_text(self.cleaned_data[field])
        if not text:
            raise forms.ValidationError(_("Please write something that people can read."), code="unreadable")
        return text


def address(act: str, rows: list[Any], report: Report | None = None) -> str:
    """Return the address of the page that confirms an act upon these rows."""
    query = {"rows": ",".join(str(row.pk) for row in rows)} | ({"report": str(report.pk)} if report else {})
    return f"{reverse('admin:moderation_act', args=[act])}?{urlencode(query)}"


def act_view(request: HttpRequest, name: str) -> HttpResponse:
    """Ask (GET), then do it to each of the rows (POST). For moderators."""
    by = cast(User, request.user)
    act = ACTS.get(name)
    if not by.has_perm(MODERATE):
        raise PermissionDenied
    rows = rows_of(act, request.GET.get("rows", "").split(",")[:AT_ONCE]) if act else []
    if act is None or not rows:
        raise Http404
    report = _report(request)
    form = ConfirmForm(request.POST or None, act=act, report=report)
    if request.method == "POST" and form.is_valid():
        _do(request, act, rows, form.cleaned_data, report)
        return redirect(_back(act, rows, report))
    context = {
        **admin.site.each_context(request),
        "title": act.label,
        "act": act,
        "rows": rows,
        "report": report,
        "form": form,
        "back": _back(act, rows, report),
    }
    return render(request, "admin/moderation/confirm.html", context, status=400 if form.errors else 200)


def _report(request: HttpRequest) -> Report | None:
    number = request.GET.get("report", "")
    return Report.objects.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None


def _do(request: HttpRequest, act: Act, rows: list[Any], data: dict[str, Any], report: Report | None) -> None:
    by, done = cast(User, request.user), 0
    for row in rows:
        try:
            perform(act, row, by, data["reason"], words=data.get("words", ""), report=report)
        except NotAllowed:
            messages.error(request, _t("You may not do this to %s.") % row)
        except NotPossible as error:
            messages.error(request, f"{row}: {error}")
        else:
            done += 1
            messages.success(request, _t("%(act)s: done for %(row)s.") % {"act": act.label, "row": row})
    if done and report is not None and data.get("settle"):
        settle(report, by, data["reason"])


def _back(act: Act, rows: list[Any], report: Report | None) -> str:
    """Return where the moderator came from: the report, else the one row, else the list."""
    if report is not None:
        return reverse("admin:moderation_report_change", args=[report.pk])
    place = f"admin:{MODELS[act.kind]._meta.label_lower.replace('.', '_')}"
    if len(rows) == 1 and act.kind is not Kind.BAN:
        return reverse(f"{place}_change", args=[rows[0].pk])
    return reverse(f"{place}_changelist")


class Moderated(admin.ModelAdmin):
    """A list whose rows moderators act on, each act after a page that asks for the reason."""

    moderator_acts: tuple[str, ...] = ()
    change_form_template = "admin/moderation/change_form.html"

    def offered(self, row: Any) -> tuple[str, ...]:
        """Return those of `moderator_acts` that the page of a row offers: those that would change something."""
        return self.moderator_acts

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any) -> Any:
        """Offer moderators what they can do about this row."""
        row = options.get("obj")
        if row is not None and self.has_moderate_permission(request):
            context["moderator_acts"] = [(ACTS[name], address(name, [row])) for name in self.offered(row)]
        return super().render_change_form(request, context, *args, **options)

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Say whether the person is a moderator; Django asks by this name for `permissions=["moderate"]`."""
        return cast(User, request.user).has_perm(MODERATE)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the acts; deletion in bulk is not among them: what is revoked or removed must be remembered."""
        if not self.has_moderate_permission(request):
            return {}
        return {name: (_ask(name), name, ACTS[name].label) for name in self.moderator_acts}


def _ask(name: str) -> Any:
    def ask(_model_admin: admin.ModelAdmin, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        chosen = list(rows[: AT_ONCE + 1])
        if len(chosen) > AT_ONCE:
            messages.error(request, _t("Choose at most %d at once.") % AT_ONCE)
            return None
        return redirect(address(name, chosen))

    return ask
