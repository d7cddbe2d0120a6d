"""A browser that plays sound only when it is pressed for it: one press turns on people and screens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.browser.conftest import firefox_with
from tests.browser.meeting import Meet, make_meeting

# Sound is blocked unless the page was pressed in the last tenth of a second. Without a camera: capturing allows sound.
BLOCKED: dict[str, str | float | bool] = {
    "media.autoplay.default": 1,
    "media.autoplay.blocking_policy": 1,
    "dom.user_activation.transient.timeout": 100,
}
MUTED = "video => video.muted && !video.paused && video.currentTime > 0"
HEARD = "video => !video.muted && !video.paused"


@pytest.fixture
def silent_firefox(driver: Playwright) -> Iterator[Browser]:
    """A Firefox that refuses sound."""
    with firefox_with(driver, BLOCKED) as browser:
        yield browser


@pytest.mark.long
def test_one_press_turns_on_people_and_screens(person: Meet, silent_firefox: Browser) -> None:
    meeting = make_meeting(person)
    olga, guest = meeting.olga, person("Guest", browser=silent_firefox)
    guest.redeem(meeting.link)
    for who in (olga, guest):
        who.join()
    guest.see_others(1)
    hear = guest.page.get_by_role("button", name="Turn on sound")
    expect(hear).to_be_visible()
    tile = guest.page.locator("mp-tile[data-self='false'] video")
    guest.page.wait_for_function(MUTED, arg=tile.element_handle())
    hear.click()
    guest.page.wait_for_function(HEARD, arg=tile.element_handle())
    expect(hear).to_be_hidden()

    olga.use("Share screen")
    expect(hear).to_be_visible()
    screen = guest.page.locator("mp-screen video")
    guest.page.wait_for_function(MUTED, arg=screen.element_handle())
    hear.click()
    guest.page.wait_for_function(HEARD, arg=screen.element_handle())
    guest.page.wait_for_function(HEARD, arg=tile.element_handle())
    expect(hear).to_be_hidden()
