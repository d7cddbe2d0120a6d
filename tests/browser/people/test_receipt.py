"""The receipt of a call: its figures are those of the other side, by the way that they went; a file has all of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.app_server import AppServer
from tests.browser.conftest import Cast, server_with
from tests.browser.meeting import Meet, Meeting, make_meeting
from tests.browser.person import Person, see_and_hear
from tests.browser.test_safety import open_code
from tests.services import CoturnServer

pytestmark = pytest.mark.long

LINE = re.compile(
    r"([\d.,]+) (bytes|kB|MB) direct, ([\d.,]+) (bytes|kB|MB) by relay, ([\d.,]+) (bytes|kB) by the server"
)
UNITS = {"bytes": 1, "kB": 1_000, "MB": 1_000_000}
FILE_BYTES = 5_000_000
NOT_COUNTED = "The last second of a connection may be missing, and more if it broke."


def figures(words: str) -> tuple[float, float, float]:
    """Read the bytes that went directly, by relay and by the server."""
    found = LINE.search(words)
    assert found, words
    direct, relay, server = (float(found[at].replace(",", "")) * UNITS[found[at + 1]] for at in (1, 3, 5))
    return direct, relay, server


def end_with_receipts(meeting: Meeting, folder: Path) -> list[str]:
    """End the call for both, and save their receipts as files."""
    meeting.olga.use("End call for everyone")
    meeting.olga.page.locator("#end-dialog [data-end]").click()
    saved = []
    for who in meeting.people:
        who.see_call_state("ended")
        receipt = who.page.locator("#ended-receipt")
        expect(receipt).to_be_visible()
        with who.page.expect_download() as coming:
            receipt.get_by_role("button", name="Save as a file").click()
        coming.value.save_as(folder / f"{who.name}.txt")
        assert coming.value.suggested_filename.startswith("Receipt Monday meeting ")
        saved.append((folder / f"{who.name}.txt").read_text())
        assert all(line in saved[-1] for line in receipt.locator("li").all_inner_texts())
        assert NOT_COUNTED in saved[-1]
    return saved


def alike(one: float, other: float) -> bool:
    """Say whether two sides have counted the same: the last second may be missing at one of them."""
    return abs(one - other) < 150_000


def start(meeting: Meeting) -> list[Person]:
    """Let both join, see and hear each other."""
    for who in meeting.people:
        who.join()
    see_and_hear(meeting.people, 1)
    return meeting.people


def test_both_count_the_same_and_the_file_says_who_was_verified(person: Meet, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Max")
    people = start(meeting)
    dialogs = [open_code(who) for who in people]
    dialogs[0].get_by_role("button", name="They match").click()
    for dialog in dialogs:
        dialog.get_by_role("button", name="Close").click()
    # What is known of its size: a file, which has a connection of its own.
    olga, max_ = people
    olga.page.locator("#files-input").set_input_files(FilePayload(name="film", mimeType="", buffer=b"f" * FILE_BYTES))
    olga.page.get_by_role("button", name="Send", exact=True).click()
    max_.use("Files")
    with max_.page.expect_download():
        max_.page.locator(".transfer").get_by_role("button", name="Download").click()
    expect(olga.page.locator(".transfer")).to_contain_text("Sent")
    olgas, maxs = end_with_receipts(meeting, tmp_path)
    (direct, relay, server), (received, relayed, _) = figures(olgas), figures(maxs)
    assert FILE_BYTES <= direct < 1.3 * FILE_BYTES
    assert alike(direct, received), (direct, received)
    assert relay == relayed == 0
    assert 500 < server < direct
    # Olga has compared the code, and Max has not.
    assert "Verified by you: Max\n" in olgas
    assert "Not verified by you" not in olgas
    assert "Verified by you: no one\n" in maxs
    assert "Not verified by you: Olga\n" in maxs
    assert "DTLS 1." in olgas


@pytest.fixture
def relayed_app(cast: Cast, coturn_server: CoturnServer) -> Iterator[AppServer]:
    """A server with a relay."""
    with server_with(cast, **coturn_server.settings) as server:
        yield server


def test_what_went_through_a_relay_is_called_so(person: Meet, relayed_app: AppServer, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Max", server=relayed_app)
    olga, _ = meeting.people
    olga.page.locator("#prejoin").get_by_label("Hide my IP address from the others").check()
    start(meeting)
    olgas, maxs = end_with_receipts(meeting, tmp_path)
    (direct, relay, _), (sent, relayed, _) = figures(olgas), figures(maxs)
    assert direct == sent == 0
    assert min(relay, relayed) > 10_000
    assert alike(relay, relayed), (relay, relayed)
