"""What the organisation says of its people: what allauth says, when it last asked them, and what a test adds."""

import json
from pathlib import Path
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.conf import settings
from django.contrib.auth import get_user_model
from django.dispatch import receiver
from django.utils import timezone


@receiver(authentication_step_completed)
def on_asked(sender: Any, user: Any, **_: Any) -> None:
    """Remember when the person typed the password."""
    get_user_model().objects.filter(pk=user.pk).update(last_login=timezone.now())


class Adapter(DefaultOIDCAdapter):
    """Adds `auth_time`, and the claims of the test; null removes one."""

    def get_claims(self, purpose: Any, user: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        claims = super().get_claims(purpose, user, *args, **kwargs)
        user.refresh_from_db()
        claims["auth_time"] = int(user.last_login.timestamp())
        path: Path = getattr(settings, "CLAIMS")  # noqa: B009 - of this server's settings alone
        there = json.loads(path.read_text()) if path.exists() else {}
        changed = claims | there.get(user.email, {})
        return {name: value for name, value in changed.items() if value is not None}
