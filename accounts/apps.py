"""Connects what follows from signing out and the like."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """The accounts app."""

    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from . import signals  # noqa: F401 - importing connects the receivers
