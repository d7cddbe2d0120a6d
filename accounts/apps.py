from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        """Import the modules by which every app listens to accounts and answers for personal data."""
        from .organisation import checks  # noqa: F401 - importing registers them

        autodiscover_modules("receivers", "security_events", "personal_data")
