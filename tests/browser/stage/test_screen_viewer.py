"""A shared screen fills the window, zooms and moves; and news of the others can be opened from where it is shown."""

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.meeting import Meet, start_call
from tests.browser.person import Person
from tests.browser.stage.test_small_heights import PHONE, out_of_reach, resize
from tests.browser.test_call_page import expect_accessible
from tests.services import wait_until

ON_ITS_SIDE = (844, 390)
PICTURE = """() => {
  const video = document.querySelector('mp-screen[data-filled] video');
  const { left, top, right, bottom } = video.getBoundingClientRect();
  const { width, height } = video.parentElement.getBoundingClientRect();
  const fit = Math.min(width / video.videoWidth, height / video.videoHeight);
  const scale = (right - left) / width;
  const [x, y] = [(left + right - innerWidth) / 2, (top + bottom - innerHeight) / 2];
  const [w, h] = [video.videoWidth * fit * scale, video.videoHeight * fit * scale];
  // How far an edge of the picture has come inside the window, where the picture is larger than it.
  const beyond = (offset, picture, box) => Math.abs(offset) - Math.max(0, (picture - box) / 2);
  const lost = Math.max(beyond(x, w, width), beyond(y, h, height), 0);
  return { scale: Math.round(scale * 100) / 100, x: Math.round(x), y: Math.round(y), lost: Math.round(lost),
    window: [width, height].join() === [innerWidth, innerHeight].join() };
}"""
REAL_FULLSCREEN = "() => document.fullscreenElement === document.documentElement"
NO_FULLSCREEN = "document.documentElement.requestFullscreen = undefined"


def picture(page: Page) -> dict[str, Any]:
    """Return how the screen is shown: its scale, its centre from that of the window, and what is lost of it in px."""
    found: dict[str, Any] = page.evaluate(PICTURE)
    assert found["window"], "it fills the window"
    assert found["lost"] <= 1, f"the picture has left the window: {found}"
    return found


def pinch(page: Page, start: float, end: float) -> None:
    """Put two fingers on the middle of the window, this far apart, and move them."""
    tab = page.context.new_cdp_session(page)
    size = page.viewport_size or {"width": 0, "height": 0}

    def fingers(apart: float) -> list[dict[str, float]]:
        return [
            {"x": size["width"] / 2 + side * apart / 2, "y": size["height"] / 2, "id": side + 1} for side in (-1, 1)
        ]

    tab.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    tab.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers(start)})
    for apart in (start, (start + end) / 2, end):
        tab.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": fingers(apart)})
    tab.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    tab.send("Emulation.setTouchEmulationEnabled", {"enabled": False})


def share(sharer: Person, viewer: Person) -> None:
    """Share a screen, and wait until the other one sees it."""
    sharer.page.get_by_role("button", name="Share screen").click()
    viewer.page.wait_for_function("() => document.querySelector('mp-screen video')?.videoWidth > 0")


@pytest.mark.long
def test_a_screen_fills_the_window(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    page = guest.page
    share(olga, guest)
    enlarge = page.get_by_role("button", name="Fill the window with Olga's screen")

    # A phone without fullscreen, upright and on its side.
    page.evaluate(NO_FULLSCREEN)
    for size in (PHONE, ON_ITS_SIDE):
        resize(page, size)
        assert out_of_reach(page, ".screen__enlarge") == []
        enlarge.click()
        assert picture(page)["scale"] == 1
        assert out_of_reach(page, *[f"[data-screen={name}]" for name in ("zoom-in", "zoom-out", "shrink")]) == []
        pinch(page, 60, 180)
        wait_until(lambda: picture(page)["scale"] == 3, 5, "two fingers zoom")
        page.keyboard.press("Escape")
        expect(page.locator("[data-filled]")).to_have_count(0)
        expect(enlarge).to_be_focused()

    # With a mouse: the wheel zooms at the pointer, dragging stops at the edge, a double click goes there and back.
    enlarge.click()
    expect_accessible(page)
    page.mouse.move(200, 100)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    wait_until(lambda: picture(page)["scale"] > 2, 5, "the wheel zooms")
    page.mouse.down()
    page.mouse.move(3000, 2000, steps=4)
    page.mouse.up()
    wait_until(lambda: picture(page)["x"] > 100, 5, "the picture was moved to its edge")
    page.mouse.move(400, 200)
    page.mouse.dblclick(400, 200)
    assert picture(page) | {"lost": 0} == {"scale": 1, "x": 0, "y": 0, "lost": 0, "window": True}
    page.mouse.dblclick(600, 200)
    assert picture(page)["scale"] == 2
    left = picture(page)["x"]
    page.keyboard.press("ArrowLeft")
    assert picture(page)["x"] > left
    for key, scale in (("0", 1), ("+", 1.4), ("+", 1.96), ("-", 1.4)):
        page.keyboard.press(key)
        assert picture(page)["scale"] == scale
    # The keys of the call go on working; a panel that opens takes the place of the screen.
    page.keyboard.press("m")
    expect(page.locator("mp-tile[data-self='true']")).to_have_attribute("data-muted", "true")
    # It is seen which devices are on, and they can be switched there.
    expect(page.locator("mp-screen [data-toggle=microphone]")).to_have_attribute("aria-pressed", "false")
    page.locator("mp-screen [data-toggle=camera]").click()
    expect(page.locator("mp-tile[data-self='true']")).to_have_attribute("data-camera", "false")
    page.keyboard.press("c")
    expect(page.locator("[data-filled], [inert]")).to_have_count(0)
    expect(page.get_by_label("Message everyone")).to_be_focused()
    page.keyboard.press("Escape")

    # Real fullscreen, which the browser can end, too; and the end of the sharing and of the call.
    page.evaluate("delete document.documentElement.requestFullscreen")
    page.locator("mp-screen").dblclick()
    page.wait_for_function(REAL_FULLSCREEN)
    picture(page)
    page.evaluate("document.exitFullscreen()")
    expect(page.locator("[data-filled], [inert]")).to_have_count(0)
    enlarge.click()
    page.wait_for_function(REAL_FULLSCREEN)
    olga.page.locator("#sharing").get_by_role("button", name="Stop").click()
    expect(page.locator("mp-screen, [inert]")).to_have_count(0)
    page.wait_for_function("() => document.fullscreenElement === null")
    share(olga, guest)
    enlarge.click()
    page.wait_for_function(REAL_FULLSCREEN)
    olga.use("More")
    olga.page.get_by_role("button", name="End call for everyone").click()
    olga.page.locator("#end-dialog [data-end]").click()
    guest.see_call_state("ended")
    page.wait_for_function("() => document.fullscreenElement === null")
    expect(page.locator("[data-filled], [inert]")).to_have_count(0)


@pytest.mark.long
def test_news_can_be_opened_where_it_is_shown(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    page = guest.page
    toasts = page.locator("#toasts")

    def show(news: str, panel: str, focused: str) -> None:
        toast = toasts.locator(".toast", has_text=news)
        toast.get_by_role("button", name="Show").click()
        expect(page.locator(panel)).to_be_visible()
        expect(page.locator(focused).first).to_be_focused()
        expect(toast).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.locator(panel)).to_be_hidden()

    olga.page.keyboard.press("c")
    olga.page.get_by_label("Message everyone").fill("Good morning.")
    olga.page.get_by_role("button", name="Send", exact=True).click()
    show("Good morning.", "#chat", "#chat-text")
    olga.use("Raise hand")
    show("raised a hand", "#people", "#people-title")
    file: FilePayload = {"name": "agenda.txt", "mimeType": "text/plain", "buffer": b"a"}
    olga.page.locator("#files-input").set_input_files(file)
    olga.page.get_by_role("button", name="Send", exact=True).click()
    show("wants to send you", "#files", ".transfer")
    # The list of people is drawn again while a dialog is open: the focus still comes back to its place.
    olga.use("People")
    more = olga.page.locator("#people").get_by_role("button", name="More about Guest")
    more.click()
    olga.page.get_by_role("button", name="Connection details").click()
    drawn = more.element_handle()
    page.keyboard.press("m")
    expect(olga.page.locator(".person[data-muted='true']", has_text="Guest")).to_have_count(1)
    assert drawn
    assert not drawn.evaluate("(button) => button.isConnected")
    olga.page.keyboard.press("Escape")
    expect(more).to_be_focused()

    # News that no longer holds leaves; a file that has been downloaded can be looked at again.
    olga.page.locator("#files-input").set_input_files(file)
    olga.page.get_by_role("button", name="Send", exact=True).click()
    offer = toasts.locator(".toast", has_text="wants to send you")
    expect(offer).to_have_count(1)
    olga.page.locator(".transfer").first.get_by_role("button", name="Cancel").click()
    expect(offer).to_have_count(0)
