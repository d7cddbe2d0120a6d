"""A call that costs the processor what somebody sees, and no more."""

from tests.browser.meeting import Meet, start_call
from tests.browser.test_adaptation import HIDE
from tests.lab.figures import measure
from tests.services import wait_until

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


def test_what_nobody_sees_is_not_encoded(person: Meet) -> None:
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
