"""A camera that delivers nothing: the person and the others see why in three seconds; the line is not blamed."""

import pytest
from playwright.sync_api import expect

from tests.browser.devices.scripted import CANVAS_CAMERA, GIVE_BACK, TAKE
from tests.browser.meeting import Meet, make_meeting

SOON_MS = 15_000
# The picture is black for five seconds before that is certain.
LATER_MS = 20_000


@pytest.mark.long
def test_the_others_see_why_a_camera_shows_nothing(person: Meet) -> None:
    meeting = make_meeting(person, "Max")
    olga, (max_,) = meeting.olga, meeting.guests
    max_.context.add_init_script(CANVAS_CAMERA)
    max_.page.reload()
    for who in meeting.people:
        who.join()
    for who in meeting.people:
        who.see_and_hear(1)
    tile = olga.page.locator("mp-tile[data-self='false']")
    trouble, own = tile.locator(".tile__trouble"), max_.page.locator("mp-tile[data-self='true'] .tile__trouble")
    expect(trouble).to_be_hidden()

    # The system takes the camera, and gives it back.
    max_.page.evaluate(TAKE, "video")
    expect(trouble).to_have_text("Max's camera is interrupted by their device.", timeout=SOON_MS)
    expect(tile.locator(".tile__avatar")).to_be_visible()
    expect(max_.page.locator(".toast")).to_contain_text("Your device has interrupted your camera.", timeout=SOON_MS)
    expect(own).to_have_text("Your device has interrupted your camera.")
    max_.page.evaluate(GIVE_BACK, "video")
    expect(trouble).to_be_hidden(timeout=SOON_MS)
    expect(tile).to_have_attribute("data-camera", "true")

    # It stops giving pictures; then its lens is covered.
    max_.page.evaluate("lens = 'still'")
    expect(trouble).to_have_text("Max's camera has stopped.", timeout=SOON_MS)
    max_.page.evaluate("lens = 'black'")
    expect(trouble).to_have_text("Max's camera shows only black.", timeout=LATER_MS)

    # The connection itself is good, so nothing is said against it.
    assert tile.locator(".quality").get_attribute("data-reason") not in ("no-picture", "frozen", "their-upload")
    max_.page.evaluate("lens = 'moving'")
    expect(trouble).to_be_hidden(timeout=SOON_MS)
    expect(own).to_be_hidden()
