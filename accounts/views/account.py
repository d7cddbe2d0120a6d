"""Signing up, the settings page of an account, and ending one session of it."""

from typing import cast

import msgspec
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import EmailAddress
from allauth.account.views import SignupView
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import optional_mail
from accounts.adapter import SessionsAdapter
from accounts.authentication.steps import belongs_to_organisation
from accounts.flows import end_sessions
from accounts.forms import ProfileForm, SignUpForm
from accounts.models import MailKind, User
from common.json_body import PayloadError, decode_body
from common.security_log import log_event
from common.times import known_zone

MAX_BODY = 256  # bytes


class BrowserZone(msgspec.Struct, forbid_unknown_fields=True):
    """What a browser reports about its time zone."""

    zone: str


class SignUp(SignupView):
    """The sign-up form. If no code may be sent now, no account is left behind."""

    user: User | None = None

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        """Create the account and send the code; delete the account again if none may be sent now."""
        if form.account_already_exists:
            log_event("sign_up.known_address", self.request)
        response: HttpResponse = super().form_valid(form)
        if response.status_code == 429 and self.user is not None:  # no code was sent
            self.user.delete()
        return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: HttpRequest) -> HttpResponse:
    """Show the account's settings, and save the profile."""
    # Its own instance: invalid input stays in the form's instance, and the page's header shows request.user.
    user = User.objects.get(pk=cast(User, request.user).pk)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. Calls you are in show your new name when you rejoin."))
        return redirect("account_settings")
    context = {
        "form": form,
        "address": EmailAddress.objects.get_primary(user),
        "by_organisation": belongs_to_organisation(user),
        "second_factor": Authenticator.objects.filter(user=user)
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .exists(),
        "passkeys": Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count(),
        "mail_kinds": [(kind, optional_mail.is_wanted(kind, user.email)) for kind in MailKind],
        "session_count": len(UserSession.objects.purge_and_list(user)),
    }
    return render(request, "account/settings.html", context)


@login_required
@require_POST
def follow_browser_zone(request: HttpRequest) -> HttpResponse:
    """Store the time zone of the person's browser, unless they chose one: POST {"zone": "Europe/Berlin"}."""
    try:
        zone = known_zone(decode_body(request, BrowserZone, MAX_BODY).zone)
    except PayloadError as error:
        return JsonResponse({"error": str(error)}, status=400)
    if zone:
        User.objects.filter(pk=cast(User, request.user).pk, time_zone_chosen=False).update(time_zone=zone)
    return HttpResponse(status=204)


class Sessions(ListUserSessionsView):
    """The list of a person's sessions. Ending all others asks them to confirm that it is them."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """End all sessions but this one."""
        raise_if_reauthentication_required(self.request, app="usersessions")
        end_sessions(cast(User, self.request.user), keep=self.request.session.session_key)
        messages.success(self.request, _("You're signed out everywhere else."))
        return redirect("usersessions_list")


@login_required
@require_POST
@reauthentication_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End another session of the signed-in person; 404 for a session of someone else."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.is_current():
        return redirect("account_logout")
    SessionsAdapter().end_sessions([session])
    messages.success(request, _("That browser was signed out."))
    return redirect("usersessions_list")
