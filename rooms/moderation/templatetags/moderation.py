"""What the first page of the admin asks for."""

from typing import Any

from django import template
from django.template.context import Context

from rooms.moderation.admin import dashboard

register = template.Library()


@register.simple_tag(takes_context=True)
def dashboard_numbers(context: Context) -> dict[str, Any] | None:
    """Return the numbers of the dashboard to moderators, None to other staff."""
    return dashboard.dashboard_numbers() if dashboard.is_moderator(context["request"]) else None
