"""The safety code through the real pages, and what a server achieves that only loses or repeats messages."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, WebSocketRoute, expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person


def label(who: Person) -> Locator:
    """Find the trust label on the tile of the only other person."""
    return who.page.locator("mp-tile[data-self='false'] .trust-button")


def open_code(who: Person) -> Locator:
    """Open the safety code of the only other person with the keyboard alone and wait for it."""
    label(who).focus()
    who.page.keyboard.press("Enter")
    dialog = who.page.locator("#safety-dialog")
    expect(dialog.locator(".safety__emoji li")).to_have_count(7)
    return dialog


def code_in(dialog: Locator) -> tuple[list[str], str]:
    """Read the pictures with their names, and the numbers."""
    return dialog.locator(".safety__emoji li").all_inner_texts(), dialog.locator("[data-part=numbers]").inner_text()


KEEP_SOCKETS = """
globalThis.sockets = [];
globalThis.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    sockets.push(this);
  }
};
"""

# What a person can do who changes the program in their own browser: another name, in the middle of a call.
RENAME = """async () => {
  const stringify = JSON.stringify;
  const isProfile = (value) => value?.v === 2 && "muted" in value && "camera" in value;
  JSON.stringify = (value, ...more) => stringify(isProfile(value) ? { ...value, name: "Boss" } : value, ...more);
  const { socket } = meetingPoint;
  const written = new Promise((resolve) => {
    const setHello = socket.setHello.bind(socket);
    socket.setHello = (hello) => resolve(setHello(hello));
  });
  document.querySelector('[data-toggle=microphone]').click();
  await written;
  socket.rejoin();
}"""
FORGET_DEVICE = """() => new Promise((resolve, reject) => {
  const request = indexedDB.deleteDatabase("meeting-point-device");
  Object.assign(request, { onsuccess: resolve, onerror: reject });
})"""


def test_two_people_compare_their_code(person: Meet) -> None:
    meeting = make_meeting(person, "Gustav")
    olga, guest = meeting.people
    olga.page.add_init_script(KEEP_SOCKETS)
    olga.page.reload()
    for who in meeting.people:
        who.join()
    for who in meeting.people:
        who.see_others(1)
    for who in meeting.people:
        expect(label(who)).to_have_text("Room key on")
    dialogs = [open_code(who) for who in meeting.people]
    pictures, numbers = code_in(dialogs[0])
    assert code_in(dialogs[1]) == (pictures, numbers)
    assert re.fullmatch(r"\d{4} \d{4} \d{4}", numbers)
    assert all(re.fullmatch(r"\S+\n[A-Z][A-Za-z ]+", picture) for picture in pictures)

    # One says that they match: the other sees it, and decides for themselves.
    dialogs[0].get_by_role("button", name="They match").click()
    expect(label(olga)).to_have_text("Verified")
    expect(dialogs[1].get_by_text("Olga says that the codes match.")).to_be_visible()
    expect(label(guest)).to_have_text("Room key on")
    dialogs[1].get_by_role("button", name="They match").click()
    expect(label(guest)).to_have_text("Verified")
    for who, dialog in zip(meeting.people, dialogs, strict=True):
        dialog.get_by_role("button", name="Close").click()
        who.page.get_by_role("button", name="People").click()
        expect(who.page.locator(".person .trust-button:visible")).to_have_text("Verified")
    # The sender of a file sees the same about its receiver, and the receiver about its sender.
    olga.page.locator("#files-input").set_input_files(files={"name": "a.txt", "mimeType": "", "buffer": b"a"})
    expect(olga.page.locator("#files-to")).to_contain_text("Gustav · Verified")
    expect(olga.page.locator("#files-trust")).to_contain_text("Verified: you've compared")
    olga.page.get_by_role("button", name="Send", exact=True).click()
    expect(guest.page.locator(".transfer__trust")).to_have_text("Verified")

    # A restart of ICE and another socket change nothing about it.
    olga.page.evaluate(
        """async () => {
          const [peer] = meetingPoint.mesh.peers.values();
          peer.restartIce();
          const { socket } = meetingPoint;
          const back = new Promise((resolve) => socket.on("joined", resolve, { once: true }));
          sockets.at(-1).close();
          await back;
        }"""
    )
    olga.see_and_hear(1)
    for who in meeting.people:
        expect(label(who)).to_have_text("Verified")
    assert code_in(open_code(olga)) == (pictures, numbers)
    olga.page.keyboard.press("Escape")

    # A guest may sit at a shared computer, so that their device is recognised only if they say so.
    dialog = open_code(guest)
    expect(dialog).to_contain_text("Next time this browser recognises the device of Olga.")
    choice = dialog.get_by_label("Let people recognise this device")
    expect(choice).not_to_be_checked()
    choice.check()
    guest.page.keyboard.press("Escape")
    expect(open_code(olga)).to_contain_text("Next time this browser recognises the device of Gustav.")
    expect(olga.page.get_by_label("Let people recognise this device")).to_be_checked()
    olga.page.keyboard.press("Escape")

    # The name that was verified stays on the label, whatever the person calls themselves later.
    guest.page.evaluate(RENAME)
    expect(olga.page.locator("mp-tile[data-self='false'] .tile__name")).to_have_text("Boss")
    expect(label(olga)).to_have_text("Verified as Gustav")
    expect(olga.page.get_by_text("Gustav, whom you verified, is now called Boss.")).to_be_visible()

    # A person who reloads has another key, and so another code; their devices know each other.
    guest.page.reload()
    guest.join()
    olga.see_others(1)
    for who in meeting.people:
        expect(label(who)).to_have_text("Verified before, same device")
        who.page.get_by_role("button", name="People").click()
        expect(who.page.locator(".person .trust-button:visible")).to_have_text("Verified before, same device")
    assert guest.page.evaluate("indexedDB.databases().then((all) => all.map(({ name }) => name))").count(
        "meeting-point-device"
    )

    # Someone who has the name, and even the membership, but not the device: it is said loudly.
    guest.page.evaluate(FORGET_DEVICE)
    guest.page.reload()
    guest.join()
    olga.see_others(1)
    expect(label(olga)).to_have_text("Not the device you verified")
    expect(olga.page.get_by_text("Gustav isn’t on the device that you verified.")).to_be_visible()
    expect(label(guest)).to_have_text("Verified before, same device")
    dialog = open_code(olga)
    expect(dialog.get_by_text("Gustav has reconnected 2 times with a new key")).to_be_visible()
    assert code_in(dialog) != (pictures, numbers)

    # "They don't match" disconnects them, and both see why.
    dialog.get_by_role("button", name="They don't match").click()
    for who, words in ((olga, "you said the codes don't match"), (guest, "they said the codes don't match")):
        tile = who.page.locator("mp-tile[data-state='refused']")
        expect(tile).to_contain_text(words)
        expect(label(who)).to_be_hidden()
        assert who.page.evaluate("[...meetingPoint.mesh.peers.values()].every(({ state }) => state === 'refused')")
    expect(olga.page.get_by_text("the safety codes don't match")).to_be_visible()
    expect(guest.page.get_by_text("they said that your safety codes don't match")).to_be_visible()


def handle_relayed(who: Person, hand_on: Callable[[WebSocketRoute, str], None]) -> None:
    """Put a server in front of this person that does as it likes with what is relayed to them."""

    def between(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def on_message(data: str | bytes) -> None:
            text = str(data)
            if json.loads(text)["type"] == "relay":
                hand_on(route, text)
            else:
                route.send(text)

        server.on_message(on_message)

    who.page.route_web_socket("**/ws/rooms/*", between)


@pytest.mark.devices_off
def test_a_server_that_loses_everything_is_noticed_and_it_is_said(person: Meet) -> None:
    meeting = make_meeting(person, "Gustav")
    olga, guest = meeting.people
    handle_relayed(guest, lambda _route, _text: None)
    guest.page.reload()
    olga.join()
    guest.join()
    for who in meeting.people:
        tile = who.page.locator("mp-tile[data-self='false']")
        expect(tile).to_contain_text("No answer yet", timeout=5000)
        expect(tile.get_by_role("link", name="Test your connection")).to_have_attribute("href", "/connection-test")
        expect(tile).to_have_attribute("data-state", "connecting")


@pytest.mark.long
@pytest.mark.devices_off
def test_a_server_that_repeats_messages_is_noticed_and_it_is_said(person: Meet) -> None:
    meeting = make_meeting(person, "Gustav")
    olga, guest = meeting.people

    def twice(route: WebSocketRoute, text: str) -> None:
        route.send(text)
        route.send(text)

    handle_relayed(guest, twice)
    guest.page.reload()
    olga.join()
    guest.join()
    expect(guest.page.get_by_text("Some messages from Olga were changed or repeated on the way")).to_have_count(1)
    guest.see_others(1)
    expect(guest.page.get_by_text("Some messages from Olga were changed or repeated on the way")).to_have_count(1)
