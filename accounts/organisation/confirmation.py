"""Confirming by the organisation that it is them, for people who sign in there and have no password here."""

import time
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import BaseReauthenticateView
from allauth.socialaccount.models import SocialLogin
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.decorators import method_decorator

from accounts.authentication.steps import ORGANISATION
from accounts.views.confirmation import Steps
from common.security_log import log_event

from .problems import problem
from .way import go_there

CONFIRM = "confirm"  # the process in the state that comes back from the organisation
CLOCKS = 60  # seconds by which the organisation's clock may differ


@method_decorator(login_required, name="dispatch")
class ConfirmByOrganisation(Steps, BaseReauthenticateView):
    """Sends the person to the organisation, which has to ask them again."""

    form_class = forms.Form
    template_name = "account/reauthenticate_organisation.html"

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        """Go there."""
        again = {"prompt": "login", "max_age": "0"}
        return go_there(self.request, CONFIRM, get_next_redirect_url(self.request), again)


def confirm(request: HttpRequest, login: SocialLogin) -> HttpResponse:
    """Answer a person who comes back: record the step, and go on to the next or to what was asked for.

    The organisation says when it last asked them (`auth_time`, Core §3.1.2.1): its word counts, not the question in the
    address, which a person at the browser can change.
    """
    user, asked_at = request.user, login.claims.get("auth_time")
    if not user.is_authenticated or login.account._state.adding or login.account.user_id != user.pk:
        log_event("sign_in.confirmation_failed", request, method="organisation")
        return problem(request, "other_person", 403)
    recent = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + CLOCKS
    if not isinstance(asked_at, int | float) or time.time() - asked_at > recent:
        log_event("sign_in.confirmation_failed", request, method="organisation")
        return problem(request, "not_asked", 403)
    record_authentication(request, user, method=ORGANISATION)
    next_url = login.state.get("next")
    request.GET = QueryDict(urlencode({"next": next_url}) if next_url else "")
    view = ConfirmByOrganisation()
    view.setup(request)
    return view.finish(cast(Any, forms.Form()))
