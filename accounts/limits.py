"""What limits the pages: a table of those that cost much or guard a secret, and a limit for all that change something.

allauth's own limits are switched off in the settings: what they counted is here and in `adapter.py`, `forms.py` and
`code_tries.py`, by the site's one mechanism.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from common import ratelimit
from common.network_address import network_address_of
from common.ratelimit import Limit

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def person_of(request: HttpRequest) -> str:
    """Return the account's number, or the network address of a person who is not signed in."""
    return str(request.user.pk) if request.user.is_authenticated else network_address_of(request)


# By the names of the addresses.
VIEW_LIMITS: dict[str, tuple[tuple[Limit, Callable[[HttpRequest], str]], ...]] = {
    "account_signup": ((ratelimit.SIGN_UP, network_address_of),),
    "account_login": ((ratelimit.SIGN_IN, network_address_of),),
    "mfa_login_webauthn": ((ratelimit.PASSKEY, network_address_of),),
    "organisation_sign_in": ((ratelimit.SIGN_IN, network_address_of),),
    "account_reset_password": ((ratelimit.RESET_FROM, network_address_of), (ratelimit.RESET, ratelimit.email_of)),
    "account_complete_password_reset": ((ratelimit.NEW_PASSWORD, network_address_of),),
    "account_change_password": ((ratelimit.CHANGE_PASSWORD, person_of),),
    "account_set_password": ((ratelimit.CHANGE_PASSWORD, person_of),),
    "account_email": ((ratelimit.MANAGE_ADDRESS, person_of),),
    "account_reauthenticate": ((ratelimit.REAUTHENTICATE, person_of),),
    "organisation_confirm": ((ratelimit.REAUTHENTICATE, person_of),),
    "mfa_reauthenticate": ((ratelimit.REAUTHENTICATE, person_of),),
    "mfa_reauthenticate_webauthn": ((ratelimit.REAUTHENTICATE, person_of),),
    "account_download": ((ratelimit.EXPORT, person_of),),
}
# A GET of these costs as much: a row for the session with the challenge, all that is stored of a person.
LIMITED_READS = {"mfa_login_webauthn", "account_download"}


class LimitsMiddleware(MiddlewareMixin):
    """Answers 429 to those who come too often."""

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        writes = request.method not in SAFE_METHODS
        if not writes and name not in LIMITED_READS:
            return None
        pairs = [(limit, whom(request)) for limit, whom in VIEW_LIMITS.get(name, ())]
        if writes:
            overall = ratelimit.WRITE if request.user.is_authenticated else ratelimit.WRITE_FROM
            pairs.append((overall, person_of(request)))
        wait = ratelimit.consume_all(*pairs, source=request)
        return ratelimit.rate_limited_response(request, wait) if wait else None
