"""What others see behind a person: with a blurred room or an own picture never the wall, whatever goes wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route, expect

from tests.browser.conftest import chromium_with
from tests.browser.devices.lab_devices import see_toggle
from tests.browser.devices.room_camera import make_room_camera
from tests.browser.meeting import make_meeting
from tests.browser.person import Person, see_and_hear

# Seen from the other side: how much the brightness varies in the upper left corner of the tile, and its mean colour. A
# watch takes every frame that is shown from now on.
WATCH = """() => {
  const video = document.querySelector("mp-tile[data-self='false'] video");
  const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 90 });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  globalThis.seen = { frames: 0, sharpest: 0, variance: 0, colour: [0, 0, 0], middle: [0, 0, 0] };
  const mean = (x, y, width, height) => {
    const { data } = context.getImageData(x, y, width, height);
    const sums = [0, 0, 0];
    let squares = 0;
    for (let at = 0; at < data.length; at += 4) {
      for (let of = 0; of < 3; of += 1) sums[of] += data[at + of];
      squares += data[at + 1] ** 2;
    }
    const count = data.length / 4;
    return { colour: sums.map((sum) => sum / count), variance: squares / count - (sums[1] / count) ** 2 };
  };
  const look = () => {
    if (video.videoWidth > 0) {
      context.drawImage(video, 0, 0, video.videoWidth, video.videoHeight, 0, 0, 160, 90);
      const corner = mean(4, 4, 40, 40);
      seen.frames += 1;
      seen.variance = corner.variance;
      seen.sharpest = Math.max(seen.sharpest, corner.variance);
      seen.colour = corner.colour;
      seen.middle = mean(72, 25, 16, 16).colour;
    }
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""
# What can go wrong in the worker while it covers, at a word of the page. Graphics that are lost draw nothing.
BREAKABLE = """new BroadcastChannel('break').onmessage = ({ data }) => {
  const drawing = OffscreenCanvasRenderingContext2D.prototype;
  const { drawImage, getImageData, putImageData } = drawing;
  globalThis.kept ??= { drawImage, getImageData, putImageData };
  if (data === 'worker') close();
  if (data === 'blur') drawing.putImageData = () => {};
  if (data === 'graphics') drawing.drawImage = drawing.putImageData = () => {};
  if (data === 'mask') {
    drawing.getImageData = function (x, y, width, height) {
      if (width === 256) throw new DOMException('', 'InvalidStateError');
      return kept.getImageData.call(this, x, y, width, height);
    };
  }
  if (data === 'nothing') Object.assign(drawing, kept);
};
"""
BREAK = "(what) => new BroadcastChannel('break').postMessage(what)"
# Each camera that was opened; and the system takes it away.
KEEP_CAMERAS = """(() => {
  globalThis.cameras = [];
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    if (globalThis.unplugged) throw new DOMException('', 'NotFoundError');
    const stream = await open(constraints);
    cameras.push(...stream.getVideoTracks());
    return stream;
  };
})()"""
UNPLUG = """() => {
  globalThis.unplugged = true;
  cameras.at(-1).stop();
  cameras.at(-1).dispatchEvent(new Event('ended'));
}"""
REMEMBERED = "try { localStorage.setItem('meeting-point.background', 'blur') } catch {}"
FELL_BY = 0.8
ORANGE = (240, 120, 20)


@pytest.fixture(scope="module")
def chromium(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a camera that sees a person before a chequered wall."""
    with chromium_with(driver, make_room_camera(tmp_path_factory.mktemp("camera") / "room.y4m")) as browser:
        yield browser


def choose(page: Page, choice: str, place: str = "#prejoin") -> None:
    """Choose what is behind the person, in the list of the preview or of the dialog."""
    page.locator(place).get_by_label("Background").select_option(label=choice)


def picture_of(page: Page, colour: tuple[int, int, int], path: Path) -> Path:
    """Write a PNG of one colour."""
    data = page.evaluate(
        """async ([r, g, b]) => {
          const canvas = new OffscreenCanvas(1600, 1000);
          const context = canvas.getContext('2d');
          context.fillStyle = `rgb(${r} ${g} ${b})`;
          context.fillRect(0, 0, 1600, 1000);
          return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
        }""",
        colour,
    )
    path.write_bytes(bytes(data))
    return path


def watch(page: Page, frames: int = 10) -> dict[str, Any]:
    """Look at the next frames of the other person, and return what was seen."""
    page.evaluate(WATCH)
    page.wait_for_function(f"() => seen.frames >= {frames}")
    return dict(page.evaluate("seen"))


def see_more(page: Page, frames: int = 10) -> None:
    """Wait for so many more frames of the other person."""
    page.wait_for_function("(count) => seen.frames > count", arg=page.evaluate("seen.frames") + frames)


def see_state(who: Person, state: str) -> None:
    """Wait until the cover of the own camera is in this state."""
    who.page.wait_for_function("(state) => meetingPoint.media.background.state === state", arg=state)


@pytest.mark.long
def test_others_see_the_person_and_not_the_room(company: Callable[..., Person], tmp_path: Path) -> None:
    meeting = make_meeting(company, "Guest")
    olga, guest = meeting.olga, meeting.guests[0]
    elsewhere: list[str] = []
    olga.page.on("request", lambda request: elsewhere.append(request.url))

    # On the page before the call, by keyboard; nothing of it was fetched before.
    assert not [url for url in elsewhere if "background/" in url or "selfie" in url]
    olga.page.locator("#prejoin").get_by_label("Background").focus()
    olga.page.keyboard.press("b")
    help_text = olga.page.locator("#prejoin [data-background] [role=status]")
    expect(help_text).to_have_text("Others see you, but not your room. Only this device computes it.")
    guest.join()
    olga.join()
    for who in meeting.people:
        who.see_others(1)
    see_and_hear(meeting.people, 1)
    blurred = watch(guest.page, 20)

    # As the camera sees it, and blurred again, in the call.
    page = olga.page
    page.keyboard.press("d")
    choose(page, "As the camera sees it", "#devices-dialog")
    guest.page.wait_for_function("(least) => seen.variance > least", arg=2000)
    clear = watch(guest.page)
    assert blurred["sharpest"] < (1 - FELL_BY) * clear["variance"]
    choose(page, "Blurred", "#devices-dialog")
    guest.page.wait_for_function("(most) => seen.variance < most", arg=(1 - FELL_BY) * clear["variance"])

    # An own picture; a file that is none is refused, and changes nothing.
    choose(page, "Own picture", "#devices-dialog")
    field = page.locator("#devices-dialog [data-background]")
    expect(field.get_by_role("alert")).to_have_text("No picture yet. Until you choose one, your room is blurred.")
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and nothing else")
    field.locator("input").set_input_files(broken)
    expect(field.get_by_role("alert")).to_contain_text("This file isn't a picture that your browser can show.")
    field.locator("input").set_input_files(picture_of(page, ORANGE, tmp_path / "orange.png"))
    expect(field.get_by_role("alert")).to_be_hidden()
    guest.page.wait_for_function(
        "(wanted) => seen.colour.every((value, at) => Math.abs(value - wanted[at]) < 30)", arg=list(ORANGE)
    )

    # Another camera, and off and on again: not one frame of the wall.
    guest.page.evaluate(WATCH)
    page.keyboard.press("Escape")
    before = page.evaluate("meetingPoint.media.videoTrack.id")
    page.evaluate("() => { meetingPoint.media.reopen('video') }")
    page.wait_for_function("(id) => ![undefined, id].includes(meetingPoint.media.videoTrack?.id)", arg=before)
    page.keyboard.press("v")
    page.wait_for_function("() => !meetingPoint.media.cameraOn")
    page.keyboard.press("v")
    see_state(olga, "covered")
    guest.page.wait_for_function("() => seen.frames > 15")

    # The page is busy, as one in the background is: the worker goes on, and covers.
    page.evaluate("() => { const end = performance.now() + 1500; while (performance.now() < end); }")
    guest.page.wait_for_function("(count) => seen.frames > count", arg=guest.page.evaluate("seen.frames") + 5)
    assert guest.page.evaluate("seen.sharpest") < (1 - FELL_BY) * clear["variance"]
    assert all(url.startswith((olga.app.origin, "blob:", "data:")) for url in elsewhere)


def test_nothing_that_fails_shows_the_room(person: Callable[..., Person]) -> None:
    meeting = make_meeting(person, "Guest")
    olga, guest = meeting.olga, meeting.guests[0]
    held: list[Route] = []
    # The network does not arrive, and the choice is remembered from another day.
    olga.context.route("**/*.tflite", lambda route: held.append(route))
    olga.context.add_init_script(REMEMBERED)
    guest.join()
    olga.join(meeting.slug)
    guest.see_others(1)
    guest.page.evaluate(WATCH)
    guest.page.wait_for_function("() => seen.frames > 10")
    see_state(olga, "hidden")
    held[0].abort()
    hidden = watch(guest.page)
    assert hidden["sharpest"] < 1000

    # The program cannot be loaded at all: there is no camera, and the page says why.
    olga.leave()
    olga.context.route("**/background/worker.js", lambda route: route.abort())
    olga.page.goto(f"{olga.app.origin}/r/{meeting.slug}")
    expect(olga.page.locator(".preview__note")).to_contain_text("your camera isn't sent")
    expect(olga.page.locator("#prejoin .preview")).to_have_attribute("data-camera", "off")
    olga.complaints.clear()  # that a script was missing


@pytest.mark.long
def test_what_breaks_during_the_call_never_shows_the_room(person: Callable[..., Person]) -> None:
    meeting = make_meeting(person, "Guest")
    olga, guest = meeting.olga, meeting.guests[0]

    def make_breakable(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=BREAKABLE + response.text())

    olga.context.route("**/background/worker*.js", make_breakable)
    olga.context.add_init_script(REMEMBERED)
    olga.context.add_init_script(KEEP_CAMERAS)
    guest.join()
    olga.join(meeting.slug)
    guest.see_others(1)
    see_state(olga, "covered")
    guest.page.evaluate(WATCH)
    guest.page.wait_for_function("() => seen.frames > 10")

    # The person is not found any more: all is covered. Then what is blurred, or anything, cannot be drawn.
    for what, state in (("mask", "hidden"), ("blur", "covered"), ("graphics", "covered")):
        olga.page.evaluate(BREAK, what)
        see_state(olga, state)
        see_more(guest.page)
        olga.page.evaluate(BREAK, "nothing")
        see_state(olga, "covered")
        see_more(guest.page)
    assert guest.page.evaluate("seen.sharpest") < 1000

    # The camera is pulled out and plugged in again.
    olga.page.evaluate(UNPLUG)
    expect(guest.page.locator("mp-tile[data-self='false']")).to_have_attribute("data-camera", "false")
    # The page looks for another one before it gives up.
    see_toggle(olga.page, "camera", pressed=False)
    olga.page.evaluate("() => { globalThis.unplugged = false; }")
    olga.use("Camera")
    expect(guest.page.locator("mp-tile[data-self='false']")).to_have_attribute("data-camera", "true")
    see_state(olga, "covered")
    see_more(guest.page)

    # The worker ends without a word: the picture stands still, until another worker has taken its place.
    before = olga.page.evaluate("meetingPoint.media.videoTrack.id")
    olga.page.evaluate(BREAK, "worker")
    olga.page.wait_for_function("(id) => ![undefined, id].includes(meetingPoint.media.videoTrack?.id)", arg=before)
    see_state(olga, "covered")
    see_more(guest.page, 20)
    assert guest.page.evaluate("seen.sharpest") < 1000

    # The same watch sees the wall where nothing covers it.
    olga.page.keyboard.press("d")
    choose(olga.page, "As the camera sees it", "#devices-dialog")
    guest.page.wait_for_function("(least) => seen.variance > least", arg=2000)


@pytest.mark.long
def test_firefox_covers_the_room_too(person: Callable[..., Person], firefox: Browser) -> None:
    meeting = make_meeting(person, "Guest")
    guest = meeting.guests[0]
    max_ = person("Max", browser=firefox)
    max_.context.add_init_script(REMEMBERED)
    max_.redeem(meeting.link)
    guest.join()
    max_.join()
    guest.see_others(1)
    see_state(max_, "covered")
    see_and_hear([guest], 1)
