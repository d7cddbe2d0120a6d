"""With all that a call offers switched on, no browser asks any other host for anything."""

import pytest
from playwright.sync_api import Request, expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import see_and_hear

# What it takes is there and runs.
COVERS = "() => meetingPoint.media.background.state === 'covered'"
FILTERS = """() => [...meetingPoint.mesh.peers.values()].every(({ transceivers }) => {
  const { track } = transceivers.audio.sender;
  return track !== null && track !== meetingPoint.media.audioTrack;
})"""
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
    olga.use("Share screen")
    expect(max_.page.locator("mp-screen")).to_have_count(1)
    olga.use("This call so far")
    page.keyboard.press("Escape")
    olga.leave()
    expect(page.locator("#ended-receipt")).to_be_visible()

    loaded = {part for part in PARTS if any(part in url for url in asked)}
    assert loaded >= {"selfie_segmentation", "rnnoise"}
    origins = (olga.app.origin, olga.app.origin.replace("http", "ws"), "blob:", "data:")
    assert [url for url in asked if not url.startswith(origins)] == []
