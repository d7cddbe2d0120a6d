"""What ran when: the daily and hourly commands, and the last write that `/readyz` tried."""

from typing import Any

from django.db import models
from django.utils import timezone


class Job(models.Model):
    """One line for each kind of work; `finished_at` is when it last came to its end."""

    name = models.CharField(max_length=40, primary_key=True)
    finished_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


def record_job(sender: str, **kwargs: Any) -> None:
    """Write down that a job has ended well."""
    Job.objects.update_or_create(name=sender, defaults={"finished_at": timezone.now()})
