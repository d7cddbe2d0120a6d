"""The two addresses of signing in with the organisation: to its server, and back."""

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from redis.exceptions import RedisError

from .problems import problem
from .provider import OrganisationOAuth2Adapter
from .way import go_there

# What the answers of a server that is not as it should be can end in.
UNFIT = (OAuth2Error, SocialApp.DoesNotExist, KeyError, TypeError, ValueError, AttributeError, RedisError)


@never_cache
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send a person to the organisation. Only a form of ours does: no other site signs people in."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return go_there(request, AuthProcess.LOGIN, get_next_redirect_url(request))


@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Take a person back who was asked there: they are signed in, have confirmed, or read why not."""
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(
            OrganisationOAuth2Adapter(request, settings.OIDC_ISSUER)
        )(request)
    except UNFIT as error:
        return problem(request, "failed", 502, error)
    except IntegrityError as error:  # the same person came in twice at the same moment
        return problem(request, "failed", 503, error)
    return answer
