"""A relay that lies in every way it can, between the browser's own modules, in Chromium."""

import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_core import faultless_world, harness

__all__ = ["harness"]
RUNS = [200, pytest.param(1000, marks=pytest.mark.long)]


@pytest.fixture(scope="module")
def page(chromium: Browser, harness: str) -> Iterator[Page]:
    """The hostile relay in Chromium; no error may go unnoticed."""
    with faultless_world(chromium, harness, "hostile") as page:
        page.set_default_timeout(120_000)
        yield page


def show(what: str, seen: dict[str, object]) -> None:
    """Print a figure."""
    sys.stdout.write(f"{what}: {seen}\n")


SAID = {
    "swapped fingerprint": "refused key",
    "swapped key": "refused pid",
    "swapped key and pid": "refused key",
    "another's pid": "refused pid",
    "ghost with another key": "refused key",
    "ghost without a key": "refused mode",
    "keyless downgrade": "refused mode",
    "older epoch": "refused epoch",
    "profile of another": "refused key",
    "replay": "tampered replayed",
    "reorder": "tampered replayed",
    "change": "tampered forged",
    "reflect": "tampered forged",
}


@pytest.mark.parametrize("runs", RUNS)
def test_no_peer_without_the_room_key_is_connected_and_a_warning_is_shown(page: Page, runs: int) -> None:
    seen = page.evaluate("(runs) => hostile.keyed(runs)", runs)
    show("keyed, attacked", seen)
    assert (seen["runs"], seen["connected"], seen["silent"]) == (runs, 0, 0)
    assert seen["slowest"] < 5000
    assert {kind: said[0] for kind, said in seen["reported"].items()} == SAID
    insider = page.evaluate("hostile.keyed(10, true)")
    assert insider["connected"] == 10, "a relay with the room's key is let in, or nothing was measured"


@pytest.mark.parametrize("runs", RUNS)
def test_codes_agree_when_the_relay_is_honest(page: Page, runs: int) -> None:
    seen = page.evaluate("(runs) => hostile.honest(runs)", runs)
    show("keyless, honest", seen)
    assert (seen["runs"], seen["agree"], seen["different"]) == (runs, runs, runs)


@pytest.mark.parametrize("runs", RUNS)
def test_codes_differ_with_a_man_in_the_middle(page: Page, runs: int) -> None:
    seen = page.evaluate("(runs) => hostile.middle(runs)", runs)
    show("keyless, man in the middle", seen)
    assert (seen["runs"], seen["differ"], seen["agree"]) == (runs, runs, 0)


@pytest.mark.parametrize("runs", RUNS)
def test_a_peer_that_breaks_its_commitment_gets_no_code_and_is_cut_off(page: Page, runs: int) -> None:
    seen = page.evaluate("(runs) => hostile.cheating(runs)", runs)
    show("keyless, a broken commitment", seen)
    assert (seen["runs"], seen["code"], seen["stopped"], seen["equal"]) == (runs, 0, runs, runs)


@pytest.mark.parametrize("kind", ["honest", "middle"])
def test_codes_on_real_connections(page: Page, kind: str) -> None:
    seen = page.evaluate("(kind) => hostile.real(kind, 12)", kind)
    show(f"real connections, {kind}", seen)
    assert (seen["runs"], seen["connected"], seen["agree"]) == (12, 12, 12 if kind == "honest" else 0)


def test_no_real_connection_to_a_peer_without_the_room_key(page: Page) -> None:
    # All at once, as the one that only loses messages takes the four seconds of patience.
    outcomes = page.evaluate(
        """async () => Object.fromEntries(await Promise.all([...hostile.attacks, "drop"].map(
          async (kind) => [kind, await hostile.real(kind, 2)])))"""
    )
    for kind, seen in outcomes.items():
        show(f"real connections, {kind}", seen)
        assert (seen["runs"], seen["connected"], seen["silent"]) == (2, 0, 0), kind
        assert seen["slowest"] < 5000, kind
