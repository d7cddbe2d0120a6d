"""Our forms of the account pages; the other forms are allauth's."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmPasswordResetCodeForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SignupForm,
)
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal.auth import parse_authentication_response
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from common import ratelimit
from common.security_log import log_event
from common.text import MAX_NAME_LENGTH, clean_name
from common.times import places

from .authentication.encryption import NotReadable
from .code_tries import CodeTries
from .models import User

logger = logging.getLogger(__name__)


class DisplayNameField(forms.CharField):
    """A name for others to read; see `clean_name`. Longer input is allowed, because cleaning removes characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "label": _("Your name"),
                "help_text": _("Other people in a call see this name. You can change it any time."),
                "max_length": MAX_NAME_LENGTH * 4,
                "widget": forms.TextInput(attrs={"autocomplete": "name"}),
                **options,
            }
        )
        self.widget.attrs.pop("maxlength")
        self.widget.attrs["data-limit"] = MAX_NAME_LENGTH

    def clean(self, value: Any) -> str:
        return clean_name(super().clean(value))


class NoPlaceholders:
    """Removes allauth's placeholders: every field has a label, which stays readable while people type."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for field in fields.values():
            field.widget.attrs.pop("placeholder", None)
        for name in ("email", "login"):
            if name in fields:
                fields[name].label = _("Email address")
        if "password1" in fields:
            fields["password1"].help_text = _("At least 8 characters. Avoid common passwords.")
        if "code" in fields:
            fields["code"].widget.attrs["inputmode"] = "numeric"
            fields["code"].widget.attrs["autocomplete"] = "one-time-code"


class SignUpForm(NoPlaceholders, SignupForm):
    """Email address and password. `AccountAdapter.save_user` suggests a name."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].help_text = _("We'll email you a code to confirm it's yours.")

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Create the account. For an address that has one it takes as long: the password is hashed in either case."""
        if self.account_already_exists:
            User().set_password(self.cleaned_data["password1"])
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved


class SignInForm(NoPlaceholders, LoginForm):
    """Email address and password."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # The page has its own link to the reset, below the form.
        self.fields["password"].help_text = ""


class LimitedTries:
    """Takes one of the code's tries before it is compared."""

    def __init__(self, *args: Any, tries: CodeTries | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tries = tries

    def clean_code(self) -> str:
        """Return the code. Raises `ValidationError` for a wrong one, and without a try left."""
        assert self.tries is not None  # noqa: S101 - of a form without data nothing is compared
        with self.tries.one():
            code: str = super().clean_code()  # type: ignore[misc]
        return code


class VerificationCodeForm(NoPlaceholders, LimitedTries, ConfirmEmailVerificationCodeForm):
    """The code that confirms an email address."""


class ResetCodeForm(NoPlaceholders, LimitedTries, ConfirmPasswordResetCodeForm):
    """The code that allows a new password."""


class AskForResetForm(NoPlaceholders, ResetPasswordForm):
    """The address to send that code to."""

    def save(self, request: HttpRequest, **options: Any) -> str:
        """Send the code, or a mail that says that there is no account."""
        log_event("password.reset_asked", request, account=next((user.pk for user in self.users), None))
        address: str = super().save(request, **options)
        return address


class NewPasswordForm(NoPlaceholders, ResetPasswordKeyForm):
    """A new password after the code."""


class PasswordForm(NoPlaceholders, ChangePasswordForm):
    """A new password, for a person who knows the old one."""


class PasswordAgainForm(NoPlaceholders, ReauthenticateForm):
    """The password again, before something important."""


class AddressForm(NoPlaceholders, AddEmailForm):
    """Another email address."""


class SingleUseCode:
    """Takes a try before digits are compared, and accepts them once.

    allauth remembers used digits for 30 seconds and accepts them for 90 (MFA_TOTP_TOLERANCE).
    """

    def clean_code(self) -> str:
        """Return the code. Raises `ValidationError` for a wrong or used one, and without a try left."""
        user: User = self.user  # type: ignore[attr-defined]
        tries = (ratelimit.FACTOR, user.pk), (ratelimit.FACTOR_LONG, user.pk)
        try:
            with ratelimit.one_try(*tries, source=context.request):
                code: str = super().clean_code()  # type: ignore[misc]
                if ratelimit.consume(ratelimit.USED_DIGITS, f"{user.pk}:{normalize_user_code(code)}"):
                    raise get_adapter().validation_error("incorrect_code")
        except ratelimit.NoTryLeft as error:
            raise get_account_adapter().validation_error("too_many_login_attempts") from error
        except NotReadable as error:
            logger.error("The second factor of account %d cannot be read: was SECRET_KEY changed?", user.pk)
            raise get_adapter().validation_error("incorrect_code") from error
        return code


class SecondFactorForm(NoPlaceholders, SingleUseCode, AuthenticateForm):
    """Six digits of an authenticator app, or a recovery code."""


class SecondFactorAgainForm(NoPlaceholders, SingleUseCode, ReauthenticateByCodeForm):
    """The same again, before something important."""

    def save(self) -> None:
        """Record the factor as one step: `accounts.views.confirmation` decides whether others are left."""
        post_authentication(context.request, self.authenticator)


class AuthenticatorAppForm(NoPlaceholders, ActivateTOTPForm):
    """The first six digits of a new authenticator app."""


class PasskeyForm(NoPlaceholders, AddWebAuthnForm):
    """A new passkey or security key. Unless the person unticks the box, it also replaces the password."""

    def clean(self) -> dict[str, Any]:
        with _well_formed():
            return super().clean()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("To help you recognise it, e.g. “Laptop”.")
        self.fields["passwordless"].label = _("Sign in with it instead of a password")
        self.fields["passwordless"].help_text = _("It then asks for your fingerprint, face or PIN every time.")
        self.fields["passwordless"].initial = True


class PasskeyErrors:
    """Turns a malformed answer of a passkey, which only a broken or hostile client sends, into an error of the form."""

    def clean_credential(self) -> Any:
        try:
            with _well_formed():
                return super().clean_credential()  # type: ignore[misc]
        except forms.ValidationError:
            user: User | None = getattr(self, "user", None)
            log_event("factor.failed", account=user.pk if user else None, type="webauthn")
            raise


class PasskeySignInForm(PasskeyErrors, LoginWebAuthnForm):
    """Signing in with a passkey instead of a password."""


class PasskeyFactorForm(PasskeyErrors, AuthenticateWebAuthnForm):
    """A passkey or security key after the password."""


class PasskeyAgainForm(PasskeyErrors, ReauthenticateWebAuthnForm):
    """The same again, before something important: one step, or all of them if the passkey verified the person."""

    reauthenticated = False

    def clean_credential(self) -> Any:
        answer = self.cleaned_data["credential"]
        authenticator = super().clean_credential()
        self.passwordless = parse_authentication_response(answer).response.authenticator_data.is_user_verified()
        return authenticator


class ProfileForm(forms.ModelForm):
    """A person's name, time zone, and, on a site with a relay, whether they hide their IP address."""

    display_name = DisplayNameField()
    zone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("For the times in emails and on these pages.")
    )

    class Meta:
        model = User
        fields = ["display_name", "hide_ip_address"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not settings.TURN_URLS and not self.instance.hide_ip_address:
            del self.fields["hide_ip_address"]
        current = self.instance.time_zone
        automatic = _("Automatic (%(zone)s)") % {"zone": current.replace("_", " ")} if current else _("Automatic")
        choices = {continent: list(zones) for continent, zones in places().items()}
        if self.instance.time_zone_chosen:
            automatic = _("Automatic")
            if not any(current == zone for zones in choices.values() for zone, _place in zones):
                choices = {current: [(current, current)], **choices}
            self.initial["zone"] = current
        zone = self.fields["zone"]
        assert isinstance(zone, forms.ChoiceField)  # noqa: S101
        zone.choices = [("", automatic), *choices.items()]

    def save(self, commit: bool = True) -> User:
        """Store the profile; an automatic zone stays what the browser last reported."""
        chosen: str = self.cleaned_data["zone"]
        self.instance.time_zone_chosen = bool(chosen)
        self.instance.time_zone = chosen or self.instance.time_zone
        saved: User = super().save(commit)
        return saved


class DeletionForm(forms.Form):
    """The confirmation that an account is to be deleted."""

    confirm = forms.BooleanField(
        label=_("I understand that this can't be undone."),
        error_messages={"required": _("Please tick the box to confirm. This can't be undone.")},
        widget=forms.CheckboxInput(attrs={"value": "yes"}),
    )


@contextmanager
def _well_formed() -> Iterator[None]:
    """Turn what the WebAuthn library raises for a malformed answer into a `ValidationError`."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise forms.ValidationError(_("The passkey could not be used. Please try again."), code="malformed") from error
