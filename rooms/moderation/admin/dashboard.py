"""The numbers at the head of the administration, and the search through people, rooms and links at once."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms.live.occupancy import occupied_rooms
from rooms.live.path_stats import OUTCOMES
from rooms.live.path_totals import path_totals
from rooms.models import Invite, Room
from rooms.moderation.actions import MODERATE
from rooms.moderation.models import Report

LIVE_SHOWN = 10
FOUND_SHOWN = 20
SPANS = (1, 7, 30)  # days


def may_see(request: HttpRequest) -> bool:
    """Say whether the person is a moderator."""
    return cast(User, request.user).has_perm(MODERATE)


def numbers() -> dict[str, Any]:
    """Return what goes on now: rooms live, people in calls, reports that wait, and how connections came about."""
    inside = occupied_rooms()
    rooms = Room.objects.filter(pk__in=inside).select_related("owner")
    live = sorted(((room, inside[room.pk]) for room in rooms), key=lambda pair: -pair[1])
    spans = [path_totals(days) for days in SPANS]
    waiting = Report.objects.filter(settled_at__isnull=True)
    return {
        "rooms_live": len(inside),
        "people_inside": sum(inside.values()),
        "reports_waiting": waiting.count(),
        "oldest_report": waiting.order_by("created_at").first(),
        "live": live[:LIVE_SHOWN],
        "live_more": max(0, len(live) - LIVE_SHOWN),
        "spans": SPANS,
        "ways": [(_NAMES[way](), [span[way] for span in spans]) for way in OUTCOMES],
        "connections": [sum(span.values()) for span in spans],
    }


_NAMES = {
    "direct": lambda: _("Direct"),
    "relay_udp": lambda: _("Relay, over UDP"),
    "relay_tcp": lambda: _("Relay, over TCP"),
    "failed": lambda: _("Failed"),
}


def search_view(request: HttpRequest) -> HttpResponse:
    """Find people, rooms and links by a part of a name, address or label. For moderators."""
    if not may_see(request):
        raise PermissionDenied
    asked = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    context: dict[str, Any] = {**admin.site.each_context(request), "title": _("Search"), "q": asked}
    if asked:
        people = User.objects.filter(Q(email__icontains=asked) | Q(display_name__icontains=asked))
        rooms = Room.objects.filter(Q(name__icontains=asked) | Q(slug__icontains=asked) | Q(owner__in=people))
        links = Invite.objects.filter(Q(label__icontains=asked) | Q(room__in=rooms) | Q(created_by__in=people))
        now = timezone.now()
        context |= {
            "people": people.order_by("email")[:FOUND_SHOWN],
            "rooms": rooms.select_related("owner")[:FOUND_SHOWN],
            "links": [(link, link.state(now)) for link in links.select_related("room", "created_by")[:FOUND_SHOWN]],
            "shown": FOUND_SHOWN,
        }
    return render(request, "admin/moderation/search.html", context)
