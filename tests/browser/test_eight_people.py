"""Eight people in one call, on one machine."""

import time
from typing import Any

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person

NAMES = ("Ana", "Ben", "Cem", "Dora", "Emil", "Fay", "Gus")
MINUTES = 5
# To paint eight windows without a graphics processor takes more than the calls in them.
SMALL = ViewportSize(width=640, height=480)
RECEIVED = """async () => {
  const received = {};
  for (const [pid, peer] of meetingPoint.mesh.peers) {
    const stats = [...(await peer.getStats()).values()].filter(({ type }) => type === "inbound-rtp");
    const sound = stats.find(({ kind }) => kind === "audio") ?? {};
    const picture = stats.find(({ kind }) => kind === "video") ?? {};
    received[pid] = {
      state: peer.state,
      at: performance.now() / 1000,
      frames: picture.framesDecoded ?? 0,
      height: picture.frameHeight ?? 0,
      samples: sound.totalSamplesReceived ?? 0,
      concealed: (sound.concealedSamples ?? 0) - (sound.silentConcealedSamples ?? 0),
    };
  }
  return received;
}"""


def received_by(people: list[Person]) -> list[dict[str, Any]]:
    """Return what each of them has received from each other so far."""
    return [who.page.evaluate(RECEIVED) for who in people]


@pytest.mark.long
def test_eight_people_hear_and_see_each_other_for_five_minutes(person: Meet) -> None:
    """On two cores that is more than a plain mesh has: sound comes first, and everyone has a picture of 180p."""
    meeting = make_meeting(person, *NAMES, places=8)
    for who in meeting.people:
        who.page.set_viewport_size(SMALL)
        who.page.set_default_timeout(180_000)
    inside: list[Person] = []
    for who in meeting.people:
        who.join()
        inside.append(who)
        for one in inside:
            one.see_others(len(inside) - 1, seconds=180)

    before = received_by(meeting.people)
    for _ in range(MINUTES):
        time.sleep(60)
        after = received_by(meeting.people)
        pairs = [(old[pid], new[pid]) for old, new in zip(before, after, strict=True) for pid in old]
        seconds = [new["at"] - old["at"] for old, new in pairs]
        rates = [(new["frames"] - old["frames"]) / passed for (old, new), passed in zip(pairs, seconds, strict=True)]
        heard = [new["samples"] - old["samples"] for old, new in pairs]
        lost = [(new["concealed"] - old["concealed"]) / max(1, of) for (old, new), of in zip(pairs, heard, strict=True)]
        assert {new["state"] for _, new in pairs} == {"connected"}
        assert min(rates) >= 1, rates
        assert min(new["height"] for _, new in pairs) >= 180
        assert min(of / passed for of, passed in zip(heard, seconds, strict=True)) > 0.8 * 48_000
        assert max(lost) < 0.1, lost
        before = after
