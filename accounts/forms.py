"""The forms of the account pages that are ours; the others are allauth's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as mfa
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from common.text import MAX_LENGTH, clean_name

from .models import User


class DisplayNameField(forms.CharField):
    """A name for others to read; see `clean_name`. Room for stray characters that cleaning takes away."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "label": _("Your name"),
                "help_text": _("Shown to the people you meet. You can change it at any time."),
                "max_length": MAX_LENGTH * 4,
                "widget": forms.TextInput(attrs={"autocomplete": "name", "maxlength": MAX_LENGTH}),
                **options,
            }
        )

    def clean(self, value: Any) -> str:
        return clean_name(super().clean(value))


class Plain:
    """Takes allauth's placeholders away: every field has a label, which stays readable while one types."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for field in fields.values():
            field.widget.attrs.pop("placeholder", None)
        for name in ("email", "login"):
            if name in fields:
                fields[name].label = _("E-mail address")
        if "password1" in fields:
            fields["password1"].help_text = _(
                "At least 8 characters, and none of the passwords that everybody tries first."
            )
        if "code" in fields:
            fields["code"].widget.attrs["inputmode"] = "numeric"
            fields["code"].widget.attrs["autocomplete"] = "one-time-code"


class SignUpForm(Plain, SignupForm):
    """E-mail address, name and password."""

    field_order = ["email", "display_name", "password1"]

    display_name = DisplayNameField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].help_text = _("We send a code there to make sure that it is yours.")


class SignInForm(Plain, LoginForm):
    """E-mail address and password."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # The page has a link of its own to the reset, below the form.
        self.fields["password"].help_text = ""


class VerificationCodeForm(Plain, ConfirmEmailVerificationCodeForm):
    """The code that shows that an address belongs to the person."""


class ResetCodeForm(Plain, ConfirmPasswordResetCodeForm):
    """The code that allows a new password."""


class AskForResetForm(Plain, ResetPasswordForm):
    """The address to send that code to."""


class NewPasswordForm(Plain, ResetPasswordKeyForm):
    """A new password after the code."""


class PasswordForm(Plain, ChangePasswordForm):
    """A new password for somebody who knows the old one."""


class PasswordAgainForm(Plain, ReauthenticateForm):
    """The password once more, before something important."""


class AddressForm(Plain, AddEmailForm):
    """Another e-mail address."""


class UsedOnce:
    """Takes each code once. allauth remembers a used one for 30 seconds, but takes it for 90 (`MFA_TOTP_TOLERANCE`)."""

    def clean_code(self) -> str:
        """Return the code. Raises `ValidationError` for one that is not right, or was used before."""
        code: str = super().clean_code()  # type: ignore[misc]
        user: User = self.user  # type: ignore[attr-defined]
        good_for = mfa.TOTP_PERIOD * (2 * mfa.TOTP_TOLERANCE + 1)
        if not cache.add(f"used-code:{user.pk}:{normalize_user_code(code)}", 1, timeout=good_for):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(Plain, UsedOnce, AuthenticateForm):
    """Six digits of an authenticator app, or a recovery code."""


class SecondFactorAgainForm(Plain, UsedOnce, ReauthenticateByCodeForm):
    """The same once more, before something important."""


class AuthenticatorAppForm(Plain, ActivateTOTPForm):
    """The first six digits of a new authenticator app."""


class PasskeyForm(Plain, AddWebAuthnForm):
    """A passkey or security key; a passkey, which also replaces the password, unless the person says otherwise."""

    def clean(self) -> dict[str, Any]:
        with _well_formed():
            return super().clean()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("So that you know it again, for example “Laptop”.")
        self.fields["passwordless"].label = _("Sign in with it alone, without the password")
        self.fields["passwordless"].help_text = _("It then asks for your fingerprint, face or PIN every time.")
        self.fields["passwordless"].initial = True


class UsesPasskey:
    """Checks what a passkey answered; an answer that only a broken or hostile client sends is an error of the form."""

    def clean_credential(self) -> Any:
        with _well_formed():
            return super().clean_credential()  # type: ignore[misc]


class PasskeySignInForm(UsesPasskey, LoginWebAuthnForm):
    """Signing in with a passkey alone."""


class PasskeyFactorForm(UsesPasskey, AuthenticateWebAuthnForm):
    """A passkey or security key after the password."""


class PasskeyAgainForm(UsesPasskey, ReauthenticateWebAuthnForm):
    """The same once more, before something important."""


class ProfileForm(forms.ModelForm):
    """What a person says of themselves."""

    display_name = DisplayNameField()

    class Meta:
        model = User
        fields = ["display_name", "hide_address"]


@contextmanager
def _well_formed() -> Iterator[None]:
    """Turn what the WebAuthn library raises for an answer of the wrong shape into words."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise forms.ValidationError(_("The passkey could not be used. Please try again."), code="malformed") from error
