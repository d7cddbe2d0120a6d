"""The door, with a host, a member and a guest, on two server processes."""

import re

from playwright.sync_api import Locator, expect

from tests.app_server import AppServer, make_account
from tests.browser.meeting import ANYONE, Meet
from tests.browser.person import PASSWORD, Person
from tests.browser.putting_out import at_most, stopwatch
from tests.services import wait_until

AT_ONCE = 2000  # milliseconds
OTHERS = "mp-tile[data-self='false']"

NEW_KEY = "This room has a new key, and you have it."
# Toasts go after five seconds: what they said is noted.
NOTE_TOASTS = """() => {
  globalThis.said = [];
  const note = (changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) said.push(node.textContent);
  };
  new MutationObserver(note).observe(document.querySelector("#toasts"), { childList: true });
}"""
# A server that brings somebody in by itself: it names them to a page as it would name anybody.
BRING_IN = """([pid, hello]) => meetingPoint.socket.emit("peer-joined", {
  peer: { pid, member: "0".repeat(32), role: "guest", hello } })"""
# What the guest's browser can say of itself with the key that it holds: with it, `lobby` only knocks.
SAY_HELLO = """async ([base, slug, lobby]) => {
  const load = (path) => import(`${base}js/${path}`);
  const [{ makeIdentity }, store, seals, { writeSealedHello }] = await Promise.all(
    ["keys/identity.js", "keys/key-store.js", "keys/room-seal.js", "keys/hello.js"].map(load));
  const { epoch, key } = await (lobby ? store.loadLobbyKey(slug) : store.loadRoomKey(slug));
  const identity = await makeIdentity();
  const seal = await (lobby ? seals.makeLobbySeal : seals.makeRoomSeal)(slug, epoch, key);
  return [identity.pid, await writeSealedHello(seal, identity, '{"v":1,"name":"Guest"}')];
}"""


def shows(place: Locator) -> None:
    """Wait until it is to be seen; the machine may be busy with other stories."""
    expect(place).to_be_visible(timeout=15_000)


def choose(host: Person, item: str) -> None:
    """Press an item of the "More" menu."""
    host.page.get_by_role("button", name="More", exact=True).click()
    host.page.locator("#more-menu").get_by_role("button", name=item).click()


def about(host: Person, name: str, item: str) -> None:
    """Press an item of the menu of a person's tile."""
    tile = host.page.locator(OTHERS, has_text=name)
    tile.hover()
    tile.locator(".person-more").click()
    host.page.locator("#person-menu").get_by_role("button", name=item).click()


def ask_to_come_in(guest: Person) -> None:
    """Knock under one's name."""
    guest.page.get_by_label("Your name").fill(guest.name)
    guest.page.get_by_role("button", name="Ask to join").click()
    shows(guest.page.get_by_role("heading", name="Waiting to be let in"))


def toasted(who: Person, words: str) -> None:
    """Wait until a toast has said something since the last time, and forget it."""
    wait_until(lambda: any(words in text for text in who.page.evaluate("said")), 20, f"{who.name} is told: {words}")
    who.page.evaluate("said.length = 0")


def refused_by(insider: Person, told: list[str], words: str) -> None:
    """Check that a lying server can show somebody to a person inside, and no more."""
    insider.page.evaluate(BRING_IN, told)
    toasted(insider, words)
    # (The next roster takes the tile away again: the honest server knows of nobody there.)
    tile = insider.page.locator(f"mp-tile[data-pid='{told[0]}']:not([data-state='refused'])")
    expect(tile).to_have_count(0)
    assert insider.page.evaluate("(pid) => meetingPoint.mesh.peers.has(pid)", told[0]) is False


def hello_of(guest: Person, slug: str, *, lobby: bool) -> list[str]:
    """Return a new tab's id and hello, made with what this browser holds."""
    base = guest.page.locator("script[type=module]").last.get_attribute("src").split("js/")[0]  # type: ignore[union-attr]
    return list(guest.page.evaluate(SAY_HELLO, [base, slug, lobby]))


def test_knock_and_be_let_in_or_not_and_be_removed(person: Meet, processes: list[AppServer]) -> None:
    first, second = processes
    make_account(first, "max@example.org", "Max", PASSWORD)
    olga, guest = person("Olga", server=first), person("Guest", server=second)
    max_ = person("Max", server=second)
    for who in (olga, max_):
        who.sign_in()
    slug = olga.make_room()
    olga.page.locator("mp-invite-form select[name=role]").select_option("member")
    max_.accept(olga.make_link().replace(first.origin, second.origin))
    olga.join(slug)
    max_.join()
    olga.see_others(1)
    for who in (olga, max_):
        who.page.evaluate(NOTE_TOASTS)

    # The door is set in the call. It takes a new key, which Max gets from browser to browser.
    choose(olga, "Who can join")
    door = olga.page.locator("#join-rule-dialog")
    door.get_by_label("Ask to join").check()
    door.get_by_label("Wait for a host").check()
    shows(door.get_by_text("existing invite links stop working"))
    door.get_by_role("button", name="Save").click()
    shows(door.get_by_text("Saved."))
    door.get_by_role("button", name="Close").click()
    for who in (olga, max_):
        toasted(who, NEW_KEY)

    # Who comes by a link now has to be let in. A host sees it in another tab of theirs, too, and denies there.
    olga.page.get_by_role("button", name="Invite").first.click()
    shows(olga.page.get_by_text("Guests who use this link wait"))
    link = olga.make_link(lets_in=ANYONE).replace(first.origin, second.origin)
    olga.page.keyboard.press("Escape")
    call, office = olga.page, olga.new_page()
    office.goto(f"{first.origin}/rooms/{slug}/")
    guest.accept(link)
    ask_to_come_in(guest)
    expect(office.locator(".knock")).to_contain_text("Guest wants to join.", timeout=15_000)
    expect(call.locator("#knock-count")).to_have_text("1")
    expect(call).to_have_title(re.compile(r"^\(1\) "))
    office.get_by_role("button", name="Decline").click()
    shows(guest.page.get_by_role("heading", name="The host declined your request"))
    expect(call.locator(".knock:visible")).to_have_count(0)

    # A server that lets the guest in by itself brings them to nobody.
    refused_by(max_, hello_of(guest, slug, lobby=True), "Someone joined without being let in by a host")

    # Let in by one press, they are connected to everybody, under the room's key.
    guest.page.reload()
    ask_to_come_in(guest)
    call.get_by_role("button", name="Let in").click()
    guest.see_call_state("in-call")
    guest.see_others(2)
    guest.see_and_hear(2)
    expect(guest.page.locator(f"{OTHERS} .trust-button__label")).to_have_text(["Room key on"] * 2)

    # A request to mute is one, and no more than that.
    about(olga, "Max", "Ask to mute")
    max_.page.get_by_role("button", name="Mute me").click()
    expect(olga.page.locator(OTHERS, has_text="Max")).to_have_attribute("data-muted", "true", timeout=15_000)

    # Removed: socket and connections end at once, at everybody's end.
    old = hello_of(guest, slug, lobby=False)
    about(olga, "Guest", "Remove")
    with stopwatch("a host removes a guest in the call", [guest], [olga, max_], AT_ONCE) as start:
        start()
        olga.page.get_by_role("button", name="Remove from room").click()
    at_most(AT_ONCE, guest, "You were removed from the room")
    # The room has another key soon, and the one they took along opens nothing; neither does their link.
    for who in (olga, max_):
        toasted(who, NEW_KEY)
        refused_by(who, old, "Someone joined with an older or newer room key than yours")
    guest.follow(link)
    shows(guest.page.get_by_role("heading", name=re.compile("You were removed|was revoked")))

    # The end, for everybody.
    choose(olga, "End call for everyone")
    olga.page.get_by_role("button", name="End call for everyone").click()
    for who in (olga, max_):
        at_most(AT_ONCE, who, "The call has ended")

    # Without a host nobody comes in; with one, they come in by themselves.
    max_.page.get_by_role("button", name="Rejoin").click()
    shows(max_.page.get_by_role("heading", name="Waiting for a host"))
    olga.page.get_by_role("button", name="Rejoin").click()
    max_.see_call_state("in-call")
