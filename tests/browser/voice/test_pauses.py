"""Sound that pauses, and what comes after it: it is not late, and a muted microphone sends nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.meeting import Meet, Meeting
from tests.browser.person import Person
from tests.browser.voice.call import call_with_speaker, hears_more
from tests.browser.voice.watching import READ_SOUND, WISHED_DELAY
from tests.services import wait_until

# A second without a microphone, as when one is plugged in again.
INTERRUPT = """async () => {
  const { mesh } = meetingPoint;
  const [peer] = mesh.peers.values();
  const { tracks } = peer.outgoingTracks;
  mesh.setTracks({ ...tracks, audio: null });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  mesh.setTracks(tracks);
}"""
PACKETS = f"""async () => {{
  {READ_SOUND}
  return (await read("outbound-rtp")).packetsSent;
}}"""
# A busy machine delays some; times that stand still, by the whole second.
HIGHEST_DELAY_MS = 600


@pytest.fixture(params=["chromium", "firefox"])
def meeting(request: pytest.FixtureRequest, company: Meet, speaking: Browser) -> Iterator[Meeting]:
    """Olga hears; Max speaks, in this browser. With `hears firefox`, Olga has Firefox."""
    hears, _, engine = request.param.rpartition(" ")
    firefox = request.getfixturevalue("firefox") if engine == "firefox" else None

    def meet(name: str, **context: Any) -> Person:
        return company(name, **({"browser": firefox} if name == "Olga" and hears else {}), **context)

    meeting = call_with_speaker(meet, firefox if firefox and not hears else speaking)
    yield meeting
    for who in meeting.people:
        who.leave()


def test_sound_after_an_interruption_is_not_late(meeting: Meeting) -> None:
    """The microphone is away for a second. If its sender did not pause, the rest would be a second late for long."""
    olga, [max_] = meeting.olga, meeting.guests
    before = olga.page.evaluate(WISHED_DELAY, 6)
    max_.page.evaluate(INTERRUPT)
    hears_more(olga)
    after = olga.page.evaluate(WISHED_DELAY, 6)
    assert after < before + HIGHEST_DELAY_MS, f"{before} ms, then {after}"


def sends_more(who: Person) -> bool:
    """Look for a second whether `who` sends packets of sound."""
    before = who.page.evaluate(PACKETS)
    # Packets of silence are 0.4 s apart (DTX).
    who.page.wait_for_timeout(1_000)
    return bool(who.page.evaluate(PACKETS) > before)


@pytest.mark.parametrize("meeting", ["chromium", "hears firefox"], indirect=True)
def test_a_muted_microphone_sends_nothing(meeting: Meeting) -> None:
    """After ten seconds its silence is not encoded any more; who unmutes is heard at once, and in time."""
    olga, [max_] = meeting.olga, meeting.guests
    max_.use("Microphone")
    wait_until(lambda: not sends_more(max_), 30, "no packets of sound")
    expect(olga.page.locator("mp-tile[data-self='false']")).to_have_attribute("data-state", "connected")
    # The pause that is tested: after two seconds and more of it, nothing is delayed.
    max_.page.wait_for_timeout(2_000)
    max_.use("Microphone")
    hears_more(olga)
    assert (olga.page.evaluate(WISHED_DELAY, 6) or 0) < HIGHEST_DELAY_MS
