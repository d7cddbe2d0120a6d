"""The dashboard at the top of the admin's first page, and the search through people, rooms and links."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.found_first import slice_of
from common.text import clean_query
from rooms.live.occupancy import occupied_rooms
from rooms.live.path_stats import OUTCOMES
from rooms.live.path_totals import path_totals
from rooms.models import Invite, Room
from rooms.moderation.actions import MODERATE
from rooms.moderation.models import Report
from rooms.moderation.search import Search

MAX_LIVE_ROOMS = 10
MAX_RESULTS = 20  # of each kind
SPANS = (1, 7, 30)  # days
PERSON, ROOM = ("email", "display_name"), ("name", "slug")
SEARCHED: dict[Any, tuple[str, ...]] = {
    User: PERSON,
    Room: (*ROOM, *(f"owner__{name}" for name in PERSON)),
    Invite: (
        *("label", *(f"room__{name}" for name in ROOM)),
        *(f"{way}__{name}" for way in ("created_by", "room__owner") for name in PERSON),
    ),
}


def is_moderator(request: HttpRequest) -> bool:
    """Say whether the signed-in person is a moderator."""
    return cast(User, request.user).has_perm(MODERATE)


def dashboard_numbers() -> dict[str, Any]:
    """Return the numbers of live rooms, people in calls and open reports, and of connections by type."""
    inside = occupied_rooms()
    rooms = Room.objects.filter(pk__in=inside).select_related("owner")
    live = sorted(((room, inside[room.pk]) for room in rooms), key=lambda pair: -pair[1])
    spans = [path_totals(days) for days in SPANS]
    open_reports = Report.objects.filter(resolved_at__isnull=True)
    return {
        "live_rooms": len(inside),
        "people_inside": sum(inside.values()),
        "open_reports": open_reports.count(),
        "oldest_report": open_reports.order_by("created_at").first(),
        "live": live[:MAX_LIVE_ROOMS],
        "more_live": max(0, len(live) - MAX_LIVE_ROOMS),
        "spans": SPANS,
        "connection_types": [(_CONNECTION_TYPES[outcome](), [span[outcome] for span in spans]) for outcome in OUTCOMES],
        "connections": [sum(span.values()) for span in spans],
    }


_CONNECTION_TYPES = {
    "direct": lambda: _("Direct"),
    "relay_udp": lambda: _("Relay, over UDP"),
    "relay_tcp": lambda: _("Relay, over TCP"),
    "failed": lambda: _("Failed"),
}


def search_view(request: HttpRequest) -> HttpResponse:
    """Find people, rooms and links by a part of a name, address or label. For moderators."""
    if not is_moderator(request):
        raise PermissionDenied
    query = clean_query(request.GET.get("q", ""))
    context: dict[str, Any] = {**admin.site.each_context(request), "title": _("Search"), "q": query}
    if query:
        search = Search(most=2 * MAX_RESULTS)
        ordered = {User: User.objects.order_by("email"), Room: Room.objects.all(), Invite: Invite.objects.all()}
        found = [search.filter(ordered[model], [query], fields) for model, fields in SEARCHED.items()]
        (people, rooms, invites), complete = zip(*found, strict=True)
        now = timezone.now()
        shown = slice_of(invites.select_related("room", "created_by"), 0, MAX_RESULTS)
        context |= {
            "people": slice_of(people, 0, MAX_RESULTS),
            "rooms": slice_of(rooms.select_related("owner"), 0, MAX_RESULTS),
            "invites": [(invite, invite.state(now)) for invite in shown],
            "max_results": MAX_RESULTS,
            "only_newest": not all(complete),
        }
    return render(request, "admin/moderation/search.html", context)
