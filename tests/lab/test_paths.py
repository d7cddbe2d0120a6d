"""Which way two people find to each other, by the routers they are behind."""

import pytest

from tests.browser.meeting import Meeting
from tests.browser.person import see_and_hear
from tests.lab.calls import begin, route_of
from tests.lab.conftest import Settle
from tests.lab.network import Internet


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("cone", "cone", {"direct"}),  # test_homes.py, which is short, has this with the site's own STUN server
        # One relay is enough for two such routers, and it may be either's.
        pytest.param("symmetric", "symmetric", {"relay udp", "relay of the other"}, marks=pytest.mark.short),
        pytest.param("udp-blocked", "cone", {"relay tcp", "relay tls"}, marks=pytest.mark.short),
        pytest.param("tls-only", "symmetric", {"relay tls"}, marks=pytest.mark.short),
    ],
)
def test_people_meet_whatever_their_routers_do(settle: Settle, one: str, other: str, expected: set[str]) -> None:
    call = begin(settle("Olga", one), settle("Guest", other))
    assert route_of(call.olga) in expected


@pytest.mark.short
def test_the_server_carries_nothing_of_a_call(settle: Settle, internet: Internet) -> None:
    call: Meeting = begin(settle("Olga"), settle("Guest"))
    see_and_hear(call.people, 1)
    before = internet.server.received("wan")
    for _ in range(3):
        see_and_hear(call.people, 1)
    # Pings of the sockets, and nothing of the several hundred kilobytes between the two.
    assert internet.server.received("wan") - before < 20_000
