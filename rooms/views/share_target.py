"""The target of a phone's share sheet: the service worker of `/files/`, and the page that asks for a room.

The files never reach the server: the service worker (static/js/files/share/service-worker.js) keeps them in the
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
from rooms.guest_session import guest_id_of
from rooms.models import Membership, Room

_SCRIPT = "js/files/share/service-worker.js"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the script whose scope is `/files/`, because that is where it is."""
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
    """Ask into which room the shared files go.

    A POST comes only from a browser that has lost its service worker. Its body is not read, and over 256 KB refused.
    """
    if request.method == "POST":
        return redirect("/files/share?failed")
    user, guest_id = request.user, guest_id_of(request.session)
    rooms = Room.objects.none()
    if isinstance(user, User) or guest_id is not None:
        holder = Q(user=user) if isinstance(user, User) else Q(guest_id=guest_id)
        now = timezone.now()
        rooms = Room.objects.open(now).filter(memberships__in=Membership.objects.active(now).filter(holder))
    return render(request, "rooms/share.html", {"rooms": rooms, "failed": "failed" in request.GET})
