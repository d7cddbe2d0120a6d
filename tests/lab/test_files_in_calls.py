"""Several files beside a call of four, more than two cores serve well: they keep a fair part of the line."""

import os
import time
from pathlib import Path

from tests.browser.test_files import MOVED, open_files
from tests.lab.calls import begin
from tests.lab.conftest import Settle
from tests.lab.figures import measure
from tests.lab.test_files import came
from tests.services import wait_until

# Bits a second of the sender's line.
LINE = 20_000_000
SEARCH_S, MEASURED_S = 120, 40
# Of what the call leaves.
FAIR = 0.6
# Bytes of media sent to everyone, and how much of what was heard was made up.
MEDIA = """async () => {
  let bytes = 0;
  for (const peer of meetingPoint.mesh.peers.values()) {
    for (const stat of (await peer.getStats()).values()) if (stat.type === "outbound-rtp") bytes += stat.bytesSent ?? 0;
  }
  return bytes;
}"""


def test_files_keep_a_fair_part_beside_a_call_of_four(settle: Settle, tmp_path: Path) -> None:
    call = begin(*(settle(name) for name in ("Olga", "Guest", "Gustav", "Gwen")))
    olga, *guests = call.people
    olga.home.shape(rate=LINE, delay=20)  # type: ignore[attr-defined]
    _, alone = came(guests[0], 15)
    file = tmp_path / "holiday.tar"
    file.write_bytes(os.urandom(200_000_000))
    open_files(olga)
    olga.page.locator("#files-input").set_input_files(str(file))
    olga.page.locator("#files-to").select_option("*")
    olga.page.get_by_role("button", name="Send", exact=True).click()
    for who in guests:
        open_files(who).get_by_role("button", name="Download").click()

    def moved() -> int:
        return sum(who.page.evaluate(MOVED) for who in guests)

    wait_until(lambda: all(who.page.evaluate(MOVED) > 0 for who in guests), 60, "all three files are under way")
    readings = [(time.monotonic(), moved(), olga.page.evaluate(MEDIA))]

    def is_found() -> bool:
        """Say whether five seconds in a row had a fair part: the transfers have found their rate."""
        now = time.monotonic(), moved(), olga.page.evaluate(MEDIA)
        seconds, files, media = (after - before for after, before in zip(now, readings[-1], strict=True))
        if seconds >= 5:
            readings.append(now)
        return seconds >= 5 and files > FAIR * (LINE / 8 * seconds - media)

    wait_until(is_found, SEARCH_S, "the transfers have found their rate")
    began, files, media = time.monotonic(), moved(), olga.page.evaluate(MEDIA)
    _, concealed = came(guests[0], MEASURED_S)
    took = time.monotonic() - began
    files, media = moved() - files, olga.page.evaluate(MEDIA) - media
    left = LINE / 8 * took - media
    name = f"files beside a call of four ({files / took / 1000:.0f} KB/s of {left / took / 1000:.0f})"
    measure(f"{name}: part of the line that is not used", 100 * (1 - files / left), 100 * (1 - FAIR), "%")
    name = f"files beside a call of four ({100 * alone:.1f} % without)"
    measure(f"{name}: sound that was made up", 100 * concealed, max(3, 100 * alone + 1), "%")
