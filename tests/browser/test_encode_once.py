"""One encoder for all who want the same picture: what they receive of it, and one for each when that breaks."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.camera import make_camera
from tests.browser.conftest import chromium_with
from tests.browser.meeting import Meet, Meeting, make_meeting
from tests.browser.person import Person
from tests.browser.test_core import harness, open_world
from tests.services import wait_until

__all__ = ["harness"]

WIDTH = 300  # px, at least; dummies are smaller
FACTS = "() => globalThis.meetingPoint?.adaptation?.sharing?.facts ?? null"
RECEIVED = """async (name) => {
  const tile = [...document.querySelectorAll('mp-tile[data-self="false"]')]
    .find((one) => one.querySelector('.tile__name').textContent === name);
  const peer = globalThis.meetingPoint.mesh.peers.get(tile?.dataset.pid);
  const receiver = peer?.transceivers.video?.receiver;
  for (const entry of (await receiver?.getStats())?.values() ?? []) {
    if (entry.type !== 'inbound-rtp') continue;
    return { frames: entry.framesDecoded, width: entry.frameWidth };
  }
  return { frames: 0, width: 0 };
}"""
ENCODED = """async () => {
  const widths = [];
  for (const peer of globalThis.meetingPoint.mesh.peers.values()) {
    for (const entry of (await peer.transceivers.video.sender.getStats()).values()) {
      if (entry.type === 'outbound-rtp') widths.push(entry.frameWidth);
    }
  }
  return widths;
}"""


SCREEN_FRAMES = """async (name) => {
  const tile = [...document.querySelectorAll('mp-tile[data-self="false"]')]
    .find((one) => one.querySelector('.tile__name').textContent === name);
  const peer = globalThis.meetingPoint.mesh.peers.get(tile?.dataset.pid);
  for (const entry of (await peer?.transceivers.screenVideo?.receiver.getStats())?.values() ?? []) {
    if (entry.type === 'inbound-rtp') return entry.framesDecoded;
  }
  return 0;
}"""


def facts(who: Person) -> dict[str, Any]:
    """Return what `who` encodes once."""
    return who.page.evaluate(FACTS) or {"state": "none", "groups": [], "fallbacks": 0}


def received(who: Person, sender: Person) -> dict[str, Any]:
    """Return the frames and the width of what `who` receives of `sender`."""
    result: dict[str, Any] = who.page.evaluate(RECEIVED, sender.name)
    return result


def shares_with(who: Person, count: int) -> bool:
    """Say whether one encoder of `who` makes each picture for so many people, and is in use."""
    return {len(group["carried"]) for group in facts(who)["groups"]} == {count}


@pytest.fixture(scope="module")
def chromium(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a camera whose picture is worth sharing."""
    camera = make_camera(tmp_path_factory.mktemp("camera") / "camera.y4m", scale=2)
    with chromium_with(driver, camera) as browser:
        yield browser


def encodes_for_each(who: Person) -> bool:
    """Say whether every sender of `who` encodes the camera itself."""
    return all((width or 0) >= WIDTH for width in who.page.evaluate(ENCODED))


def see_moving(watchers: list[Person], sender: Person) -> None:
    """Wait until each of them decodes ten more frames of `sender`, which are no dummies."""
    before = [received(who, sender)["frames"] for who in watchers]

    def moves() -> bool:
        now = [received(who, sender) for who in watchers]
        return all(of["width"] >= WIDTH and of["frames"] >= past + 10 for of, past in zip(now, before, strict=True))

    wait_until(moves, 30, f"{sender.name} moves (before: {before})")


def meet(person: Meet) -> Meeting:
    """Bring three people together, Olga last: a connection that is made while there are two shares nothing."""
    meeting = make_meeting(person, "Guest", "Gwen")
    for who in (*meeting.guests, meeting.olga):
        who.join()
    for who in meeting.people:
        who.see_others(2)
    return meeting


def test_a_camera_is_encoded_once_unless_the_person_switches_that_off(person: Meet) -> None:
    meeting = meet(person)
    olga, guests = meeting.olga, meeting.guests
    wait_until(lambda: shares_with(olga, 2), 60, f"one encoder for two: {facts(olga)}")
    see_moving(guests, olga)
    olga.page.evaluate("document.querySelector('#encode-once').click()")
    wait_until(lambda: encodes_for_each(olga), 15, "an encoder for each")
    see_moving(guests, olga)


@pytest.mark.long
def test_a_camera_is_encoded_once_for_all_and_for_each_again_when_that_breaks(person: Meet) -> None:
    meeting = meet(person)
    olga, guests = meeting.olga, meeting.guests
    wait_until(lambda: shares_with(olga, 2), 120, f"one encoder for two: {facts(olga)}")
    see_moving(guests, olga)
    # No sender of hers encodes the camera.
    assert all(width <= 32 for width in olga.page.evaluate(ENCODED))

    # The details say so.
    olga.page.locator("mp-tile[data-self='false'] .quality").first.dispatch_event("click")
    details = olga.page.locator("#details-dialog")
    expect(details).to_contain_text("Your picture is encoded once for 2 people.")
    olga.page.keyboard.press("Escape")

    before = facts(olga)["fallbacks"]
    # Her worker dies: each sender encodes the camera itself.
    for worker in olga.page.workers:
        if "encode-once" in worker.url:
            worker.evaluate("() => close()")
    wait_until(lambda: facts(olga)["fallbacks"] > before, 15, "the plain mesh is back")
    see_moving(guests, olga)
    wait_until(lambda: encodes_for_each(olga), 15, "an encoder for each")


@pytest.mark.long
def test_firefox_receives_it_too_and_screens_are_encoded_once(person: Meet, firefox: Browser) -> None:
    meeting = make_meeting(person, "Guest")
    olga, fred = meeting.olga, person("Fred", browser=firefox)
    fred.redeem(meeting.link)
    others = [*meeting.guests, fred]
    for who in (*others, olga):
        who.join()
    for who in (olga, *others):
        who.see_others(2)
    wait_until(lambda: shares_with(olga, 2), 90, "one encoder for two")
    see_moving(others, olga)

    olga.page.get_by_role("button", name="Share screen").click()
    wait_until(
        lambda: sum(group["kind"] == "screen" and len(group["carried"]) == 2 for group in facts(olga)["groups"]) == 1,
        60,
        "one encoder for her screen",
    )
    before = [who.page.evaluate(SCREEN_FRAMES, "Olga") for who in others]

    def moves() -> bool:
        now = [who.page.evaluate(SCREEN_FRAMES, "Olga") for who in others]
        return all(frames >= past + 10 for frames, past in zip(now, before, strict=True))

    wait_until(moves, 30, f"her screen moves (before: {before})")
    assert facts(olga)["fallbacks"] == 0


@pytest.fixture
def page(chromium: Browser, harness: str) -> Iterator[Page]:
    """The harness in Chromium."""
    page = open_world(chromium, harness)
    yield page
    page.context.close()


@pytest.mark.parametrize(
    "codec", ["VP8", "AV1", *(pytest.param(codec, marks=pytest.mark.long) for codec in ("VP9", "H264"))]
)
def test_each_codec_is_proved_by_a_receiver_of_this_browser(page: Page, codec: str) -> None:
    proof = "async (codec) => (await import('/static/js/media/encode-once/probe.js')).proveCodec(codec)"
    assert page.evaluate(proof, codec) is True
