"""How long it takes until a person who is removed is gone, at every end."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.services import wait_until

# In the page of a person who stays: when the server said that the other one left, and when their last track ended.
# In the page of the person who goes: when the call was over, and when the last received track ended.
WATCH = """(pid) => {
  const { mesh, socket } = meetingPoint;
  const seen = (globalThis.gone = { socket: null, media: null });
  const tracks = new Set();
  const look = () => {
    const peers = pid === null ? [...mesh.peers.values()] : [mesh.peers.get(pid)].filter(Boolean);
    for (const peer of peers) for (const track of peer.remoteStream.getTracks()) tracks.add(track);
  };
  look();
  seen.tracks = tracks.size;
  socket.on("peer-left", (detail) => {
    if (detail.pid === pid) seen.socket ??= Date.now();
  });
  const timer = setInterval(() => {
    if (pid === null && document.documentElement.dataset.callState === "ended") seen.socket ??= Date.now();
    if ([...tracks].every((track) => track.readyState === "ended")) seen.media ??= Date.now();
    if (seen.socket && seen.media) clearInterval(timer);
  }, 20);
}"""


def at_most(milliseconds: float, who: Person, heading: str) -> None:
    """Check that the page shows this heading within that time, in place of the call."""
    expect(who.page.get_by_role("heading", name=heading)).to_be_visible(timeout=milliseconds)
    who.see_call_state("ended")


@contextmanager
def stopwatch(what: str, goes: list[Person], stay: list[Person], limit: float) -> Iterator[Callable[[], None]]:
    """Print and check after how many milliseconds they are gone, at their own end and at that of those who stay.

    The time runs from the call of what is yielded, right before the press.
    """
    pid = goes[0].page.locator("mp-tile[data-self='true']").get_attribute("data-pid")
    for who in goes:
        who.page.evaluate(WATCH, None)
    for who in stay:
        who.page.evaluate(WATCH, pid)
    presses: list[float] = []
    yield lambda: presses.append(time.time() * 1000)
    (began,) = presses
    ends = {}
    for who in (*goes, *stay):
        wait_until(partial(who.page.evaluate, "Boolean(gone.socket && gone.media)"), 10, f"{who.name}: it is over")
        seen = who.page.evaluate("gone")
        assert seen["tracks"], f"{who.name} got no media"
        ends[who.name] = {kind: round(seen[kind] - began) for kind in ("socket", "media")}
    sys.stdout.write(f"{what}, milliseconds after the press: {ends}\n")
    assert max(max(end.values()) for end in ends.values()) <= limit
