"""Which groups a person is in, as the organisation says at each sign-in: by these, the site decides who makes rooms."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group

from accounts.models import User


def follow_groups(user: User, claims: dict[str, Any]) -> None:
    """Put a person into the groups of OIDC_GROUPS that the claim names, and take them out of the others of these.

    A claim that is missing or malformed names none. Groups that OIDC_GROUPS does not have stay as they are.
    """
    if not settings.OIDC_GROUPS:
        return
    named = named_groups(claims)
    there = {group.name: group for group in Group.objects.filter(name__in=settings.OIDC_GROUPS)}
    for name in settings.OIDC_GROUPS:
        if name in named:
            user.groups.add(there.get(name) or Group.objects.get_or_create(name=name)[0])
        elif name in there:
            user.groups.remove(there[name])


def named_groups(claims: dict[str, Any]) -> set[str]:
    """Return the groups of the claim OIDC_GROUPS_CLAIM: a list of texts or one text; dots lead into objects."""
    name: str = settings.OIDC_GROUPS_CLAIM
    found: Any = claims
    for part in [name] if name in claims else name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, str):
        found = [found]
    # Keycloak writes a group with its path: /teachers
    return {name.removeprefix("/") for name in found if isinstance(name, str)} if isinstance(found, list) else set()
