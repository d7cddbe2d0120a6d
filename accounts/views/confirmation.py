"""The pages on which a person confirms that it is them, before something important: the same steps as at signing in.

They replace allauth's pages of the same names, which are content with one step.
"""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import BaseReauthenticateView, ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView as PasskeyView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.authentication.steps import missing_step, record_all_steps
from accounts.forms import PasskeyAgainForm
from accounts.models import User


class Steps:
    """Goes on to the next step, or to what was asked for when there is none left."""

    request: HttpRequest

    def finish(self, form: BaseForm) -> HttpResponse:
        """Answer after a step that was recorded: the next one, or the page that asked for the confirmation."""
        request, user = self.request, cast(User, self.request.user)
        if missing_step(request, user):
            return redirect(self.passthrough_next_url(get_adapter().get_reauthentication_methods(user)[0]["url"]))  # type: ignore[attr-defined]
        record_all_steps(request, user)
        response: HttpResponse = BaseReauthenticateView.form_valid(cast(Any, self), form)
        return response


class ConfirmByPassword(Steps, ReauthenticateView):
    """The password again."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Record the password."""
        record_authentication(self.request, cast(User, self.request.user), method="password")
        return self.finish(form)


class ConfirmByCode(Steps, CodeView):
    """A code of the authenticator app, or a recovery code."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Record the factor."""
        form.save()
        return self.finish(form)


class ConfirmByPasskey(Steps, PasskeyView):
    """A passkey or security key."""

    def form_valid(self, form: PasskeyAgainForm) -> HttpResponse:
        """Record the factor."""
        form.save()
        return self.finish(form)
