"""The page of received files. They are in the browser only: the server answers the same page to everyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """Show what this browser has received and not saved, with or without an account."""
    return render(request, "rooms/received.html")
