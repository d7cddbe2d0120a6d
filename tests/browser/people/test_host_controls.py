"""What hosts decide for everyone, as the others see it, and against those who do not keep to it; then the receipt."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.app_server import AppServer
from tests.browser.hearing import hears, listen
from tests.browser.meeting import Meet, start_call
from tests.browser.person import Person
from tests.browser.test_pages import examine

# A browser that shares a screen without asking anyone.
SHARE_ANYWAY = """() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const [video] = canvas.captureStream(1).getTracks();
  meetingPoint.mesh.setScreen({ video });
}"""
WATCH_SCREENS = """() => {
  globalThis.screens = [];
  meetingPoint.mesh.on('peer-screen', ({ stream }) => screens.push(stream !== null));
}"""
BYTES = re.compile(r"[1-9][\d.,]* [kM]B direct, 0 bytes by relay, [1-9][\d.,]* (bytes|kB) by the server")


def tile_of(who: Person, name: str) -> Locator:
    """Return the tile in which `who` sees the person of that name."""
    return who.page.locator("mp-tile[data-self='false']", has=who.page.get_by_text(name, exact=True))


@pytest.mark.long
def test_hosts_decide_for_everyone_and_no_one_else_does(person: Meet, own_app: AppServer, tmp_path: Path) -> None:
    meeting = start_call(person, "Max", "Sam", server=own_app)
    olga, (max_, sam) = meeting.olga, meeting.guests
    max_.page.set_viewport_size({"width": 390, "height": 844})
    for who in (max_, sam):
        expect(who.page.locator("[data-host]:visible")).to_have_count(0)
        listen(who)

    # All are asked to mute; a raised hand goes down.
    max_.use("Raise hand")
    olga.use("People")
    expect(tile_of(olga, "Max")).to_have_attribute("data-hand", "1")
    olga.page.get_by_role("button", name="Ask everyone to mute").click()
    olga.page.get_by_role("button", name="Lower all hands").press("Enter")
    for who in (max_, sam):
        expect(who.page.get_by_text("Olga asks you to turn your microphone off.")).to_be_visible()
    sam.page.get_by_role("button", name="Mute me").click()
    max_.page.get_by_role("button", name="Not now").click()
    expect(tile_of(olga, "Sam")).to_have_attribute("data-muted", "true")
    expect(tile_of(olga, "Max")).to_have_attribute("data-muted", "false")
    expect(tile_of(sam, "Max")).to_have_attribute("data-hand", "")

    # Sam sees Max large, because Olga says so.
    tile_of(olga, "Max").get_by_role("button", name="More about Max").click()
    olga.page.get_by_role("button", name="Spotlight for everyone").click()
    expect(tile_of(sam, "Max")).to_have_attribute("data-pinned", "true")
    hears(sam, "Olga put Max in the spotlight.")
    hears(max_, "Olga put you in the spotlight: everyone sees you large.")

    # A timer, and a question.
    olga.use("Timer")
    assert examine(olga.page) == []
    olga.page.get_by_label("Minutes").fill("3")
    olga.page.get_by_label("Minutes").press("Enter")
    for who in meeting.people:
        expect(who.page.get_by_role("timer")).to_have_text(re.compile(r"^[23]:\d\d$"))
    hears(sam, "Olga started a timer: 3 minutes.")
    olga.use("Poll")
    olga.page.get_by_label("Question").fill("Shall we <b>begin</b>?")
    olga.page.get_by_role("button", name="Ask", exact=True).click()
    hears(sam, "Olga asks: Shall we <b>begin</b>?")
    for who, answer in ((max_, "Yes"), (sam, "No")):
        who.page.get_by_role("button", name="Open the poll").click()
        who.page.get_by_role("radio", name=answer).check()
        who.page.get_by_role("button", name="Vote").click()
    olga.page.get_by_role("button", name="Open the poll").click()
    for who in meeting.people:
        expect(who.page.locator(".poll__count")).to_have_text(["1 vote · 50%"] * 2)
        assert examine(who.page) == []
        who.page.keyboard.press("Escape")

    # Neither voice nor screen of those who may not: Max's browser keeps to it, and else the others do not show it.
    max_.page.evaluate("() => meetingPoint.media.setMuted(false)")
    expect(tile_of(sam, "Max")).to_have_attribute("data-muted", "false")
    sam.page.evaluate(WATCH_SCREENS)
    olga.use("What people may do")
    olga.page.get_by_label("Use the microphone").uncheck()
    olga.page.get_by_label("Share a screen").uncheck()
    hears(max_, "Olga: only hosts can use the microphone now.", "Olga: only hosts can share a screen now.")
    expect(tile_of(olga, "Max")).to_have_attribute("data-muted", "true")
    assert tile_of(sam, "Max").locator("video").evaluate("(video) => video.muted")
    assert not tile_of(sam, "Olga").locator("video").evaluate("(video) => video.muted")
    max_.page.get_by_role("button", name="Microphone").first.click()
    expect(max_.page.locator("#toasts")).to_contain_text("Only hosts can use the microphone at the moment.")
    expect(tile_of(olga, "Max")).to_have_attribute("data-muted", "true")
    max_.page.evaluate(SHARE_ANYWAY)
    sam.page.wait_for_function("() => screens.includes(true)")
    expect(sam.page.locator("mp-screen")).to_have_count(0)
    # It is there as soon as it is allowed.
    olga.page.get_by_label("Share a screen").check()
    expect(sam.page.locator("mp-screen")).to_have_count(1)
    olga.page.get_by_label("Share a screen").uncheck()
    expect(sam.page.locator("mp-screen")).to_have_count(0)
    olga.page.keyboard.press("Escape")

    # The receipt, during the call and after it; nothing of this call goes through a relay.
    olga.use("This call so far")
    receipt = olga.page.locator("#receipt-dialog")
    expect(receipt).to_contain_text(BYTES)
    expect(receipt).to_contain_text("Not verified by you: Max and Sam")
    assert examine(olga.page) == []
    olga.page.keyboard.press("Escape")
    olga.leave()
    ended = olga.page.locator("#ended-receipt")
    expect(ended).to_contain_text("0 bytes by relay")
    with olga.page.expect_download() as coming:
        ended.get_by_role("button", name="Save as a file").click()
    coming.value.save_as(tmp_path / "receipt.txt")
    saved = (tmp_path / "receipt.txt").read_text()
    assert saved.startswith("Receipt of the call in Monday meeting\n\nFrom ")
    assert ended.locator("li").nth(1).inner_text() in saved
    assert examine(olga.page) == []

    # The only host has left: no one is large, and all may do everything again.
    expect(sam.page.get_by_role("timer")).to_be_hidden()
    expect(tile_of(sam, "Max")).to_have_attribute("data-pinned", "false")
    expect(sam.page.locator("mp-screen")).to_have_count(1)
