"""Where the focus goes on a page with a form: to what went wrong, or to the first field of the page's main form."""

from typing import Any

from django.forms import BaseForm
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest


class FormRenderer(TemplatesSetting):
    """Renders every form of the site, those of libraries too, with `autofocus` in at most one place (`FORM_RENDERER`).

    With errors the first wrong field gets the focus, or the list of errors that concern no single field
    (templates/django/forms/errors/list/ul.html). Without, the first field gets it if the form `is_main`.
    """

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        form = context.get("form")
        if isinstance(form, BaseForm) and template_name == form.template_name:
            _set_focus(form)
        return super().render(template_name, context, request)


def is_wrong(form: object) -> bool:
    """Say whether this is a form that was sent and refused. Evaluates nothing lazy, such as a request's user."""
    if not issubclass(type(form), BaseForm):
        return False
    assert isinstance(form, BaseForm)  # noqa: S101 (for mypy)
    return form.is_bound and bool(form.errors)


def _set_focus(form: BaseForm) -> None:
    fields = [field for field in form.visible_fields() if not field.field.disabled]
    for field in fields:
        field.field.widget.attrs.pop("autofocus", None)
    wrong = [field for field in fields if field.errors]
    if form.errors:
        chosen = [] if form.non_field_errors() else wrong
    else:
        chosen = fields if getattr(form, "is_main", False) else []
    for field in chosen[:1]:
        field.field.widget.attrs["autofocus"] = True
