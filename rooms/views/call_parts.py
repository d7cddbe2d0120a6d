"""What only a call needs of its page: the same for everyone, read from neither the database nor the session."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_supported_language_variant
from django.views.decorators.http import require_safe

from rooms import call_parts

YEAR = 31_536_000


@require_safe
def parts(request: HttpRequest, language: str, digest: str) -> HttpResponse:
    """Return texts, panels and dialogs of a call. A page of another release, with another digest, gets today's."""
    try:
        found = call_parts.call_parts(get_supported_language_variant(language, strict=True))
    except LookupError:
        raise Http404 from None
    coding, body = found.in_coding(request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(body)
    patch_vary_headers(response, ["Accept-Encoding"])
    if coding:
        response["Content-Encoding"] = coding
    is_kept = digest == found.digest and not settings.DEBUG
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable" if is_kept else "no-cache"
    return response
