"""A call that costs the processor only what people see; and one on a processor that is too small for it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.camera import make_camera
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.browser.meeting import Meet, make_meeting, start_call
from tests.browser.person import Person
from tests.browser.test_adaptation import HIDE
from tests.lab.figures import measure
from tests.lab.processor import Quota
from tests.services import find_binary, wait_until

pytestmark = pytest.mark.scaled_video
# Of a core: a call at 720p takes about a half.
STARVED = 0.2
HELD = """() => {
  const [pid] = meetingPoint.mesh.peers.keys();
  const { step, linkRung, rung, codec, processor } = meetingPoint.adaptation.adaptationOf(pid).state;
  return { step, linkRung, rung, codec, processor };
}"""

# Ten times a second: how many frames went to the only other person, and when the number last changed (ms since 1970).
COUNT_SENT = """() => {
  const count = (globalThis.count = { frames: -1, at: 0 });
  const [connection] = meetingPoint.mesh.peers.values();
  setInterval(async () => {
    let frames = 0;
    for (const entry of (await connection.getStats()).values()) {
      if (entry.type === 'outbound-rtp' && entry.kind === 'video') frames += entry.framesSent ?? 0;
    }
    if (frames !== count.frames) Object.assign(count, { frames, at: Date.now() });
  }, 100);
}"""


def test_what_no_one_sees_is_not_encoded(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    olga, guest = meeting.people
    olga.page.evaluate(COUNT_SENT)
    wait_until(lambda: olga.page.evaluate("count.frames") > 0, 5, "frames are counted")
    hidden = guest.page.evaluate("Date.now()")
    guest.page.evaluate(HIDE, True)
    wait_until(lambda: olga.page.evaluate("Date.now() - count.at > 3000"), 15, "no frames for three seconds")
    measure("a page was hidden: last frame sent to it", (olga.page.evaluate("count.at") - hidden) / 1000, 2)
    still = olga.page.evaluate("count.frames")
    shown = guest.page.evaluate("Date.now()")
    guest.page.evaluate(HIDE, False)
    wait_until(lambda: olga.page.evaluate("count.frames") > still, 15, "frames again")
    measure("a page was shown again: first frame sent to it", (olga.page.evaluate("count.at") - shown) / 1000, 1)


@pytest.fixture
def quota() -> Iterator[Quota]:
    """A control group for one browser."""
    group = Quota("meeting-point")
    yield group
    group.close()


@pytest.fixture
def small_chromium(driver: Playwright, quota: Quota, tmp_path: Path) -> Iterator[Browser]:
    """Chromium with a camera of 1280×720, whose processes share the quota."""
    camera = make_camera(tmp_path / "camera.y4m", scale=4, rate=30)
    program = tmp_path / "chromium"
    program.write_text(f'#!/bin/sh\necho $$ > {quota.procs}\nexec {find_binary("chromium-headless-shell")} "$@"\n')
    program.chmod(0o755)
    arguments = [*CHROMIUM_ARGUMENTS, f"--use-file-for-fake-video-capture={camera}"]
    browser = driver.chromium.launch(executable_path=str(program), headless=True, args=arguments)
    yield browser
    browser.close()


def test_a_starved_processor_moves_the_codec_and_not_the_line(
    person: Meet, quota: Quota, small_chromium: Browser
) -> None:
    def meet(name: str, **how: Any) -> Person:
        return person(name, **({"browser": small_chromium} if name == "Olga" else {}), **how)

    meeting = make_meeting(meet, "Guest")
    for who in meeting.people:
        who.join()
    olga = meeting.olga
    wait_until(lambda: olga.page.evaluate(HELD)["rung"] >= 6, 60, "720p")
    before = olga.page.evaluate(HELD)
    assert before["step"] == 0

    quota.limit(STARVED)
    began = time.monotonic()
    wait_until(lambda: olga.page.evaluate(HELD)["codec"] != before["codec"], 60, "a cheaper codec")
    measure("the processor is starved: a cheaper codec", time.monotonic() - began, 15)
    starved = olga.page.evaluate(HELD)
    assert starved["linkRung"] == before["linkRung"]

    quota.limit(None)
    began = time.monotonic()
    wait_until(lambda: olga.page.evaluate(HELD) == before, 400, "the codec of before")
    measure("the processor is free again: the codec of before", time.monotonic() - began, 180)
