"""Emails that have not been sent: why, and trying again. What they say and to whom is encrypted, and not shown."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Mail
from accounts.outbox import queue, sender
from common.security_log import log_event

from .base import SiteModelAdmin

PURPOSES: dict[str, Promise] = {
    "email_confirmation": _("Code to confirm an address"),
    "email_confirmation_signup": _("Code to sign up"),
    "account_already_exists": _("Sign-up with the address of an account"),
    "password_reset_code": _("Code for a new password"),
    "unknown_account": _("New password for an unknown address"),
    "invitation": _("Invitation"),
    "waiting": _("Someone is waiting"),
    "expiring": _("A room is about to expire"),
    "warning": _("Warning by a moderator"),
    "": _("Other"),
}


class StateFilter(admin.SimpleListFilter):
    """Waiting or given up."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("waiting")), ("given-up", _("not sent"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mail]) -> QuerySet[Mail]:
        if self.value() in {"waiting", "given-up"}:
            return queryset.filter(next_try_at__isnull=self.value() == "given-up")
        return queryset


@admin.register(Mail)
class MailAdmin(SiteModelAdmin):
    """The outbox. An email leaves this list when a mail server has accepted it."""

    list_display = ("about", "state", "created_at", "tries", "problem", "next_try_at", "useful_until")
    list_display_links = None
    list_filter = (StateFilter,)
    list_per_page = 100
    ordering = ("-created_at",)
    empty_text = _("Every email has been sent.")
    actions = ("try_again", "discard")

    @admin.display(description=_("email"))
    def about(self, mail: Mail) -> str:
        """Name what the email is for."""
        return str(PURPOSES.get(mail.purpose, _("Notice about an account")))

    @admin.display(description=_("state"))
    def state(self, mail: Mail) -> str:
        """Say whether it will still be sent."""
        if mail.useful_until <= timezone.now():
            return _t("too late to send")
        return _t("waiting") if mail.next_try_at else _t("not sent")

    @admin.action(description=_("Try again now"), permissions=["change"])
    def try_again(self, request: HttpRequest, rows: QuerySet[Mail]) -> None:
        """Make the chosen emails due."""
        count = queue.try_again(rows)
        sender.wake()
        log_event("mail.tried_again", request, count=count)
        text = ngettext("%d email is being sent.", "%d emails are being sent.", count) % count
        messages.success(request, text) if count else messages.warning(request, _t("It is too late to send them."))

    @admin.action(description=_("Delete without sending"), permissions=["change"])
    def discard(self, request: HttpRequest, rows: QuerySet[Mail]) -> None:
        """Delete the chosen emails."""
        count, _by_model = rows.delete()
        log_event("mail.discarded", request, count=count)
        messages.success(request, ngettext("%d email was deleted.", "%d emails were deleted.", count) % count)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out Django's own deletion, which asks on a page with what the emails are called."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
