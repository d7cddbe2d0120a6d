"""What hosts have decided reaches those who come later, and outlasts a reload of the host's page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.hearing import hears, listen
from tests.browser.meeting import start_call
from tests.browser.people.test_chat_messages import message, write
from tests.browser.people.test_host_controls import tile_of
from tests.browser.person import Person

pytestmark = [pytest.mark.long, pytest.mark.devices_off]

DENIED = "Only hosts can write to everyone at the moment. You can write to a host."
# A browser that writes to everyone without asking.
WRITE_ANYWAY = """(text) => {
  const id = [...crypto.getRandomValues(new Uint8Array(11))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  for (const peer of meetingPoint.mesh.peers.values()) peer.send('chat', { id, at: Date.now(), text });
}"""
SECONDS_LEFT = """(timer) => timer.innerText.split(':').reduce((sum, part) => 60 * sum + Number(part), 0)"""


def try_to_write(who: Person, words: str) -> None:
    """Write to everyone, and see that this is refused and the words are kept."""
    field = who.page.locator("#chat-text")
    field.fill(words)
    field.press("Enter")
    expect(who.page.locator("#chat-note")).to_contain_text(DENIED)
    expect(field).to_have_value(words)


def test_decisions_reach_who_comes_later_and_outlast_the_hosts_reload(company: Callable[..., Person]) -> None:
    meeting = start_call(company, "Max")
    olga, (max_,) = meeting.olga, meeting.guests
    listen(max_)
    olga.use("Timer")
    olga.page.get_by_label("Minutes").fill("90")
    olga.page.get_by_label("Minutes").press("Enter")
    olga.use("Poll")
    # Too many answers are refused in words, and all of them stay in the field.
    answers = olga.page.get_by_label("Answers", exact=True)
    olga.page.get_by_label("Question").fill("Where?")
    answers.fill("\n".join(f"Room {n}" for n in range(1000)))
    olga.page.get_by_role("button", name="Ask", exact=True).click()
    expect(olga.page.locator("#ask-dialog [role=alert]")).to_have_text(
        "A poll has at most 10 answers. Nothing was sent."
    )
    assert answers.input_value().endswith("Room 999")
    answers.fill("Indoors\nOutside")
    olga.page.get_by_role("button", name="Ask", exact=True).click()
    max_.page.get_by_role("button", name="Open the poll").click()
    max_.page.get_by_role("radio", name="Outside").check()
    max_.page.get_by_role("button", name="Vote").click()
    max_.page.keyboard.press("Escape")
    olga.use("What people may do")
    olga.page.get_by_label("Write to everyone in the chat").uncheck()
    olga.page.keyboard.press("Escape")
    hears(max_, "Olga: only hosts can write to everyone now.")

    # Sam comes later, and finds all of it: the time that is left, the votes, and what he may not do.
    sam = company("Sam")
    sam.follow(meeting.link)
    sam.join()
    sam.see_others(2)
    expect(sam.page.get_by_role("timer")).to_have_text(re.compile(r"^1:(29|30):\d\d$"))
    sam.page.get_by_role("button", name="Open the poll").click()
    expect(sam.page.locator(".poll__count")).to_have_text(["0 votes · 0%", "1 vote · 100%"])
    sam.page.get_by_role("radio", name="Indoors").check()
    sam.page.get_by_role("button", name="Vote").click()
    for who in (olga, sam):
        if who is olga:
            olga.page.get_by_role("button", name="Open the poll").click()
        expect(who.page.locator(".poll__count")).to_have_text(["1 vote · 50%", "1 vote · 50%"])
        who.page.keyboard.press("Escape")
    for who in (max_, sam):
        who.use("Chat")
    try_to_write(sam, "From Sam")
    sam.page.evaluate(WRITE_ANYWAY, "By force")
    # A host still gets what is written to them.
    sam.page.get_by_label("To", exact=True).select_option("Olga")
    write(sam, "May I?")
    olga.use("Chat")
    expect(message(olga, "May I?")).to_be_visible()
    expect(max_.page.locator(".chat__message")).to_have_count(0)
    expect(message(olga, "By force")).to_have_count(0)

    # Olga, the only host, loads her page again: until she is back there is no host, and all may write.
    before = max_.page.get_by_role("timer").evaluate(SECONDS_LEFT)
    olga.page.reload()
    expect(max_.page.get_by_role("timer")).to_be_hidden()
    write(max_, "While she is away")
    expect(message(sam, "While she is away")).to_be_visible()
    olga.join()
    for who in (olga, max_, sam):
        who.see_others(2)
        expect(who.page.get_by_role("timer")).to_be_visible()
    left = [who.page.get_by_role("timer").evaluate(SECONDS_LEFT) for who in (olga, max_, sam)]
    assert max(left) - min(left) <= 2, left
    # As much time has gone as has passed: the reload added none.
    assert before - 60 < min(left) <= before, (before, left)
    try_to_write(max_, "Again")
    expect(tile_of(sam, "Olga")).to_have_count(1)
    expect(message(sam, "Again")).to_have_count(0)
