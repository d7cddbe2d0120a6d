"""The page's main form, and a title that says that something went wrong; `{% load forms %}`."""

from django import template
from django.forms import BaseForm
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.form_focus import is_wrong

register = template.Library()


@register.simple_tag(takes_context=True)
def main_form(context: Context, form: BaseForm) -> SafeString:
    """Render the form for which a person opens this page: its first field has the focus, unless there is an error."""
    form.is_main = not _has_wrong_form(context)  # type: ignore[attr-defined]
    return form.render()


@register.simple_tag(takes_context=True)
def error_prefix(context: Context) -> str:
    """Return "Error: " for the title of a page whose form was refused, as screen readers read it first."""
    return _("Error:") + " " if _has_wrong_form(context) else ""


def _has_wrong_form(context: Context) -> bool:
    return any(is_wrong(value) for layer in context for value in dict(layer).values())
