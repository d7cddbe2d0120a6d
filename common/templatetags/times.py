"""Times and numbers in templates; `{% load times %}`."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.times import time_element

register = template.Library()

register.simple_tag(time_element, name="moment")


@register.simple_tag
def number(value: int) -> SafeString:
    """Return a `<data>` whose digits the browser groups in the reader's own way."""
    return format_html('<data value="{}" data-local>{}</data>', value, value)
