"""Calls between people at home, and how long a picture freezes in them."""

from tests.browser.meeting import ANYONE, Meeting
from tests.browser.person import Person, see_and_hear
from tests.services import wait_until

# The pair of candidates in use, as this browser sees it.
ROUTE = """async () => {
  const [connection] = globalThis.meetingPoint.mesh.peers.values();
  const stats = await connection.getStats();
  const transport = [...stats.values()].find(({ type }) => type === "transport");
  const pair = stats.get(transport?.selectedCandidatePairId);
  const local = stats.get(pair?.localCandidateId), remote = stats.get(pair?.remoteCandidateId);
  if (!local || !remote) return "none";
  if (local.candidateType === "relay") return `relay ${local.relayProtocol}`;
  return remote.candidateType === "relay" ? "relay of the other" : "direct";
}"""
# What the two ends of the pair in use are, and where they are: "host", "srflx", "prflx" or "relay".
ENDS = """async () => {
  const [connection] = globalThis.meetingPoint.mesh.peers.values();
  const stats = await connection.getStats();
  const transport = [...stats.values()].find(({ type }) => type === "transport");
  const pair = stats.get(transport?.selectedCandidatePairId);
  return [pair?.localCandidateId, pair?.remoteCandidateId]
    .map((id) => stats.get(id)).map((end) => [end?.candidateType ?? "none", end?.address ?? ""]);
}"""
# Every 50 ms: has a frame been decoded since? `gap` is the longest time without one, in ms.
WATCH = """() => {
  const watch = (globalThis.watch = { gap: 0, at: performance.now(), frames: -1 });
  clearInterval(globalThis.watchTimer);
  globalThis.watchTimer = setInterval(async () => {
    let frames = 0;
    for (const peer of globalThis.meetingPoint.mesh.peers.values()) {
      for (const entry of (await peer.getStats()).values()) {
        if (entry.type === "inbound-rtp" && entry.kind === "video") frames += entry.framesDecoded ?? 0;
      }
    }
    const now = performance.now();
    watch.gap = Math.max(watch.gap, now - watch.at);
    if (frames !== watch.frames) Object.assign(watch, { at: now, frames });
  }, 50);
}"""


def begin(olga: Person, *guests: Person) -> Meeting:
    """Let Olga, who has an account, create a room and everyone join the call in it."""
    olga.sign_in()
    return meet(olga, *guests)


def meet(olga: Person, *guests: Person) -> Meeting:
    """Let Olga, who is signed in, create a room and everyone meet in it."""
    meeting = gather(olga, *guests)
    for who in meeting.people:
        who.see_others(len(guests), seconds=30)
    see_and_hear(meeting.people, len(guests), seconds=30)
    return meeting


def gather(olga: Person, *guests: Person) -> Meeting:
    """Let Olga, who is signed in, create a room and everyone join the call in it, whether or not they can connect."""
    slug = olga.create_room()
    link = olga.create_link(lets_in=ANYONE)
    olga.join(slug)
    for guest in guests:
        guest.follow(link)
        guest.join()
    return Meeting(slug, link, olga, list(guests))


def route_of(who: Person) -> str:
    """Return `direct`, `relay udp`, `relay tcp`, `relay tls` or `relay of the other`."""
    wait_until(lambda: who.page.evaluate(ROUTE) != "none", 5, "a path is in use")
    return str(who.page.evaluate(ROUTE))


def ends_of(who: Person) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return type and address of the local and of the remote candidate of the pair in use."""
    (here, where), (there, other) = who.page.evaluate(ENDS)
    return (here, where), (there, other)


def watch(*people: Person) -> None:
    """Begin to measure how long the pictures freeze."""
    for who in people:
        who.page.evaluate(WATCH)
        wait_until(lambda who=who: who.page.evaluate("watch.frames > 0"), 5, "the watch sees frames")  # type: ignore[misc]


def longest_gap(who: Person) -> float:
    """Return the longest time without a new frame since `watch`, in seconds."""
    return float(who.page.evaluate("watch.gap")) / 1000


def wait_for_picture(who: Person, seconds: float) -> None:
    """Wait until new frames come again."""
    frames = who.page.evaluate("watch.frames")
    wait_until(lambda: who.page.evaluate("watch.frames") != frames, seconds, f"{who.name} has a picture")
