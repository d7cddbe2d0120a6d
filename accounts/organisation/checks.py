"""System checks of signing in with an organisation."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

MAX_ISSUER = 200  # characters: the column of allauth that names it


@register
def organisation(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """E042 to E045, W034: the organisation's server is named whole, by https, and someone can sign in."""
    return list(_problems())


def _problems() -> Iterable[CheckMessage]:
    issuer = settings.OIDC_ISSUER
    parts = urlsplit(issuer)
    here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if issuer and (not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and here))):
        yield Error(
            f"OIDC_ISSUER is {issuer!r}, which is no https address.",
            hint="Write it as the server's /.well-known/openid-configuration does: https://login.example.org/realm",
            id="meetingpoint.E042",
        )
    elif issuer and (parts.query or parts.fragment or "/.well-known/" in issuer or len(issuer) > MAX_ISSUER):
        yield Error(
            f"OIDC_ISSUER is {issuer!r}, which is no issuer.",
            hint=f"Leave out /.well-known/openid-configuration and any query; {MAX_ISSUER} characters at most.",
            id="meetingpoint.E042",
        )
    for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        if issuer and not getattr(settings, name):
            yield Error(
                f"OIDC_ISSUER is set but {name} is not.",
                hint="The organisation's server gives both when the site is registered there.",
                id="meetingpoint.E043",
            )
        if not issuer and getattr(settings, name):
            yield Caution(
                f"{name} is set but OIDC_ISSUER is not: no one signs in with the organisation.",
                hint="Set OIDC_ISSUER as well, or take this out.",
                id="meetingpoint.W034",
            )
    if not settings.LOCAL_SIGN_IN and not issuer:
        yield Error(
            "LOCAL_SIGN_IN is off and OIDC_ISSUER is not set: no one can sign in.",
            hint="Set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or LOCAL_SIGN_IN=on.",
            id="meetingpoint.E044",
        )
    if "openid" not in settings.OIDC_SCOPES:
        yield Error(
            "OIDC_SCOPES does not contain openid.",
            hint="Example: OIDC_SCOPES=openid,profile,email,groups",
            id="meetingpoint.E045",
        )
