"""Small heights: a phone with its keyboard open or on its side, and a laptop zoomed to 200 % and 400 %."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.meeting import Meet
from tests.browser.person import Person

LAPTOP, PHONE = (1280, 800), (390, 844)
# The last two are a window of 1280 × 800 zoomed to 200 % and to 400 % (WCAG 1.4.10).
KEYBOARD_OPEN = [(360, 340), (375, 300), (844, 200), (390, 420), (640, 400), (320, 200)]
SIZES = [*KEYBOARD_OPEN, (320, 568), (844, 390), PHONE]

# Two frames: the page has handled the resize, and has been laid out again.
SETTLE = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Which share of five points of each element is inside the window and not covered.
REACHABLE = """async (selectors) => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const points = [[0.5, 0.5], [0.05, 0.5], [0.95, 0.5], [0.5, 0.1], [0.5, 0.9]];
  const reached = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const hits = points.map(([x, y]) => document.elementFromPoint(left + width * x, top + height * y));
    return hits.filter((hit) => element.contains(hit)).length / points.length;
  };
  return Object.fromEntries(selectors.map((selector) => [selector, reached(document.querySelector(selector))]));
}"""
OFF_END = "(list) => Math.round(list.scrollHeight - list.clientHeight - list.scrollTop)"
SCROLLERS = [".chat__scroll", "#people", "#files", "dialog", ".call-menu", ".knocks"]
OVERSCROLL = f"""() => Object.fromEntries({["html", *SCROLLERS]}.map(
  (selector) => [selector, getComputedStyle(document.querySelector(selector)).overscrollBehaviorY]))"""
# By key: what it opens, and where the focus goes.
OPENED = [
    ("p", "#people", "#people-title"),
    ("c", "#chat", "#chat-text"),
    ("f", "#files", "#files-title"),
    ("i", "#invite-dialog", "#invite-title"),
    ("d", "#devices-dialog", "#devices-title"),
]
MENUS = {"More": "#more-menu button:not([hidden])", "React": "#react-menu button"}
NOTES = """() => {
  for (const id of ['banner', 'sharing', 'ending']) document.getElementById(id).hidden = false;
  document.querySelector('#ending [data-part=when]').textContent = 'This room expires in less than ten minutes.';
  const [toast, button] = ['p', 'button'].map((name) => document.createElement(name));
  Object.assign(toast, { className: 'toast', textContent: 'Max wants to send you a file.' }).append(button);
  Object.assign(button, { className: 'button', textContent: 'Show' });
  document.getElementById('toasts').append(toast);
  document.querySelector('#banner').textContent = 'The server is away. The call goes on; no one can join now.';
}"""
LARGE_LETTERS = """() => {
  document.getElementById('toasts').replaceChildren();
  document.documentElement.style.fontSize = '200%';
}"""
COMPOSING_ESCAPE = """(element) => element.dispatchEvent(
  new KeyboardEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true, cancelable: true }))"""


def resize(page: Page, size: tuple[int, int]) -> None:
    """Give the window this size, and wait until the page has been laid out in it."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate(SETTLE)


def out_of_reach(page: Page, *selectors: str) -> list[str]:
    """Return those of the elements that are outside the window or covered, in part or whole."""
    return [selector for selector, share in page.evaluate(REACHABLE, list(selectors)).items() if share < 1]


@pytest.fixture(scope="module")
def at_the_door(company: Meet) -> Person:
    """Olga before a call in which she is alone."""
    olga = company("Olga")
    olga.sign_in()
    slug, _ = olga.make_room()
    olga.go(f"/r/{slug}")
    return olga


@pytest.fixture
def olga(at_the_door: Person) -> Person:
    """Olga on the page before the call, with a laptop."""
    resize(at_the_door.page, LAPTOP)
    at_the_door.page.reload()
    return at_the_door


def open_field(page: Page, how: Any, field: str) -> None:
    """Do what shows a field on a laptop, and focus it."""
    resize(page, LAPTOP)
    how(page)
    page.locator(field).focus()


def menu(page: Page, name: str) -> None:
    """Choose from the More menu."""
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("group", name="More").get_by_role("button", name=name).click()


def report(page: Page) -> None:
    """Open the report, which an owner has for people only, and there are none here."""
    page.evaluate("document.getElementById('report-room').click()")


def choose_a_file(page: Page) -> None:
    """Choose a file to send."""
    page.locator("#files-input").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})


def choose_label(page: Page) -> None:
    """Show the field for the label of an invite link."""
    page.keyboard.press("i")
    page.locator("#invite-dialog").get_by_text("More options").click()


# How each field of the call is shown, and the button that closes what it is in.
FIELDS: dict[str, tuple[Any, str]] = {
    "#chat-text": (lambda page: page.keyboard.press("c"), "#chat [data-panel='close']"),
    "#files-to": (choose_a_file, "#files [data-panel='close']"),
    "#invite-label": (choose_label, "#invite-dialog [data-close]"),
    "#report-dialog textarea": (report, "#report-dialog [data-close]"),
    "#data-saver-cap": (lambda page: page.keyboard.press("d"), "#devices-dialog [data-close]"),
    "#join-rule-dialog [value=locked]": (lambda page: menu(page, "Who can join"), "#join-rule-dialog [data-close]"),
}


@pytest.mark.parametrize(
    "sizes", [[KEYBOARD_OPEN[1], KEYBOARD_OPEN[5], PHONE], pytest.param(SIZES, marks=pytest.mark.long)]
)
def test_the_focused_field_is_visible_at_every_size(olga: Person, sizes: list[tuple[int, int]]) -> None:
    page = olga.page
    with_keyboard = [size for size in sizes if size in KEYBOARD_OPEN]
    hidden: dict[str, list[str]] = {}

    def look(field: str, *others: str, among: list[tuple[int, int]] = sizes) -> None:
        for size in among:
            resize(page, size)
            missing = out_of_reach(page, field, *others)
            if missing:
                hidden[f"{field} at {size[0]} × {size[1]}"] = missing

    page.locator("#display-name").focus()
    look("#display-name")
    resize(page, LAPTOP)
    olga.join()
    page.evaluate("document.getElementById('data-saver-field').hidden = false")
    for field, (how, close) in FIELDS.items():
        open_field(page, how, field)
        look(field, close, among=with_keyboard)
        resize(page, PHONE)
        page.locator(close).click()
        expect(page.locator(field)).to_be_hidden()
    # The same with everything that can lie around the people, and with letters of twice the size.
    page.keyboard.press("c")
    for disturb in (NOTES, LARGE_LETTERS):
        page.evaluate(disturb)
        page.locator("#chat-text").focus()
        look("#chat-text", "#chat [data-panel='close']")
        page.evaluate("document.documentElement.style.fontSize = ''")
    page.keyboard.press("Escape")
    for size in sizes:
        resize(page, size)
        for menu_name, first in MENUS.items():
            page.get_by_label("Call controls").get_by_role("button", name=menu_name, exact=True).click()
            expect(page.locator(first).first).to_be_focused()
            if out_of_reach(page, ":focus"):
                hidden[f"menu {menu_name} at {size[0]} × {size[1]}"] = [first]
            # Turned with the menu open, a phone still shows it.
            if size == PHONE:
                resize(page, (size[1], size[0]))
                if out_of_reach(page, ":focus"):
                    hidden[f"menu {menu_name} when turned"] = [first]
                resize(page, size)
            page.keyboard.press("Escape")
        missing = out_of_reach(
            page, "[data-toggle=microphone].tool", "[data-toggle=camera].tool", ".tool--more", ".tool--leave"
        )
        if missing or page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            hidden[f"toolbar at {size[0]} × {size[1]}"] = missing
    assert hidden == {}


def test_the_chat_stays_at_its_end(olga: Person) -> None:
    page = olga.page
    olga.join()
    resize(page, PHONE)
    olga.use("Chat")
    page.get_by_label("Message everyone").fill("\n".join(f"Line {number}" for number in range(60)))
    page.get_by_role("button", name="Send", exact=True).click()
    messages = page.locator("#chat-scroll")
    expect(page.locator(".chat__message")).to_have_count(1)
    off = {}
    for size in [*KEYBOARD_OPEN, PHONE]:
        resize(page, size)
        if abs(messages.evaluate(OFF_END)) > 1 or page.locator("#chat-newer").is_visible():
            off[size] = messages.evaluate(OFF_END)
    assert off == {}
    # Where the person has scrolled away from the end, it stays.
    messages.evaluate("(list) => new Promise((done) => { list.onscroll = done; list.scrollTop = 100; })")
    resize(page, KEYBOARD_OPEN[0])
    assert messages.evaluate("(list) => list.scrollTop") == 100
    assert page.evaluate(OVERSCROLL) == {"html": "none"} | dict.fromkeys(SCROLLERS, "contain")


def test_every_panel_and_dialog_gives_the_focus_back(olga: Person) -> None:
    page = olga.page
    olga.join()
    microphone = page.get_by_label("Call controls").get_by_role("button", name="Microphone")
    for key, opened, focused in OPENED:
        microphone.focus()
        page.keyboard.press(key)
        expect(page.locator(opened)).to_be_visible()
        expect(page.locator(focused)).to_be_focused()
        page.locator(focused).evaluate(COMPOSING_ESCAPE)
        expect(page.locator(opened)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(opened)).to_be_hidden()
        expect(microphone).to_be_focused()
    for name, panel, _ in [("People", "#people", ""), ("Chat", "#chat", ""), ("Files", "#files", "")]:
        tool = page.get_by_label("Call controls").get_by_role("button", name=name)
        tool.click()
        # Opened over another one, of which nothing stays open; a menu over the panel is closed first.
        expect(page.locator(".side-panel:visible")).to_have_count(1)
        expect(tool).to_have_attribute("aria-expanded", "true")
        page.get_by_role("button", name="More", exact=True).click()
        page.keyboard.press("Escape")
        expect(page.locator("#more-menu")).to_be_hidden()
        expect(page.locator(panel)).to_be_visible()
    page.locator("#files [data-panel=close]").click()
    expect(page.locator(".side-panel:visible")).to_have_count(0)
    expect(tool).to_be_focused()

    # Text that is selected with the mouse and a press on the edge close no dialog; a press beside it does.
    page.keyboard.press("i")
    dialog = page.locator("#invite-dialog")
    box = dialog.bounding_box()
    assert box
    middle, beside = box["x"] + box["width"] / 2, box["x"] - 40
    for start, end in (((middle, box["y"] + 100), (beside, 60)), ((box["x"] + 5, box["y"] + 150),) * 2):
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end)
        page.mouse.up()
        expect(dialog).to_be_visible()
    page.mouse.click(beside, 60)
    expect(dialog).to_be_hidden()

    # A tool that has moved into the menu leaves the focus on the menu's button.
    resize(page, PHONE)
    olga.use("Files")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More", exact=True)).to_be_focused()
