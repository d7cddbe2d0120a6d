"""The connection quality that a person sees, and why it is so."""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.browser.camera import make_camera
from tests.browser.conftest import Cast, chromium_with, server_with
from tests.browser.meeting import Meet, start_call
from tests.browser.person import see_and_hear
from tests.services import CoturnServer, free_port

# This reason limits what is sent to everyone, and no encoder may use more than 100 kbit/s.
SENT_UNDER = """(why) => [...meetingPoint.mesh.peers].every(([pid, { transceivers }]) => {
  const [encoding] = transceivers.video.sender.getParameters().encodings;
  return meetingPoint.adaptation.adaptationOf(pid).sending.why === why && encoding.maxBitrate <= 100_000;
})"""
LOSE_VOICE = """() => {
  const senders = [...meetingPoint.mesh.peers.values()].map((peer) => peer.transceivers.audio.sender);
  return Promise.all(senders.map((sender) => sender.replaceTrack(null)));
}"""
SENDS_VOICE = """() => {
  const senders = [...meetingPoint.mesh.peers.values()].map((peer) => peer.transceivers.audio.sender);
  return senders.every(({ track }) => track !== null);
}"""
TAKE_MICROPHONE = """() => {
  const { audioTrack } = meetingPoint.media;
  Object.defineProperty(audioTrack, 'muted', { value: true });
  return audioTrack.id;
}"""
PROBES = ("browser", "server", "stun", "udp", "tcp", "tls", "bandwidth", "camera", "microphone")


@pytest.fixture(scope="module")
def sharp_chromium(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a camera of 640×360: a data saver holds back nothing of the small one."""
    camera = make_camera(tmp_path_factory.mktemp("sharp") / "camera.y4m", scale=2)
    with chromium_with(driver, camera) as browser:
        yield browser


@pytest.mark.long
def test_a_person_sees_how_good_a_connection_is_saves_data_and_is_heard_again(
    person: Meet, sharp_chromium: Browser
) -> None:
    meeting = start_call(partial(person, browser=sharp_chromium), "Guest")
    olga = meeting.olga
    tile = olga.page.locator("mp-tile[data-self='false']")

    # The mark has words, for the eye and for a screen reader, and opens the details.
    mark = tile.locator(".quality")
    # (Which word it is depends on how busy this machine is; tests/js/quality.test.js has the table.)
    expect(mark).to_have_accessible_name(re.compile(r"^Connection with Guest: \w+.*\. Show details$"), timeout=15_000)
    expect(mark.locator(".quality__label")).to_have_text(re.compile(r"\w+"))
    mark.click()
    details = olga.page.get_by_role("dialog", name="Connection with Guest")
    expect(details.get_by_role("row", name="Codec")).to_contain_text(re.compile("AV1|VP9|VP8|H264"))
    expect(details.get_by_role("row", name="Video")).to_contain_text(re.compile(r"\d+ × \d+, \d+ fps"))
    expect(details.get_by_role("row", name="Bitrate")).to_contain_text(re.compile(r"\d kbit/s"))
    expect(details).to_contain_text("Direct, UDP")
    expect(details).to_contain_text(re.compile(r"Reconnections\s*0"))
    live = details.locator("[aria-live]:not(.announcer), [role=status], [role=alert]")
    assert live.count() == 0, "figures are announced"
    assert "kbit/s" not in "".join(details.locator(".announcer").all_text_contents())
    olga.page.keyboard.press("Escape")

    # The same by the menu of a person.
    tile.hover()
    tile.get_by_role("button", name="More about Guest").click()
    olga.page.get_by_role("button", name="Connection details").click()
    expect(details).to_be_visible()
    olga.page.keyboard.press("Escape")

    # Olga's voice is lost on her side, and the system takes the guest's microphone: both recover.
    guest = meeting.guests[0]
    olga.page.evaluate(LOSE_VOICE)
    taken = guest.page.evaluate(TAKE_MICROPHONE)

    # Olga saves data: she sends little, asks for little, and both see why.
    olga.page.keyboard.press("d")
    olga.page.get_by_label("Data saver").check()
    olga.page.get_by_label("Limit (kbit/s each way)").fill("100")
    olga.page.keyboard.press("Escape")
    for who, asked in ((olga, "saver"), (guest, "their-saver")):
        who.page.wait_for_function(SENT_UNDER, arg=asked, timeout=20_000)
    own = olga.page.locator("mp-tile[data-self='true'] .quality")
    expect(own).to_have_attribute("aria-label", re.compile("Your data saver is on"), timeout=20_000)

    guest.page.wait_for_function("(id) => meetingPoint.media.audioTrack.id !== id", arg=taken, timeout=20_000)
    olga.page.wait_for_function(SENDS_VOICE, timeout=30_000)
    see_and_hear((olga, guest), 1)


def test_the_connection_test_tries_every_path_and_its_report_has_no_address(
    person: Meet, cast: Cast, coturn_server: CoturnServer
) -> None:
    udp = coturn_server.settings["TURN_URLS"]
    urls = f"{udp},{udp.replace('=udp', '=tcp')},turns:127.0.0.1:{free_port()}?transport=tcp"
    stun = f"stun:127.0.0.1:{coturn_server.port}"
    settings = {**coturn_server.settings, "TURN_URLS": urls, "STUN_URLS": stun}
    with server_with(cast, **settings) as server:
        olga = person("Olga", server=server)
        olga.sign_in()
        olga.go("/rooms/")
        olga.page.get_by_role("link", name="Connection test").click()
        olga.page.get_by_role("button", name="Start the test").click()
        expect(olga.page.locator("body[data-test-state=done]")).to_be_attached(timeout=60_000)
        states = {name: olga.page.locator(f"[data-probe={name}]").get_attribute("data-state") for name in PROBES}
        good = ("browser", "server", "udp", "tcp", "bandwidth", "camera", "microphone")
        assert {name: states[name] for name in good} == dict.fromkeys(good, "good"), states
        assert states["tls"] == "bad", "no server listens there"
        expect(olga.page.locator("#sum")).to_have_text("Calls work from here.")
        report = olga.page.get_by_role("textbox", name="Report")
        text = report.input_value()
        assert "Relay over UDP (TURN): Works." in text
        assert not re.search(r"\d+\.\d+\.\d+\.\d+", text), text
        olga.page.get_by_label("Include the IP addresses").check()
        assert "127.0.0.1" in report.input_value()
