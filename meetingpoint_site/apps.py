"""The project as an app: its system checks, its administration, and what must be in place before the first log line."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class SiteConfig(AppConfig):
    """Registers the checks of the settings."""

    name = "meetingpoint_site"
    default = True

    def ready(self) -> None:
        from common.postgresql import checks as _database_checks  # noqa: F401 - importing registers them

        from . import checks, deployment_checks  # noqa: F401
        from .assets import checks as _asset_checks  # noqa: F401
        from .logs import redact_daphne_access_log
        from .operations.ownership import watch_connections
        from .stun import checks as stun_checks  # noqa: F401

        watch_connections()
        redact_daphne_access_log()


class AdminConfig(admin_apps.AdminConfig):
    """`django.contrib.admin` with our site as the default one."""

    default = False
    default_site = "meetingpoint_site.admin_site.MeetingPointAdminSite"
