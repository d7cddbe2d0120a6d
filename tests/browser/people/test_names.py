"""Names that change during a call, as the others see them, and against those who imitate; colours without pictures."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hearing import hears, listen
from tests.browser.meeting import start_call
from tests.browser.people.test_host_controls import tile_of
from tests.browser.person import Person
from tests.browser.test_pages import examine

pytestmark = pytest.mark.devices_off

COLOUR = "(span) => getComputedStyle(span).backgroundColor"
# A browser that keeps to no rule.
SEND_NAMES = """(names) => {
  for (const name of names) for (const peer of meetingPoint.mesh.peers.values()) peer.send('name', name);
}"""
# Which names a page has shown from now on.
COUNT_NAMES = """() => {
  globalThis.names = new Set();
  const grid = document.querySelector('mp-grid');
  const look = () => { for (const name of grid.querySelectorAll('.tile__name')) names.add(name.textContent) };
  new MutationObserver(look).observe(grid, { subtree: true, childList: true, characterData: true });
}"""


def rename(page: Page, name: str) -> None:
    """Fill in the open dialog and press Enter."""
    page.get_by_label("New name").fill(name)
    page.keyboard.press("Enter")


def say(who: Person, words: str) -> None:
    """Write to everyone."""
    who.page.get_by_label("Message everyone").fill(words)
    who.page.keyboard.press("Enter")


@pytest.mark.long
def test_a_name_changes_for_everyone(company: Callable[..., Person]) -> None:
    meeting = start_call(company, "Max")
    olga, (max_,) = meeting.olga, meeting.guests
    listen(olga)
    max_.page.keyboard.press("c")
    say(max_, "Good morning.")
    expect(olga.page.locator("#chat-count")).to_have_text("1")

    # What is empty, means someone else, or looks like Olga, is refused in words, and changes nothing.
    max_.page.locator("mp-tile[data-self='true']").get_by_role("button", name="More about Max").press("Enter")
    max_.page.locator("#person-menu").get_by_role("button", name="Change my name").press("Enter")
    assert examine(max_.page) == []
    error = max_.page.locator("#new-name-error")
    for wrong, why in (
        ("  ", "enter your name"),
        ("Host", "part of this page"),
        ("Оlga", "Another person in this call"),
    ):
        rename(max_.page, wrong)
        expect(error).to_contain_text(why)
        expect(max_.page.get_by_label("New name")).to_be_focused()
    expect(tile_of(olga, "Max")).to_have_count(1)

    # The others see the new name at once, and hear it once; an earlier message keeps the old one.
    rename(max_.page, "Mina")
    expect(max_.page.locator("#name-dialog")).to_be_hidden()
    expect(tile_of(olga, "Mina")).to_have_attribute("data-state", "connected")
    hears(olga, "Max is now called Mina")
    olga.page.keyboard.press("c")
    say(max_, "That is me.")
    expect(olga.page.locator(".chat__message")).to_have_count(2)
    expect(olga.page.locator(".chat__message", has_text="Good morning.")).to_contain_text("Max")
    expect(olga.page.locator(".chat__message", has_text="That is me.")).to_contain_text("Mina")
    olga.page.keyboard.press("Escape")
    olga.use("People")
    expect(olga.page.locator(".person", has_text="Mina")).to_have_count(1)

    # Who comes later knows no other name; and without pictures, a person has one colour for all who look.
    sam = company("Sam")
    sam.follow(meeting.link)
    sam.join()
    sam.see_others(2)
    expect(tile_of(sam, "Mina")).to_have_count(1)
    colours = set()
    for where in (tile_of(olga, "Mina"), tile_of(sam, "Mina"), max_.page.locator("mp-tile[data-self='true']")):
        avatar = where.locator(".tile__avatar > span")
        expect(avatar).to_be_visible()
        expect(avatar).to_have_text("M")
        colours.add(avatar.evaluate(COLOUR))
    colours.add(olga.page.locator(".person", has_text="Mina").locator(".person__avatar").evaluate(COLOUR))
    assert len(colours) == 1, colours

    # A browser that keeps to no rule: an imitation is called one, and a flood of names changes few.
    max_.page.evaluate(SEND_NAMES, ["\u202eОlga\u200b"])
    expect(olga.page.locator(".person", has_text="Same name as another person")).to_have_count(2)
    hears(olga, "Mina is now called Оlga, like another person here")
    olga.page.evaluate(COUNT_NAMES)
    max_.page.evaluate(SEND_NAMES, ["", " ", *[f"Max {n}" for n in range(200)]])
    say(max_, "Did you see?")
    expect(olga.page.locator("#chat-count")).to_have_text("1")
    assert 1 <= olga.page.evaluate("[...names].filter((name) => name.startsWith('Max')).length") <= 6
