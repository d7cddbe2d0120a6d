"""Time zones of people, and times as text: "22 Nov 2026, 16:56 CET", the same for every reader and never ambiguous.

In pages, static/js/ui/lib/formats.js replaces these by what the reader's browser writes.
"""

from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

MAX_ZONE_LENGTH = 64  # the longest name of the IANA database has 32 characters

# What Chromium and Safari still call these zones (CLDR's names): databases without the old links lack them.
RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Catamarca": "America/Argentina/Catamarca",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Cordoba": "America/Argentina/Cordoba",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Jujuy": "America/Argentina/Jujuy",
    "America/Louisville": "America/Kentucky/Louisville",
    "America/Mendoza": "America/Argentina/Mendoza",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Etc/GMT": "UTC",
    "Etc/UTC": "UTC",
    "Europe/Kiev": "Europe/Kyiv",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Johnston": "Pacific/Honolulu",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
# Directories of the database that are not places.
_NOT_PLACES = frozenset({"Etc", "SystemV", "US", "Canada", "Brazil", "Chile", "Mexico", "posix", "right"})


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(name: str) -> str:
    """Return the current IANA name of a time zone, or an empty string if there is none of this name."""
    current = RENAMED.get(name, name)
    names = _zone_names()
    return current if current in names else name if name in names else ""


@cache
def places() -> dict[str, list[tuple[str, str]]]:
    """Return the zones that people can choose: by continent, each as its IANA name and the name of the place."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(_zone_names() - RENAMED.keys()):
        continent, _slash, place = name.partition("/")
        if place and continent not in _NOT_PLACES:
            found.setdefault(continent, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return found


def zone_of(name: str) -> tzinfo:
    """Return the zone of this IANA name, or the site's own (`TIME_ZONE`) if it is empty or unknown."""
    known = known_zone(name)
    return ZoneInfo(known) if known else timezone.get_default_timezone()


def format_moment(moment: datetime, zone: str | None = None) -> str:
    """Format date and time with the zone's abbreviation, in the zone of this IANA name; None: in the active zone.

    Emails give the receiver's zone (`User.time_zone`, empty while unknown); pages and the admin site leave it out.
    """
    return date_format(_local(moment, zone), "DATETIME_FORMAT")


def format_date(moment: datetime, zone: str | None = None) -> str:
    """Format the date alone, like `format_moment`."""
    return date_format(_local(moment, zone), "DATE_FORMAT")


def time_element(moment: datetime, style: str = "") -> SafeString:
    """Return a `<time>` that the browser shows in the reader's own way.

    `style` is empty for date and time, "date" for the date alone, "ago" for the time since, or until, then, or "day"
    for the day alone: "yesterday", or the date if that is long ago.
    """
    text = {"": format_moment, "date": format_date, "ago": _since, "day": format_date}[style](moment)
    machine = moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return format_html(
        '<time datetime="{}" data-local="{}" title="{}">{}</time>', machine, style, format_moment(moment), text
    )


def _since(moment: datetime) -> str:
    return str(naturaltime(moment))


def _local(moment: datetime, zone: str | None) -> datetime:
    return timezone.localtime(moment, None if zone is None else zone_of(zone))
