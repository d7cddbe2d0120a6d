"""Controls live only when something listens to them, and what a person does before that is kept and done."""

import re

from playwright.sync_api import Page, expect

from tests.browser.meeting import Meet
from tests.browser.pages.held import HeldModules

# Visible controls that would do nothing, or the wrong thing, while there is no module.
DEAD = """() => {
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const served = ({ form, type }) => form !== null && type === "submit" && form.method === "post";
  const kept = ({ dataset: { early } }) => early === "press" || early === "toggle";
  const wrong = shown("button:enabled, [role=button]").filter(
    (each) => !(kept(each) || served(each) || each.popoverTargetElement),
  );
  wrong.push(...shown("form:not([action])").filter((form) => form.method === "get"));
  wrong.push(...shown(".share-rooms a"));
  return wrong.map((each) => each.outerHTML.slice(0, 120));
}"""


def press_all(page: Page) -> int:
    """Press every control whose press is kept; return how many there are."""
    controls = page.locator("[data-early='press']:visible")
    for control in controls.all():
        control.click()
    return controls.count()


def test_a_page_without_its_modules_does_nothing_wrong(person: Meet) -> None:
    olga = person("Olga")
    olga.sign_in()
    slug, _ = olga.make_room()
    stranger = person("Sam")
    pages = [
        (stranger, "/accounts/login/", 1),
        (stranger, "/connection-test", 1),
        (olga, f"/rooms/{slug}/", 0),
        (olga, f"/r/{slug}", 1),
        (olga, f"/r/{slug}?files", 1),
        (stranger, "/i#k=1AAECAwQFBgcICQoLDA0ODw", 2),
    ]
    quiet = [
        (stranger, "/i"),
        (olga, "/files/share"),
        (olga, "/rooms/"),
        (olga, "/rooms/new"),
    ]
    held = {who.name: HeldModules(who.page) for who in (olga, stranger)}
    for who, path, kept in pages:
        held[who.name].open(who.app.origin + path)
        assert who.page.evaluate(DEAD) == [], path
        assert press_all(who.page) == kept, path
        # A press of Enter submits nothing either.
        for field in who.page.locator("form[method=dialog] input:visible").all():
            field.press("Enter")
        assert who.page.url == who.app.origin + path
    for who, path in quiet:
        held[who.name].open(who.app.origin + path)
        assert who.page.evaluate(DEAD) == [], path
    held["Sam"].open(f"{stranger.app.origin}/i/changed")
    expect(stranger.page.get_by_role("heading", name="Opening your invitation…")).to_be_visible()

    # What was pressed on the room's page is done when the modules are there: a link with the label that was typed.
    held["Olga"].open(f"{olga.app.origin}/rooms/{slug}/")
    olga.open_section("links")
    olga.page.get_by_text("More options").click()
    olga.page.get_by_label("Label").fill("Ada")
    olga.page.get_by_role("button", name="Create invite link").click()
    expect(olga.page.get_by_text("Creating the link as soon as")).to_be_visible()
    held["Olga"].release()
    expect(olga.page.get_by_label("Invite link")).to_have_value(re.compile("/i#k="))
    expect(olga.page.locator(".invite-row__label").first).to_have_text("Ada")

    # A name that is too long is refused in words, and not cut.
    olga.go("/rooms/new")
    name = olga.page.get_by_label("Name")
    name.fill("x" * 90)
    expect(olga.page.get_by_text("Use 80 characters or fewer (you have 90).")).to_be_visible()
    olga.page.get_by_role("button", name="Create room").click()
    expect(name).to_have_value("x" * 90)

    # Modules that never arrive: the page says so, and its controls are dead.
    held["Sam"].open(f"{stranger.app.origin}/connection-test")
    held["Sam"].fail()
    expect(stranger.page.get_by_text("Part of this page couldn't be loaded")).to_be_visible()
    expect(stranger.page.get_by_role("button", name="Start the test")).to_be_disabled()
    assert all("Failed to load resource" in complaint for complaint in stranger.complaints)
    stranger.complaints.clear()
    stranger.page.get_by_role("button", name="Reload the page").click()
    expect(stranger.page.get_by_role("button", name="Start the test")).to_be_enabled()
    expect(stranger.page.get_by_text("Part of this page couldn't be loaded")).to_be_hidden()
