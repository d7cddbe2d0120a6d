"""Screens: several people share at once, and stop from the page or from the browser's own bar."""

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import Meet, start_call
from tests.browser.test_encode_once import received
from tests.services import wait_until

SHOWN = """() => {
  const video = document.querySelector('mp-screen video');
  return video.videoWidth > 0 && video.currentTime > 0;
}"""
HIDE_WINDOW = """(muted) => {
  const [{ transceivers }] = meetingPoint.mesh.peers.values();
  Object.defineProperty(transceivers.screenVideo.sender.track, 'muted', { configurable: true, value: muted });
}"""
END_BY_THE_BROWSER = """() => {
  for (const peer of globalThis.meetingPoint.mesh.peers.values()) {
    const { track } = peer.transceivers.screenVideo.sender;
    track.stop();
    track.dispatchEvent(new Event('ended'));
  }
}"""
# The track of a screen gets lost on its way to the encoder, so many times.
LOSE_SCREEN = """(times) => {
  const { replaceTrack } = RTCRtpSender.prototype;
  globalThis.lost = 0;
  RTCRtpSender.prototype.replaceTrack = async function (track) {
    const loses = track?.getSettings().displaySurface && globalThis.lost < times;
    globalThis.lost += loses ? 1 : 0;
    return loses ? undefined : replaceTrack.call(this, track);
  };
}"""

# At 8 frames a second, more than ten seconds: a picture for which there is no bitrate is given up after six.
MANY_FRAMES = 100


def test_two_people_share_their_screens_and_stop(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    for sharer, viewer in ((olga, guest), (guest, olga)):
        sharer.page.get_by_role("button", name="Share screen").click()
        expect(sharer.page.get_by_text("You're sharing your screen.")).to_be_visible()
        screen = viewer.page.locator("mp-screen")
        expect(screen).to_have_count(1)
        expect(screen.get_by_text(f"{sharer.name}'s screen")).to_be_visible()
        viewer.page.wait_for_function(SHOWN)
    assert guest.page.locator("mp-screen video").evaluate("video => video.videoWidth") >= 640
    # People stay in view above the screens.
    guest.see_and_hear(1)

    # The system hides the window that is shared: both sides say so until it is back.
    paused = guest.page.locator("mp-screen .tile__trouble")
    olga.page.evaluate(HIDE_WINDOW, True)
    expect(paused).to_have_text("Olga's screen is paused on their device.", timeout=3_000)
    expect(olga.page.locator("#sharing-paused")).to_be_visible()
    olga.page.evaluate(HIDE_WINDOW, False)
    expect(paused).to_be_hidden(timeout=3_000)
    expect(olga.page.locator("#sharing-paused")).to_be_hidden()

    olga.page.locator("#sharing").get_by_role("button", name="Stop").click()
    expect(guest.page.locator("mp-screen")).to_have_count(0)
    guest.page.evaluate(END_BY_THE_BROWSER)
    expect(olga.page.locator("mp-screen")).to_have_count(0)
    expect(guest.page.get_by_text("You're sharing your screen.")).to_be_hidden()


def test_a_screen_that_does_not_arrive_is_sent_again(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    olga.page.evaluate(LOSE_SCREEN, 1)
    olga.page.get_by_role("button", name="Share screen").click()
    expect(guest.page.locator("mp-screen")).to_have_count(1)
    guest.page.wait_for_function(SHOWN, timeout=20_000)
    assert olga.page.evaluate("globalThis.lost") == 1, "it was lost"


@pytest.mark.long
def test_who_gets_nothing_of_a_screen_sees_that_until_it_comes(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    olga.page.evaluate(LOSE_SCREEN, 3)
    olga.page.get_by_role("button", name="Share screen").click()
    missing = guest.page.locator("mp-screen .tile__trouble")
    expect(missing).to_have_text("You're not receiving Olga's screen.", timeout=40_000)
    mark = guest.page.locator("mp-tile[data-self='false'] .quality")
    expect(mark).to_have_attribute("data-reason", "no-screen")

    olga.page.locator("#sharing").get_by_role("button", name="Stop").click()
    expect(guest.page.locator("mp-screen")).to_have_count(0)
    olga.page.get_by_role("button", name="Share screen").click()
    expect(guest.page.locator("mp-screen")).to_have_count(1)
    guest.page.wait_for_function(SHOWN, timeout=20_000)
    expect(missing).to_be_hidden(timeout=15_000)


def test_in_a_call_of_three_a_camera_goes_on_beside_the_screen(person: Meet) -> None:
    """From three people on, the uplink is divided: the screen has a part of its own."""
    meeting = start_call(person, "Guest", "Third")
    olga, others = meeting.olga, meeting.guests
    olga.page.get_by_role("button", name="Share screen").click()
    for who in others:
        expect(who.page.locator("mp-screen")).to_have_count(1)
    before = [received(who, olga)["frames"] for who in others]

    def move() -> bool:
        now = [received(who, olga)["frames"] for who in others]
        return all(frames >= past + MANY_FRAMES for frames, past in zip(now, before, strict=True))

    wait_until(move, 40, "Olga's camera moves for both")
