"""The gate names what a change has made worse, whichever kind it is, and lets pass what is as good as before."""

from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse

from benchmarks.gate import reference
from benchmarks.gate.compare import compare, read_limits
from benchmarks.gate.pages import imports_of, queries_of, sheets_of
from benchmarks.meter import processor_seconds

LIMITS = read_limits()
KINDS = (
    "processor.join",
    "processor.message",
    "memory.socket_kb",
    "join.queries",
    "page.call.bytes",
    "page.call.requests",
    "page.call.modules",
    "page.dashboard.queries",
    "page.landing.queries",  # whose limit is none
)


def test_what_is_at_its_limit_or_better_passes() -> None:
    assert compare(LIMITS, LIMITS)[1] == []
    assert compare({name: limit / 2 for name, limit in LIMITS.items()}, LIMITS)[1] == []
    assert compare({name: limit * 1.14 for name, limit in LIMITS.items()}, LIMITS)[1] == []


@pytest.mark.parametrize("name", KINDS)
def test_a_regression_of_each_kind_fails_and_is_named(name: str) -> None:
    _lines, wrong = compare({**LIMITS, name: LIMITS[name] * 1.16 if LIMITS[name] else 1.0}, LIMITS)
    assert len(wrong) == 1
    assert wrong[0].startswith(f"{name} is ")


def test_a_figure_without_a_limit_and_a_limit_without_a_figure_fail() -> None:
    assert compare({**LIMITS, "page.new.bytes": 1.0}, LIMITS)[1] == [
        "page.new.bytes has no limit in limits.toml: it is 1 now"
    ]
    gone = {name: limit for name, limit in LIMITS.items() if name != "processor.join"}
    assert compare(gone, LIMITS)[1] == ["processor.join is in limits.toml, and is not measured"]


def one_more_query(get_response: Any) -> Any:
    """A middleware that asks the database for nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        answer: HttpResponse = get_response(request)
        return answer

    return middleware


@pytest.mark.django_db
def test_a_query_more_is_counted(settings: Any) -> None:
    before = queries_of("", "/")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.one_more_query"]
    assert queries_of("", "/") == before + 1


def test_what_a_module_imports_at_once_is_found_in_any_form() -> None:
    written = b"""
/** @import { Typed } from "./types.js" */
import { a } from "./a.js";
// import { b } from "./commented.js";
import "../b.js";
export { c } from './c.js';
import {
  long,
  list,
} from "./d.js";
const late = await import("./late.js");
const text = "from './text.js'";
"""
    assert imports_of(written) == ["./a.js", "../b.js", "./c.js", "./d.js"]
    minified = (
        b'import{a as b}from"./A.js";import"./B.js";export*from"./C.js";const x=()=>import("./late.js");export{x}'
    )
    assert imports_of(minified) == ["./A.js", "./B.js", "./C.js"]
    assert sheets_of(b'@import url("tokens.css") layer(tokens); a { color: red }') == ["tokens.css"]


async def test_the_reference_always_does_the_same_work() -> None:
    assert reference.work(20) == reference.work(20)
    with reference.Reference() as fixed:
        before = processor_seconds(fixed.pid())
        await fixed.visit(3)
        assert processor_seconds(fixed.pid()) > before
