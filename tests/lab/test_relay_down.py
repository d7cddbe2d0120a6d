"""What happens when the relay server is down, or refuses all credentials."""

import secrets
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import Meeting
from tests.browser.person import see_and_hear
from tests.browser.test_room_keys import hide_addresses
from tests.lab.calls import begin, longest_gap, route_of, watch
from tests.lab.conftest import Settle
from tests.lab.figures import measure
from tests.lab.servers import LabRelay


@pytest.fixture
def relay_of_this_story(relay: LabRelay) -> Iterator[LabRelay]:
    """The relay, which runs again afterwards as it did before."""
    secret = relay.secret
    yield relay
    relay.stop()
    relay.secret = secret
    relay.start()


def begin_hidden(settle: Settle) -> Meeting:
    """Let two people be in a call that goes only through the relay."""
    call = begin(settle("Olga"), settle("Guest"))
    hide_addresses(call)
    for who in call.people:
        expect(who.page.locator("mp-tile[data-self='false'][data-route='relay']")).to_be_visible(timeout=20_000)
    see_and_hear(call.people, 1)
    return call


def test_a_direct_call_does_not_notice(settle: Settle, relay_of_this_story: LabRelay) -> None:
    call = begin(settle("Olga"), settle("Guest"))
    assert route_of(call.olga) == "direct"
    watch(*call.people)
    relay_of_this_story.kill()
    until = time.monotonic() + 5  # longer than an interruption would stay unnoticed
    while time.monotonic() < until:
        see_and_hear(call.people, 1)
    measure("F29 relay down: longest gap of a direct call", max(map(longest_gap, call.people)), 0.5)


@pytest.mark.parametrize("fault", ["down", "takes no credentials"])
def test_a_hidden_address_stays_hidden_and_the_page_says_why(
    settle: Settle, relay_of_this_story: LabRelay, fault: str
) -> None:
    call = begin_hidden(settle)
    relay_of_this_story.kill()
    if fault != "down":
        known, relay_of_this_story.secret = relay_of_this_story.secret, secrets.token_hex(16)
        relay_of_this_story.start()
    began = time.monotonic()
    for who in call.people:
        said = who.page.get_by_text("The relay server doesn't respond").first
        expect(said).to_be_visible(timeout=30_000)
    measure(f"F29 hidden address, relay {fault}: the page says why", time.monotonic() - began, 10)
    if fault != "down":
        relay_of_this_story.stop()
        relay_of_this_story.secret = known
    relay_of_this_story.start()
    began = time.monotonic()
    see_and_hear(call.people, 1, seconds=60)
    measure(f"F29 hidden address, relay {fault}: media back after its return", time.monotonic() - began, 30)
    assert [route_of(who) for who in call.people] == ["relay udp", "relay udp"]
