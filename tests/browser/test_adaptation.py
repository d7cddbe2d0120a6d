"""Codecs for each pair and direction, and a picture that no one sees."""

from typing import Any

from tests.browser.meeting import Meet, Meeting, make_meeting
from tests.browser.person import Person
from tests.services import wait_until

WITHOUT = """
const real = RTCRtpReceiver.getCapabilities.bind(RTCRtpReceiver);
RTCRtpReceiver.getCapabilities = (kind) => {
  const lacking = %s;
  const decodes = ({ mimeType }) => !lacking.includes(mimeType.split('/')[1]);
  return { ...real(kind), codecs: real(kind).codecs.filter(decodes) };
};
"""
SENT = """async (name) => {
  const person = [...document.querySelectorAll('mp-tile[data-self="false"]')]
    .find((tile) => tile.querySelector('.tile__name').textContent === name);
  const peer = globalThis.meetingPoint.mesh.peers.get(person?.dataset.pid);
  const stats = await peer?.transceivers.video?.sender.getStats();
  if (!stats) return null;
  for (const entry of stats.values()) {
    if (entry.type === 'outbound-rtp' && entry.framesSent !== undefined) {
      return { codec: stats.get(entry.codecId)?.mimeType.split('/')[1], frames: entry.framesSent };
    }
  }
  return null;
}"""
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def sent(who: Person, to: str) -> dict[str, Any]:
    """Return what `who` sends to the person of that name: the codec and the number of frames so far."""
    return who.page.evaluate(SENT, to) or {"codec": None, "frames": 0}


def join_all(meeting: Meeting) -> None:
    """Let everyone join, and wait until all of them are connected."""
    for who in meeting.people:
        who.join()
    for who in meeting.people:
        who.see_others(len(meeting.people) - 1)


def test_each_pair_uses_the_quickest_codec_that_both_have_and_a_hidden_picture_is_not_encoded(person: Meet) -> None:
    meeting = make_meeting(person, "Max", "Guest")
    olga, (no_vp8, only_av1) = meeting.olga, meeting.guests
    # H.264 is for processors that are too slow, as that of a test may be for a moment.
    # VP9 and VP8 are about as quick on some machines: no one decodes both.
    for who, lacking in ((olga, ["VP9", "H264"]), (no_vp8, ["VP8", "H264"]), (only_av1, ["VP8", "VP9", "H264"])):
        who.context.add_init_script(WITHOUT % lacking)
        who.page.reload()
    join_all(meeting)

    def codec(one: Person, other: Person) -> str:
        return str(sent(one, other.name)["codec"])

    def gets(whom: Person, quick: str) -> None:
        """A busy machine may take one of the links for a thin one, and send AV1 on it."""
        others = [who for who in meeting.people if who is not whom]
        wait_until(lambda: quick in {codec(who, whom) for who in others}, 60, f"{quick} to {whom.name}")
        wait_until(lambda: {codec(who, whom) for who in others} <= {"AV1", quick}, 60, f"no other to {whom.name}")

    # A person sends what the other one decodes, not what they decode themselves. VP8 and VP9 are quicker than AV1.
    gets(olga, "VP8")
    gets(no_vp8, "VP9")
    wait_until(lambda: {codec(who, only_av1) for who in (olga, no_vp8)} == {"AV1"}, 60, "AV1 to Guest")

    # Max looks away: no one encodes anything for him, and the others continue.
    no_vp8.page.evaluate(HIDE, True)
    seen: list[int] = []

    def stopped() -> bool:
        seen.append(sent(olga, "Max")["frames"])
        return len(seen) > 8 and len(set(seen[-8:])) == 1

    wait_until(stopped, 15, "no frames for a hidden page")
    others = sent(olga, "Guest")["frames"]
    wait_until(lambda: sent(olga, "Guest")["frames"] > others + 5, 15, "frames for those who look")
    no_vp8.page.evaluate(HIDE, False)
    wait_until(lambda: sent(olga, "Max")["frames"] > seen[-1], 6, "frames for a page that is shown again")
