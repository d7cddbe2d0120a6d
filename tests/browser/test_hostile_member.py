"""A member whose browser floods another's: the other tab stays usable, and newcomers are let in."""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person

pytestmark = pytest.mark.devices_off

ATTACKS = (Path(__file__).parent / "hostile_member.js").read_text()
# The longest task is compared with a piece of work that the page does in the same seconds: about 20 ms when the machine
# does nothing else.
WATCH = """() => {
  const seen = (globalThis.seen = {longest: 0, work: 0, made: 0, added: 0, slowest: 0, topic: ""});
  const text = JSON.stringify(Array.from({length: 50_000}, (_, at) => ({at, name: `${at}`})));
  setInterval(() => {
    const began = performance.now();
    JSON.parse(text);
    seen.work = Math.max(seen.work, performance.now() - began);
  }, 500);
  const note = (entries) => (seen.longest = Math.max(seen.longest, ...entries.map(({duration}) => duration)));
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({type: "longtask"});
  const since = performance.now();
  globalThis.look = () => {
    note(observer.takeRecords());
    return {...seen, minutes: (performance.now() - since) / 60_000};
  };
  globalThis.forgetTasks = () => (look(), (seen.longest = 0));
  const {gate} = meetingPoint.mesh;
  const receive = gate.receive.bind(gate);
  gate.receive = (pid, topic, payload) => {
    const began = performance.now();
    receive(pid, topic, payload);
    const took = performance.now() - began;
    if (took > seen.slowest) Object.assign(seen, {slowest: took, topic});
  };
  meetingPoint.mesh.on("peer-added", () => (seen.added += 1));
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...values) {
      super(...values);
      seen.made += 1;
    }
  };
}"""
MAX_WORK = 10
# What the gate lets one person make at once, and in a minute (static/js/gate/budgets.js); and what the newcomer makes.
CONNECTIONS, CONNECTIONS_A_MINUTE = 64, 30
ARRIVALS, ARRIVALS_A_MINUTE = 12, 20
OF_NEWCOMER = 4
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
    newcomer.see_others(2)
    flooded = mallory.page.evaluate("flood")
    seen = olga.page.evaluate("look()")
    sys.stdout.write(f"flood {flooded}, at the victim {seen}\n")
    allowed = CONNECTIONS + seen["minutes"] * CONNECTIONS_A_MINUTE
    assert flooded["lanes"] > allowed + OF_NEWCOMER
    assert seen["made"] <= allowed + OF_NEWCOMER
    assert seen["longest"] <= MAX_WORK * seen["work"]

    # Tabs that come and go, while the person who just joined does so again.
    before = seen
    mallory.page.evaluate("slug => { globalThis.joins = hostile.floodJoins(slug, 40) }", meeting.slug)
    newcomer.go(f"/r/{meeting.slug}?files=only")
    newcomer.join()
    newcomer.page.wait_for_function(CONNECTED_TO, arg=victim)
    joined = mallory.page.evaluate("joins")
    seen = olga.page.evaluate("look()")
    sys.stdout.write(f"joins {joined}, at the victim {seen}\n")
    allowed = ARRIVALS + seen["minutes"] * ARRIVALS_A_MINUTE
    assert joined["joined"] > 5
    assert seen["added"] - before["added"] <= allowed + OF_NEWCOMER
    assert seen["longest"] <= MAX_WORK * seen["work"]

    # Random messages over every topic: the first part fills what is bounded, then nothing grows.
    mallory.page.evaluate("([pid, count]) => hostile.fuzz(pid, count)", [victim, messages // 3])
    before = memory_of(olga)
    olga.page.evaluate("forgetTasks()")  # that of collecting the garbage
    sent = mallory.page.evaluate("([pid, count]) => hostile.fuzz(pid, count)", [victim, messages])
    seen = olga.page.evaluate("look()")
    after = memory_of(olga)
    sys.stdout.write(f"random messages {sent}, memory {before} → {after}, at the victim {seen}\n")
    assert sent["sent"] >= 0.9 * messages, "the connection did not last"
    assert seen["longest"] <= MAX_WORK * seen["work"]
    assert after["heap"] - before["heap"] < 5_000_000
    assert after["nodes"] - before["nodes"] < 2_000
    expect(newcomer.page.locator(f"mp-tile[data-pid='{victim}']")).to_have_attribute("data-state", "connected")
