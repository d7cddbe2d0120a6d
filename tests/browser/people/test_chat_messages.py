"""Messages to one person, answers, changes and deletions, as the others see them; marks, search, the chat as a file."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.app_server import AppServer
from tests.browser.hearing import hears, listen
from tests.browser.meeting import Meet, make_meeting, share_files
from tests.browser.person import Person
from tests.browser.test_pages import examine
from tests.services import wait_until

pytestmark = pytest.mark.devices_off

# What this browser hands to its connections from now on: [name of the receiver, topic, text].
TAP = """() => {
  globalThis.sent = [];
  for (const [pid, peer] of meetingPoint.mesh.peers) {
    const send = peer.send.bind(peer);
    peer.send = (topic, payload, ...rest) => {
      sent.push([pid, topic, JSON.stringify(payload)]);
      return send(topic, payload, ...rest);
    };
  }
}"""
BLOCKS = "(text) => [...text.children].map(({ localName, textContent }) => [localName, textContent])"
SCROLLS = "[...document.querySelectorAll('#chat, .chat__scroll')].some((e) => e.scrollWidth > e.clientWidth)"


def message(who: Person, words: str) -> Locator:
    """Return the message with this text, as this person has it."""
    return who.page.locator(".chat__message", has=who.page.locator(".chat__text").get_by_text(words))


def write(who: Person, words: str) -> None:
    """Write a message into the field, and send it with Enter."""
    field = who.page.locator("#chat-text")
    field.fill(words)
    field.press("Enter")
    expect(field).to_have_value("")


def choose(who: Person, words: str, action: str) -> None:
    """Choose from the menu of a message, by keyboard."""
    more = message(who, words).get_by_role("button", name="More about this message")
    more.focus()
    more.press("Enter")
    item = who.page.locator("#chat-menu").get_by_role("button", name=action, exact=True)
    item.focus()
    item.press("Enter")


@pytest.mark.long
def test_messages_are_answered_changed_deleted_or_private(person: Meet, own_app: AppServer, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Max", "Sam", server=own_app)
    olga, (max_, sam) = meeting.olga, meeting.guests
    share_files(meeting)
    sam.page.set_viewport_size({"width": 390, "height": 844})
    for who in meeting.people:
        who.use("Chat")
    listen(max_)
    write(olga, "Agenda:\n- *budget*\n- `rm -rf <b>`\n> who leads?\n```\n<img src=x onerror=alert(1)>\n```")
    for who in (max_, sam):
        text = who.page.locator(".chat__text")
        expect(text.locator("li")).to_have_text(["budget", "rm -rf <b>"])
        assert text.evaluate(BLOCKS)[2:] == [["blockquote", "who leads?"], ["pre", "<img src=x onerror=alert(1)>"]]
        expect(text.locator("em")).to_have_text("budget")
        expect(text.locator("img, b")).to_have_count(0)

    # To Max alone: Sam's browser gets nothing of it, and Max answers where only Olga reads it.
    olga.page.evaluate(TAP)
    olga.page.get_by_label("To", exact=True).select_option("Max")
    expect(olga.page.get_by_text("Only Max gets it.")).to_be_visible()
    write(olga, "Is the plan safe?")
    expect(message(max_, "Is the plan safe?").locator(".chat__only")).to_have_text("Only to you")
    expect(message(olga, "Is the plan safe?").locator(".chat__only")).to_have_text("Only to Max")
    choose(max_, "Is the plan safe?", "Reply")
    expect(max_.page.locator("#chat-about")).to_contain_text("Reply to Olga: Is the plan safe?")
    write(max_, "Between us: no")
    answer = message(olga, "Between us: no")
    expect(answer.locator(".chat__only")).to_have_text("Only to you")
    answer.locator(".chat__quote").click()
    expect(message(olga, "Is the plan safe?")).to_be_focused()

    # What is said next to Max stays between them; everyone is a choice of its own. The wire of Olga's browser shows it.
    expect(olga.page.get_by_label("Message only Max")).to_be_visible()
    olga.page.get_by_label("To", exact=True).select_option("Everyone")
    write(olga, "We meet at for")
    expect(message(sam, "We meet at for")).to_be_visible()
    sent = olga.page.evaluate("sent")
    receivers = {pid for pid, topic, payload in sent if "plan safe" in payload}
    assert receivers == {pid for pid, topic, _ in sent if topic == "chat-private"}
    assert len(receivers) == 1
    expect(sam.page.locator(".chat__message")).to_have_count(2)

    # The last message is changed with the arrow key, then deleted; quotes of it change, too.
    choose(sam, "We meet at for", "Reply")
    write(sam, "When?")
    olga.page.locator("#chat-text").press("ArrowUp")
    expect(olga.page.locator("#chat-text")).to_have_value("We meet at for")
    write(olga, "We meet at four")
    for who in (max_, sam):
        changed = message(who, "We meet at four")
        expect(changed.locator(".chat__edited")).to_be_visible()
        expect(message(who, "When?").locator(".chat__quote")).to_have_text("Reply to Olga: We meet at four")
    expect(message(max_, "We meet at for").filter(has_not_text="four")).to_have_count(0)
    choose(olga, "We meet at four", "Delete…")
    olga.page.locator("#chat-delete-dialog").get_by_role("button", name="Delete", exact=True).press("Enter")
    for who in meeting.people:
        expect(message(who, "We meet")).to_have_count(0)
        expect(message(who, "When?").locator(".chat__quote")).to_contain_text("Deleted")
    # No menu offers to change what another person wrote.
    message(sam, "Deleted").hover()
    message(sam, "Agenda").get_by_role("button", name="More about this message").click()
    expect(sam.page.locator("#chat-menu [data-message]:visible")).to_have_text(["Reply", "Reply privately", "Copy"])
    sam.page.keyboard.press("Escape")

    # Search, from the newest to the oldest; Escape gives the focus back.
    button = olga.page.get_by_role("button", name="Search the chat")
    button.press("Enter")
    olga.page.keyboard.type("IS THE")
    expect(olga.page.locator("#chat-search output")).to_have_text("1 of 1")
    expect(message(olga, "Is the plan safe?")).to_have_attribute("data-found", "true")
    olga.page.keyboard.type("x")
    expect(olga.page.locator("#chat-search output")).to_have_text("Nothing found")
    olga.page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(olga.page.locator("[data-found]")).to_have_count(0)

    # The file has what was said, also in private, and nothing that was deleted.
    with olga.page.expect_download() as coming:
        olga.page.get_by_role("button", name="Save the chat as a file").press("Enter")
    coming.value.save_as(tmp_path / "chat.txt")
    saved = (tmp_path / "chat.txt").read_text()
    assert coming.value.suggested_filename.startswith("Chat in Monday meeting ")
    assert "Max (Only to you): Between us: no\n" in saved
    assert "We meet" not in saved
    for who in meeting.people:
        assert examine(who.page) == []
        assert not who.page.evaluate(SCROLLS)

    # What is written to one who has left goes to no one, and stays in the field.
    max_name = max_.page.locator("#chat-to-person")
    max_name.select_option("Sam")
    # What is too long for a message is proposed as a file for the same person.
    max_.page.locator("#chat-text").fill("x" * 4_001)
    max_.page.locator("#chat-note").get_by_role("button", name="Send as a text file").click()
    expect(max_.page.locator("#files-to option:checked")).to_have_text(re.compile("^Sam"))
    max_.page.locator("#files-send").get_by_role("button", name="Cancel").click()
    max_.use("Chat")
    max_.page.locator("#chat-text").fill("Only for Sam")
    sam.leave()
    expect(max_.page.locator("#chat-to-person option:checked")).to_have_text("Sam (left)")
    max_.page.locator("#chat-text").press("Enter")
    hears(max_, "Sam has left. Choose who gets this message.")
    expect(max_.page.locator("#chat-text")).to_have_value("Only for Sam")
    wait_until(lambda: message(olga, "Only for Sam").count() == 0, 5, "Olga does not get it")

    # A host ends the call: in the next one the words are still there, and still for Sam alone.
    olga.use("End call for everyone")
    olga.page.locator("#end-dialog").get_by_role("button", name="End call for everyone").click()
    for who in (olga, max_):
        who.see_call_state("ended")
        who.page.get_by_role("button", name="Rejoin").click()
    for who in (olga, max_):
        who.see_others(1)
    max_.use("Chat")
    expect(max_.page.locator("#chat-text")).to_have_value("Only for Sam")
    expect(max_.page.locator("#chat-to-person option:checked")).to_have_text("Sam (left)")
    max_.page.locator("#chat-text").press("Enter")
    expect(max_.page.locator("#chat-text")).to_have_value("Only for Sam")
