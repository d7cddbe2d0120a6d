"""The page for the code that confirms an email address."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import ConfirmEmailVerificationCodeView
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class ConfirmAddress(ConfirmEmailVerificationCodeView):
    """allauth's page, which answers with an error of its own to an address that is wrong or asked for too often."""

    request: HttpRequest

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

    def _change_form_invalid(self, form: BaseForm) -> HttpResponse:
        context: dict[str, Any] = self.get_context_data(form=form)
        response: HttpResponse = self.render_to_response(context)
        return response
