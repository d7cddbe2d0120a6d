"""One encoder for several people, of whom one gets a bad line: that one alone gets a picture of another encoder."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.camera import make_camera
from tests.browser.person import DEVICES_OFF
from tests.lab.calls import gather
from tests.lab.conftest import Settle
from tests.lab.figures import measure
from tests.services import wait_until

SHARING = """() => {
  const { groups = [], fallbacks = 0 } = globalThis.meetingPoint.adaptation.sharing?.facts ?? {};
  return { fallbacks, heights: groups.map(({ height }) => height), members: groups.map(({ members }) => members) };
}"""
RECEIVED = """async () => {
  const counts = { frames: 0, freezes: 0 };
  const name = (tile) => tile.querySelector('.tile__name').textContent;
  const tile = [...document.querySelectorAll('mp-tile[data-self="false"]')].find((one) => name(one) === 'Olga');
  const stats = await globalThis.meetingPoint.mesh.peers.get(tile.dataset.pid).getStats();
  for (const entry of stats.values()) {
    if (entry.type !== 'inbound-rtp' || entry.kind !== 'video') continue;
    counts.frames += entry.framesDecoded;
    counts.freezes += entry.freezeCount;
  }
  return counts;
}"""


def of_olga(who: Any) -> dict[str, int]:
    """Return how many frames and freezes of Olga's picture `who` has had."""
    counts: dict[str, int] = who.page.evaluate(RECEIVED)
    return counts


def see_frames(who: Any, least: int) -> None:
    """Wait until `who` has had so many frames of Olga's picture."""
    wait_until(lambda: of_olga(who)["frames"] > least, 30, "the picture moves")


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture that is worth sharing."""
    return make_camera(tmp_path_factory.mktemp("camera") / "camera.y4m", scale=2)


@pytest.mark.long
@pytest.mark.parametrize("line", [{"rate": 250_000}, {"loss": 20}], ids=["250 kbit/s", "loss 20 %"])
def test_a_bad_line_costs_no_one_else(settle: Settle, line: dict[str, float]) -> None:
    olga = settle("Olga")
    guests = [settle(name) for name in ("Guest", "Gast", "Gwen")]
    for guest in guests:
        guest.context.add_init_script(DEVICES_OFF)
    olga.sign_in()
    call = gather(olga, *guests)
    # A connection that is made while there are two shares nothing: she comes again, to all three.
    olga.leave()
    olga.join(call.slug)
    for who in call.people:
        who.see_others(3, seconds=30)
    slow, *others = call.guests

    def members() -> list[str]:
        return [pid for group in olga.page.evaluate(SHARING)["members"] for pid in group]

    def at_the_top() -> bool:
        """Say whether no one waits for others any more, who may have less: later, such people go separate ways."""
        return bool(olga.page.evaluate(SHARING)["heights"] == [360])

    wait_until(lambda: len(members()) == 3 and at_the_top(), 120, "one encoder for three")
    everyone = set(members())
    before = [of_olga(who) for who in others]
    slow.home.shape(**line)  # type: ignore[attr-defined]
    wait_until(lambda: len(members()) == 2 and set(members()) < everyone, 60, "that one left the others alone")
    left = set(members())
    for who, past in zip(others, before, strict=True):
        see_frames(who, past["frames"] + 30)
        measure("a bad line of one: freezes of another", of_olga(who)["freezes"] - past["freezes"], 2, "")
    assert set(members()) == left
    assert olga.page.evaluate(SHARING)["fallbacks"] == 0
