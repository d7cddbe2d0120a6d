"""Template tags of emails, rendered as text and as HTML with the styles that mail programs need.

`common.mail.compose` renders a template with `html` false, then with it true. The classes carry the dark colours of
`templates/mails/base.html`.
"""

from typing import Any

from django import template
from django.template.base import NodeList, render_value_in_context
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe

register = template.Library()

_PARAGRAPH = '<p class="{}" style="margin:0 0 16px;color:{};">{}</p>\n'
_CODE = (
    '<p class="ink sunken" style="margin:0 0 16px;padding:14px 16px;border-radius:12px;background:#e9efec;'
    'color:#14211d;font:700 30px/1.2 Menlo,Consolas,monospace;letter-spacing:6px;text-align:center;">{}</p>\n'
)
_ACTION = (
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;"><tr>'
    '<td class="button" bgcolor="#0b5d4e" style="border-radius:24px;background:#0b5d4e;">'
    '<a class="button-text" href="{}" style="display:inline-block;padding:12px 24px;color:#ffffff;font-weight:600;'
    'text-decoration:none;">{}</a></td></tr></table>\n'
)
_LINK = '<p style="margin:0 0 16px;"><a class="link" href="{}" style="color:#0b5d4e;">{}</a></p>\n'
_FACT = (
    '<p class="ink" style="margin:0 0 4px;color:#14211d;"><span class="soft" style="color:#4c5c56;">{}:</span> {}</p>\n'
)
_QUOTE = (
    '<div class="ink quote" style="margin:0 0 16px;padding:4px 16px;border-left:4px solid #0b5d4e;color:#14211d;'
    'overflow-wrap:anywhere;">{}</div>\n'
)
_GAP = '<div style="height:12px;line-height:12px;">&nbsp;</div>\n'


class _Paragraph(template.Node):
    def __init__(self, nodes: NodeList, soft: bool) -> None:
        self.nodes = nodes
        self.soft = soft

    def render(self, context: template.Context) -> str:
        text = " ".join(self.nodes.render(context).split())
        if not context["html"]:
            return f"{text}\n\n"
        # The nodes have escaped their values already.
        classes, colour = ("soft", "#4c5c56") if self.soft else ("ink", "#14211d")
        return format_html(_PARAGRAPH, classes, colour, mark_safe(text))


@register.tag
def paragraph(parser: template.base.Parser, token: template.base.Token) -> _Paragraph:
    """Render `{% paragraph %}…{% endparagraph %}`, or `{% paragraph soft %}` for what is less important."""
    nodes = parser.parse(("endparagraph",))
    parser.delete_first_token()
    return _Paragraph(nodes, "soft" in token.split_contents()[1:])


def _render(context: template.Context, text: str, html: str, *values: Any) -> str:
    return format_html(html, *values) if context["html"] else text


def _render_link(context: template.Context, label: str, url: str, html: str) -> str:
    address = context["site_url"] + url if url.startswith("/") else url
    return _render(context, f"{label}:\n\n    {address}\n\n", html, address, label)


@register.simple_tag(takes_context=True)
def code(context: template.Context, value: str) -> str:
    """Render a code to type."""
    return _render(context, f"    {value}\n\n", _CODE, value)


@register.simple_tag(takes_context=True)
def action(context: template.Context, label: str, url: str) -> str:
    """Render what the email is for: a button, and in text the address on a line of its own.

    `url` is an address, or a path on this site.
    """
    return _render_link(context, label, url, _ACTION)


@register.simple_tag(takes_context=True)
def link(context: template.Context, label: str, url: str) -> str:
    """Render a link that is less important than the action."""
    return _render_link(context, label, url, _LINK)


@register.simple_tag(takes_context=True)
def fact(context: template.Context, label: str, value: object) -> str:
    """Render one line of a list of facts; `{% gap %}` ends the list."""
    shown = render_value_in_context(value, context)
    return _render(context, f"{label}: {shown}", _FACT, label, mark_safe(shown))  # escaped where it has to be


@register.simple_tag(takes_context=True)
def gap(context: template.Context) -> str:
    """Render the space after a list of facts."""
    return mark_safe(_GAP) if context["html"] else "\n"


@register.simple_tag(takes_context=True)
def quote(context: template.Context, text: str) -> str:
    """Render what a person wrote, with its line breaks."""
    return _render(context, f"{text}\n\n", _QUOTE, mark_safe(linebreaks(text, autoescape=True)))
