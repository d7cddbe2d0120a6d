"""Parts of pages that are the same for everyone; `{% load fragments %}`."""

import re
from functools import cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def fragment(name: str) -> str:
    """Include a template that nothing of the page goes into: it is rendered once in each language of the site."""
    return render_to_string(name) if settings.DEBUG else _kept(name, get_language())


def without_indentation(html: str) -> str:
    """Return HTML without what is for those who read templates; a sentence that goes over a line keeps its space."""
    return re.sub(r"\s*\n\s*", "\n", html)


@cache
def _kept(name: str, _language: str | None) -> str:
    return SafeString(without_indentation(render_to_string(name)))
