from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from common.jobs import job_done


class OperationsConfig(AppConfig):
    """Keeps the record of what timers ran."""

    name = "meetingpoint_site.operations"
    label = "operations"
    verbose_name = _("Operations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .models import record_job

        job_done.connect(record_job, dispatch_uid="operations.record_job")
