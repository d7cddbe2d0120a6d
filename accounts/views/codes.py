"""The pages for codes that came by mail."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangeEmailForm
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.models import EmailAddress
from allauth.account.views import ConfirmEmailVerificationCodeView, ConfirmPasswordResetCodeView
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.code_tries import SLOW_DOWN, USED_UP, CodeTries


def end_if_used_up(process: AbstractCodeVerificationProcess, form: BaseForm) -> None:
    """Let allauth end the attempt where another request has used the last try of its code."""
    if form.has_error("code", USED_UP):
        process.state["failed_attempts"] = process.max_attempts


class ConfirmReset(ConfirmPasswordResetCodeView):
    """The page for the code that allows a new password."""

    request: HttpRequest

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form the code's tries."""
        tries = CodeTries.of(self.request, "reset", self._process.state)
        return {**super().get_form_kwargs(), "tries": tries}

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Show what is wrong, or end the attempt after three wrong codes."""
        if form.has_error("code", SLOW_DOWN):
            return self.render_to_response(self.get_context_data(form=form))
        end_if_used_up(self._process, form)
        response: HttpResponse = super().form_invalid(form)
        return response


class ConfirmAddress(ConfirmEmailVerificationCodeView):
    """allauth's page, which answers with an error of its own to an address that is wrong or asked for too often."""

    request: HttpRequest

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form for the code its tries."""
        options: dict[str, Any] = super().get_form_kwargs()
        if self._action == "verify":
            options["tries"] = CodeTries.of(self.request, "confirm", self._process.state)
        return options

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Check the code, send another one, or send one to another address."""
        try:
            response: HttpResponse = super().form_valid(form)
        except ImmediateHttpResponse:  # 429
            slow_down = get_adapter(self.request).error_messages["rate_limited"]
            if self._action == "change":
                form.add_error("email", slow_down)
                return self.form_invalid(form)
            messages.error(self.request, slow_down)
            return redirect("account_email_verification_sent")
        return response

    def _change_form_valid(self, form: ChangeEmailForm) -> HttpResponse:
        """Send a code to the other address. One that has an account is not stored, and takes as long."""
        if form.account_already_exists and (user := self._process.user):
            with transaction.atomic():
                EmailAddress.objects.add_new_email(self.request, user, user.email, send_verification=False)
                user.save(update_fields=["email"])
                transaction.set_rollback(True)
        response: HttpResponse = super()._change_form_valid(form)
        return response

    def _verify_form_invalid(self, form: BaseForm) -> HttpResponse:
        if form.has_error("code", SLOW_DOWN):
            return self.render_to_response(self.get_context_data(form=form))
        end_if_used_up(self._process, form)
        response: HttpResponse = super()._verify_form_invalid(form)
        return response

    def _change_form_invalid(self, form: BaseForm) -> HttpResponse:
        context: dict[str, Any] = self.get_context_data(form=form)
        response: HttpResponse = self.render_to_response(context)
        return response
