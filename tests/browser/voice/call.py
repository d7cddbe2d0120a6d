"""A call in which Max speaks, and what people do and hear in it."""

from playwright.sync_api import Browser, Locator, expect

from tests.browser.meeting import Meet, Meeting, make_meeting
from tests.browser.person import Person, see_and_hear
from tests.services import wait_until


def call_with_speaker(company: Meet, speaking: Browser) -> Meeting:
    """Start a call that Olga hosts and in which Max speaks."""

    def meet(name: str, **context: object) -> Person:
        return company(name, **({"browser": speaking} if name == "Max" else {}), **context)

    meeting = make_meeting(meet, "Max")
    for who in meeting.people:
        who.join()
    see_and_hear(meeting.people, 1)
    return meeting


def tile_of(who: Person, name: str) -> Locator:
    """Return the tile in which `who` sees the person of that name."""
    return who.page.locator("mp-tile[data-self='false']", has=who.page.get_by_text(name, exact=True))


def energy(who: Person) -> float:
    """Return what `who` has heard so far."""
    return sum(of["energy"] for of in who.received().values())


def hears_more(who: Person) -> None:
    """Wait until `who` hears speech from now on."""
    before = energy(who)
    wait_until(lambda: energy(who) > before + 0.003, 15, f"{who.name} hears more than {before}")


def close_devices(who: Person) -> None:
    """Close the dialog "Audio and video"."""
    who.page.keyboard.press("Escape")
    expect(who.page.locator("#devices-dialog")).to_be_hidden()
