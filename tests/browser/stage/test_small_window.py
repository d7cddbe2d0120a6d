"""The call in a small window on top of others: what it shows, what the others see of it, browsers without it."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hearing import hears, listen
from tests.browser.meeting import ANYONE, Meet, Meeting, start_call
from tests.browser.person import Person
from tests.services import wait_until

SIZE = {"width": 360, "height": 260}
# A browser without a window does not hide its tabs.
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
# What this browser sends to Olga: how many frames, and in which size she says that she sees it.
TO_OLGA = """async () => {
  const isOlga = (tile) => tile.querySelector(".tile__name").textContent === "Olga";
  const { dataset } = [...document.querySelectorAll("mp-tile")].find(isOlga);
  const { mesh, adaptation } = globalThis.meetingPoint;
  const sender = mesh.peers.get(dataset.pid).transceivers.video.sender;
  const frames = [...(await sender.getStats()).values()].find(({ type }) => type === "outbound-rtp").framesSent;
  return { frames, ...adaptation.adaptationOf(dataset.pid).report.tile };
}"""
# Media keys cannot be pressed without a window: what the page gives the browser for them is kept.
KEEP_ACTIONS = """(() => {
  globalThis.actions = {};
  globalThis.active = {};
  const { mediaSession } = navigator;
  const real = mediaSession.setActionHandler.bind(mediaSession);
  mediaSession.setActionHandler = (name, handler) => {
    real(name, handler);
    actions[name] = handler;
  };
  for (const device of ["Microphone", "Camera"]) mediaSession[`set${device}Active`] = (on) => (active[device] = on);
})()"""
HOLDS_TO_MUTE = """localStorage.setItem(
  'meeting-point.push', JSON.stringify({ talk: true, mute: true, code: 'F8', label: 'F8' }))"""
PLAYING_WITHOUT_SOUND = """() => {
  const { videoWidth, paused, muted } = document.querySelector("video");
  return videoWidth > 0 && !paused && muted;
}"""
NO_WINDOWS = "Object.defineProperty(globalThis, 'documentPictureInPicture', { value: undefined });"
NO_VIDEO_WINDOWS = "Object.defineProperty(document, 'pictureInPictureEnabled', { value: false });"
REFUSE = """() => {
  documentPictureInPicture.requestWindow = () => Promise.reject(new DOMException("", "NotAllowedError"));
}"""


def open_window(who: Person) -> Page:
    """Press the button, and return the window."""
    with who.context.expect_page() as opened:
        who.use("Small window")
    opened.value.set_viewport_size(SIZE)  # type: ignore[arg-type]
    return opened.value


def tile_of(who: Person, name: str) -> Locator:
    """Return the tile of a person on someone's page."""
    return who.page.locator("mp-grid mp-tile", has=who.page.locator(".tile__name", has_text=name))


def menu_button(who: Person) -> Locator:
    """Return the item of the menu, which may be closed."""
    return who.page.locator("#small-window")


def sent(who: Person) -> dict[str, Any]:
    """Return what someone sends to Olga."""
    return dict(who.page.evaluate(TO_OLGA))


@pytest.fixture(scope="module")
def meeting(company: Meet) -> Meeting:
    """A call of three, in which only Olga's microphone is on: who is shown stays the same. She holds F8 to mute."""

    def meet(name: str, **context: Any) -> Person:
        who = company(name, **context)
        who.context.add_init_script(HOLDS_TO_MUTE)
        return who

    meeting = start_call(meet, "Max", "Guest")
    for guest in meeting.guests:
        guest.page.keyboard.press("m")
        expect(tile_of(meeting.olga, guest.name)).to_have_attribute("data-muted", "true")
    return meeting


@pytest.mark.long
def test_the_window_has_the_picture_and_the_controls_and_the_others_see_it(meeting: Meeting) -> None:
    olga, (max_, guest) = meeting.olga, meeting.guests
    window = open_window(olga)
    expect(menu_button(olga)).to_have_attribute("aria-pressed", "true")
    assert window.title() == "Monday meeting"

    # It looks like the call, with the same sheets; the keyboard is on its first button.
    microphone = window.get_by_role("button", name="Microphone")
    expect(microphone).to_be_focused()
    expect(window.locator(".toolbar")).to_have_css("display", "flex")
    tile = window.locator("mp-tile")
    expect(tile).to_have_css("position", "absolute")
    expect(tile).to_have_js_property("clientWidth", SIZE["width"])
    expect(tile).to_have_attribute("data-muted", "true")
    window.wait_for_function(PLAYING_WITHOUT_SOUND)
    shown, other = (max_, guest) if "Max" in tile.inner_text() else (guest, max_)

    # What is pressed there, by letter or button, is seen by the others, and said there to those who listen.
    window.keyboard.press("m")
    expect(tile_of(max_, "Olga")).to_have_attribute("data-muted", "true")
    expect(microphone).to_have_attribute("aria-pressed", "false")
    microphone.press("Enter")
    expect(tile_of(max_, "Olga")).to_have_attribute("data-muted", "false")
    # So is a key that is held there.
    window.keyboard.down("F8")
    expect(tile_of(max_, "Olga")).to_have_attribute("data-muted", "true")
    window.keyboard.up("F8")
    expect(tile_of(max_, "Olga")).to_have_attribute("data-muted", "false")
    window.get_by_role("button", name="Camera").click()
    expect(tile_of(max_, "Olga")).to_have_attribute("data-camera", "false")
    window.keyboard.press("v")
    window.get_by_role("button", name="Raise hand").click()
    expect(tile_of(max_, "Olga").locator(".tile__hand")).to_be_visible()
    window.keyboard.press("h")
    expect(tile_of(max_, "Olga").locator(".tile__hand")).to_be_hidden()

    # In a hidden tab, the picture in the window keeps coming in the size that it has there; the other one stops.
    olga.page.evaluate(HIDE, True)
    wait_until(lambda: not sent(other)["visible"], 15, "the other person hears that no one sees them")
    pixels = tile.evaluate("({ clientWidth, clientHeight }) => Math.max(clientWidth / 16 * 9, clientHeight)")
    wait_until(lambda: abs(sent(shown)["height"] - pixels) < 2, 15, "the size of the window")
    before = sent(other)["frames"]
    frames = sent(shown)["frames"]
    wait_until(lambda: sent(shown)["frames"] > frames + 10, 15, "frames for the window")
    assert sent(shown)["visible"]
    assert sent(other)["frames"] <= before + 2

    # A message is counted there; the button leads to the chat.
    guest.page.keyboard.press("c")
    guest.page.get_by_label("Message everyone").fill("Hello")
    guest.page.keyboard.press("Enter")
    expect(window.locator(".tool__count:visible")).to_have_text("1")
    window.get_by_role("button", name="Chat").click()
    expect(olga.page.locator("#chat")).to_be_visible()

    # The browser closes it, while the key is held: everything is as before.
    window.keyboard.down("F8")
    expect(tile_of(max_, "Olga")).to_have_attribute("data-muted", "true")
    window.close()
    expect(tile_of(max_, "Olga")).to_have_attribute("data-muted", "false")
    expect(menu_button(olga)).to_have_attribute("aria-pressed", "false")
    wait_until(lambda: not sent(shown)["visible"], 15, "no one sees a hidden tab")
    olga.page.evaluate(HIDE, False)
    wait_until(lambda: sent(shown)["visible"] and sent(other)["visible"], 15, "the tab is shown again")
    olga.page.keyboard.press("c")


@pytest.mark.long
def test_a_screen_comes_first_and_a_host_lets_people_in(meeting: Meeting, company: Meet) -> None:
    olga, (max_, _) = meeting.olga, meeting.guests
    window = open_window(olga)
    max_.use("Share screen")
    expect(window.locator("mp-screen")).to_have_attribute("aria-label", "Max's screen")
    expect(window.locator("mp-tile")).to_have_count(0)
    window.wait_for_function("() => document.querySelector('mp-screen video').videoWidth > 0")
    max_.use("Stop sharing")
    expect(window.locator("mp-tile")).to_have_count(1)

    # From here on people knock.
    olga.use("Who can join")
    dialog = olga.page.locator("#join-rule-dialog")
    dialog.get_by_label("Ask to join").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    olga.use("Invite")
    link = olga.create_link(lets_in=ANYONE)
    olga.page.keyboard.press("Escape")
    late = company("Late")
    late.redeem(link)
    window.bring_to_front()
    late.page.get_by_label("Your name").fill("Late")
    late.page.get_by_role("button", name="Ask to join").click()
    knock = window.locator(".knock")
    expect(knock).to_contain_text("Late wants to join.")
    knock.get_by_role("button", name="Decline").press("Enter")
    expect(late.page.get_by_role("heading", name="The host declined your request")).to_be_visible()
    expect(knock).to_have_count(0)
    # The focus stays in the window.
    expect(window.get_by_role("heading", name="Monday meeting")).to_be_focused()
    window.close()
    expect(menu_button(olga)).to_have_attribute("aria-pressed", "false")


@pytest.mark.long
def test_it_opens_itself_if_wished_and_says_why_it_does_not_open(person: Meet) -> None:
    """One person alone is enough: they see themselves."""
    olga = person("Olga")
    olga.context.add_init_script(KEEP_ACTIONS)
    olga.sign_in()
    slug = olga.create_room()
    olga.join(slug)
    page, setting = olga.page, olga.page.get_by_label("Small window when you leave the tab")

    # The browser refuses: the page says so, and the button is still there.
    expect(menu_button(olga)).not_to_have_attribute("hidden", "")
    page.evaluate(REFUSE)
    listen(olga)
    olga.use("Small window")
    hears(olga, "The browser didn't open the small window. Try again in a moment.")
    expect(menu_button(olga)).to_have_attribute("aria-pressed", "false")
    page.evaluate("() => delete documentPictureInPicture.requestWindow")

    # Keys of a headset, and what the browser shows of both devices.
    page.wait_for_function("() => active.Microphone && active.Camera")
    page.evaluate("actions.togglemicrophone()")
    page.wait_for_function("() => !active.Microphone && active.Camera")
    page.evaluate("actions.togglecamera()")
    page.wait_for_function("() => !active.Camera")

    # By itself only if wished; this browser remembers the wish.
    assert page.evaluate("() => actions.enterpictureinpicture === null")
    page.keyboard.press("d")
    expect(setting).not_to_be_checked()
    setting.check()
    page.keyboard.press("Escape")
    page.reload()
    olga.join()
    page.wait_for_function("() => actions.enterpictureinpicture")
    page.evaluate(HIDE, True)
    with olga.context.expect_page() as opened:
        page.evaluate("actions.enterpictureinpicture()")
    expect(opened.value.locator("mp-tile[data-self=true]")).to_have_count(1)
    with opened.value.expect_event("close"):
        page.evaluate(HIDE, False)

    # One that the person opens stays, and ends with the call: by the key of the headset, here.
    window = open_window(olga)
    page.evaluate(HIDE, True)
    page.evaluate(HIDE, False)
    expect(menu_button(olga)).to_have_attribute("aria-pressed", "true")
    with window.expect_event("close"):
        page.evaluate("actions.hangup()")
    olga.see_call_state("ended")
    assert page.evaluate("Object.values(actions).every((handler) => handler === null)")


@pytest.mark.long
def test_other_browsers_have_a_window_for_one_video_or_say_that_there_is_none(person: Meet) -> None:
    olga, max_ = person("Olga"), person("Max")
    olga.context.add_init_script(NO_WINDOWS)
    olga.context.add_init_script(KEEP_ACTIONS)
    max_.context.add_init_script(NO_WINDOWS + NO_VIDEO_WINDOWS)
    olga.sign_in()
    slug = olga.create_room()
    link = olga.create_link()
    olga.join(slug)
    max_.redeem(link)
    max_.join()
    for who in (olga, max_):
        who.see_others(1)
        who.see_and_hear(1)

    olga.use("Small window")
    olga.page.wait_for_function("() => document.pictureInPictureElement?.closest('mp-tile').dataset.self === 'false'")
    expect(menu_button(olga)).to_have_attribute("aria-pressed", "true")
    # Its buttons are those of the browser: Max sees what they do.
    olga.page.evaluate("actions.togglemicrophone()")
    expect(tile_of(max_, "Olga")).to_have_attribute("data-muted", "true")
    olga.page.evaluate("actions.togglecamera()")
    expect(tile_of(max_, "Olga")).to_have_attribute("data-camera", "false")
    max_.use("Share screen")
    olga.page.wait_for_function("() => document.pictureInPictureElement?.closest('mp-screen')")
    olga.page.evaluate("document.exitPictureInPicture()")
    expect(menu_button(olga)).to_have_attribute("aria-pressed", "false")

    max_.page.keyboard.press("d")
    setting = max_.page.get_by_label("Small window when you leave the tab")
    expect(setting).to_be_disabled()
    expect(max_.page.get_by_text("This browser doesn't let pages open a small window.")).to_be_visible()
    expect(menu_button(max_)).to_have_attribute("hidden", "")
