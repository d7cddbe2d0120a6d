"""Where the demo may be made: on a developer's machine, in a database without real people."""

from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import User
from meetingpoint_site.checks import LOCAL_HOSTS
from rooms.models import Ban
from rooms.moderation.models import AuditEntry, Report

DOMAIN = ".example"  # RFC 2606: no one can have an address in it


def refusal() -> str:
    """Return why the demo cannot be made here, with what to do instead; empty if it can."""
    if not settings.DEBUG:
        return "This is not a development site (DEBUG is off). Run it with DEBUG=1 and a database of its own."
    foreign = [origin for origin in settings.SITE_ORIGINS if urlsplit(origin).hostname not in LOCAL_HOSTS]
    if foreign:
        return f"This site can be reached from elsewhere ({', '.join(foreign)}). The demo is for localhost only."
    real = User.objects.exclude(email__endswith=DOMAIN).count()
    if real:
        return (
            f"This database has {real} accounts that are not of a demo. Use another one: "
            "DATABASE_URL=sqlite:///demo.sqlite3"
        )
    if not User.objects.exists() and _has_traces():
        return "This database has no accounts but reports, bans or an audit log. Use another one, which is empty."
    return ""


def _has_traces() -> bool:
    return Report.objects.exists() or AuditEntry.objects.exists() or Ban.objects.exists()
