"""The call page before, in and after a call, with and without devices, and its accessibility."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.axe import violations
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.browser.devices.scripted import PLUG_IN, PULL_OUT
from tests.browser.person import Person
from tests.services import find_binary

Meet = Callable[..., Person]
FAKE_CAMERA, YES_TO_ALL = "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"


@pytest.fixture(scope="module")
def bare_chromium(driver: Playwright) -> Iterator[Browser]:
    """A machine without camera and microphone."""
    arguments = [argument for argument in CHROMIUM_ARGUMENTS if argument != FAKE_CAMERA]
    browser = driver.chromium.launch(executable_path=find_binary("chromium-headless-shell"), args=arguments)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def strict_chromium(driver: Playwright) -> Iterator[Browser]:
    """A browser in which no one answers the camera prompt: without a window, Chromium takes that for No."""
    arguments = [argument for argument in CHROMIUM_ARGUMENTS if argument != YES_TO_ALL]
    browser = driver.chromium.launch(executable_path=find_binary("chromium"), args=["--headless=new", *arguments])
    yield browser
    browser.close()


def expect_accessible(page: Page) -> None:
    """Check that axe finds nothing on the page as it is."""
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in violations(page)] == []


def test_what_one_does_shows_at_the_other(person: Meet) -> None:
    olga, guest = person("Olga"), person("Guest", viewport={"width": 390, "height": 844})
    olga.sign_in()
    slug, link = olga.make_room("Garden club")
    olga.join(slug)
    expect(olga.page.get_by_text("You're the only one here.")).to_be_visible()
    guest.redeem(link)

    # A guest must say a name, and it is remembered in that browser.
    guest.page.locator("#join-form button").click()
    expect(guest.page.get_by_text("Please enter your name")).to_be_visible()
    guest.join()
    for who in (olga, guest):
        who.see_others(1)
        expect_accessible(who.page)
        # On a desk and on a phone, every tile and every control is on the screen, whole.
        assert who.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for place in who.page.locator("mp-tile, .toolbar button").all():
            expect(place).to_be_in_viewport(ratio=0.99)
    olgas_tile = guest.page.locator("mp-tile[data-self='false']")
    expect(olgas_tile).to_have_attribute("data-muted", "false")
    expect(olgas_tile).to_have_attribute("data-route", "direct", timeout=15_000)

    # Keys and buttons do the same, and the other side sees it.
    olga.page.keyboard.press("m")
    expect(olga.page.get_by_role("button", name="Microphone")).to_have_attribute("aria-pressed", "false")
    expect(olgas_tile).to_have_attribute("data-muted", "true")
    olga.page.get_by_role("button", name="Camera").click()
    expect(olgas_tile).to_have_attribute("data-camera", "false")
    expect(olgas_tile.locator(".tile__avatar")).to_be_visible()
    olga.page.keyboard.press("v")
    expect(olgas_tile).to_have_attribute("data-camera", "true")

    # A microphone that is plugged in is offered, and used when one says so.
    microphone = olga.page.locator("#devices-dialog [data-kind='microphone'] option:checked")
    option = olga.page.locator("#devices-dialog [data-kind='microphone'] option", has_text="Fake Audio Input 2")
    olga.page.evaluate(PULL_OUT, "Fake Audio Input 2")
    expect(option).to_have_count(0)
    olga.page.evaluate(PLUG_IN)
    expect(olga.page.locator("#toasts")).to_contain_text("Fake Audio Input 2 was plugged in.")
    assert "Input 2" not in olga.page.evaluate("meetingPoint.media.audioTrack.label")
    olga.page.get_by_role("button", name="Use it").click()
    expect(microphone).to_have_text("Fake Audio Input 2")
    assert olga.page.evaluate("meetingPoint.media.audioTrack.label") == "Fake Audio Input 2"
    assert olga.page.evaluate("meetingPoint.media.muted")  # as before

    # Who is here, and how they are connected.
    guest.page.get_by_role("button", name="People").click()
    panel = guest.page.get_by_role("complementary", name="People")
    expect(panel.get_by_role("listitem")).to_have_count(2)
    expect(panel.locator(".person__state")).to_have_text(["Guest", "Owner"])
    expect_accessible(guest.page)

    # The guest leaves and comes back with one press; only the name shows that it is the same person.
    guest.leave()
    expect(olga.page.locator("#toasts")).to_contain_text("Guest left")
    guest.page.get_by_role("button", name="Rejoin").click()
    guest.see_call_state("in-call")
    olga.see_others(1)
    expect(olga.page.locator("mp-tile[data-self='false'] .tile__name")).to_have_text("Guest")


def test_without_any_device_one_still_sees_and_is_listed(person: Meet, bare_chromium: Browser) -> None:
    olga, guest = person("Olga"), person("Guest", browser=bare_chromium)
    olga.sign_in()
    slug, link = olga.make_room("Garden club")
    olga.join(slug)

    guest.redeem(link)
    problems = guest.page.locator(".prejoin__problems")
    expect(problems).to_contain_text("No camera and no microphone were found.")
    expect_accessible(guest.page)
    expect(guest.page.get_by_role("button", name="Join without camera and microphone")).to_be_visible()
    guest.join()
    guest.see_others(1)
    guest.see_and_hear(1)
    expect(olga.page.locator("mp-tile[data-self='false'][data-muted='true'][data-camera='false']")).to_have_count(1)


def test_a_blocked_camera_says_where_to_allow_it(person: Meet, strict_chromium: Browser) -> None:
    olga = person("Olga", browser=strict_chromium)
    olga.sign_in()
    slug, _ = olga.make_room("Garden club")
    olga.go(f"/r/{slug}")
    problems = olga.page.locator(".prejoin__problems")
    expect(problems).to_contain_text("Camera and microphone are blocked. Allow access for this site")
    expect_accessible(olga.page)


def test_a_browser_without_the_key_does_not_join(person: Meet) -> None:
    olga, elsewhere = person("Olga"), person("Olga")
    olga.sign_in()
    slug, link = olga.make_room("Garden club")
    elsewhere.sign_in()
    elsewhere.go(f"/r/{slug}")
    expect(elsewhere.page.get_by_role("heading", name="This browser doesn't have the room key")).to_be_visible()
    expect(elsewhere.page.locator("#join-form button")).to_be_disabled()

    # She brings it along with a link from the browser that has it.
    elsewhere.redeem(link)
    elsewhere.join()


@pytest.mark.parametrize(
    ("viewport", "color_scheme"),
    [
        ({"width": 1280, "height": 800}, "light"),
        # test_pages.py has the small dark ones.
        *(pytest.param({"width": 390, "height": 844}, scheme, marks=pytest.mark.long) for scheme in ("light", "dark")),
        pytest.param({"width": 1280, "height": 800}, "dark", marks=pytest.mark.long),
    ],
)
def test_public_pages_fit_and_are_accessible(person: Meet, viewport: dict[str, int], color_scheme: str) -> None:
    sam = person("Sam", viewport=viewport, color_scheme=color_scheme)
    for path in ("/", "/how-it-works", "/accounts/login/", "/accounts/signup/", "/i", "/r/no-such-room"):
        sam.go(path)
        expect(sam.page).to_have_title(re.compile("Meeting Point"))
        assert sam.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        expect_accessible(sam.page)
