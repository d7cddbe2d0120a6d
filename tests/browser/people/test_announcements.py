"""What a blind person hears of a call, each thing once; where their focus is; what their tab is called."""

import re

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.browser.hearing import heard, hears, listen
from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person

TITLE = "Monday meeting · Meeting Point"
# The system takes the microphone's track away, and none replaces it.
UNPLUG = """() => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotFoundError"); };
  const track = meetingPoint.media.audioTrack;
  track.stop();
  track.dispatchEvent(new Event("ended"));
}"""


def say(who: Person, words: str) -> None:
    """Send a message; the chat is open."""
    who.page.get_by_label("Message everyone").fill(words)
    who.page.keyboard.press("Enter")


def tile(who: Person, name: str) -> str:
    """Return the name under which this person's reader finds a tile, whatever a busy machine does to the connection."""
    found = who.page.get_by_role("list", name="People in the call").get_by_role("listitem", name=re.compile(f"^{name}"))
    return str(found.get_attribute("aria-label")).removesuffix(", weak connection")


@pytest.mark.long
def test_each_event_of_a_call_is_said_once(person: Meet, own_app: AppServer) -> None:
    meeting = make_meeting(person, "Guest", server=own_app)
    olga, (guest,) = meeting.olga, meeting.guests
    for who in (olga, guest):
        listen(who)

    # Alone, then two.
    olga.page.get_by_label("Your name").press("Enter")
    hears(olga, "You're in. You are the only one here. Your microphone is on.")
    expect(olga.page.get_by_role("heading", name="Monday meeting")).to_be_focused()
    expect(olga.page).to_have_title(TITLE)
    guest.join()
    hears(guest, "You're in. 2 people are here. Your microphone is on.")
    hears(olga, "Guest joined")
    for who in (olga, guest):
        who.see_others(1)

    # One's own microphone and camera, by key.
    for key, words in (("m", "Microphone off"), ("v", "Camera off"), ("v", "Camera on"), ("m", "Microphone on")):
        olga.page.keyboard.press(key)
        hears(olga, words)
    olga.page.keyboard.press("m")
    hears(olga, "Microphone off")
    expect(olga.page).to_have_title(f"Muted · {TITLE}")
    expect(guest.page.locator("mp-tile[data-self='false']")).to_have_attribute("data-muted", "true")
    assert tile(guest, "Olga") == "Olga, microphone off"
    assert tile(olga, "Olga") == "Olga (you), microphone off"

    # Muted at a host's request; then the system takes the device away.
    olga.page.get_by_role("button", name="More about Guest").first.press("Enter")
    olga.page.get_by_role("button", name="Ask to mute").press("Enter")
    hears(olga, "Guest was asked to mute.")
    hears(guest, "Olga asks you to turn your microphone off.")
    guest.page.get_by_role("button", name="Mute me").press("Enter")
    hears(guest, "Microphone off")
    expect(guest.page.get_by_role("heading", name="Monday meeting")).to_be_focused()
    guest.page.keyboard.press("m")
    hears(guest, "Microphone on")
    guest.page.evaluate(UNPLUG)
    hears(guest, "Microphone off")

    # Hands and reactions; a hand that goes down while a dialog makes the rest of the page inert.
    guest.page.keyboard.press("h")
    hears(guest, "Your hand is raised")
    hears(olga, "Guest raised a hand")
    assert tile(olga, "Guest") == "Guest, microphone off, hand raised 1"
    guest.use("React")
    guest.page.get_by_role("button", name="Applause").press("Enter")
    hears(olga, "Guest: Applause")
    olga.page.keyboard.press("i")
    guest.page.keyboard.press("h")
    hears(guest, "Your hand is lowered")
    hears(olga, "Guest lowered their hand")
    guest.page.keyboard.press("h")
    hears(olga, "Guest raised a hand")
    guest.page.keyboard.press("h")
    hears(olga, "Guest lowered their hand")
    olga.page.keyboard.press("Escape")
    expect(olga.page.get_by_role("button", name="More about Guest").first).to_be_focused()

    # Messages, with the chat closed and open. Two in a row are both said.
    guest.page.keyboard.press("c")
    say(guest, "Good morning")
    say(guest, "Shall we begin?")
    hears(olga, "Guest: Good morning", "Guest: Shall we begin?")
    expect(olga.page).to_have_title(f"(2) Muted · {TITLE}")
    olga.page.keyboard.press("c")
    expect(olga.page).to_have_title(f"Muted · {TITLE}")
    olga.page.evaluate("heard.length = 0")
    say(guest, "In the log")
    expect(olga.page.locator(".chat__text").last).to_have_text("In the log")
    assert len([text for text in heard(olga) if "In the log" in text]) == 1
    olga.page.keyboard.press("Escape")

    # A screen: one's own, and another's.
    olga.page.get_by_role("button", name="Share screen").press("Enter")
    hears(olga, "Your screen is now shared")
    hears(guest, "Olga started sharing a screen")
    expect(olga.page).to_have_title(f"Muted, sharing · {TITLE}")
    olga.page.locator("#sharing").get_by_role("button", name="Stop").press("Enter")
    hears(olga, "Your screen is no longer shared")
    hears(guest, "Olga stopped sharing a screen")
    expect(olga.page.get_by_role("heading", name="Monday meeting")).to_be_focused()

    # The server goes and comes back.
    own_app.kill()
    hears(olga, "Can't reach the server. Your call continues, but no one new can join.")
    own_app.start()
    hears(olga, "The server is back.")

    # The connection to a person breaks off and comes back.
    pid = olga.page.locator("mp-tile[data-self='false']").get_attribute("data-pid")
    for state, words in (
        ("interrupted", "Connection to Guest lost. Reconnecting…"),
        ("connected", "Connected to Guest again"),
    ):
        olga.page.evaluate("(detail) => meetingPoint.mesh.emit('peer-state', detail)", {"pid": pid, "state": state})
        hears(olga, words)

    # The person whose menu is open leaves: the focus stays on the page.
    olga.page.get_by_role("button", name="More about Guest").first.press("Enter")
    expect(olga.page.locator("#person-menu")).to_be_visible()
    guest.leave()
    expect(guest.page.get_by_role("heading", name="You left")).to_be_focused()
    expect(guest.page).to_have_title(TITLE)
    hears(olga, "Guest left")
    expect(olga.page.get_by_role("heading", name="Monday meeting")).to_be_focused()
    guest.page.get_by_role("button", name="Rejoin").press("Enter")
    guest.see_call_state("in-call")
    expect(guest.page.get_by_role("heading", name="Monday meeting")).to_be_focused()
