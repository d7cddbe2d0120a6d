"""Reporting a room or a person in it: the page, and what the dialog in the call sends."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common import ratelimit
from common.json_body import PayloadError, decode_body
from common.network_address import network_address_of
from rooms import limits
from rooms.access import find_membership
from rooms.guest_session import guest_id_of
from rooms.moderation.reporting import ReportForm
from rooms.payloads import NewReport


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Report a room, or a person in it: for all who are or were members or guests. Others get 404."""
    membership = find_membership(request.user, guest_id_of(request.session), slug)
    if membership is None:
        raise Http404
    is_json = request.content_type == "application/json"
    try:
        data = _fields(decode_body(request, NewReport, limits.MAX_REPORT_BYTES)) if is_json else request.POST
    except PayloadError as error:
        return JsonResponse({"reason": "bad_request", "message": str(error)}, status=400)
    form = ReportForm(data if request.method == "POST" else None, membership=membership)
    if request.method != "POST" or not form.is_valid():
        if is_json:
            message = " ".join(str(text) for texts in form.errors.values() for text in texts)
            return JsonResponse({"reason": "bad_request", "message": message}, status=400)
        context = {"form": form, "room": membership.room}
        return render(request, "rooms/report.html", context, status=400 if form.errors else 200)
    # Only a valid report counts, so that a forgotten field does not use up an attempt.
    wait = ratelimit.consume(ratelimit.REPORT_FROM, network_address_of(request))
    wait = wait or ratelimit.consume(ratelimit.REPORT, membership.user_id or membership.guest_id)
    if wait:
        return ratelimit.rate_limited_response(request, wait)
    form.save()
    if is_json:
        return JsonResponse({}, status=201)
    return render(request, "rooms/reported.html")


def _fields(body: NewReport) -> dict[str, str]:
    return {"category": body.category, "description": body.description, "subject": body.subject}
