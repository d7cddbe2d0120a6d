"""What makes a phone's share sheet lead to a room: the service worker of `/files/`, and the page that asks for it.

The files themselves never come here: the service worker (static/js/files/share/service-worker.js) keeps them in the
browser, and the call page takes them from there.
"""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from rooms.access import unavailable_reason
from rooms.guest_session import guest_id_of
from rooms.models import Membership

_SCRIPT = "js/files/share/service-worker.js"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the script that rules over `/files/`, and over nothing else because it lies there."""
    path = finders.find(_SCRIPT)
    if not isinstance(path, str):
        raise ImproperlyConfigured(f"{_SCRIPT} is not among the static files of {settings.BASE_DIR}")
    response = HttpResponse(Path(path).read_bytes(), content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, no_cache=True)
    return response


@csrf_exempt  # the system posts, not a page of ours; nothing of it is read
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """Ask into which room something that was shared goes.

    A POST comes only from a browser that has lost its service worker. Its body is not read, and not taken over 256 KB.
    """
    if request.method == "POST":
        return redirect("/files/share?failed")
    user, browser = request.user, guest_id_of(request.session)
    whose = Q(user=user) if isinstance(user, User) else Q(browser=browser, user=None) if browser else None
    places = (
        Membership.objects.filter(whose, removed_at__isnull=True)
        .exclude(expires_at__lte=timezone.now())
        .select_related("room__owner")
        .order_by("-room__created_at")
        if whose
        else Membership.objects.none()
    )
    open_rooms = [place.room for place in places if unavailable_reason(place.room) is None]
    return render(request, "rooms/share.html", {"rooms": open_rooms, "failed": "failed" in request.GET})
