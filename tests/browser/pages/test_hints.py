"""The hints of a first visit in a real call: out of the way, gone when the thing is done, and never again."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person
from tests.browser.test_pages import examine

COVERED = """(hint) => [...document.querySelectorAll('mp-tile, .toolbar, .stage__head')].some((other) => {
  const [a, b] = [hint.getBoundingClientRect(), other.getBoundingClientRect()];
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
})"""

# The rest between two hints takes no time here.
NO_REST = """const real = setTimeout;
globalThis.setTimeout = (run, ms, ...rest) => real(run, ms === 20_000 ? 0 : ms, ...rest);"""


def hint_of(who: Person) -> Locator:
    """Return the line of the hints."""
    return who.page.locator("#hint")


@pytest.mark.long
def test_a_newcomer_gets_hints_that_go_away(person: Meet) -> None:
    meeting = make_meeting(person, "Guest")
    olga = meeting.olga
    newcomer = person("Newcomer", first_visit=True)
    newcomer.page.add_init_script(NO_REST)
    newcomer.redeem(meeting.link)
    newcomer.join()

    # Nothing while they are alone; then one hint, which covers neither faces nor controls.
    expect(newcomer.page.locator("#alone")).to_be_visible()
    expect(hint_of(newcomer)).to_be_hidden()
    olga.join()
    newcomer.see_others(1)
    expect(hint_of(newcomer)).to_contain_text("Press M")
    assert not hint_of(newcomer).evaluate(COVERED)
    assert examine(newcomer.page) == []
    expect(hint_of(olga)).to_be_hidden()  # she has been in calls before

    # A panel takes its place; doing the thing ends it.
    newcomer.use("Chat")
    expect(hint_of(newcomer)).to_be_hidden()
    newcomer.use("Chat")
    expect(hint_of(newcomer)).to_be_visible()
    newcomer.page.get_by_label("Call controls").get_by_role("button", name="Microphone").focus()
    newcomer.page.keyboard.press("m")

    # The next one after a rest; the keyboard reaches its button, and the focus is not lost with it.
    expect(hint_of(newcomer)).to_contain_text("Press H")
    hint_of(newcomer).get_by_role("button", name="Got it").focus()
    newcomer.page.keyboard.press("Enter")
    expect(hint_of(newcomer)).to_contain_text("Drop a file")
    expect(newcomer.page.locator("body")).not_to_be_focused()

    # Never again, although one was not seen to its end.
    newcomer.leave()
    newcomer.page.get_by_role("button", name="Rejoin").click()
    newcomer.see_others(1)
    assert newcomer.page.evaluate("localStorage.getItem('hints-seen')") == "yes"
    expect(hint_of(newcomer)).to_be_hidden()
