"""Two homes meet through an installed server: by its STUN alone where routers allow it, else by its relay."""

import pytest

from tests.browser.meeting import Meeting
from tests.browser.person import see_and_hear
from tests.lab.calls import ends_of, meet, route_of
from tests.lab.conftest import Resident, Settle
from tests.lab.installed.server import ADDRESS, InstalledServer

pytestmark = pytest.mark.long


def call_of(olga: Resident, guest: Resident) -> Meeting:
    """Let Olga, with a fresh account, be in a call with a guest who has her link."""
    olga.address = f"{olga.home.name}@example.org"
    olga.sign_up()
    return meet(olga, guest)


def test_behind_two_cone_routers_by_stun_of_the_site_alone(settle: Settle, installed: InstalledServer) -> None:
    installed.machine.run("systemctl stop coturn")
    olga, guest = settle("Olga", "cone"), settle("Guest", "cone")
    call = call_of(olga, guest)
    for who, other in ((olga, guest), (guest, olga)):
        (here, _), (there, address) = ends_of(who)
        assert here != "relay"
        assert there in ("srflx", "prflx")
        assert address == other.home.routers[0].address
    see_and_hear(call.people, 1)
    installed.machine.run("systemctl start coturn")


def test_behind_two_symmetric_routers_by_its_relay(settle: Settle) -> None:
    olga, guest = settle("Olga", "symmetric"), settle("Guest", "symmetric")
    call = call_of(olga, guest)
    assert {route_of(who) for who in call.people} <= {"relay udp", "relay of the other"}
    assert ADDRESS in {address for _, address in ends_of(olga)}
    see_and_hear(call.people, 1)
