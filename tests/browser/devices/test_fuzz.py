"""Four random sequences in every run of the tests, and two hundred in the long ones."""

import pytest

from tests.browser.devices.fuzz import play_sequences
from tests.browser.meeting import Meet


def test_what_is_off_is_never_sent(person: Meet) -> None:
    play_sequences(person, range(2))


@pytest.mark.long
@pytest.mark.parametrize("first", range(1000, 1200, 50))
def test_what_is_off_is_never_sent_in_fifty_more_sequences(person: Meet, first: int) -> None:
    play_sequences(person, range(first, first + 50))
