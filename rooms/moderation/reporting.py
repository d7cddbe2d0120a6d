"""The form with which people report a room, or a person in it."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.text import clean_text, limit_in_words
from rooms.models import Membership

from .models import DESCRIPTION_LENGTH, Category, Report


class ReportForm(forms.Form):
    """A report by the holder of a membership, which may have ended. `subject` is the id of another membership."""

    category = forms.ChoiceField(label=_("What is it about?"), choices=[("", _("Please choose")), *Category.choices])
    description = forms.CharField(
        label=_("What happened?"),
        required=False,
        max_length=DESCRIPTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Describe what you saw or heard, and who did it. Moderators read it."),
    )
    subject = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, membership: Membership, auto_id: str = "id_%s") -> None:
        super().__init__(data, auto_id=auto_id)
        self.membership = membership
        limit_in_words(self.fields)

    def clean_description(self) -> str:
        """Remove characters that no one can read."""
        return clean_text(self.cleaned_data["description"])

    def clean_subject(self) -> Membership | None:
        """Return the membership of another person in the room, or None for a report about the room."""
        if not self.cleaned_data["subject"]:
            return None
        try:
            key = UUID(self.cleaned_data["subject"])
        except ValueError as error:
            raise ValidationError(_("This person isn't in the room."), code="subject") from error
        found = Membership.objects.filter(pk=key, room=self.membership.room).first()
        if found is None:
            raise ValidationError(_("This person isn't in the room."), code="subject")
        if found.pk == self.membership.pk:
            raise ValidationError(_("You can't report yourself."), code="subject")
        return found

    def clean(self) -> dict[str, Any]:
        """Require a description where the category alone says nothing."""
        data = super().clean() or {}
        empty = not data.get("description") and "description" not in self.errors
        if data.get("category") == Category.OTHER and empty:
            self.add_error("description", _("Please describe what happened."))
        return data

    def save(self) -> Report:
        """Store the valid report."""
        subject: Membership | None = self.cleaned_data["subject"]
        return Report.objects.create(
            room=self.membership.room,
            owner=self.membership.room.owner,
            subject_membership=subject,
            subject_user=subject.user if subject else None,
            subject_guest_id=subject.guest_id if subject else None,
            about_person=subject is not None,
            reporter=self.membership.user,
            reporter_guest_id=self.membership.guest_id,
            category=self.cleaned_data["category"],
            description=self.cleaned_data["description"],
        )
