"""A tab that is really hidden: nothing is drawn in it, and the others still never see the room behind a person."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.devices.room_camera import make_room_camera
from tests.browser.devices.test_background import FELL_BY, WATCH, choose
from tests.browser.meeting import Meeting, make_meeting
from tests.browser.person import Person
from tests.browser.tabs import chromium_with_tabs

DRAWS = """() => new Promise((resolve) => {
  requestAnimationFrame(() => resolve(true));
  setTimeout(() => resolve(false), 1000);
})"""

# Firefox takes no file for a camera: a drawn wall takes the place of what its fake one shows.
WALL = """(() => {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  const makeWall = () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const context = canvas.getContext('2d');
    let turn = 0;
    setInterval(() => {
      turn += 1;
      for (let x = 0; x < 640; x += 16) {
        for (let y = 0; y < 360; y += 16) {
          context.fillStyle = (x / 16 + y / 16) % 2 === 0 ? '#222' : turn % 2 === 0 ? '#ddd' : '#eee';
          context.fillRect(x, y, 16, 16);
        }
      }
    }, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  };
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    for (const track of stream.getVideoTracks()) {
      stream.removeTrack(track);
      track.stop();
      stream.addTrack(makeWall());
    }
    return stream;
  };
})()"""

ADD_LINK = """() => {
  const link = document.createElement('a');
  Object.assign(link, { href: '/how-it-works', target: '_blank', textContent: 'Help' });
  document.querySelector('#stage').prepend(link);
  link.focus();
}"""


def watch_on(page: Page, frames: int = 30) -> float:
    """Look at the next frames of the other person, and return the greatest variance of the corner."""
    page.evaluate("() => { seen.frames = seen.sharpest = 0; }")
    page.wait_for_function(f"() => seen.frames >= {frames}")
    sharpest: float = page.evaluate("seen.sharpest")
    return sharpest


def show_the_wall(meeting: Meeting, max_: Person) -> float:
    """Let Max join with an open camera; return the variance of the wall as Olga sees it."""
    olga = meeting.olga
    max_.redeem(meeting.link)
    for who in (olga, max_):
        who.join()
    olga.see_others(1)
    olga.page.evaluate(WATCH)
    olga.page.wait_for_function("() => seen.variance > 2000")
    return watch_on(olga.page)


@pytest.mark.long
def test_a_hidden_tab_never_shows_the_room(
    person: Callable[..., Person], driver: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> None:
    meeting = make_meeting(person)
    olga = meeting.olga
    camera = make_room_camera(tmp_path_factory.mktemp("camera") / "room.y4m")
    with chromium_with_tabs(driver, f"--use-file-for-fake-video-capture={camera}") as tabs:
        max_ = person("Max", browser=tabs)
        clear = show_the_wall(meeting, max_)
        hidden = (1 - FELL_BY) * clear
        max_.page.keyboard.press("d")
        choose(max_.page, "Blurred", "#devices-dialog")
        max_.page.keyboard.press("Escape")
        olga.page.wait_for_function("(most) => seen.variance < most", arg=hidden)
        assert watch_on(olga.page) < hidden

        # Max looks at another tab.
        assert max_.page.evaluate(DRAWS)
        other = max_.new_page()
        other.bring_to_front()
        max_.page.wait_for_function("() => document.visibilityState === 'hidden'", polling=100)
        assert not max_.page.evaluate(DRAWS)
        assert watch_on(olga.page, 90) < hidden

        # The camera is opened again, and goes off and on: a key of a headset does that in a hidden tab, too.
        before = max_.page.evaluate("meetingPoint.media.videoTrack.id")
        max_.page.evaluate("() => { meetingPoint.media.reopen('video') }")
        changed = "(id) => ![undefined, id].includes(meetingPoint.media.videoTrack?.id)"
        max_.page.wait_for_function(changed, arg=before, polling=100)
        assert watch_on(olga.page) < hidden
        max_.page.evaluate("() => meetingPoint.media.setCameraOn(false)")
        max_.page.evaluate("() => meetingPoint.media.setCameraOn(true)")
        assert watch_on(olga.page) < hidden
        max_.page.evaluate("() => meetingPoint.media.background.choose('picture')")
        assert watch_on(olga.page) < hidden

        # Without a cover the same watch sees the wall of the hidden tab.
        max_.page.evaluate("() => meetingPoint.media.background.choose('none')")
        olga.page.wait_for_function("(least) => seen.variance > least", arg=clear / 2)
        assert max_.page.evaluate("document.visibilityState") == "hidden"
        max_.close()


@pytest.mark.long
def test_nor_does_a_hidden_tab_of_firefox(person: Callable[..., Person], firefox: Browser) -> None:
    meeting = make_meeting(person)
    olga, max_ = meeting.olga, person("Max", browser=firefox)
    max_.context.add_init_script(WALL)
    hidden = (1 - FELL_BY) * show_the_wall(meeting, max_)
    max_.page.keyboard.press("d")
    choose(max_.page, "Blurred", "#devices-dialog")
    max_.page.keyboard.press("Escape")
    olga.page.wait_for_function("(most) => seen.variance < most", arg=hidden)
    assert watch_on(olga.page) < hidden

    # A link opens a tab in front of this one.
    max_.page.evaluate(ADD_LINK)
    with max_.context.expect_page():
        max_.page.keyboard.press("Enter")
    max_.page.wait_for_function("() => document.visibilityState === 'hidden'", polling=100)
    assert watch_on(olga.page, 8) < hidden

    # Without a cover the same watch sees the wall of the hidden tab.
    max_.page.evaluate("() => meetingPoint.media.background.choose('none')")
    olga.page.wait_for_function("(least) => seen.variance > least", arg=2 * hidden)
    assert max_.page.evaluate("document.visibilityState") == "hidden"
