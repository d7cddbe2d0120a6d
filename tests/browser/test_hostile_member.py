"""A member whose browser floods another's: the other tab stays usable, and newcomers are let in."""

import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person

pytestmark = pytest.mark.devices_off

ATTACKS = (Path(__file__).parent / "hostile_member.js").read_text()
WATCH = """() => {
  globalThis.seen = {longest: 0, made: 0, slowest: 0, topic: ""};
  const {gate} = meetingPoint.mesh;
  const receive = gate.receive.bind(gate);
  gate.receive = (pid, topic, payload) => {
    const began = performance.now();
    receive(pid, topic, payload);
    const took = performance.now() - began;
    if (took > seen.slowest) Object.assign(seen, {slowest: took, topic});
  };
  new PerformanceObserver((list) => {
    for (const {duration} of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
  }).observe({type: "longtask"});
  seen.added = 0;
  meetingPoint.mesh.on("peer-added", () => (seen.added += 1));
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...values) {
      super(...values);
      seen.made += 1;
    }
  };
}"""
# Of one person: what the gate lets them make at once, and what comes back in the seconds that the flood takes.
CONNECTIONS = 64 + 10
ARRIVALS = 12 + 10
CONNECTED_TO = "pid => globalThis.meetingPoint?.mesh.peers.get(pid)?.state === 'connected'"


def memory_of(who: Person) -> dict[str, float]:
    """Return the bytes that the page's heap keeps, and how many nodes it has."""
    tab = who.page.context.new_cdp_session(who.page)
    tab.send("HeapProfiler.collectGarbage")
    counts = tab.send("Memory.getDOMCounters")
    used = tab.send("Runtime.getHeapUsage")["usedSize"]
    tab.detach()
    return {"heap": used, "nodes": counts["nodes"]}


@pytest.mark.long
@pytest.mark.parametrize("messages", [10_000, 100_000])
def test_a_member_who_floods_makes_no_tab_slow_and_keeps_no_one_out(person: Meet, messages: int) -> None:
    meeting = make_meeting(person, "Mallory", "Newcomer")
    olga, (mallory, newcomer) = meeting.olga, meeting.guests
    for who in meeting.people:
        who.go(f"/r/{meeting.slug}?files=only")
    for who in (olga, mallory):
        who.join()
        who.page.evaluate(ATTACKS)
    for who in (olga, mallory):
        who.see_others(1)
    victim = olga.page.locator("mp-tile[data-self='true']").get_attribute("data-pid")
    olga.page.evaluate(WATCH)

    # Lanes and offers, while another person joins.
    mallory.page.evaluate("pid => { globalThis.flood = hostile.floodLanesAndOffers(pid, 2_000) }", victim)
    newcomer.join()
    began = time.monotonic()
    newcomer.see_others(2)
    took = time.monotonic() - began
    flooded = mallory.page.evaluate("flood")
    seen = olga.page.evaluate("seen")
    sys.stdout.write(f"flood {flooded}, newcomer connected in {took:.2f} s, at the victim {seen}\n")
    assert took <= 5
    assert flooded["lanes"] > 2 * CONNECTIONS
    assert seen["made"] <= CONNECTIONS
    assert seen["longest"] <= 200

    # Tabs that come and go, while the person who just joined does so again.
    before_joins = seen["added"]
    mallory.page.evaluate("slug => { globalThis.joins = hostile.floodJoins(slug, 40) }", meeting.slug)
    newcomer.go(f"/r/{meeting.slug}?files=only")
    newcomer.join()
    began = time.monotonic()
    newcomer.page.wait_for_function(CONNECTED_TO, arg=victim, timeout=30_000)
    took = time.monotonic() - began
    joined = mallory.page.evaluate("joins")
    seen = olga.page.evaluate("seen")
    sys.stdout.write(f"joins {joined}, newcomer connected in {took:.2f} s, at the victim {seen}\n")
    assert took <= 5
    assert joined["joined"] > 5
    assert seen["added"] - before_joins <= ARRIVALS + 1
    assert seen["longest"] <= 200

    # Random messages over every topic: the first part fills what is bounded, then nothing grows.
    mallory.page.evaluate("([pid, count]) => hostile.fuzz(pid, count)", [victim, messages // 3])
    before = memory_of(olga)
    olga.page.evaluate("seen.longest = 0")  # of collecting the garbage
    sent = mallory.page.evaluate("([pid, count]) => hostile.fuzz(pid, count)", [victim, messages])
    seen = olga.page.evaluate("seen")
    after = memory_of(olga)
    sys.stdout.write(f"random messages {sent}, memory {before} → {after}, at the victim {seen}\n")
    assert sent["sent"] >= 0.9 * messages, "the connection did not last"
    assert seen["longest"] <= 200
    assert after["heap"] - before["heap"] < 5_000_000
    assert after["nodes"] - before["nodes"] < 2_000
    expect(newcomer.page.locator(f"mp-tile[data-pid='{victim}']")).to_have_attribute("data-state", "connected")
