"""Two homes meet through an installed server: by its STUN alone where routers allow it, else by its relay."""

import pytest
from playwright.sync_api import expect

from tests.browser.person import see_and_hear
from tests.lab.calls import ends_of, gather, meet, route_of
from tests.lab.conftest import Resident, Settle
from tests.lab.installed.server import ADDRESS, STUN_PORT, InstalledServer

pytestmark = pytest.mark.long


def sign_up(olga: Resident) -> Resident:
    """Let Olga have a fresh account."""
    olga.address = f"{olga.home.name}@example.org"
    olga.sign_up()
    return olga


def reach_each_other_by_stun(olga: Resident, guest: Resident) -> None:
    """See that each sends to the address that the other's router has on the internet, and neither by a relay."""
    for who, other in ((olga, guest), (guest, olga)):
        (here, _), (there, address) = ends_of(who)
        assert here != "relay"
        assert there in ("srflx", "prflx")
        assert address == other.home.routers[0].address


def test_behind_two_cone_routers_by_stun_of_the_site_alone(settle: Settle, installed: InstalledServer) -> None:
    with installed.without_relay():
        olga, guest = settle("Olga", "cone"), settle("Guest", "cone")
        call = meet(sign_up(olga), guest)
        reach_each_other_by_stun(olga, guest)
        see_and_hear(call.people, 1)


def test_without_that_stun_they_do_not_meet_and_the_page_says_why(settle: Settle, installed: InstalledServer) -> None:
    with installed.without_relay():
        olga, guest = settle("Olga", "cone"), settle("Guest", "cone")
        with installed.with_port_shut(STUN_PORT):
            gather(sign_up(olga), guest)
            for who in (olga, guest):
                said = who.page.locator("mp-tile[data-self='false'] .tile__state")
                expect(said).to_contain_text("No answer yet", timeout=30_000)
            test = guest.new_page()
            test.goto(f"{installed.origin}/connection-test")
            test.get_by_role("button", name="Start the test").click()
            expect(test.locator("body[data-test-state='done']")).to_be_attached(timeout=60_000)
            expect(test.get_by_text("The STUN server doesn't respond.")).to_be_visible()
            expect(test.get_by_text("Calls to other networks won't work from here")).to_be_visible()
            test.close()
            assert [of["frames"] for who in (olga, guest) for of in who.received().values()] == [0, 0]
        # The firewall lets it through again: the same people in the same call.
        for who in (olga, guest):
            who.see_others(1, seconds=90)
        reach_each_other_by_stun(olga, guest)


def test_behind_two_symmetric_routers_by_its_relay(settle: Settle) -> None:
    olga, guest = settle("Olga", "symmetric"), settle("Guest", "symmetric")
    call = meet(sign_up(olga), guest)
    assert {route_of(who) for who in call.people} <= {"relay udp", "relay of the other"}
    assert ADDRESS in {address for _, address in ends_of(olga)}
    see_and_hear(call.people, 1)
