"""A system check of how pages get their modules."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as Caution


@register(deploy=True)
def bundle_is_served(app_configs: Any, **options: Any) -> Iterable[CheckMessage]:
    """W011: pages load a bundle, and it was made from the modules that are here."""
    if settings.DEBUG or settings.BUNDLE or not settings.BUNDLE_DIR:
        return []
    return [
        Caution(
            f"{settings.BUNDLE_DIR} has no bundle of these modules: browsers load 200 of them one by one.",
            hint="Run `make bundle` and restart the site. BUNDLE_DIR= says that this is meant.",
            id="meetingpoint.W011",
        )
    ]
