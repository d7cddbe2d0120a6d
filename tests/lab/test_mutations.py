"""Ten thousand broken session descriptions, each from another stranger, to a client that is alive."""

from playwright.sync_api import Browser

from tests.browser.test_core import harness, open_world
from tests.lab.figures import measure

__all__ = ["harness"]
PAGES, EACH = 25, 400  # Chromium allows a renderer process 500 connections, those not yet collected included


def test_ten_thousand_broken_descriptions(chromium: Browser, harness: str) -> None:
    longest, answered = 0.0, 0
    errors: list[str] = []
    for seed in range(PAGES):
        page = open_world(chromium, harness)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("crash", lambda _page: errors.append("crash"))
        page.evaluate("import('/harness/mutations.js')")
        seen = page.evaluate("([count, seed]) => mutations.run(count, seed)", [EACH, seed])
        assert seen["taken"] == EACH
        assert seen["answers"] >= 1, "the whole one is answered, or nothing was tried"
        answered += seen["answers"]
        longest = max(longest, seen["longest"])
        page.context.close()
    assert errors == []
    measure(f"F27 10,000 broken descriptions ({answered} answered): longest task", longest / 1000, 0.2)
