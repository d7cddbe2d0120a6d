"""How a person looks at the call: layouts, pins and their own picture; and what the others' browsers learn of it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hearing import hears, listen
from tests.browser.meeting import Meet, Meeting, start_call
from tests.browser.people.test_host_controls import tile_of
from tests.browser.person import Person
from tests.browser.stage.test_small_heights import PHONE, out_of_reach, resize
from tests.browser.test_pages import examine

# The shorter side, in device pixels, in which another person says that they see us, and whether they see us at all.
LAPTOP = (1280, 800)
SEEN = """([pid, least, most]) => {
  const { tile } = meetingPoint.adaptation.adaptationOf(pid)?.report ?? {};
  return tile && (most === 0 ? !tile.visible : tile.visible && tile.height >= least && tile.height <= most);
}"""
PID = "() => document.querySelector('mp-tile[data-self=true]').dataset.pid"
LARGE = """(names) => {
  const large = [...document.querySelectorAll('[data-large=true] .tile__name')].map((node) => node.textContent);
  return large.toSorted().join() === names.join();
}"""


@pytest.fixture(scope="module")
def call(company: Callable[..., Person]) -> Meeting:
    """Olga, Max and Sam in a call."""
    return start_call(company, "Max", "Sam")


def choose(who: Person, item: str) -> None:
    """Press an item of the menu "View", by keyboard."""
    who.page.keyboard.press("l")
    who.page.get_by_role("group", name="View").get_by_role("button", name=item).press("Enter")


def see_large(who: Person, *names: str) -> None:
    """Wait until these people and screens, and no others, are large."""
    who.page.wait_for_function(LARGE, arg=sorted(names))


def is_seen(sender: Person, viewer: Person, least: int, most: int) -> None:
    """Wait until the viewer has said that they see the sender in a size between these; `most` 0: not at all."""
    sender.page.wait_for_function(SEEN, arg=[viewer.page.evaluate(PID), least, most])


def mute(who: Person, muted: bool = True) -> None:
    """Turn a microphone off or on."""
    button = who.page.get_by_label("Call controls").get_by_role("button", name="Microphone")
    if button.get_attribute("aria-pressed") == str(muted).lower():
        button.click()


def own_tile(page: Page) -> Locator:
    """Return one's own tile."""
    return page.locator("mp-tile[data-self='true']")


@pytest.mark.long
def test_the_layout_follows_who_talks(call: Meeting) -> None:
    olga, (max_, sam) = call.olga, call.guests
    listen(olga)
    see_large(olga)

    # Max talks and is large; his browser learns how large, and Sam's how small.
    mute(sam)
    choose(olga, "Speaker")
    hears(olga, "Layout: who talks is large")
    see_large(olga, "Max")
    is_seen(max_, olga, 400, 800)
    is_seen(sam, olga, 40, 300)
    mute(max_)
    expect(tile_of(olga, "Max")).to_have_attribute("data-muted", "true")
    see_large(olga, "Max")
    mute(sam, muted=False)
    see_large(olga, "Sam")
    is_seen(sam, olga, 400, 800)

    # Several pins win over who talks, and over a screen; each is one press away from where it was.
    olga.pin("Max")
    hears(olga, "Max is pinned")
    see_large(olga, "Max")
    olga.pin("Sam")
    see_large(olga, "Max", "Sam")
    sam.use("Share screen")
    expect(olga.page.locator("mp-screen")).to_have_count(1)
    see_large(olga, "Max", "Sam")
    olga.page.locator("mp-screen .screen__pin").click()
    see_large(olga, "Max", "Sam", "Sam's screen")
    olga.page.locator("mp-screen .screen__pin").click()
    olga.pin("Max", "Unpin")
    olga.pin("Sam", "Unpin")
    see_large(olga, "Sam's screen")

    # A screen beside who talks; then everyone is small again beside it.
    choose(olga, "Side by side")
    see_large(olga, "Sam", "Sam's screen")
    choose(olga, "Grid")
    see_large(olga, "Sam's screen")
    sam.page.locator("#sharing").get_by_role("button", name="Stop").click()
    see_large(olga)


@pytest.mark.long
def test_a_person_fills_the_window(call: Meeting) -> None:
    olga, (max_, sam) = call.olga, call.guests
    page = olga.page
    filled = page.locator("mp-tile[data-filled]")
    resize(page, PHONE)
    olga.pin("Max", "Fill the window")
    expect(filled).to_have_attribute("aria-label", re.compile("Max"))
    assert out_of_reach(page, *[f"[data-screen={name}]" for name in ("zoom-in", "zoom-out", "shrink")]) == []
    assert examine(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-filled], [inert], .screen__controls")).to_have_count(0)
    expect(tile_of(olga, "Max").get_by_role("button", name="More about Max")).to_be_focused()

    # Max's browser learns how large he is, Sam's that no one sees him; and the others stay covered.
    resize(page, LAPTOP)
    tile_of(olga, "Max").locator("video").dblclick()
    expect(filled).to_have_count(1)
    is_seen(max_, olga, 600, 1000)
    is_seen(sam, olga, 0, 0)
    expect(tile_of(olga, "Sam")).to_have_js_property("inert", value=True)
    page.mouse.move(300, 200)
    page.mouse.wheel(0, -120)
    page.wait_for_function(
        "() => Number(document.querySelector('[data-filled]').style.getPropertyValue('--zoom')) > 1.2"
    )
    for key, scale in (("0", "1"), ("+", "1.4")):
        page.keyboard.press(key)
        expect(filled).to_have_css("--zoom", scale)
    is_seen(max_, olga, 1000, 1300)

    # Without a picture there is nothing to look at; one's own is no news.
    max_.use("Camera")
    expect(page.locator("[data-filled], [inert]")).to_have_count(0)
    is_seen(sam, olga, 100, 800)
    max_.use("Camera")
    expect(tile_of(olga, "Max")).to_have_attribute("data-camera", "true")
    own_tile(page).locator("video").dblclick()
    expect(page.locator("[data-filled]")).to_have_count(0)


@pytest.mark.long
def test_one_need_not_see_oneself(call: Meeting) -> None:
    olga, (max_, _) = call.olga, call.guests
    page = olga.page
    listen(olga)
    mirrored = own_tile(page).locator("video")
    flipped = "video => getComputedStyle(video).scale !== 'none' || getComputedStyle(video).transform !== 'none'"
    assert mirrored.evaluate(flipped)
    resize(page, PHONE)
    olga.use("View")
    assert out_of_reach(page, "#view-menu button") == []
    assert examine(page) == []
    page.get_by_role("button", name="Hide my picture").click()
    expect(own_tile(page)).to_be_hidden()
    hears(olga, "Your picture is hidden here. The others still see you.")
    expect(page.get_by_role("button", name="More", exact=True)).to_be_focused()
    expect(tile_of(max_, "Olga")).to_have_attribute("data-camera", "true")
    max_.see_and_hear(2)

    # Mirrored or not is for oneself alone, and this browser remembers both.
    olga.use("View")
    page.get_by_role("button", name="Mirror my picture").click()
    hears(olga, "Your picture is no longer mirrored")
    assert not tile_of(max_, "Olga").locator("video").evaluate(flipped)
    resize(page, LAPTOP)
    choose(olga, "Speaker")
    olga.go(f"/r/{call.slug}")
    expect(page.locator(".preview")).to_have_attribute("data-mirrored", "false")
    olga.join()
    olga.see_others(2)
    expect(own_tile(page)).to_be_hidden()
    expect(page.locator("[data-large='true']")).to_have_count(1)
    choose(olga, "Hide my picture")
    expect(own_tile(page)).to_be_visible()
    assert not mirrored.evaluate(flipped)
    choose(olga, "Mirror my picture")
    assert mirrored.evaluate(flipped)


@pytest.mark.devices_off
def test_who_is_pinned_may_leave(person: Meet) -> None:
    meeting = start_call(person, "Max", "Sam")
    olga, (max_, sam) = meeting.olga, meeting.guests
    choose(olga, "Grid")
    olga.pin("Max")
    see_large(olga, "Max")
    max_.leave()
    olga.see_others(1)
    see_large(olga)
    expect(tile_of(olga, "Sam")).to_be_visible()

    # The pin waits for them.
    max_.join(meeting.slug)
    olga.see_others(2)
    see_large(olga, "Max")
    sam.see_others(2)
