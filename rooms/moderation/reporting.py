"""Reporting a room or somebody in it: what may be said, and how it is kept."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.text import clean_text
from rooms.models import Membership

from .models import WORDS_LENGTH, Category, Report


class ReportForm(forms.Form):
    """A report by whoever holds the place `mine`, a place that has ended included."""

    category = forms.ChoiceField(label=_("What is it about?"), choices=[("", _("Please choose")), *Category.choices])
    words = forms.CharField(
        label=_("What happened?"),
        required=False,
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("In your own words: what you saw or heard, and who did it. Moderators read it."),
    )
    about = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, mine: Membership, auto_id: str = "id_%s") -> None:
        super().__init__(data, auto_id=auto_id)
        self.mine = mine

    def clean_words(self) -> str:
        """Keep what people can read."""
        return clean_text(self.cleaned_data["words"])

    def clean_about(self) -> Membership | None:
        """Find whom it is about: somebody else with a place in the same room, or nobody."""
        if not self.cleaned_data["about"]:
            return None
        try:
            key = UUID(self.cleaned_data["about"])
        except ValueError as error:
            raise ValidationError(_("There is no such person in this room."), code="about") from error
        found = Membership.objects.filter(pk=key, room=self.mine.room).first()
        if found is None:
            raise ValidationError(_("There is no such person in this room."), code="about")
        if found.pk == self.mine.pk:
            raise ValidationError(_("You cannot report yourself."), code="about")
        return found

    def clean(self) -> dict[str, Any]:
        """Ask for words where the category alone says nothing."""
        data = super().clean() or {}
        if data.get("category") == Category.OTHER and not data.get("words") and "words" not in self.errors:
            self.add_error("words", _("Please say what happened."))
        return data

    def keep(self) -> Report:
        """Keep the report, of valid data."""
        about: Membership | None = self.cleaned_data["about"]
        return Report.objects.create(
            room=self.mine.room,
            owner=self.mine.room.owner,
            about=about,
            about_user=about.user if about else None,
            about_browser=about.browser if about else None,
            about_person=about is not None,
            by_user=self.mine.user,
            by_browser=self.mine.browser,
            category=self.cleaned_data["category"],
            words=self.cleaned_data["words"],
        )
