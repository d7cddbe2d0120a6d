"""What people type about a room."""

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.text import clean_name

from . import limits
from .models import Room

# A span instead of a date: it means the same in every time zone, and the server's clock alone decides.
SPANS = {
    "1d": (_("1 day"), timedelta(days=1)),
    "7d": (_("7 days"), timedelta(days=7)),
    "30d": (_("30 days"), timedelta(days=30)),
    "90d": (_("90 days"), timedelta(days=90)),
    "365d": (_("1 year"), timedelta(days=365)),
}
KEEP = "keep"


class RoomForm(forms.Form):
    """A new room, or with `room` the settings of one that exists."""

    name = forms.CharField(
        label=_("Name"),
        max_length=limits.ROOM_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("Monday stand-up")}),
    )
    lasts = forms.ChoiceField(
        label=_("The room lasts"),
        required=False,
        help_text=_(
            "After that nobody can enter it any more. You can still extend it; %(days)d days later it is deleted."
        )
        % {"days": settings.RETENTION_DAYS},
    )
    max_people = forms.TypedChoiceField(
        label=_("People at once"),
        coerce=int,
        initial=4,
        choices=[(n, str(n)) for n in range(limits.MIN_PEOPLE, limits.MAX_PEOPLE + 1)],
        help_text=_("Everybody sends to everybody directly, so small rooms run best on phones and slow lines."),
    )

    relay_only = forms.BooleanField(
        label=_("Hide everybody's internet address"),
        required=False,
        help_text=_(
            "Calls then go through this site's relay server only, still encrypted from browser to browser: nobody "
            "inside learns another's address. Without a relay server nobody can be reached."
        ),
    )

    def __init__(self, *args: object, room: Room | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.room = room
        choices: list[tuple[str, object]] = [("", _("until you delete it"))]
        if room is not None:
            self.initial = {
                "name": room.name,
                "max_people": room.max_people,
                "lasts": "",
                "relay_only": room.relay_only,
            }
            if room.expires_at is not None:
                choices.insert(0, (KEEP, _("as it is now")))
                self.initial["lasts"] = KEEP
        field = self.fields["lasts"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        spans = [(key, label if room is None else _("%s from now") % label) for key, (label, _span) in SPANS.items()]
        field.choices = choices + spans  # type: ignore[assignment]

    def clean_name(self) -> str:
        """Keep what people can read."""
        return clean_name(self.cleaned_data["name"], limits.ROOM_NAME_LENGTH)

    def expires_at(self) -> datetime | None:
        """Return when the room ends, of valid data."""
        lasts = self.cleaned_data["lasts"]
        if lasts == KEEP and self.room is not None:
            return self.room.expires_at
        return timezone.now() + SPANS[lasts][1] if lasts in SPANS else None
