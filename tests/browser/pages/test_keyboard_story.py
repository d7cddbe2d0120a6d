"""A meeting from the sign-in to the end, by keyboard alone: every step shows where the focus is."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.meeting import Meet
from tests.browser.person import PASSWORD, Person

MOST_STEPS = 60
# What has the focus, and whether one sees that it has.
FOCUSED = """() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  const ringed = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
  return { body: element === document.body, seen: element.matches(":focus-visible") && ringed && inside,
    html: element.outerHTML.slice(0, 120) };
}"""


def step(page: Page) -> str:
    """Press Tab and return what has the focus, which must be visible."""
    page.keyboard.press("Tab")
    focused = page.evaluate(FOCUSED)
    assert focused["body"] or focused["seen"], focused
    return str(focused["html"])


def walk_to(target: Locator) -> None:
    """Press Tab until `target` has the focus."""
    expect(target).to_be_enabled()
    for _ in range(MOST_STEPS):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        step(target.page)
    raise AssertionError(f"{target} cannot be reached")


def activate(target: Locator, key: str = "Enter") -> None:
    """Walk to a control and press it."""
    walk_to(target)
    target.page.keyboard.press(key)


def type_into(target: Locator, text: str) -> None:
    """Walk to a field and type."""
    walk_to(target)
    target.page.keyboard.press("Control+a")
    target.page.keyboard.type(text)


def sign_in(olga: Person) -> None:
    """Sign in and go to the list of rooms."""
    olga.go("/accounts/login/?next=/rooms/")
    type_into(olga.page.get_by_label("Email address"), olga.address)
    type_into(olga.page.get_by_label("Password"), PASSWORD)
    olga.page.keyboard.press("Enter")
    olga.page.wait_for_url("**/rooms/")


def create_room_and_link(page: Page) -> str:
    """Create a room and a link to it, and return the link."""
    activate(page.get_by_role("link", name=re.compile("New room|Create")).first)
    type_into(page.locator("input[name=name]"), "Keyboard club")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Room key on").first).to_be_visible()
    activate(page.locator("#links > summary"))
    activate(page.get_by_role("button", name="Create invite link"))
    field = page.get_by_label("Invite link")
    expect(field).to_have_value(re.compile("/i#k="))
    expect(page.get_by_role("button", name="Copy", exact=True).first).to_be_focused()
    link = field.input_value()
    activate(page.locator("#key > summary"))
    # This button is disabled while it works.
    activate(page.get_by_role("button", name="Use this room on another device"))
    expect(page.get_by_role("img", name="QR code for your other device")).to_be_visible()
    expect(page.get_by_role("button", name="Use this room on another device")).to_be_focused()
    return link


def see_no_trap(page: Page) -> None:
    """Walk through everything: Tab comes back to where it began."""
    first = step(page)
    around = [step(page) for _ in range(MOST_STEPS)]
    assert first in around
    assert len(set(around)) > 8


@pytest.mark.long
def test_a_meeting_by_keyboard_alone(person: Meet) -> None:
    olga, guest = person("Olga"), person("Guest")
    page = olga.page
    sign_in(olga)
    link = create_room_and_link(page)
    activate(page.get_by_role("link", name=re.compile("^(Join|Enter)")).first)
    activate(page.locator("#join-form button[type=submit]"))
    olga.see_call_state("in-call")
    expect(page.get_by_role("heading", name="Keyboard club")).to_be_focused()

    # The guest follows the link.
    guest.page.goto(link)
    type_into(guest.page.get_by_label("Your name"), "Guest")
    guest.page.keyboard.press("Enter")
    guest.see_call_state("in-call")
    for who in (olga, guest):
        who.see_others(1)
    see_no_trap(page)

    # Muted by a button; a message; the panel of files; a screen; a menu with arrows.
    activate(page.get_by_role("button", name="Microphone"), "Space")
    expect(page.get_by_role("button", name="Microphone")).to_have_attribute("aria-pressed", "false")
    chat = page.get_by_role("button", name="Chat", exact=True)
    activate(chat)
    expect(page.get_by_label("Message everyone")).to_be_focused()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(chat).to_be_focused()
    expect(guest.page.locator("#chat-count")).to_have_text("1")
    files = page.get_by_role("button", name="Files", exact=True)
    activate(files)
    expect(page.get_by_role("heading", name="Files")).to_be_focused()
    walk_to(page.get_by_role("button", name="Choose files"))
    page.keyboard.press("Escape")
    expect(files).to_be_focused()
    # What has the focus goes away twice, and leaves it in the panel: the button, then the whole offer.
    guest.page.keyboard.press("f")
    guest.page.locator("#files-input").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Agenda"}
    )
    activate(guest.page.locator("#files-send").get_by_role("button", name="Send"))
    expect(page.locator("#files-count")).to_have_text("1")
    page.keyboard.press("Enter")
    activate(page.get_by_role("button", name="Decline"))
    expect(page.locator(".transfer")).to_be_focused()
    activate(page.locator(".transfer").get_by_role("button", name="Remove"))
    expect(page.get_by_role("heading", name="Files")).to_be_focused()
    page.keyboard.press("Escape")
    expect(files).to_be_focused()
    activate(page.get_by_role("button", name="More", exact=True))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More", exact=True)).to_be_focused()
    activate(page.get_by_role("button", name="Share screen"))
    expect(guest.page.locator("mp-screen")).to_be_visible()
    activate(page.locator("#sharing").get_by_role("button", name="Stop"))
    expect(guest.page.locator("mp-screen")).to_have_count(0)
    activate(page.get_by_role("button", name="Leave", exact=True))
    olga.see_call_state("ended")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    activate(page.get_by_role("button", name="Rejoin"))
    olga.see_call_state("in-call")


@pytest.mark.long
def test_the_first_hour_by_keyboard_alone_on_a_narrow_screen(person: Meet) -> None:
    nora = person("Nora", viewport={"width": 320, "height": 568}, permissions=["clipboard-write"])
    page = nora.page

    def fits() -> None:
        assert page.evaluate("document.scrollingElement.scrollWidth") == 320, page.url

    nora.go("/")
    fits()
    activate(page.locator("main").get_by_role("link", name="Create a free room"))
    type_into(page.get_by_label("Email address"), nora.address)
    type_into(page.get_by_label("Password"), PASSWORD)
    fits()
    page.keyboard.press("Enter")
    field = page.get_by_label("Code")
    expect(field).to_be_focused()
    fits()
    code = re.search(r"\b\d{6}\b", nora.app.mail_to(nora.address))
    assert code, "the mail has no code"
    page.keyboard.type(code[0])
    page.keyboard.press("Enter")
    create = page.get_by_role("button", name="Create room and join")
    expect(create).to_be_enabled()
    fits()
    activate(create)
    join = page.locator("#join-form button[type=submit]")
    expect(join).to_be_enabled()
    fits()
    activate(join)
    nora.see_call_state("in-call")
    expect(page.get_by_role("heading", name="Nora's room")).to_be_focused()
    fits()
    activate(page.locator("#alone").get_by_role("button", name="Copy invite link"))
    expect(page.locator("#alone").get_by_role("button", name="Copied")).to_be_focused()
