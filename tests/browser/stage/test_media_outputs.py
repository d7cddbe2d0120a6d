"""Tiles, shared screens and floating windows: the speaker, refused sound, pauses and the end reach all of them."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.devices.scripted import PLUG_IN, PULL_OUT
from tests.browser.meeting import Meet, start_call
from tests.browser.person import Person

SINKS = """deviceId => {
  const elements = [...document.querySelectorAll("mp-tile[data-self='false'] video, mp-screen video")];
  return elements.length === 2 && elements.every(({ sinkId }) => sinkId === deviceId);
}"""
FLOAT = """async video => {
  if (video.readyState === 0) await new Promise((resolve) => video.addEventListener('loadedmetadata', resolve));
  await video.requestPictureInPicture();
  return document.pictureInPictureElement === video;
}"""
NOTHING_FLOATS = "() => document.pictureInPictureElement === null"
PLAYING = "video => !video.paused && !video.muted"
# Sound is refused outside of a press. Scripted: Playwright's evaluate counts as a press in Chromium.
REFUSE = """() => {
  const { play } = HTMLMediaElement.prototype;
  let pressed = false;
  const press = () => {
    pressed = true;
    setTimeout(() => (pressed = false));
  };
  addEventListener('click', press, { capture: true });
  HTMLMediaElement.prototype.play = function () {
    return pressed || this.muted ? play.call(this) : Promise.reject(new DOMException('', 'NotAllowedError'));
  };
}"""


def choose_speaker(who: Person, label: str) -> str:
    """Choose a speaker in the dialog and return its device id."""
    select = who.page.locator("#devices-dialog [data-kind='speaker'] select")
    who.page.keyboard.press("d")
    select.select_option(label=label)
    device_id = select.input_value()
    who.page.keyboard.press("Escape")
    return device_id


def their_tile(who: Person) -> Locator:
    """Return the picture of the other person."""
    return who.page.locator("mp-tile[data-self='false'] video")


def share(sharer: Person, viewer: Person) -> Locator:
    """Share a screen, and return where the other one sees it."""
    sharer.use("Share screen")
    screen = viewer.page.locator("mp-screen video")
    expect(screen).to_have_count(1)
    return screen


@pytest.mark.long
def test_screens_and_floating_windows_are_thought_of(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    page = guest.page

    # The sound of a screen goes to the speaker that was chosen before, and follows a later choice. Where it is refused,
    # it is offered.
    first = choose_speaker(guest, "Fake Audio Output 1")
    page.evaluate(REFUSE)
    screen = share(olga, guest)
    hear = page.get_by_role("button", name="Turn on sound")
    hear.click()
    page.wait_for_function(PLAYING, arg=screen.element_handle())
    expect(hear).to_be_hidden()
    page.wait_for_function(SINKS, arg=first)
    second = choose_speaker(guest, "Fake Audio Output 2")
    page.wait_for_function(SINKS, arg=second)

    # One that is pulled out stays chosen, the page says so, and everything moves; it is used again when it is back.
    page.evaluate(PULL_OUT, "Fake Audio Output 2")
    page.wait_for_function(SINKS, arg="")
    toasts, speakers = page.locator("#toasts"), page.locator("#devices-dialog [data-kind='speaker']")
    expect(toasts).to_contain_text("Fake Audio Output 2 was unplugged.")
    expect(speakers.locator("option:checked")).to_have_text("Fake Audio Output 2 (not connected)")
    expect(speakers.locator(".devices__missing")).not_to_have_attribute("hidden", "")
    page.evaluate(PLUG_IN)
    page.wait_for_function(SINKS, arg=second)
    expect(toasts).to_contain_text("Fake Audio Output 2 is connected again.")

    # What the browser pauses plays again, here without sound until the next press, which a large screen does not cover.
    for video in (their_tile(guest), screen):
        video.evaluate("video => video.pause()")
        page.wait_for_function("video => !video.paused", arg=video.element_handle())

    page.locator("mp-screen").dblclick()
    expect(page.locator("mp-screen[data-filled]")).to_be_visible()
    hear.click()
    page.keyboard.press("Escape")
    page.wait_for_function(PLAYING, arg=their_tile(guest).element_handle())

    # A window outside the page ends with the sharing, the camera and the call.
    assert screen.evaluate(FLOAT)
    olga.page.locator("#sharing").get_by_role("button", name="Stop").click()
    page.wait_for_function(NOTHING_FLOATS)
    assert their_tile(guest).evaluate(FLOAT)
    olga.use("Camera")
    page.wait_for_function(NOTHING_FLOATS)
    olga.use("Camera")
    expect(page.locator("mp-tile[data-self='false'][data-camera='true'] video:not([data-stale])")).to_have_count(1)
    assert their_tile(guest).evaluate(FLOAT)
    olga.leave()
    page.wait_for_function(NOTHING_FLOATS)
    assert page.locator("mp-tile[data-self='true'] video").evaluate(FLOAT)
    guest.leave()
    page.wait_for_function(NOTHING_FLOATS)
