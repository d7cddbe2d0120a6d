"""What the site refuses before any view sees it, and how refusals get into the security log."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.security_log import log_event

GetResponse = Callable[[HttpRequest], HttpResponse]

METHODS = ("GET", "HEAD", "POST")
# Django's `django.security.*` loggers and our events; all others say that a client sent what ours does not.
EVENT_OF_LOGGER = {
    "csrf": "csrf.refused",
    "DisallowedHost": "host.refused",
    "DisallowedModelAdminLookup": "admin.lookup_refused",
}


class SecurityLogHandler(logging.Handler):
    """Writes Django's reports of suspicious requests as one line of the security log, without their traceback.

    Their text quotes what the client sent (a Host, an Origin, a path), so it is left out.
    """

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.name.removeprefix("django.security.")
        request = getattr(record, "request", None)
        if request is not None:
            request.refusal_is_logged = True
        event = EVENT_OF_LOGGER.get(kind, "input.refused")
        log_event(event, request, reason=kind if event == "input.refused" else None)


def refuse_methods(get_response: GetResponse) -> GetResponse:
    """Answer 405 to every method that no page of this site has, TRACE among them (RFC 9110 §15.5.6)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in METHODS:
            return get_response(request)
        log_event("method.refused", request)
        headers = {"Allow": ", ".join(METHODS), "Content-Type": "text/plain; charset=utf-8"}
        return HttpResponse("This method is not allowed.\n", status=405, headers=headers)

    return middleware


def log_refusals(get_response: GetResponse) -> GetResponse:
    """Log what a person may not do (403), and JSON that our own pages never send (400)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if getattr(request, "refusal_is_logged", False):
            return response
        match = request.resolver_match
        view = match.view_name if match and match.view_name else None
        if response.status_code == 403:
            log_event("access.refused", request, view=view)
        elif response.status_code == 400 and request.content_type == "application/json":
            log_event("input.refused", request, view=view)
        return response

    return middleware
