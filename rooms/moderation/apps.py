from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "rooms.moderation"
    verbose_name = _("Moderation")

    def ready(self) -> None:
        from .trigrams import make_trigrams  # it registers a check, too

        def after_migrations(using: str, **options: Any) -> None:
            make_trigrams(using)

        post_migrate.connect(after_migrations, sender=self, weak=False, dispatch_uid="trigrams")
