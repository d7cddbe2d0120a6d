"""Chat, reactions and raised hands; and pinning and muting others for oneself."""

import pytest
from playwright.sync_api import Locator, expect

from tests.app_server import AppServer
from tests.browser.meeting import Meet
from tests.browser.person import Person
from tests.browser.test_pages import examine
from tests.rooms.corpus import UNICODE, XSS
from tests.services import wait_until

LOOKALIKE = "https://\u0430pple.com/login"
BOXES = """() => ['.stage__head', '.toolbar', '#chat', '.stage__tiles'].map(
  (selector) => Object.values(document.querySelector(selector).getBoundingClientRect().toJSON()).map(Math.round))"""
WATCH_FLOATS = """() => {
  globalThis.floated = [];
  const note = (node) => node.className === 'tile__float' && floated.push(node.textContent);
  const watch = new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(note)));
  watch.observe(document.querySelector('mp-grid'), { childList: true, subtree: true });
}"""
# A browser that sends nothing back, until its connection opens again.
MUTE = "() => { for (const peer of meetingPoint.mesh.peers.values()) peer.send = () => false; }"
UNMUTE = "() => { for (const peer of meetingPoint.mesh.peers.values()) delete peer.send; }"
REACHABLE = "pid => meetingPoint.mesh.emit('peer-channel-open', { pid })"
MUTED = "(tile) => tile.querySelector('video').muted"


def say(who: Person, words: str) -> None:
    """Send a message; the chat is open."""
    who.page.get_by_label("Message everyone").fill(words)
    who.page.get_by_role("button", name="Send", exact=True).click()


def said(who: Person) -> list[str]:
    """Return the texts in this person's chat, from the top."""
    return who.page.locator(".chat__text").all_inner_texts()


def tile_of(who: Person, name: str) -> Locator:
    """Return the tile in which `who` sees the person of that name."""
    return who.page.locator("mp-tile[data-self='false']", has=who.page.get_by_text(name, exact=True))


def tiles(who: Person) -> list[Locator]:
    """Return all tiles that this person sees, their own too."""
    return who.page.locator("mp-tile").all()


@pytest.mark.devices_off
def test_three_people_chat_during_a_call(person: Meet, processes: list[AppServer]) -> None:
    first, second = processes
    # The last one to join has a name that is markup.
    olga, guest, late = person("Olga", server=first), person("Guest", server=second), person(XSS[10], server=second)
    olga.sign_in()
    slug, link = olga.make_room()
    for who in (guest, late):
        who.redeem(link)
    olga.go(f"/r/{slug}")
    guest.page.set_viewport_size({"width": 390, "height": 844})
    for who in (olga, guest):
        who.join()
    for who in (olga, guest):
        who.see_others(1)

    # A message shows as a number where the chat is closed; an answer comes back, and every text stays a text.
    olga.page.keyboard.press("c")
    boxes = olga.page.evaluate(BOXES)
    say(olga, f"Shall we begin? {LOOKALIKE}")
    expect(guest.page.locator("#chat-count")).to_have_text("1")
    guest.use("Chat")
    expect(guest.page.locator("#chat-count")).to_be_hidden()
    assert examine(guest.page) == []
    # A text that is too long is refused, and stays whole.
    field = guest.page.get_by_label("Message everyone")
    field.focus()
    guest.page.keyboard.insert_text("x" * 4001)
    field.press("Enter")
    expect(guest.page.get_by_text("This message is too long")).to_be_visible()
    assert len(field.input_value()) == 4001
    say(guest, "Yes.")
    for corpus in (XSS, UNICODE):
        say(guest, "\n".join(corpus))
    expect(olga.page.locator(".chat__message")).to_have_count(4)
    assert said(olga) == said(guest)
    assert "<script>xss7()</script>\n<ScRiPt" in said(olga)[2]
    links = olga.page.locator(".chat__text a")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("rel", "noopener noreferrer")
    expect(olga.page.locator(".chat__host")).to_have_text(" (xn--pple-43d.com)")

    # A message that was not acknowledged says so; it is sent again, and arrives once.
    guest.page.evaluate(MUTE)
    say(olga, "Are you there?")
    expect(olga.page.locator(".chat__state").last).to_have_text("Not delivered to Guest yet")
    guest.page.evaluate(UNMUTE)
    olga.page.evaluate(REACHABLE, tile_of(olga, "Guest").get_attribute("data-pid"))
    expect(olga.page.locator(".chat__state:not([hidden])")).to_have_count(0)
    expect(guest.page.locator(".chat__message")).to_have_count(5)

    # Who comes late has all of it, from those who said it.
    late.join()
    for who in (olga, guest, late):
        who.see_others(2)
    late.use("Chat")
    expect(late.page.locator(".chat__message")).to_have_count(5)
    expect(late.page.locator(".chat__from:not([hidden])")).to_have_count(0)
    assert said(late) == said(olga)
    say(late, "Hello from the third.")
    expect(olga.page.locator(".chat__message")).to_have_count(6)
    assert olga.page.evaluate(BOXES) == boxes
    for who in (olga, guest, late):
        assert examine(who.page) == []
        assert who.page.evaluate(
            "[...document.querySelectorAll('.chat__scroll')].every((e) => e.scrollWidth <= e.clientWidth)"
        )

    # A reaction floats over the tile; hands are in the order in which they were raised, and a host lowers one.
    guest.page.evaluate(WATCH_FLOATS)
    olga.use("React")
    olga.page.get_by_role("button", name="Applause").click()
    wait_until(lambda: guest.page.evaluate("floated") == ["👏"], 15, "the reaction floats over Olga's tile")
    expect(guest.page.locator(".announcer")).to_contain_text(["Olga: Applause"])
    guest.page.get_by_role("button", name="Close the chat").click()
    guest.use("Raise hand")
    expect(tile_of(olga, "Guest")).to_have_attribute("data-hand", "1")
    late.use("Raise hand")
    for who in (olga, guest):
        expect(tile_of(who, late.name)).to_have_attribute("data-hand", "2")
    olga.use("People")
    row = olga.page.locator(".person", has_text="Guest").first
    expect(row.locator(".person__turn")).to_have_text("1")
    row.get_by_role("button", name="More about Guest").click()
    assert examine(olga.page) == []
    olga.page.get_by_role("button", name="Lower hand").click()
    expect(guest.page.locator("#toasts")).to_contain_text("Olga lowered your hand")
    expect(tile_of(guest, late.name)).to_have_attribute("data-hand", "1")

    # Pinned and muted only for oneself, by keyboard: the focus comes back to where it was.
    tile = tile_of(olga, "Guest")
    more = tile.get_by_role("button", name="More about Guest")
    more.focus()
    olga.page.keyboard.press("Enter")
    olga.page.keyboard.press("Enter")
    expect(tile).to_have_attribute("data-pinned", "true")
    expect(more).to_be_focused()
    olga.page.keyboard.press("Enter")
    olga.page.keyboard.press("ArrowDown")
    olga.page.keyboard.press("Enter")
    expect(tile).to_have_attribute("data-muted-locally", "true")
    expect(more).to_be_focused()
    assert tile.evaluate(MUTED)
    assert not tile_of(late, "Guest").evaluate(MUTED)
    heights = {each.get_attribute("data-pinned"): each.evaluate("(e) => e.clientHeight") for each in tiles(olga)}
    assert heights["true"] > 2 * heights["false"]

    # The servers die; what is said comes all the same. Who reloads gets what was said by those who are gone, marked.
    for server in processes:
        server.kill()
    olga.page.keyboard.press("c")
    say(olga, "The server is gone.")
    expect(late.page.locator(".chat__message")).to_have_count(7)
    wait_until(lambda: said(guest)[-1] == "The server is gone.", 15, "the guest reads it, too")
    for server in processes:
        server.start()
    guest.leave()
    expect(tile_of(late, "Guest")).to_have_count(0)
    late.page.reload()
    late.join()
    late.use("Chat")
    expect(late.page.locator(".chat__message")).to_have_count(7, timeout=30_000)
    marked = late.page.locator(".chat__message", has=late.page.get_by_text("Forwarded by Olga"))
    expect(marked.locator(".chat__text")).to_have_count(4)
    assert said(late) == said(olga)
