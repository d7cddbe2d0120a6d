"""The organisation's server as django-allauth sees it: what is asked of it, and what its answers have to be.

allauth finds this module by its name. `OIDC_ISSUER` names the server, and with it the accounts that it vouches for: the
same subject of another issuer is another person (OpenID Connect Core §5.7).
"""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

PROVIDER = "organisation"
_DISCOVERY = "/.well-known/openid-configuration"
_REQUIRED = ("authorization_endpoint", "token_endpoint", "jwks_uri")

Claims = dict[str, Any]


class OrganisationClient(OAuth2Client):
    """Asks for tokens."""

    def get_redirect_url(self, authorization_url: str, scope: Any, extra_params: Any) -> str:
        """Return where the person signs in. Some servers have a query in the address already."""
        base, _, query = authorization_url.partition("?")
        url: str = super().get_redirect_url(base, scope, extra_params)
        return f"{url}&{query}" if query else url


class OrganisationOAuth2Adapter(OpenIDConnectOAuth2Adapter):
    """Reads the server's description and the tokens. Raises `OAuth2Error` for what does not fit."""

    client_class = OrganisationClient

    @property
    def openid_config(self) -> dict[str, Any]:
        """The server's description of itself, which has to be that of `OIDC_ISSUER` (Discovery §4.3)."""
        config: dict[str, Any] = super().openid_config
        issuer = config.get("issuer")
        if not isinstance(issuer, str) or issuer.rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
            raise OAuth2Error("the server's description names another issuer")
        scheme = urlsplit(settings.OIDC_ISSUER).scheme
        for name in (*_REQUIRED, *({"userinfo_endpoint"} & config.keys())):
            if urlsplit(str(config.get(name, ""))).scheme != scheme:
                raise OAuth2Error(f"the server's description has no {name} of {scheme}:")
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return where the server sends people back to: on the host that they came from, which has their session."""
        return request.build_absolute_uri(reverse("organisation_callback"))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Return the person that the tokens tell of."""
        id_token = kwargs["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("there is no ID token")
        claims: Claims = self._decode_id_token(app, id_token)
        if "userinfo_endpoint" in self.openid_config:
            more = self._fetch_user_info(token.token)
            if more.get("sub") != claims["sub"]:  # Core §5.3.2
                raise OAuth2Error("the tokens tell of two persons")
            if "email" in claims and claims["email"] != more.get("email"):
                more.pop("email_verified", None)  # that of another address
            claims = {**more, **claims}
        return self.get_provider().sociallogin_from_response(request, claims)


class OrganisationProvider(OpenIDConnectProvider):
    """The one organisation of this site."""

    id = PROVIDER
    pkce_enabled_default = True
    oauth2_adapter_class = OrganisationOAuth2Adapter

    @property
    def server_url(self) -> str:
        return f"{settings.OIDC_ISSUER.rstrip('/')}{_DISCOVERY}"

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("organisation_sign_in")

    def get_callback_url(self) -> str:
        return reverse("organisation_callback")

    def get_scope(self) -> list[str]:
        return list(settings.OIDC_SCOPES)

    def sociallogin_from_response(self, request: HttpRequest, response: Claims) -> SocialLogin:
        """Return the person, with all claims as `claims`."""
        login = super().sociallogin_from_response(request, response)
        login.claims = response
        return login

    def extract_uid(self, data: Claims) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: Claims) -> dict[str, Any]:
        """Store nothing of what the organisation says: it says it again at the next sign-in."""
        return {}

    def extract_common_fields(self, data: Claims) -> dict[str, Any]:
        return {"email": data.get("email"), "name": data.get("name") or data.get("preferred_username")}

    def extract_email_addresses(self, data: Claims) -> list[EmailAddress]:
        """Return the address. Some servers write `email_verified` as text: "false" is not true."""
        verified = data.get("email_verified")
        address = data.get("email")
        return [EmailAddress(email=address, verified=verified in (True, "true"), primary=True)] if address else []


provider_classes = [OrganisationProvider]


def organisation_app() -> SocialApp:
    """Return the settings in the form in which allauth reads them; nothing of it is in the database."""
    return SocialApp(
        provider=PROVIDER,
        provider_id=settings.OIDC_ISSUER,
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={"server_url": settings.OIDC_ISSUER, "oauth_pkce_enabled": True},
    )
