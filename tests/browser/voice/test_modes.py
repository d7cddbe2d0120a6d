"""Microphone modes by real sound: what the other person receives of a voice over noise."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.meeting import Meet, Meeting
from tests.browser.person import Person
from tests.browser.voice.call import call_with_speaker, close_devices, hears_more
from tests.browser.voice.stereo import left_over_right

# Levels of what arrives in eight seconds, dBFS: of its quietest tenth, and of its loudest third.
LEVELS = """async (video) => {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(video.srcObject).connect(analyser);
  const samples = new Float32Array(2048);
  const powers = [];
  for (let at = 0; at < 160; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    analyser.getFloatTimeDomainData(samples);
    powers.push(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  }
  await context.close();
  powers.sort((one, other) => one - other);
  const mean = (some) => 10 * Math.log10(some.reduce((sum, one) => sum + one, 0) / some.length + 1e-12);
  return { pauses: mean(powers.slice(0, 16)), speech: mean(powers.slice(100)) };
}"""
SENDS_FILTERED = """() => [...meetingPoint.mesh.peers.values()].every(({ transceivers }) => {
  const { track } = transceivers.audio.sender;
  return track !== null && track !== meetingPoint.media.audioTrack;
})"""
SENDS_OPENED = """() => [...meetingPoint.mesh.peers.values()].every(({ transceivers }) =>
  transceivers.audio.sender.track === meetingPoint.media.audioTrack)"""
NOTHING_RUNS = """() => {
  globalThis.graph = AudioContext;
  globalThis.AudioContext = class extends AudioContext {
    constructor(options) {
      super(options);
      void this.suspend();
    }
    async resume() {}
  };
}"""
MUSIC = """() => [...meetingPoint.mesh.peers.values()].every(({ transceivers }) => {
  const { sender } = transceivers.audio;
  const { echoCancellation, noiseSuppression } = sender.track?.getSettings() ?? {};
  const { maxBitrate } = sender.getParameters().encodings[0];
  return echoCancellation === false && noiseSuppression === false && maxBitrate === 128000;
})"""

# From now on, what is sent sounds on the left alone.
SEND_LEFT = """async () => {
  const context = new AudioContext();
  await context.resume();
  const tone = new OscillatorNode(context, { frequency: 440 });
  const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
  const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 2 });
  tone.connect(merger, 0, 0).connect(destination);
  tone.start();
  const [track] = destination.stream.getAudioTracks();
  const senders = [...meetingPoint.mesh.peers.values()].map(({ transceivers }) => transceivers.audio.sender);
  const before = senders.map((sender) => sender.track);
  await Promise.all(senders.map((sender) => sender.replaceTrack(track)));
  window.sendAsBefore = async () => {
    await Promise.all(senders.map((sender, at) => sender.replaceTrack(before[at])));
    await context.close();
  };
}"""


@pytest.fixture(scope="module")
def meeting(company: Meet, speaking: Browser) -> Meeting:
    """Olga hears; Max speaks."""
    return call_with_speaker(company, speaking)


def choose(who: Person, mode: str) -> None:
    """Choose a microphone mode during the call."""
    who.use("Audio and video")
    who.page.locator("#devices-dialog").get_by_label("Microphone mode").select_option(label=mode)
    close_devices(who)


def levels(who: Person) -> dict[str, float]:
    """Measure what `who` hears of the other person."""
    heard: dict[str, float] = who.page.locator("mp-tile[data-self='false'] video").evaluate(LEVELS)
    return heard


@pytest.mark.long
def test_where_noise_cannot_be_removed_the_voice_stays_natural(meeting: Meeting) -> None:
    olga, max_ = meeting.olga, meeting.guests[0]
    max_.page.route("**/rnnoise*.wasm", lambda route: route.fulfill(body="no module"))
    choose(max_, "Quiet: removes noise")
    expect(max_.page.locator("#toasts")).to_contain_text("Noise can't be removed in this browser.")
    expect(max_.page.locator("#devices-dialog [data-microphone-mode]")).to_have_value("natural")
    max_.page.unroute("**/rnnoise*.wasm")
    hears_more(olga)
    # As where there is no device for sound: the graph is there, and never runs.
    max_.page.evaluate(NOTHING_RUNS)
    choose(max_, "Quiet: removes noise")
    expect(max_.page.locator("#toasts")).to_contain_text(
        "Without a working audio output this browser can't remove noise."
    )
    expect(max_.page.locator("#devices-dialog [data-microphone-mode]")).to_have_value("natural")
    max_.page.evaluate("() => { globalThis.AudioContext = graph; }")
    hears_more(olga)


@pytest.mark.long
def test_quiet_takes_the_noise_and_leaves_the_voice(meeting: Meeting) -> None:
    olga, max_ = meeting.olga, meeting.guests[0]
    natural = levels(olga)
    choose(max_, "Quiet: removes noise")
    max_.page.wait_for_function(SENDS_FILTERED)
    hears_more(olga)
    quiet = levels(olga)
    assert quiet["pauses"] < natural["pauses"] - 10
    assert abs(quiet["speech"] - natural["speech"]) < 3
    choose(max_, "Natural")
    max_.page.wait_for_function(SENDS_OPENED)


def test_music_is_sent_as_it_comes(meeting: Meeting) -> None:
    olga, max_ = meeting.olga, meeting.guests[0]
    choose(max_, "Music: stereo, unprocessed")
    max_.page.wait_for_function(MUSIC)
    hears_more(olga)
    olga.page.get_by_role("button", name="Connection with Max").click()
    expect(olga.page.locator("#details-dialog [data-part=in-audio]")).to_have_text("Music: stereo, 128 kbit/s")
    olga.page.keyboard.press("Escape")
    max_.page.evaluate(SEND_LEFT)
    try:
        assert left_over_right(olga.page.locator("mp-tile[data-self='false'] video")) > 15
    finally:
        max_.page.evaluate("() => sendAsBefore()")
    choose(max_, "Natural")
    max_.page.wait_for_function("() => meetingPoint.media.audioTrack?.getSettings().noiseSuppression === true")
    hears_more(olga)
