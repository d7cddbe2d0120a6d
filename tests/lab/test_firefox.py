"""What people expect in a call, for one who has Firefox, as the other person sees and hears it.

Without a sound server, Firefox computes no audio.
"""

from playwright.sync_api import Browser, expect

from tests.browser.hearing import hears, listen
from tests.browser.meeting import Meet
from tests.browser.people import test_chat_messages as chat
from tests.browser.people.test_host_controls import BYTES
from tests.browser.people.test_names import rename
from tests.browser.voice import test_modes as modes
from tests.browser.voice.call import call_with_speaker, close_devices, hears_more, tile_of


def test_firefox_has_what_people_expect(person: Meet, loud_firefox: Browser) -> None:
    meeting = call_with_speaker(person, loud_firefox)
    olga, max_ = meeting.olga, meeting.guests[0]
    page = max_.page
    listen(max_)

    # The small window needs an interface that Firefox does not have: nothing offers it.
    expect(page.locator("#small-window")).to_be_hidden()

    # A held key talks.
    max_.use("Audio and video")
    page.get_by_role("checkbox", name="Push to talk").press("Space")
    close_devices(max_)
    page.keyboard.press("m")
    muted = tile_of(olga, "Max")
    expect(muted).to_have_attribute("data-muted", "true")
    page.locator("#stage-title").focus()
    page.keyboard.down("Space")
    expect(muted).to_have_attribute("data-muted", "false")
    hears_more(olga)
    page.keyboard.up("Space")
    expect(muted).to_have_attribute("data-muted", "true")
    page.keyboard.press("m")
    expect(muted).to_have_attribute("data-muted", "false")

    # The modes of the microphone, and a person's volume.
    modes.choose(max_, "Quiet: removes noise")
    page.wait_for_function(modes.SENDS_FILTERED)
    hears_more(olga)
    modes.choose(max_, "Music: stereo, unprocessed")
    olga.page.get_by_role("button", name="Connection with Max").click()
    expect(olga.page.locator("#details-dialog [data-part=in-audio]")).to_have_text("Music: stereo, 128 kbit/s")
    olga.page.keyboard.press("Escape")
    hears_more(olga)
    tile_of(max_, "Olga").get_by_role("button", name="More about Olga").click()
    slider = page.get_by_role("slider", name="Volume for you")
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "200 %")
    expect(tile_of(max_, "Olga").locator("video")).to_have_js_property("muted", True)
    hears_more(max_)
    page.keyboard.press("Escape")

    # Messages are changed and deleted.
    for who in meeting.people:
        who.use("Chat")
    chat.write(max_, "We meet at *four*")
    expect(chat.message(olga, "We meet at four").locator("em")).to_have_text("four")
    chat.choose(max_, "We meet at four", "Edit")
    chat.write(max_, "We meet at five")
    expect(chat.message(olga, "We meet at five").locator(".chat__edited")).to_be_visible()
    chat.choose(max_, "We meet at five", "Delete…")
    page.locator("#chat-delete-dialog").get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(chat.message(olga, "We meet")).to_have_count(0)
    for who in meeting.people:
        who.page.keyboard.press("Escape")

    # What hosts ask: silence, and a question.
    olga.use("People")
    olga.page.get_by_role("button", name="Ask everyone to mute").click()
    olga.page.keyboard.press("Escape")
    page.get_by_role("button", name="Mute me").click()
    expect(muted).to_have_attribute("data-muted", "true")
    olga.use("Poll")
    olga.page.get_by_label("Question").fill("Shall we begin?")
    olga.page.get_by_role("button", name="Ask", exact=True).click()
    hears(max_, "Olga asks: Shall we begin?")
    page.get_by_role("button", name="Open the poll").click()
    page.get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Vote").click()
    olga.page.get_by_role("button", name="Open the poll").click()
    expect(olga.page.locator(".poll__count").first).to_have_text("1 vote · 100%")
    for who in meeting.people:
        who.page.keyboard.press("Escape")

    # Another name, and what the call has taken.
    page.locator("mp-tile[data-self='true']").get_by_role("button", name="More about Max").press("Enter")
    page.locator("#person-menu").get_by_role("button", name="Change my name").press("Enter")
    rename(page, "Mina")
    expect(tile_of(olga, "Mina")).to_have_count(1)
    max_.use("This call so far")
    expect(page.locator("#receipt-dialog")).to_contain_text(BYTES)
