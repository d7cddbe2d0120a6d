"""With all that a call offers switched on, no browser asks any other host for anything."""

import pytest
from playwright.sync_api import Request, expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.people import test_chat_messages as chat
from tests.browser.people.test_kept import GIVE
from tests.browser.person import see_and_hear

# What it takes is there and runs.
COVERS = "() => meetingPoint.media.background.state === 'covered'"
FILTERS = """() => [...meetingPoint.mesh.peers.values()].every(({ transceivers }) => {
  const { track } = transceivers.audio.sender;
  return track !== null && track !== meetingPoint.media.audioTrack;
})"""
PASTE_PICTURE = """async () => {
  const canvas = new OffscreenCanvas(320, 200);
  canvas.getContext('2d').fillRect(0, 0, 160, 200);
  const data = new DataTransfer();
  data.items.add(new File([await canvas.convertToBlob()], 'plan.png', { type: 'image/png' }));
  const options = { bubbles: true, cancelable: true, clipboardData: data };
  document.querySelector('#chat-text').dispatchEvent(new ClipboardEvent('paste', options));
}"""
PARTS = ("selfie_segmentation", "rnnoise", "noise-worklet", "background/worker", "booster")


@pytest.mark.long
def test_nothing_is_asked_of_another_host(person: Meet) -> None:
    meeting = make_meeting(person, "Max")
    olga, max_ = meeting.olga, meeting.guests[0]
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    for who in meeting.people:
        who.context.on("request", note)
        who.page.reload()
    assert not [url for url in asked if any(part in url for part in PARTS)], "it comes on demand"
    olga.page.locator("#prejoin").get_by_label("Background").select_option("blur")
    olga.page.locator("#prejoin").get_by_label("Microphone mode").select_option("quiet")
    for who in meeting.people:
        who.join()
    see_and_hear(meeting.people, 1)
    page = olga.page
    page.wait_for_function(COVERS)
    page.wait_for_function(FILTERS)

    page.locator("mp-tile[data-self='false']").get_by_role("button", name="More about Max").click()
    page.get_by_role("slider", name="Volume for you").press("End")
    page.keyboard.press("Escape")
    with olga.context.expect_page() as opened:
        olga.use("Small window")
    expect(opened.value.locator("mp-tile")).to_be_visible()
    opened.value.close()
    olga.use("Audio and video")
    page.get_by_role("checkbox", name="Push to talk").check()
    page.get_by_label("Encode each picture once").check()
    page.keyboard.press("Escape")
    olga.use("Timer")
    page.get_by_label("Minutes").press("Enter")
    olga.use("Poll")
    page.get_by_label("Question").fill("Shall we?")
    page.get_by_role("button", name="Ask", exact=True).click()
    olga.use("Chat")
    page.get_by_label("Message everyone").fill(
        "See https://example.org/picture.png and ![x](https://example.org/y.png)"
    )
    page.keyboard.press("Enter")
    max_.use("Chat")
    expect(max_.page.locator("#chat-log")).to_contain_text("example.org/picture.png")
    chat.choose(max_, "example.org/picture.png", "Reply")
    chat.write(max_, "No")
    chat.choose(max_, "No", "Edit")
    chat.write(max_, "Yes")
    page.evaluate(PASTE_PICTURE)
    expect(page.locator("#chat-draft li")).to_have_count(1)
    chat.write(olga, "Look")
    expect(max_.page.locator(".chat__pictures img")).to_have_count(1)
    page.get_by_role("button", name="Search the chat").click()
    page.keyboard.type("look")
    expect(page.locator("#chat-search output")).to_have_text("1 of 1")
    with page.expect_download():
        page.get_by_role("button", name="Save the chat as a file").click()
    page.keyboard.press("Escape")
    page.evaluate(GIVE, ["#stage", "drop", "notes.txt", ""])
    page.locator("#files-send").get_by_role("button", name="Send", exact=True).click()
    max_.use("Files")
    with max_.page.expect_download():
        max_.page.locator(".transfer").get_by_role("button", name="Download").click()
    olga.use("What people may do")
    page.get_by_label("Write to everyone in the chat").uncheck()
    page.keyboard.press("Escape")
    olga.use("Share screen")
    expect(max_.page.locator("mp-screen")).to_have_count(1)
    max_.page.get_by_role("button", name="Fill the window with Olga's screen").click()
    max_.page.keyboard.press("Escape")
    page.locator("mp-tile[data-self='false']").get_by_role("button", name="More about Max").click()
    page.get_by_role("button", name="Spotlight for everyone").click()
    page.keyboard.press("l")
    page.get_by_role("group", name="View").get_by_role("button", name="Side by side").press("Enter")
    max_.use("Audio and video")
    devices = max_.page.locator("#devices-dialog")
    devices.get_by_label("Microphone mode").select_option(label="Music: stereo, unprocessed")
    devices.get_by_label("Background").select_option(label="Own picture")
    devices.get_by_role("button", name="Play a test sound").click()
    max_.page.wait_for_function(COVERS)
    max_.page.keyboard.press("Escape")
    olga.use("This call so far")
    page.keyboard.press("Escape")
    olga.leave()
    expect(page.locator("#ended-receipt")).to_be_visible()

    loaded = {part for part in PARTS if any(part in url for url in asked)}
    assert loaded >= {"selfie_segmentation", "rnnoise"}
    origins = (olga.app.origin, olga.app.origin.replace("http", "ws"), "blob:", "data:")
    assert [url for url in asked if not url.startswith(origins)] == []
