"""What pages include as a fragment is the same on each of them."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Engine, Template
from django.template.loader import render_to_string
from django.utils import translation

TEMPLATES = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(
    {name for path in TEMPLATES.rglob("*.html") for name in re.findall(r'{% fragment "(.+?)" %}', path.read_text())}
)


def include(name: str, **values: object) -> str:
    source = f'{{% load fragments %}}{{% fragment "{name}" %}}'
    return Template(source).render(Context(values))


def in_one_line(html: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", html)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_page_goes_into_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "⟪%s⟫")
    assert "⟪" not in render_to_string(name)


def test_it_is_what_the_template_gives_in_the_language_of_the_page() -> None:
    name = "rooms/call/leave.html"
    for _visit in range(2):
        assert include(name, page={"manageUrl": "/elsewhere"}) == in_one_line(render_to_string(name))
        with translation.override("de"):
            assert include(name) == in_one_line(render_to_string(name))


def test_sentences_that_go_over_a_line_keep_their_space() -> None:
    for name in NAMES:
        assert " ".join(include(name).split()) == " ".join(render_to_string(name).split()), name
