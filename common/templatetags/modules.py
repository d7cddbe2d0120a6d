"""The modules and sheets of a page; `{% load modules %}`. A bundle takes the place of what it was made from."""

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


def _files(name: str) -> list[str]:
    """Return what the browser loads for an entry module: the file with it, then those that it imports at once."""
    return settings.BUNDLE.entries.get(name, [name]) if settings.BUNDLE else [name]


PRELOAD = '<link rel="modulepreload" href="{}">'
PRELOAD_LATER = '<link rel="modulepreload" fetchpriority="low" href="{}">'


def _links(form: str, names: list[str]) -> SafeString:
    return format_html_join("", form, ((static(name),) for name in names))


@register.simple_tag
def module(name: str) -> SafeString:
    """Load an entry module, such as ``js/pages/call.js``, and ask for what it imports at the same time."""
    entry, *imported = _files(name)
    return format_html('{}<script type="module" src="{}"></script>', _links(PRELOAD, imported), static(entry))


@register.simple_tag
def sheet(name: str) -> SafeString:
    """Load a style sheet that imports others, such as ``css/site.css``."""
    return format_html('<link rel="stylesheet" href="{}">', static(_files(name)[0]))


@register.simple_tag
def preload_sheet(name: str) -> SafeString:
    """Ask for a style sheet that comes later in the page."""
    return format_html('<link rel="preload" as="style" href="{}">', static(_files(name)[0]))


@register.simple_tag
def preload_module(*names: str) -> SafeString:
    """Ask for the bundles of entry modules that come later in the page; without bundles they would be too many."""
    return _links(
        PRELOAD, list(dict.fromkeys(file for name in names for file in _files(name))) if settings.BUNDLE else []
    )


@register.simple_tag
def preload_later(name: str) -> SafeString:
    """Ask for a bundled module that the page imports once it is alive, and for what it imports: one way, not two."""
    return _links(PRELOAD_LATER, _files(name) if settings.BUNDLE else [])
