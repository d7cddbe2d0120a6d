"""An owner's first hour, counted: from the landing page until they are alone in a call with a link to send.

Presses of buttons and links, fields that are typed into, and the words that can be seen in `<main>`, page by page.
"""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.person import PASSWORD, Person

Meet = Callable[..., Person]

MAX_PRESSES, MAX_FIELDS, MAX_WORDS = 5, 3, 450


class Counter:
    """Counts what a person has to do and to read."""

    def __init__(self, who: Person) -> None:
        self.who = who
        self.presses = self.fields = 0
        self.words: dict[str, int] = {}

    def press(self, target: Locator) -> None:
        target.click()
        self.presses += 1

    def type(self, field: Locator, text: str) -> None:
        field.fill(text)
        self.fields += 1

    def read(self, page: str) -> None:
        """Count the words that can be seen now."""
        self.words[page] = len(self.who.page.locator("main").inner_text().split())


def test_an_owner_is_alone_in_a_call_with_a_link_after_five_presses(person: Meet) -> None:
    nora = person("Nora.Night", permissions=["clipboard-read", "clipboard-write"])
    page, count = nora.page, Counter(nora)

    nora.go("/")
    count.read("landing")
    count.press(page.locator("main").get_by_role("link", name="Create a free room"))

    expect(page.get_by_label("Email address")).to_be_visible()
    count.read("sign-up")
    count.type(page.get_by_label("Email address"), nora.address)
    count.type(page.get_by_label("Password"), PASSWORD)
    count.press(page.get_by_role("button", name="Sign up"))

    expect(page.get_by_label("Code")).to_be_visible()
    count.read("code")
    code = re.search(r"\b\d{6}\b", nora.app.mail_to(nora.address))
    assert code, "the mail has no code"
    count.type(page.get_by_label("Code"), code[0])
    count.press(page.get_by_role("button", name="Continue"))

    # What the room and its owner are called is suggested.
    create = page.get_by_role("button", name="Create room and join")
    expect(create).to_be_enabled()
    expect(page.get_by_label("Your name")).to_have_value("Nora Night")
    expect(page.get_by_label("Room name")).to_have_value("Nora Night's room")
    count.read("first room")
    count.press(create)

    # The page before the call has the link at hand, and the name again.
    join = page.locator("#join-form button[type=submit]")
    expect(page.get_by_role("heading", name="Nora Night's room")).to_be_visible()
    expect(page.locator("#prejoin").get_by_text("Room key on")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Nora Night")
    link = page.locator("#prejoin").get_by_label("Link to share")
    expect(link).to_have_value(re.compile(r"/i#k=2[\w-]{22}&n=Nora%20Night%27s%20room&by=Nora%20Night$"))
    expect(join).to_be_enabled()
    count.read("before the call")
    count.press(join)

    nora.see_call_state("in-call")
    alone = page.locator("#alone")
    expect(alone.get_by_label("Link to share")).to_have_value(link.input_value())
    count.read("in the call")
    alone.get_by_role("button", name="Copy invite link").click()
    expect(alone.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == link.input_value()

    assert (count.presses, count.fields) == (MAX_PRESSES, MAX_FIELDS)
    assert sum(count.words.values()) <= MAX_WORDS, count.words

    # The second friend gets in by the same link as the first.
    for name in ("Ada", "Grace"):
        friend = person(name)
        friend.redeem(copied)
        expect(friend.page.get_by_role("heading", name="Nora Night's room")).to_be_visible()
        friend.close()
