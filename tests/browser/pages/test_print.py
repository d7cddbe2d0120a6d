"""What comes out of a printer: what one reads, without the frame and without what one presses."""

from playwright.sync_api import expect

from tests.browser.meeting import Meet


def test_a_room_prints_its_links_and_people_and_nothing_to_press(person: Meet) -> None:
    olga = person("Olga", color_scheme="dark")
    olga.sign_in()
    olga.create_room("Monday meeting")
    olga.create_link(label="Ada and Grace")
    olga.page.emulate_media(media="print")
    expect(olga.page.get_by_role("heading", name="Monday meeting", level=1)).to_be_visible()
    for hidden in ("header.site-header", "footer", "form", "button", "nav"):
        expect(olga.page.locator(f"{hidden}:visible")).to_have_count(0)
    paper = olga.page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('color-scheme')")
    assert paper == "light"
