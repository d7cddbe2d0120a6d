"""How good a connection is, and why, where a person can see it."""

import re

from playwright.sync_api import expect

from tests.browser.meeting import Meet, start_call


def test_a_person_sees_how_good_a_connection_is_and_why(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    olga = meeting.olga
    tile = olga.page.locator("mp-tile[data-self='false']")

    # The mark has words, for the eye and for a screen reader, and opens the details.
    mark = tile.locator(".quality")
    expect(mark).to_have_accessible_name(re.compile("^Connection with Guest: good", re.I))
    expect(mark.locator(".quality__word")).to_have_text("Good")
    mark.click()
    details = olga.page.get_by_role("dialog", name="Connection with Guest")
    expect(details.get_by_role("row", name="Codec")).to_contain_text(re.compile("AV1|VP9|VP8|H264"))
    expect(details.get_by_role("row", name="Picture")).to_contain_text(re.compile(r"\d+ × \d+, \d+ a second"))
    expect(details.get_by_role("row", name="Data")).to_contain_text(re.compile(r"\d kbit/s"))
    expect(details).to_contain_text("Direct, UDP")
    expect(details).to_contain_text(re.compile(r"Times reconnected\s*0"))
    assert details.locator("[aria-live], [role=status], [role=alert]").count() == 0, "figures are announced"
    olga.page.keyboard.press("Escape")

    # The same by the menu of a person.
    tile.hover()
    tile.get_by_role("button", name="More about Guest").click()
    olga.page.get_by_role("button", name="Connection details").click()
    expect(details).to_be_visible()
    olga.page.keyboard.press("Escape")
    assert not olga.complaints + meeting.guests[0].complaints
