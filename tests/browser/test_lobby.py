"""Knocking, letting in and removing, with a host, a member and a guest, on two server processes."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.app_server import AppServer
from tests.browser.hearing import hears, listen
from tests.browser.kicking import at_most, stopwatch
from tests.browser.meeting import ANYONE, Meet
from tests.browser.person import Person
from tests.browser.test_pages import examine
from tests.services import wait_until

AT_ONCE = 2000  # milliseconds
OTHERS = "mp-tile[data-self='false']"

NEW_KEY = "This room has a new key, and you have it."
# Toasts disappear after five seconds: their texts are recorded.
NOTE_TOASTS = """() => {
  globalThis.said = [];
  const note = (changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) said.push(node.textContent);
  };
  new MutationObserver(note).observe(document.querySelector("#toasts"), { childList: true });
}"""
# A server that lets someone in by itself: it announces them to a page as it would announce anyone.
ANNOUNCE = """([pid, hello]) => meetingPoint.socket.emit("peer-joined", {
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

# The first of two cards goes: who is under a finger on its button before, at once, and once the other has settled.
UNDER_A_FINGER = """async () => {
  const entry = document.querySelector('script[type=module]').src;
  const { KnockCards } = await import(new URL('../ui/lobby/knock-cards.js', entry).href);
  const cards = new KnockCards();
  const [one, two] = ['One', 'Two'].map((name) => ({ member: name, name }));
  const settled = async () => {
    while (document.querySelector('.knock[data-settling]')) await new Promise(requestAnimationFrame);
  };
  cards.showKnocks([one, two]);
  await settled();
  const { left, top, width, height } = document.querySelector('.knock [data-answer=admit]').getBoundingClientRect();
  const under = () => document.elementFromPoint(left + width / 2, top + height / 2)?.closest('.knock button');
  const member = () => under()?.closest('.knock').dataset.member ?? 'no one';
  const found = [member()];
  cards.showKnocks([two]);
  found.push(member());
  await settled();
  found.push(member());
  cards.showKnocks([]);
  return found;
}"""


def shows(place: Locator) -> None:
    """Wait until it is visible; the machine may be busy with other tests."""
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


def ask_to_join(guest: Person) -> None:
    """Knock under this person's name."""
    guest.page.get_by_label("Your name").fill(guest.name)
    guest.page.get_by_role("button", name="Ask to join").click()
    shows(guest.page.get_by_role("heading", name="Waiting to be let in"))


def toasted(who: Person, words: str) -> None:
    """Wait until a toast has contained `words` since the last call, and forget the toasts so far."""
    wait_until(lambda: any(words in text for text in who.page.evaluate("said")), 20, f"{who.name} sees: {words}")
    who.page.evaluate("said.length = 0")


def refused_by(insider: Person, peer: list[str], words: str) -> None:
    """Check that a lying server cannot connect a person in the call to `peer` (a tab's id and hello)."""
    insider.page.evaluate(ANNOUNCE, peer)
    toasted(insider, words)
    # (The next roster removes the tile again: the honest server does not know this peer.)
    tile = insider.page.locator(f"mp-tile[data-pid='{peer[0]}']:not([data-state='refused'])")
    expect(tile).to_have_count(0)
    assert insider.page.evaluate("(pid) => meetingPoint.mesh.peers.has(pid)", peer[0]) is False


def sees_and_hears_one(who: Person) -> bool:
    """Say whether pictures and sound of a peer have come."""
    return any(of["frames"] >= 10 and of["energy"] > 0 for of in who.received().values())


def hello_of(guest: Person, slug: str, *, lobby: bool) -> list[str]:
    """Return a new tab's id and hello, made with what this browser holds."""
    base = guest.page.locator("script[type=module]").last.get_attribute("src").split("js/")[0]  # type: ignore[union-attr]
    return list(guest.page.evaluate(SAY_HELLO, [base, slug, lobby]))


@pytest.mark.devices_off
def test_guests_knock_are_declined_or_let_in_and_are_removed(person: Meet, processes: list[AppServer]) -> None:
    first, second = processes
    olga, guest = person("Olga", server=first), person("Guest", server=second)
    max_ = person("Max", server=second, devices_off=False)
    for who in (olga, max_):
        who.sign_in()
    slug = olga.create_room()
    olga.open_section("links")
    olga.page.locator("mp-invite-form").get_by_text("More options").click()
    olga.page.locator("mp-invite-form select[name=role]").select_option("member")
    max_.redeem(olga.create_link().replace(first.origin, second.origin))
    olga.join(slug)
    max_.join()
    olga.see_others(1)
    for who in (olga, max_):
        who.page.evaluate(NOTE_TOASTS)

    # The join rule is set in the call. It needs a new key, which Max gets from browser to browser.
    choose(olga, "Who can join")
    dialog = olga.page.locator("#join-rule-dialog")
    dialog.get_by_label("Ask to join").check()
    dialog.get_by_label("Wait for a host").check()
    shows(dialog.get_by_text("existing invite links stop working"))
    dialog.get_by_role("button", name="Save").click()
    shows(dialog.get_by_text("Saved."))
    # The button has nothing more to save: the focus stays in the dialog.
    expect(dialog.get_by_role("heading", name="Who can join")).to_be_focused()
    dialog.get_by_role("button", name="Close").click()
    for who in (olga, max_):
        toasted(who, NEW_KEY)

    # Who comes by a link now has to be let in. A host sees it in another tab of theirs, too, and denies there.
    olga.page.get_by_role("button", name="Invite").first.click()
    shows(olga.page.get_by_text("Guests who use this link wait"))
    link = olga.create_link(lets_in=ANYONE).replace(first.origin, second.origin)
    olga.page.keyboard.press("Escape")
    call, office = olga.page, olga.new_page()
    office.goto(f"{first.origin}/rooms/{slug}/")
    guest.redeem(link)
    listen(olga)
    ask_to_join(guest)
    hears(olga, "Guest wants to join.")
    expect(office.locator(".knock")).to_contain_text("Guest wants to join.", timeout=15_000)
    expect(call.locator("#knock-count")).to_have_text("1")
    expect(call).to_have_title(re.compile(r"^\(1\) "))
    for page in (guest.page, call, office):
        assert examine(page) == []
    office.get_by_role("button", name="Decline").click()
    shows(guest.page.get_by_role("heading", name="The host declined your request"))
    assert examine(guest.page) == []
    expect(call.locator(".knock:visible")).to_have_count(0)

    # A server that lets the guest in by itself connects them to no one.
    refused_by(max_, hello_of(guest, slug, lobby=True), "Someone joined without being let in by a host")

    # Let in by one press, they are connected to everyone, under the room's key.
    guest.page.reload()
    ask_to_join(guest)
    call.get_by_role("button", name="Let in").click()
    guest.see_call_state("in-call")
    guest.see_others(2)
    wait_until(lambda: sees_and_hears_one(guest), 30, "the guest sees and hears Max, whose devices are on")
    expect(guest.page.locator(f"{OTHERS} .trust-button__label")).to_have_text(["Room key on"] * 2)

    # Nothing moves under a press: neither a card when another goes, nor an item of a menu.
    assert olga.page.evaluate(UNDER_A_FINGER) == ["One", "no one", "Two"]
    olga.page.locator(OTHERS, has_text="Max").locator(".person-more").click()
    menu = olga.page.locator("#person-menu")
    remove = menu.get_by_role("button", name="Remove")
    place = remove.bounding_box()
    max_.page.get_by_role("button", name="Microphone").click()
    expect(menu.get_by_role("button", name="Ask to mute")).to_be_disabled()
    assert remove.bounding_box() == place
    max_.page.get_by_role("button", name="Microphone").click()
    expect(menu.get_by_role("button", name="Ask to mute")).to_be_enabled()
    olga.page.keyboard.press("Escape")

    # A request to mute is one, and no more than that.
    about(olga, "Max", "Ask to mute")
    max_.page.get_by_role("button", name="Mute me").click()
    expect(olga.page.locator(OTHERS, has_text="Max")).to_have_attribute("data-muted", "true", timeout=15_000)

    # Removed: socket and connections end at once, at every end.
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

    # The end, for everyone.
    choose(olga, "End call for everyone")
    olga.page.get_by_role("button", name="End call for everyone").click()
    for who in (olga, max_):
        at_most(AT_ONCE, who, "The call has ended")

    # Without a host no one gets in; when one joins, the others get in by themselves.
    max_.page.get_by_role("button", name="Rejoin").click()
    shows(max_.page.get_by_role("heading", name="Waiting for Olga"))
    olga.page.get_by_role("button", name="Rejoin").click()
    max_.see_call_state("in-call")
