"""Where django-allauth asks for our policy: who may sign up, what forms and mails say, what ends with a session."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as request_context
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import ratelimit
from common.mail import compose, mailbox_of
from common.network_address import network_address_of
from common.ratelimit import Limit
from common.security_log import log_event
from common.text import name_from_address
from common.times import zone_of

from .authentication.encryption import FACTOR_SECRETS, decrypt, encrypt, is_encrypted
from .authentication.steps import ORGANISATION, confirmed_recently, first_step, has_second_factor, missing_step
from .code_tries import SLOW_DOWN, USED_UP
from .events import session_ended
from .models import User
from .site_policy import site_policy

PASSWORD_PAGE, CODE_PAGE = "reauthenticate", "mfa_reauthenticate"  # allauth's names
ORGANISATION_PAGE = "organisation_confirm"
CODE_SENT = "account/messages/email_confirmation_sent.txt"
# Mails that anyone can have sent to an address by signing up with it.
CODE_MAILS = {
    f"account/email/{name}" for name in ("email_confirmation", "email_confirmation_signup", "account_already_exists")
}
# A code that comes later than it counts is of no use, and neither is what is sent in its place.
CODE_LIFETIME = timedelta(seconds=settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT)
SHORT_LIVED = CODE_MAILS | {f"account/email/{name}" for name in ("password_reset_code", "unknown_account")}


class AccountAdapter(DefaultAccountAdapter):
    """Signing up and in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("Wrong email or password."),
        "incorrect_code": _("That code isn't right. Use the code from the latest email."),
        "too_many_login_attempts": _("Too many attempts. Please try again in five minutes."),
        "rate_limited": _("Please slow down: try again in a minute."),
        USED_UP: _("Too many attempts. Ask for a new code."),
        SLOW_DOWN: _("Too many wrong codes. Please try again in an hour."),
        "same_as_current": _("That's already your address."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether the site's policy allows new accounts."""
        return settings.LOCAL_SIGN_IN and site_policy().sign_up_open

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Do nothing: `authenticate` takes the try. allauth would count its own."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the person with this password; only wrong ones count. Raises `ValidationError`."""
        try:
            with ratelimit.one_try(*_password_tries(request, credentials), source=request) as made:
                user: User | None = super().authenticate(request, **credentials)
                made.right = user is not None
        except ratelimit.NoTryLeft as error:
            raise self.validation_error("too_many_login_attempts") from error
        return user

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Forget the wrong passwords of a person who has replaced it (allauth calls this)."""
        for limit, whom in _password_tries(request, credentials)[:2]:
            ratelimit.forget(limit, whom)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Suggest a display name. People are asked where others will see it: with a first room or before a call."""
        user.display_name = name_from_address(form.cleaned_data["email"]) or gettext("Guest")
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Say that the account is suspended, to a person who gave the right password."""
        return render(request, "account/account_inactive.html", {"suspended": user.suspended_at}, status=403)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Show a message, unless the page that follows says the same: the page for the code names the address."""
        if message_template == CODE_SENT and request.POST.get("action") != "resend":
            return
        super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the mail `<template_prefix>.html`. Raises `ImmediateHttpResponse` with a 429."""
        if template_prefix in CODE_MAILS:
            request = self.request or request_context.request
            limits = (
                (ratelimit.CODE_MAIL, ratelimit.same_email(email)),
                (ratelimit.CODE_MAILBOX, mailbox_of(email)),
                (ratelimit.CODE_MAIL_FROM, network_address_of(request)),
            )
            if wait := ratelimit.consume_all(*limits, source=request):
                raise ImmediateHttpResponse(ratelimit.rate_limited_response(request, wait))
        closed = {"sign_up_closed": not site_policy().sign_up_open}
        message = compose(f"{template_prefix}.html", [email], {"email": email, **closed, **context})
        if template_prefix in SHORT_LIVED:
            message.useful_for, message.replaces_earlier = CODE_LIFETIME, True
        message.send()

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Notify a person of a change to their account."""
        with timezone.override(zone_of(user.time_zone)):
            super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Return the next steps of confirming that it is them. With a second factor, the first one is not enough."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not isinstance(user, User):
            return methods
        if first_step(user) == ORGANISATION:
            page = {"id": ORGANISATION_PAGE, "url": reverse(ORGANISATION_PAGE)}
            page["description"] = gettext("Use %(organisation)s") % {"organisation": settings.OIDC_NAME}
            methods = [page, *(method for method in methods if method["id"] != PASSWORD_PAGE)]
        if not has_second_factor(user):
            return methods
        later = missing_step(self.request, user) != "factor"
        left_out = {CODE_PAGE} if later else {PASSWORD_PAGE, ORGANISATION_PAGE}
        return [method for method in methods if method["id"] not in left_out]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Say whether a page asks for it.

        allauth asks no one who has neither password nor factor. Here they confirm, too: raises
        `ReauthenticationRequired` for them.
        """
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        user = self.request.user
        if required and isinstance(user, User) and not has_second_factor(user) and first_step(user) == ORGANISATION:
            if not confirmed_recently(self.request, user):
                raise ReauthenticationRequired
            return False
        return required

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("account_settings")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names of passkeys, the name of this site in authenticator apps, and the encryption of what they share with it."""

    def encrypt(self, text: str) -> str:
        """Encrypt the secret of an app, or the seed of recovery codes, before it is stored."""
        return encrypt(text, FACTOR_SECRETS)

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was encrypted; a text from before there was encryption as it is. Raises `NotReadable`."""
        return decrypt(encrypted_text, FACTOR_SECRETS) if is_encrypted(encrypted_text) else encrypted_text

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth passes it by name
        """Return the initial name of a new passkey."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Announces the end of sessions."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        for session in sessions:
            key = session.session_key
            session.end()
            log_event("session.ended", account=session.user_id)
            session_ended.send(UserSession, session_key=key)


def _password_tries(request: HttpRequest, credentials: dict[str, Any]) -> tuple[tuple[Limit, str], ...]:
    account, network = ratelimit.same_email(credentials.get("email", "")), network_address_of(request)
    return (
        (ratelimit.WRONG_PASSWORD, f"{account} {network}"),
        (ratelimit.WRONG_PASSWORD_ACCOUNT, account),
        (ratelimit.WRONG_PASSWORD_FROM, network),
    )


def display_name(user: User) -> str:
    """Return what pages and mails call a person (the setting ACCOUNT_USER_DISPLAY)."""
    return user.display_name or user.email
