"""Template tags and filters of the account pages."""

from allauth.mfa.models import Authenticator
from django import template

from accounts.models import User
from common.user_agents import describe

register = template.Library()

register.filter("browser_name", describe)


@register.simple_tag
def second_factors(user: User) -> set[str]:
    """Return which second factors a person has: "totp", "webauthn", "recovery_codes"."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
