"""Files while something breaks: six faults at ten points each; they arrive whole, and little is sent twice."""

import hashlib
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Locator, expect

from tests.browser.meeting import ANYONE
from tests.browser.person import Person
from tests.browser.test_files import COMPLETE, MOVED, arrived, open_files, send
from tests.lab.calls import begin
from tests.lab.conftest import Resident, Settle
from tests.lab.figures import measure
from tests.lab.servers import LabApp
from tests.services import wait_until

SIZE = 30_000_000
STRIKES = 10
# What may be sent twice: 8 MB in flight, and 4 MB that are written and not in the journal yet.
WINDOW = 12_000_000
# Counts the bytes of files that this tab hands to its lanes; the count outlives a reload.
COUNT = """
globalThis.sentBytes = Number(sessionStorage.getItem("sentBytes") ?? 0);
const send = RTCDataChannel.prototype.send;
RTCDataChannel.prototype.send = function (data) {
  if (data instanceof Uint8Array && data.length > 48) globalThis.sentBytes += data.length - 16;
  return send.call(this, data);
};
addEventListener("pagehide", () => sessionStorage.setItem("sentBytes", String(globalThis.sentBytes)));
"""
# What has come of the call: frames decoded, samples received and concealed.
CAME = """async () => {
  const came = { frames: 0, samples: 0, concealed: 0 };
  for (const peer of meetingPoint.mesh.peers.values()) {
    for (const stat of (await peer.getStats()).values()) {
      if (stat.type !== "inbound-rtp") continue;
      came.frames += stat.framesDecoded ?? 0;
      came.samples += stat.totalSamplesReceived ?? 0;
      came.concealed += (stat.concealedSamples ?? 0) - (stat.silentConcealedSamples ?? 0);
    }
  }
  return came;
}"""
RESTART = "() => [...meetingPoint.mesh.peers.values()].forEach((peer) => peer.restartIce())"
CLEAR = (
    "() => Promise.all([...meetingPoint.files.transfers.values()].map((one) => meetingPoint.files.removeTransfer(one)))"
)


class Handover:
    """Olga hands files to the guest in a room of hers, and whatever happens, happens in between."""

    def __init__(self, olga: Resident, guest: Resident, app: LabApp) -> None:
        self.olga, self.guest, self.app = olga, guest, app
        olga.context.add_init_script(COUNT)
        olga.sign_in()
        self.slug = olga.create_room()
        guest.redeem(olga.create_link())
        for who in (olga, guest):
            self.enter(who)
        olga.see_others(1, seconds=30)

    def enter(self, who: Person) -> None:
        """Join to share files only."""
        who.go(f"/r/{self.slug}?files")
        who.join()

    def begin(self, file: Path) -> Locator:
        """Send a file; return its entry at the receiver, who has accepted."""
        self.olga.page.evaluate("sentBytes = 0")
        send(self.olga, file)
        offered = open_files(self.guest)
        offered.get_by_role("button", name="Download").click()
        return offered

    def tab_killed(self, _: Path, __: random.Random) -> None:
        """End the receiver's tab as the system does when it has no memory left; it comes back in another one."""
        page = self.guest.page
        with page.expect_event("crash"), suppress(Error):  # the command itself is never answered
            page.goto("chrome://crash", timeout=5_000)
        self.guest.page = self.guest.new_page()
        page.close()
        self.enter(self.guest)
        open_files(self.guest)

    def network_cut(self, _: Path, chance: random.Random) -> None:
        """Pull the receiver's plug: for a moment, or for as long as no lane outlives."""
        self.guest.home.cut()
        self.guest.page.wait_for_timeout(chance.choice((2_000, 11_000)))  # the fault itself
        self.guest.home.restore()

    def server_killed(self, _: Path, __: random.Random) -> None:
        """Kill the server and start it again."""
        self.app.host.end_by("SIGKILL")
        wait_until(self.app.ended, 10, "the server has ended")
        self.app.start()

    def ice_restart(self, _: Path, __: random.Random) -> None:
        """Let the connection look for another way."""
        self.olga.page.evaluate(RESTART)

    def sender_reloads(self, file: Path, _: random.Random) -> None:
        """Reload the sender, who has to choose the same file again."""
        self.olga.page.reload()
        self.olga.join()
        expect(self.olga.page.locator("#files-wanted")).to_contain_text(file.name, timeout=30_000)
        send(self.olga, file)

    def receiver_reloads(self, _: Path, __: random.Random) -> None:
        """Reload the receiver, who has to press nothing but Join."""
        self.guest.page.reload()
        self.guest.join()
        open_files(self.guest)


FAULTS: dict[str, Callable[[Handover, Path, random.Random], None]] = {
    "tab killed": Handover.tab_killed,
    "network cut": Handover.network_cut,
    "server killed": Handover.server_killed,
    "ICE restart": Handover.ice_restart,
    "sender reloads": Handover.sender_reloads,
    "receiver reloads": Handover.receiver_reloads,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_arrives_whatever_breaks(settle: Settle, lab_app: LabApp, tmp_path: Path, fault: str) -> None:
    chance = random.Random(fault)  # noqa: S311 - the same points in every run
    handover = Handover(settle("Olga"), settle("Guest"), lab_app)
    olga, guest = handover.olga, handover.guest
    twice = []
    for strike in range(STRIKES):
        file = tmp_path / f"number {strike}.bin"
        content = os.urandom(SIZE)
        file.write_bytes(content)
        entry = handover.begin(file)
        point = chance.uniform(0.05, 0.85) * SIZE
        wait_until(lambda point=point: guest.page.evaluate(MOVED) > point, 60, "some of it came")  # type: ignore[misc]
        FAULTS[fault](handover, file, chance)
        entry = guest.page.locator(".transfer").first
        expect(olga.page.locator(".transfer").first).to_contain_text("Sent, ", timeout=30_000)
        assert arrived(guest, entry) == hashlib.sha256(content).hexdigest()
        twice.append(olga.page.evaluate("sentBytes") - SIZE)
        for who in (guest, olga):
            who.page.evaluate(CLEAR)
        file.unlink()
    assert min(twice) >= 0
    measure(f"files, {fault} at ten points: most that was sent twice", max(twice) / 1e6, WINDOW / 1e6, "MB")


def came(who: Person, seconds: float) -> tuple[float, float]:
    """Return what comes of the call in some time: frames a second, and the share of the sound that was made up."""
    began, first = time.monotonic(), who.page.evaluate(CAME)
    who.page.wait_for_timeout(seconds * 1000)  # the measurement itself
    last, took = who.page.evaluate(CAME), time.monotonic() - began
    received = {name: last[name] - first[name] for name in first}
    return received["frames"] / took, received["concealed"] / received["samples"]


def test_a_call_does_not_suffer_from_a_file(settle: Settle, tmp_path: Path) -> None:
    call = begin(settle("Olga"), settle("Guest"))
    olga, guest = call.people
    olga.home.shape(rate=2_000_000, delay=20)  # type: ignore[attr-defined]
    came(guest, 15)  # the call gets used to the line
    without, _ = came(guest, 25)
    file = tmp_path / "holiday.tar"
    file.write_bytes(os.urandom(SIZE))
    send(olga, file)
    open_files(guest).get_by_role("button", name="Download").click()
    wait_until(lambda: guest.page.evaluate(MOVED) > 0, 30, "some of it came")
    before = guest.page.evaluate(MOVED)
    beside, concealed = came(guest, 50)
    rate = (guest.page.evaluate(MOVED) - before) / 50
    assert rate > 16_000
    name = (
        f"files, 2 Mbit/s beside a call ({rate / 1000:.0f} KB/s; {beside:.1f} frames a second, {without:.1f} without)"
    )
    measure(f"{name}: frames that are missing", 100 * (1 - beside / without), 10, "%")
    measure("files, 2 Mbit/s beside a call: sound that was made up", 100 * concealed, 1, "%")


def test_two_files_go_to_two_people_at_once(settle: Settle, lab_app: LabApp, tmp_path: Path) -> None:
    olga, guest, gustav = (settle(name) for name in ("Olga", "Guest", "Gustav"))
    olga.sign_in()
    slug = olga.create_room()
    link = olga.create_link(lets_in=ANYONE)
    for who in (guest, gustav):
        who.redeem(link)
    for who in (olga, guest, gustav):
        who.go(f"/r/{slug}?files")
        who.join()
    olga.see_others(2, seconds=30)
    olga.home.shape(rate=40_000_000, delay=5)
    files = [tmp_path / "one.bin", tmp_path / "two.bin"]
    for file in files:
        file.write_bytes(os.urandom(SIZE))
    olga.page.locator("#files-input").set_input_files([str(file) for file in files])
    olga.page.locator("#files-to").select_option("*")
    olga.page.get_by_role("button", name="Send", exact=True).click()
    for who in (guest, gustav):
        open_files(who).get_by_role("button", name="Receive").click()

    def moved() -> list[int]:
        return [who.page.evaluate(MOVED) for who in (guest, gustav)]

    wait_until(lambda: min(moved()) > SIZE / 10, 60, "both are under way")
    before = moved()
    wait_until(lambda: sum(moved()) - sum(before) > 2 * SIZE, 60, "they got some more")
    more = sorted(now - then for now, then in zip(moved(), before, strict=True))
    for who in (guest, gustav):
        expect(who.page.locator(".transfer").first).to_contain_text(COMPLETE, timeout=60_000)
    measure("files, to two at once: how much less one of them gets", 100 * (1 - more[0] / more[1]), 50, "%")
