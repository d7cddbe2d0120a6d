"""The page of the keys in this browser, which are nowhere else: the server adds the names of the visitor's rooms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rooms.guest_session import guest_id_of
from rooms.my_rooms import rooms_of_visitor


@never_cache
@require_safe
def browser_keys(request: HttpRequest) -> HttpResponse:
    """Show which keys this browser has, and let the person forget them, with or without an account."""
    rows = rooms_of_visitor(request.user, guest_id_of(request.session))
    names = {row.room.slug: {"name": row.room.name, "role": row.role} for row in rows}
    page = {"rooms": names, "signedIn": request.user.is_authenticated}
    return render(request, "rooms/browser_keys.html", {"page": page})
