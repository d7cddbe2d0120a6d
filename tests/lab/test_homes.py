"""Two homes meet with nothing but the site's own process: it is their STUN server, and there is no relay."""

import pytest

from tests.lab.calls import begin, route_of
from tests.lab.conftest import Settle
from tests.lab.servers import LabApp

pytestmark = pytest.mark.short


@pytest.fixture
def relay_settings() -> dict[str, str]:
    """There is no relay."""
    return {}


def test_people_behind_two_routers_meet_by_the_site_alone(settle: Settle, lab_app: LabApp) -> None:
    call = begin(settle("Olga", "cone"), settle("Guest", "cone"))
    assert route_of(call.olga) == route_of(call.guests[0]) == "direct"
    assert "TURN_URLS" not in lab_app.settings
