"""Error pages that Django has no handler for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

GetResponse = Callable[[HttpRequest], HttpResponse]


def method_not_allowed_page(get_response: GetResponse) -> GetResponse:
    """Show a page to people who open the address of a form; Django's answer of 405 is empty."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 405 and request.method == "GET" and request.accepts("text/html"):
            response.content = render_to_string("405.html").encode()
            response["Content-Type"] = "text/html; charset=utf-8"
        return response

    return middleware
