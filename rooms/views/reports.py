"""The page on which people report a room, which also takes what the dialog in the call sends."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common import ratelimit
from common.json_body import PayloadError, decode_body
from rooms import limits
from rooms.access import find_membership
from rooms.guest_session import guest_id_of
from rooms.moderation.reporting import ReportForm
from rooms.payloads import NewReport


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Report a room, or somebody in it: for all who have, or had, a place there. A stranger gets 404."""
    mine = find_membership(request.user, guest_id_of(request.session), slug)
    if mine is None:
        raise Http404
    by_script = request.content_type == "application/json"
    try:
        data = _fields(decode_body(request, NewReport, limits.MAX_REPORT_BYTES)) if by_script else request.POST
    except PayloadError as error:
        return JsonResponse({"reason": "bad_request", "message": str(error)}, status=400)
    form = ReportForm(data if request.method == "POST" else None, mine=mine)
    if request.method != "POST" or not form.is_valid():
        if by_script:
            message = " ".join(str(text) for texts in form.errors.values() for text in texts)
            return JsonResponse({"reason": "bad_request", "message": message}, status=400)
        context = {"form": form, "room": mine.room}
        return render(request, "rooms/report.html", context, status=400 if form.errors else 200)
    # Only what is well-formed counts: who forgot a field may try again.
    wait = ratelimit.consume(ratelimit.REPORT_FROM, ratelimit.ip_address_of(request))
    wait = wait or ratelimit.consume(ratelimit.REPORT, mine.user_id or mine.browser)
    if wait:
        return ratelimit.rate_limited_response(request, wait)
    form.keep()
    if by_script:
        return JsonResponse({}, status=201)
    return render(request, "rooms/reported.html")


def _fields(asked: NewReport) -> dict[str, str]:
    return {"category": asked.category, "words": asked.words, "about": asked.about}
