"""The texts of the call: the same for everyone, read from neither the database nor the session."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_supported_language_variant
from django.views.decorators.http import require_safe

from rooms import call_texts

YEAR = 31_536_000


@require_safe
def texts(request: HttpRequest, language: str, digest: str) -> HttpResponse:
    """Return what the scripts of a call say. A page of another release, with another digest, gets those of this one."""
    try:
        found = call_texts.call_texts(get_supported_language_variant(language, strict=True))
    except LookupError:
        raise Http404 from None
    response = HttpResponse(found.body, content_type="application/json")
    is_kept = digest == found.digest and not settings.DEBUG
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable" if is_kept else "no-cache"
    return response
