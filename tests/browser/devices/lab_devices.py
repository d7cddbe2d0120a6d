"""People with scripted devices (lab_devices.js): slow, refused, broken, plugged in and pulled out."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.meeting import Meet
from tests.browser.person import Person

SCRIPT = Path(__file__).with_name("lab_devices.js")
OTHERS = "mp-tile[data-self='false']"


def with_lab_devices(person: Meet, before: str = "") -> Callable[..., Person]:
    """Return `person` for people with scripted devices; `before` is a script that prepares `lab` in every page."""

    def make(name: str, **options: object) -> Person:
        who = person(name, **options)
        who.context.add_init_script(path=SCRIPT)
        if before:
            who.context.add_init_script(f"if (globalThis.lab) {{ {before} }}")
        return who

    return make


def see_toggle(page: Page, which: str, pressed: bool) -> None:
    """Wait until every button for microphone or camera, before and in the call, reads on or off."""
    state = "true" if pressed else "false"
    buttons = page.locator(f"button[data-toggle='{which}']")
    expect(page.locator(f"button[data-toggle='{which}'][aria-pressed='{state}']")).to_have_count(buttons.count())


def asked(page: Page) -> int:
    """Return how often the page has asked the browser for a device."""
    return int(page.evaluate("lab.asked.length"))


def answer_all(page: Page) -> None:
    """Let the browser answer every request it has held back, and wait until the page has dealt with the answers."""
    page.evaluate("lab.answerAll()")
    # A device that has been turned off meanwhile is busy for no button, and a press before its answer would use that.
    page.wait_for_function("() => lab.open().length === 0 && !document.querySelector('[data-toggle][aria-busy=true]')")


def used(page: Page) -> list[list[object]]:
    """Return the devices that are open: kind, label, whether the track is enabled."""
    return page.evaluate("lab.live().map(({ kind, label, enabled }) => [kind, label, enabled])")
