"""Times and numbers are formatted in one place on the server; tests/js/house.test.js sees to the browser's half."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = "common/times.py"

# Formats for machines are no matter of countries: "c", "U", ISO 8601.
IN_TEMPLATES = re.compile(
    r"\|\s*(date(?!:['\"][cU]['\"])|time|timesince|timeuntil|naturaltime|naturalday|intcomma|floatformat|filesizeformat|localtime)\b"
    r"|<time\b(?![^>]*></time>)"
    r"|\{\{ *[\w.]*(_at|\.at|\.date_joined|last_login) *\}\}"
)
IN_CODE = re.compile(
    r"\b(date_format|time_format|number_format|naturaltime|timesince|timeuntil|strftime(?!\(\"%Y-%m-%d))\b"
)


def found(pattern: re.Pattern[str], *globs: str) -> list[str]:
    lines = []
    for glob in globs:
        for path in sorted(ROOT.glob(glob)):
            name = path.relative_to(ROOT).as_posix()
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if pattern.search(line) and name != HOME:
                    lines.append(f"{name}:{number}: {line.strip()[:100]}")
    return lines


def test_templates_show_times_and_large_numbers_by_the_tags_of_their_own():
    assert found(IN_TEMPLATES, "templates/**/*.html", "templates/**/*.txt") == []


def test_code_formats_times_by_its_helpers():
    assert found(IN_CODE, *(f"{app}/**/*.py" for app in ("accounts", "common", "rooms", "meetingpoint_site"))) == []


def test_the_patterns_see_what_they_are_for():
    for line in ("{{ a|date:'j F Y' }}", "{{ a.b|naturaltime }}", "<time>{{ x }}</time>", "{{ room.created_at }}"):
        assert IN_TEMPLATES.search(line), line
    assert not IN_TEMPLATES.search('<time class="chat__time"></time> {% moment room.created_at %} {{ kind.label }}')
