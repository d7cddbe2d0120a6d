"""The forms of the account pages that are ours; the others are allauth's."""

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from .models import User
from .names import MAX_LENGTH, clean_name


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


class SignUpForm(SignupForm):
    """E-mail address, name and password."""

    field_order = ["email", "display_name", "password1"]

    display_name = DisplayNameField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].help_text = _("We send a code there to make sure that it is yours.")
        _without_placeholders(self)


class SignInForm(LoginForm):
    """E-mail address and password."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["login"].label = _("E-mail address")
        # The page has a link of its own to the reset, below the form.
        self.fields["password"].help_text = ""
        _without_placeholders(self)


class ProfileForm(forms.ModelForm):
    """What a person says of themselves."""

    display_name = DisplayNameField()

    class Meta:
        model = User
        fields = ["display_name"]


def _without_placeholders(form: forms.BaseForm) -> None:
    """Take the placeholders away: every field has a label, which stays readable while one types."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
