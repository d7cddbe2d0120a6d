"""The seam between django-allauth and our own policy: names, who may come in, which mails say what."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.mail import MailFailed, mail_errors

from .models import User
from .site_policy import site_policy
from .sockets import close_session


class AccountAdapter(DefaultAccountAdapter):
    """Signing up and in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and password do not match an account."),
        "incorrect_code": _("This code is not right. Look at the newest mail; an older code no longer works."),
        "too_many_login_attempts": _("Too many attempts. Please wait five minutes and try again."),
        "rate_limited": _("That was too fast. Please wait a minute and try again."),
        "same_as_current": _("This is your address already."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether there may be new accounts, as the policy of the site has it."""
        return site_policy().sign_up_open

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Keep the name from the sign-up form with the person."""
        user.display_name = form.cleaned_data["display_name"]
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Tell a suspended person so, once the password was right."""
        return render(request, "account/account_inactive.html", {"suspended": user.suspended_at}, status=403)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail that names the site by `SITE_NAME` and its first origin: the Host header is the client's word.

        Raises `MailFailed`.
        """
        named = {"SITE_NAME": settings.SITE_NAME, "site_url": settings.SITE_ORIGINS[0], **context}
        with mail_errors():
            super().send_mail(template_prefix, email, named)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Tell a person by mail what has been done; that it is done does not depend on the mail."""
        with suppress(MailFailed):  # it is in the log
            super().send_notification_mail(*args, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("account_settings")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys and authenticator apps, which show the name of this site."""

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth passes it by name
        """Return what the name field of a new passkey says at first."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Ending a session ends its live sockets too."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        for session in sessions:
            key = session.session_key
            session.end()
            close_session(key)
