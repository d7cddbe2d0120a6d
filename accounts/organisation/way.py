"""The way to the organisation's server: a page that goes on by itself.

A form that is answered by a redirect to another site is stopped by `form-action 'self'`, and allowing the organisation
there would not do: its server may send people on to others. The page's own navigation is not part of the form.
"""

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from requests import RequestException

from .problems import problem


def go_there(
    request: HttpRequest, process: str, next_url: str | None, questions: dict[str, str] | None = None
) -> HttpResponse:
    """Return the page that leads to the organisation. `questions` are parameters of its address.

    The session keeps the state, the PKCE verifier, the process and where to go on afterwards, for ten minutes.
    """
    if not settings.OIDC_ISSUER:
        raise Http404
    provider = get_adapter().get_provider(request, settings.OIDC_ISSUER)
    try:
        answer: HttpResponse = provider.redirect(
            request, process=process, next_url=next_url, auth_params=dict(questions or {})
        )
    except (RequestException, OAuth2Error) as error:
        return problem(request, "away", 503, error)
    if not isinstance(answer, HttpResponseRedirect):
        return answer
    return render(request, "account/organisation_way.html", {"url": answer.url})
