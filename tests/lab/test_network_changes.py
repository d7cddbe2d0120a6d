"""What happens to a call when the network under it changes. No one presses anything."""

import time
from collections.abc import Callable

import pytest

from tests.browser.person import see_and_hear
from tests.browser.voice.watching import WISHED_DELAY
from tests.lab.calls import begin, longest_gap, route_of, wait_for_picture, watch
from tests.lab.conftest import Resident, Settle
from tests.lab.figures import measure
from tests.lab.servers import LabApp
from tests.services import wait_until

CHANGES: dict[str, Callable[[Resident], None]] = {
    "wifi to mobile": lambda who: who.home.go_mobile(),
    "a new lease": lambda who: who.home.renew_lease(),
    "the router reboots": lambda who: who.home.routers[0].reboot(),
}

# The least of the RTCP sender reports of sound and picture.
SENDER_REPORTS = """async () => {
  const [connection] = globalThis.meetingPoint.mesh.peers.values();
  const reports = [...(await connection.getStats()).values()].filter(({ type }) => type === "remote-outbound-rtp");
  return reports.length < 2 ? 0 : Math.min(...reports.map(({ reportsSent }) => reportsSent));
}"""


@pytest.mark.parametrize(
    "change",
    [pytest.param(name, marks=pytest.mark.short if name == "wifi to mobile" else ()) for name in CHANGES],
)
def test_the_address_changes(settle: Settle, change: str) -> None:
    call = begin(settle("Olga", mobile="cone"), settle("Guest"))
    watch(*call.people)
    CHANGES[change](call.olga)  # type: ignore[arg-type]
    see_and_hear(call.people, 1, seconds=20)
    measure(f"F11 {change}: picture back", max(longest_gap(who) for who in call.people), 3)


@pytest.mark.parametrize(("seconds", "limit"), [(3, 2), (12, 5), (40, 10)])
def test_the_line_is_cut_and_comes_back(settle: Settle, seconds: float, limit: float) -> None:
    call = begin(settle("Olga"), settle("Guest"))
    watch(*call.people)
    call.olga.home.cut()  # type: ignore[attr-defined]
    time.sleep(seconds)  # the fault itself
    back = time.monotonic()
    call.olga.home.restore()  # type: ignore[attr-defined]
    for who in call.people:
        wait_for_picture(who, 30)
    measure(f"F6 cut for {seconds} s: picture back", time.monotonic() - back, limit)
    for who in call.people:
        who.see_others(1, seconds=20)


def test_sound_after_a_cut_keeps_its_pace(settle: Settle) -> None:
    """Pictures pause after five seconds. If sound did, too, it would be delayed to match them, more each second."""
    call = begin(settle("Olga"), settle("Guest"))
    watch(*call.people)

    def wait_for_reports(more: int) -> None:
        """From the sender reports on, the receiver knows how sound and picture relate."""
        first = [who.page.evaluate(SENDER_REPORTS) for who in call.people]
        pairs = list(zip(call.people, first, strict=True))
        wait_until(
            lambda: all(who.page.evaluate(SENDER_REPORTS) >= count + more for who, count in pairs), 40, "sender reports"
        )

    wait_for_reports(2)
    call.olga.home.cut()  # type: ignore[attr-defined]
    time.sleep(8)  # the fault itself
    call.olga.home.restore()  # type: ignore[attr-defined]
    for who in call.people:
        wait_for_picture(who, 30)
    wait_for_reports(2)
    wished = max(who.page.evaluate(WISHED_DELAY, 8) for who in call.people)
    measure("F6 cut for 8 s: sound waits for the picture", wished, 300, "ms")


def test_udp_is_blocked_in_the_call(settle: Settle) -> None:
    call = begin(settle("Olga"), settle("Guest"))
    watch(*call.people)
    call.olga.home.routers[0].translate("udp-blocked")  # type: ignore[attr-defined]
    see_and_hear(call.people, 1, seconds=30)
    measure("F29 UDP blocked in the call: picture back over TCP", max(longest_gap(who) for who in call.people), 10)
    assert route_of(call.olga) in ("relay tcp", "relay tls")


@pytest.mark.parametrize(
    "kind",
    [{"loss": 5}, {"loss": 20}, {"delay": 200}, {"rate": 300_000}],
    ids=["loss 5 %", "loss 20 %", "round trip 400 ms", "300 kbit/s"],
)
def test_the_line_is_bad(settle: Settle, kind: dict[str, float]) -> None:
    call = begin(settle("Olga"), settle("Guest"))
    call.olga.home.shape(**kind)  # type: ignore[attr-defined]
    until = time.monotonic() + 15
    while time.monotonic() < until:
        see_and_hear(call.people, 1, seconds=15)
    for who in call.people:
        who.see_others(1)


def test_a_browser_is_killed(settle: Settle) -> None:
    call = begin(settle("Olga"), settle("Guest"))
    began = time.monotonic()
    call.guests[0].home.end_by("SIGKILL")  # type: ignore[attr-defined]
    call.olga.see_others(0, seconds=40)
    measure("F8 a browser killed: gone for the others", time.monotonic() - began, 30)


def test_a_computer_sleeps_and_wakes(settle: Settle) -> None:
    call = begin(settle("Olga"), settle("Guest"))
    watch(*call.people)
    guest: Resident = call.guests[0]  # type: ignore[assignment]
    guest.home.end_by("SIGSTOP")
    time.sleep(40)  # the sleep itself: longer than every patience there is
    woken = time.monotonic()
    guest.home.end_by("SIGCONT")
    see_and_hear(call.people, 1, seconds=30)
    measure("F10 slept for 40 s: picture back", time.monotonic() - woken, 10)


@pytest.mark.parametrize("way", ["SIGTERM", "SIGKILL"])
def test_the_server_goes_and_comes_back(settle: Settle, lab_app: LabApp, way: str) -> None:
    call = begin(settle("Olga"), settle("Guest"))
    watch(*call.people)
    began = time.monotonic()
    lab_app.host.end_by(way)
    number = "F1" if way == "SIGTERM" else "F2"
    for who in call.people:
        who.page.locator("#banner:not([hidden])").wait_for()
    measure(f"{number} {way}: the banner says so", time.monotonic() - began, 20)
    see_and_hear(call.people, 1)
    wait_until(lab_app.ended, 10, "the server has ended")
    lab_app.start()
    began = time.monotonic()
    for who in call.people:
        who.see_call_state("in-call")
    measure(f"{number} {way}: signaling back", time.monotonic() - began, 5)
    for who in call.people:
        who.see_others(1)
    see_and_hear(call.people, 1)
    measure(f"{number} {way}: longest gap between frames", max(longest_gap(who) for who in call.people), 0.5)


def test_without_the_server_a_third_person_carries_the_signals(settle: Settle, lab_app: LabApp) -> None:
    call = begin(settle("Olga"), settle("Guest"), settle("Max"))
    olga, guest, _ = call.people
    lab_app.host.end_by("SIGKILL")
    for who in call.people:
        who.page.locator("#banner:not([hidden])").wait_for()
    watch(olga, guest)
    began = time.monotonic()
    olga.home.routers[0].shun(guest.home.routers[0].address)  # type: ignore[attr-defined]
    see_and_hear(call.people, 2, seconds=40)
    measure("server dead, a path cut: back through the third person", time.monotonic() - began, 15)
    for who in call.people:
        who.see_others(2, seconds=20)


def test_no_connection_to_a_removed_person_is_left(settle: Settle) -> None:
    call = begin(settle("Olga"), settle("Guest"), settle("Max"))
    office = call.olga.new_page()
    office.goto(f"{call.olga.app.origin}/rooms/{call.slug}/#people")
    began = time.monotonic()
    office.locator(".people-list summary").last.click()
    office.get_by_role("button", name="Remove").last.click()
    call.guests[1].see_call_state("ended")
    measure("F20 removed: the call is over for them", time.monotonic() - began, 2)
    for who in (call.olga, call.guests[0]):
        wait_until(lambda who=who: who.page.evaluate("meetingPoint.mesh.peers.size") == 1, 5, "one peer")  # type: ignore[misc]
    measure("F20 removed: no connection to them is left", time.monotonic() - began, 3)
