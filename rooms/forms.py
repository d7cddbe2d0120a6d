"""The forms of a room."""

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import DisplayNameField
from accounts.models import User
from common.text import clean_name, limit_in_words

from . import limits
from .models import Room

# A span and not a date: it means the same in every time zone, and only the server's clock counts.
SPANS = {
    "1d": (_("1 day"), timedelta(days=1)),
    "7d": (_("7 days"), timedelta(days=7)),
    "30d": (_("30 days"), timedelta(days=30)),
    "90d": (_("90 days"), timedelta(days=90)),
    "365d": (_("1 year"), timedelta(days=365)),
}
KEEP = "keep"


class RoomForm(forms.Form):
    """A new room, or with `room` the settings of an existing one."""

    name = forms.CharField(
        label=_("Name"),
        max_length=limits.ROOM_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("Monday stand-up")}),
    )
    lasts = forms.ChoiceField(
        label=_("Expires"),
        required=False,
        help_text=_("After that no one can join. You can extend it for %(days)d more days; then it's deleted.")
        % {"days": settings.RETENTION_DAYS},
    )
    max_people = forms.TypedChoiceField(
        label=_("Maximum people"),
        coerce=int,
        initial=4,
        choices=[(n, str(n)) for n in range(limits.MIN_PEOPLE, limits.MAX_PEOPLE + 1)],
        help_text=_(
            "Each person sends to all others: in a call of eight, up to 5.5 Mbit/s. Smaller calls work better on "
            "phones and slow connections."
        ),
    )
    relay_only = forms.BooleanField(
        label=_("Hide IP addresses"),
        required=False,
        help_text=_(
            "Calls go through this site's relay server, still encrypted, so no one in the call sees another person's "
            "IP address."
        ),
    )

    def __init__(self, *args: object, room: Room | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.room = room
        limit_in_words(self.fields)
        # Without a relay no one could reach anyone; a room that has it on can turn it off.
        if not settings.TURN_URLS and not (room and room.relay_only):
            del self.fields["relay_only"]
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
        """Clean the name as all names are."""
        return clean_name(self.cleaned_data["name"], limits.ROOM_NAME_LENGTH)

    def expires_at(self) -> datetime | None:
        """Return when the room expires, of valid data."""
        lasts = self.cleaned_data["lasts"]
        if lasts == KEEP and self.room is not None:
            return self.room.expires_at
        return timezone.now() + SPANS[lasts][1] if lasts in SPANS else None


class NewRoomForm(RoomForm):
    """A new room: its name, and the rest, which all has a value, behind "More settings"."""

    template_name = "rooms/_new_room.html"

    @property
    def has_other_errors(self) -> bool:
        """Say whether something behind "More settings" has an error, and has to be seen."""
        return any(name != "name" for name in self.errors)


class FirstRoomForm(forms.Form):
    """What a new owner is asked: who they are and what their room is called, both with a suggestion."""

    display_name = DisplayNameField(help_text=_("Others will see this name."))
    name = forms.CharField(
        label=_("Room name"),
        max_length=limits.ROOM_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.user = user
        limit_in_words(self.fields)
        self.fields["display_name"].widget.attrs["data-room-name"] = self.suggest_name("{name}")
        self.initial = {"display_name": user.display_name, "name": self.suggest_name(user.display_name)}

    @staticmethod
    def suggest_name(owner: str) -> str:
        """Return what the room of a person with this name may be called."""
        return gettext("%(name)s's room") % {"name": owner}

    def clean_name(self) -> str:
        """Clean the name as all names are."""
        return clean_name(self.cleaned_data["name"], limits.ROOM_NAME_LENGTH)

    def save_name(self) -> None:
        """Save the person's name, of valid data."""
        self.user.display_name = self.cleaned_data["display_name"]
        self.user.save(update_fields=["display_name"])
