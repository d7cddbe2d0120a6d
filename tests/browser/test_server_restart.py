"""The server stops during a call: the pages say so, the call continues, and everything recovers by itself."""

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.browser.meeting import Meet, Meeting, start_call
from tests.browser.person import see_and_hear


def see_that_the_call_is_whole(meeting: Meeting) -> None:
    """Wait until both are connected; where they send, until pictures and sound come."""
    for who in meeting.people:
        who.see_others(1)
    if not meeting.olga.devices_off:
        see_and_hear(meeting.people, 1)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        # That pictures and sound go on is seen in test_without_server.py, too, so this one needs none.
        pytest.param("stop", "The server is restarting.", marks=pytest.mark.devices_off),
        pytest.param("kill", "Can't reach the server.", marks=pytest.mark.long),
    ],
)
def test_a_call_continues_while_the_server_is_down(own_app: AppServer, person: Meet, how: str, words: str) -> None:
    meeting = start_call(person, "Guest", server=own_app)

    if how == "stop":
        own_app.stop()
    else:
        own_app.kill()

    # Both pages say so, and nothing stops between the browsers.
    for who in meeting.people:
        expect(who.page.locator("#banner")).to_contain_text(words)
        who.see_call_state("reconnecting")
    see_that_the_call_is_whole(meeting)

    # The server is back, and no one has to press anything.
    own_app.start()
    for who in meeting.people:
        who.see_call_state("in-call", seconds=20)
        expect(who.page.locator("#banner")).to_be_hidden()
    see_that_the_call_is_whole(meeting)

    # Signaling works again: a newcomer joins and meets both.
    late = person("Late", server=own_app)
    late.redeem(meeting.link)
    late.join()
    late.see_others(2)
    if how == "kill":
        late.see_and_hear(2)
