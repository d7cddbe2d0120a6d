"""What a person has begun stays as they meant it when other people come and go, and when others end the call."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import Meet, make_meeting

pytestmark = pytest.mark.devices_off

# Pastes or drops a small file at an element, with or without a text.
GIVE = """([selector, kind, name, words]) => {
  const data = new DataTransfer();
  data.items.add(new File([name], name, { lastModified: 1 }));
  if (words) data.setData("text/plain", words);
  const options = { bubbles: true, cancelable: true };
  const [Event, field] = kind === "paste" ? [ClipboardEvent, "clipboardData"] : [DragEvent, "dataTransfer"];
  const event = new Event(kind, { ...options, [field]: data });
  document.querySelector(selector).dispatchEvent(event);
}"""


@pytest.mark.long
def test_what_was_begun_survives_the_others(person: Meet, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Max", "Sam")
    olga, (max_, _) = meeting.olga, meeting.guests
    page = olga.page
    for who in meeting.people:
        who.join()
    olga.see_others(2)

    # The receiver of files is the one who was chosen, or no one.
    salary = tmp_path / "salary.txt"
    salary.write_text("1000")
    page.locator("#files-input").set_input_files(str(salary))
    to, send = page.get_by_label("Send to"), page.get_by_role("button", name="Send", exact=True)
    chosen = to.locator("option:checked")
    expect(chosen).to_have_text("Choose who gets the files")
    expect(send).to_be_disabled()
    to.select_option(label=next(label for label in to.locator("option").all_inner_texts() if label.startswith("Max")))
    expect(send).to_be_enabled()
    max_.leave()
    expect(chosen).to_have_text("Max (away): send later")
    expect(send).to_be_enabled()

    # Files that come later are added, from the chat's field as well; a text with a picture of it is text.
    page.evaluate(GIVE, ["#stage", "drop", "second.txt", ""])
    expect(page.locator("#files-what")).to_contain_text("2 files")
    page.evaluate(GIVE, ["#chat-text", "paste", "cells.png", "1 2 3"])
    page.evaluate(GIVE, ["#chat-text", "paste", "third.png", ""])
    expect(page.locator("#files-what")).to_contain_text("3 files")
    page.evaluate(GIVE, ["#stage", "drop", "second.txt", ""])
    max_.page.get_by_role("button", name="Rejoin").click()
    expect(chosen).to_have_text("Max · Room key on")
    send.click()

    # Files that were received and not saved, a message and a report outlast a call that something else ends.
    max_.use("Files")
    offer = max_.page.locator(".transfer")
    expect(offer).to_contain_text("3 files")
    offer.get_by_role("button", name="Receive").click()
    expect(offer).to_contain_text("Received")
    max_.use("Chat")
    draft = max_.page.get_by_label("Message everyone")
    draft.fill("What I wanted to say")
    max_.page.locator("#files-input").set_input_files(str(salary))
    to_olga = max_.page.get_by_label("Send to").locator("option", has_text="Olga").get_attribute("value")
    max_.page.get_by_label("Send to").select_option(to_olga)
    max_.use("Chat")
    max_.page.locator("mp-tile[data-self='false'] .person-more").first.press("Enter")
    max_.page.get_by_role("button", name="Report").press("Enter")
    report = max_.page.locator("#report-dialog")
    heading = report.get_by_role("heading").inner_text()
    report.get_by_role("textbox").fill("They shout.")
    other_tab = max_.new_page()
    other_tab.goto(max_.page.url)
    other_tab.locator("#join-form button[type=submit]").click()
    max_.see_call_state("ended")
    unsaved = max_.page.locator("#ended-unsaved")
    expect(unsaved).to_contain_text("You haven't saved everything")
    max_.page.get_by_role("button", name="Switch to this tab").click()
    max_.see_call_state("in-call")
    expect(max_.page.locator("#files-earlier .received")).to_contain_text("From Olga")
    expect(max_.page.locator("#files-what")).to_contain_text("salary.txt")
    expect(max_.page.get_by_label("Send to").locator("option:checked")).to_contain_text("Olga")
    expect(draft).to_have_value("What I wanted to say")
    max_.use("More")
    max_.page.locator("#report-room").press("Enter")
    expect(report.get_by_role("heading")).not_to_have_text(heading)
    expect(report.get_by_role("textbox")).to_have_value("")
    max_.page.keyboard.press("Escape")
    olga.use("More")
    page.locator("#more-menu").get_by_role("button", name="End call").press("Enter")
    page.locator("#end-dialog [data-end]").click()
    max_.see_call_state("ended")
    with max_.page.expect_download():
        unsaved.get_by_role("button", name="Save now").click()
    expect(max_.page.locator("#ended-received .received")).to_contain_text("Saved, ")
    expect(unsaved).to_be_hidden()
    expect(draft).to_have_value("What I wanted to say")
    for who in meeting.people:
        assert who.complaints == []
