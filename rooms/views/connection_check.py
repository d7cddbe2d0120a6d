"""The connection test: whether calls would work from this network. Everyone may use it."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.ratelimit import RELAY_TEST, consume, rate_limited_response
from rooms.access import relay_test_identity
from rooms.guest_session import guest_id_of
from rooms.ice import ice_servers

CREDENTIALS_TTL = 180  # seconds; a test takes half a minute


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the page; the test itself runs in the browser."""
    return render(request, "pages/connection_test.html", {"tester": _tester(request)})


@never_cache
@require_safe
def servers(request: HttpRequest) -> HttpResponse:
    """Answer {stun, kinds, relays}: addresses of STUN servers, over what the relay can be reached, and the way to it.

    `kinds` has "udp", "tcp" and "tls" as far as the site has them; `relays` maps them to an RTCIceServer with
    credentials of a few minutes, or is null for those who could not be in a call. 429 to those who test all the time.
    """
    urls = {kind: [url for url in settings.TURN_URLS if kind_of(url) == kind] for kind in ("udp", "tcp", "tls")}
    kinds = [kind for kind, of_kind in urls.items() if of_kind]
    tester = _tester(request)
    relays = None
    if tester is not None and kinds:
        if wait := consume(RELAY_TEST, tester):
            return rate_limited_response(request, wait)
        made = ice_servers(tester, ttl=CREDENTIALS_TTL).servers[-1]
        relays = {kind: {**made, "urls": urls[kind]} for kind in kinds}
    return JsonResponse({"stun": list(settings.STUN_URLS), "kinds": kinds, "relays": relays})


def kind_of(url: str) -> str:
    """Say over what a TURN address is reached (RFC 7065): "udp" unless it says otherwise, "tls" for turns."""
    if url.startswith("turns:"):
        return "tls"
    return "tcp" if "transport=tcp" in url else "udp"


def _tester(request: HttpRequest) -> UUID | None:
    return relay_test_identity(request.user, guest_id_of(request.session))
