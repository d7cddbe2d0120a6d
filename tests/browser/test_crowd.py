"""Several people join at the same moment."""

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import see_and_hear

COUNT_CONNECTIONS = """
const Real = globalThis.RTCPeerConnection;
globalThis.connectionsMade = 0;
globalThis.RTCPeerConnection = class extends Real {
  constructor(...options) { super(...options); globalThis.connectionsMade += 1; }
};
"""
PRESS_JOIN_AT = """([name, moment]) => {
  document.querySelector('#display-name').value = name;
  setTimeout(() => {
    globalThis.joinedAt = Date.now();
    document.querySelector('#join-form').requestSubmit();
  }, moment - Date.now());
}"""


@pytest.mark.long
def test_four_people_at_once_make_six_connections(person: Meet) -> None:
    meeting = make_meeting(person, "Guest", "Gust", "Gwen")
    for who in meeting.people:
        who.context.add_init_script(COUNT_CONNECTIONS)
        # Its proof has connections of its own.
        who.context.add_init_script("localStorage.setItem('meeting-point.encode-once', 'off')")
        who.page.reload()
        who.see_call_state("prejoin")

    moment = meeting.olga.page.evaluate("Date.now() + 1000")
    for who in meeting.people:
        who.page.evaluate(PRESS_JOIN_AT, [who.name, moment])

    for who in meeting.people:
        who.see_call_state("in-call")
        who.see_others(3)
    # Within 50 ms where nothing else is under way; in any case before the first of them is in the call.
    pressed = [who.page.evaluate("joinedAt") for who in meeting.people]
    assert max(pressed) - min(pressed) <= 1000
    # Twelve ends: six connections between four people, each made once.
    assert [who.page.evaluate("connectionsMade") for who in meeting.people] == [3, 3, 3, 3]
    see_and_hear(meeting.people, 3, seconds=30)


@pytest.mark.long
def test_the_third_person_in_a_room_for_two_sees_that_it_is_full(person: Meet) -> None:
    meeting = make_meeting(person, "Guest", "Gerd", places=2)
    for who in meeting.people[:2]:
        who.join()
    late = meeting.guests[-1]
    late.page.get_by_label("Your name").fill("Gerd")
    late.page.locator("#join-form button[type=submit]").click()
    expect(late.page.get_by_role("heading", name="The room is full")).to_be_visible()

    # Someone leaves, and there is room.
    meeting.guests[0].leave()
    late.page.get_by_role("button", name="Try again").click()
    late.see_call_state("in-call")
    late.see_others(1)
