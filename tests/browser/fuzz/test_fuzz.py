"""Twelve rounds of what four people do in one call, with six seeds."""

import pytest

from tests.browser.fuzz.call import make_rounds, play, start
from tests.browser.meeting import Meet


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_everyone_sees_and_hears_what_the_buttons_of_the_others_say(person: Meet, seed: int) -> None:
    meeting = start(person, "Guest", "Gwen", "Gust")
    assert play(meeting, make_rounds(seed, len(meeting.people), 12)) == {}
