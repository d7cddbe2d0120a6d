"""The two cameras of a phone: one press changes between them, and only one's own face is mirrored."""

from playwright.sync_api import Page, expect

from tests.browser.devices.scripted import PHONE_CAMERAS
from tests.browser.meeting import Meet

PHONE = {"width": 390, "height": 844}


def flips(page: Page, selector: str) -> bool:
    """Whether this picture is shown as in a mirror."""
    return str(page.locator(selector).evaluate("video => getComputedStyle(video).transform")).startswith("matrix(-1")


def test_a_phone_flips_its_camera_and_mirrors_only_the_face(person: Meet) -> None:
    olga = person("Olga", viewport=PHONE)
    olga.sign_in()
    slug, _ = olga.make_room()
    olga.go(f"/r/{slug}")
    # A computer with one camera has nothing to flip.
    page = olga.page
    expect(page.locator("#prejoin .preview")).to_have_attribute("data-camera", "on")
    expect(page.locator("#prejoin [data-flip]")).to_be_hidden()
    assert flips(page, ".preview__video")

    olga.context.add_init_script(PHONE_CAMERAS)
    page.reload()
    preview, flip = page.locator(".preview"), page.locator("#prejoin").get_by_role("button", name="Flip camera")
    expect(preview).to_have_attribute("data-mirrored", "true")
    flip.click()
    page.wait_for_function("() => opened.at(-1) === 'back'")
    expect(preview).to_have_attribute("data-mirrored", "false")
    assert not flips(page, ".preview__video")

    olga.join()
    own = page.locator("mp-tile[data-self='true']")
    expect(own).to_have_attribute("data-mirrored", "false")
    assert not flips(page, "mp-tile[data-self='true'] video")
    olga.use("Flip camera")
    expect(own).to_have_attribute("data-mirrored", "true")
    assert flips(page, "mp-tile[data-self='true'] video")

    # What is off stays off, and comes on as chosen.
    page.keyboard.press("v")
    expect(own).to_have_attribute("data-camera", "false")
    olga.use("Flip camera")
    expect(page.locator(".toast")).to_contain_text("Your camera stays off. Chosen for later: camera back")
    assert page.evaluate("opened.join()") == "front,back,front"
    page.keyboard.press("v")
    expect(own).to_have_attribute("data-mirrored", "false")
    expect(own).to_have_attribute("data-camera", "true")
