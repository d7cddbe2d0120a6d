"""What the templates of the admin site ask for."""

import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from rooms.moderation.admin import dashboard
from rooms.moderation.audit_log import newest_entries

register = template.Library()

# A cell as `django.contrib.admin.templatetags.admin_list.items_for_result` writes it.
CELL = re.compile(r"<(t[dh])((?: [a-z]+=\"[^\"]*\")*)>(.*)</\1>", re.DOTALL)


@register.simple_tag(takes_context=True)
def dashboard_numbers(context: Context) -> dict[str, Any] | None:
    """Return the numbers of the dashboard to moderators, None to other staff."""
    return dashboard.dashboard_numbers() if dashboard.is_moderator(context["request"]) else None


@register.simple_tag
def latest_actions() -> list[Any]:
    """Return the newest entries of the audit log, described."""
    return newest_entries(10)


@register.filter
def labelled(cells: Iterable[str], headers: list[dict[str, Any]]) -> list[SafeString]:
    """Give each cell of a row the name of its column, which stands beside it where rows are cards."""
    return [_labelled(str(cell), header) for cell, header in zip(cells, headers, strict=True)]


def _labelled(cell: str, header: dict[str, Any]) -> SafeString:
    found = CELL.fullmatch(cell.strip())
    if found is None:
        raise ValueError("Django writes the cells of its lists in another way: " + cell)
    tag, attributes, content = found.groups()
    is_checkbox = "action-checkbox" in attributes
    role = "rowheader" if tag == "th" else "cell"
    label = "" if is_checkbox else format_html(' data-label="{}"', capfirst(str(header["text"])))
    # `attributes` and `content` were escaped by Django.
    return mark_safe(f'<{tag}{attributes} role="{role}"{label}><div class="mp-cell">{content}</div></{tag}>')
