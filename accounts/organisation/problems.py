"""The page that says why signing in with the organisation did not work."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)


def problem(request: HttpRequest, kind: str, status: int, error: BaseException | None = None) -> HttpResponse:
    """Return the page for `kind`: no_address, cancelled, failed, away, other_person or not_asked.

    The log gets the kind of an error only: its text could hold a code or a token.
    """
    if error is not None:
        logger.warning("signing in with the organisation: %s", type(error).__name__)
    return render(request, "account/organisation_problem.html", {"kind": kind}, status=status)
