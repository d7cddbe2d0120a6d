"""Room keys: a new one during a call, the owner's second device, a lost key; and hidden addresses."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.app_server import AppServer
from tests.browser.conftest import Cast, server_with
from tests.browser.meeting import Meet, Meeting, make_meeting
from tests.browser.person import PASSWORD, Person, open_section, see_and_hear
from tests.browser.test_files import CATCH, MOVED, arrived, digest, open_files, send
from tests.browser.test_lobby import NOTE_TOASTS, toasted
from tests.services import CoturnServer, wait_until

OWN_CANDIDATES = """async () => {
  const [connection] = globalThis.meetingPoint.mesh.peers.values();
  const kinds = [...(await connection.getStats()).values()].filter(({ type }) => type === "local-candidate");
  return [...new Set(kinds.map(({ candidateType }) => candidateType))];
}"""
# By what kinds of addresses of this side packets go, over all connections that are open, those of files included.
OPEN_WAYS = """async () => {
  const kinds = [];
  for (const connection of caught.filter(({ connectionState }) => connectionState !== "closed")) {
    const stats = await connection.getStats();
    const transports = [...stats.values()].filter(({ type }) => type === "transport");
    const pairs = transports.map(({ selectedCandidatePairId }) => stats.get(selectedCandidatePairId)).filter(Boolean);
    kinds.push(...pairs.map(({ localCandidateId }) => stats.get(localCandidateId).candidateType));
  }
  return kinds;
}"""
OPEN_POLICIES = """() => [...new Set(caught.filter(({ connectionState }) => connectionState !== "closed")
  .map((connection) => connection.getConfiguration().iceTransportPolicy))]"""
RELAYED = "mp-tile[data-self='false'][data-route='relay']"
RENEWED = "This room has a new key, and you have it."
MODULES = "new URL('../', document.querySelector('script[type=module]').src).href"
HELD_EPOCH = f"""async (slug) => {{
  const {{ loadRoomKey }} = await import({MODULES} + "keys/key-store.js");
  const held = await loadRoomKey(slug);
  return [held?.epoch ?? 0, held?.raw !== undefined];
}}"""
LISTED = """() => new Promise((resolve) => {
  const { socket } = globalThis.meetingPoint;
  socket.on("joined", ({ peers }) => resolve((globalThis.listed = peers).length), { once: true });
  socket.rejoin();
})"""
# As if the server brought back those who are gone, with the hello that they had. Hellos are read in order: once that of
# the other has been read again, so have theirs.
BRING_BACK = """async () => {
  const { mesh, socket } = globalThis.meetingPoint;
  const gone = listed.filter(({ pid }) => !mesh.peers.has(pid));
  const here = listed.find(({ pid }) => mesh.peers.has(pid));
  const answered = new Promise((resolve) => mesh.on("peer-updated", resolve, { once: true }));
  for (const peer of [...gone, here]) socket.emit("peer-joined", { peer });
  await answered;
  return [gone.length, gone.filter(({ pid }) => mesh.peers.has(pid)).length];
}"""
# A key of an epoch that the room never had, as a dishonest server and a host could plant it together.
PLANT = f"""async (slug) => {{
  const {{ saveRoomKey }} = await import({MODULES} + "keys/key-store.js");
  await saveRoomKey(slug, 2 ** 53 - 1, crypto.getRandomValues(new Uint8Array(32)), {{ extractable: true }});
}}"""
HIDE_ADDRESSES = """
from rooms.models import Room
result = Room.objects.filter(slug=slug).update(relay_only=True)
"""
# A code is a picture; this is the link in another one, made as the button makes it.
ANOTHER_CODE = f"""async () => {{
  const {{ createInviteLink }} = await import({MODULES} + "keys/make-invite-link.js");
  const {{ loadRoomKey }} = await import({MODULES} + "keys/key-store.js");
  const {{ url, slug }} = document.querySelector("mp-second-device").dataset;
  const room = {{ url, slug, epoch: 1, key: (await loadRoomKey(slug)).raw }};
  return (await createInviteLink(room, {{ expires_in: 600, max_uses: 1, role: "owner" }})).link;
}}"""


def held(who: Person, slug: str) -> list[object]:
    """Return the epoch of the key in this person's browser, and whether it may leave it."""
    return who.page.evaluate(HELD_EPOCH, slug)


def test_a_removed_person_is_out_and_the_others_continue_with_a_new_key(person: Meet) -> None:
    def some_send(name: str, **context: Any) -> Person:
        """Let only those send whose pictures are watched later."""
        return person(name, devices_off=name not in ("Olga", "Guest"), **context)

    meeting = make_meeting(some_send, "Guest", "Max")
    olga, guest, out = meeting.olga, *meeting.guests
    for who in meeting.people:
        who.join()
    for who in meeting.people:
        who.see_others(2)
    assert olga.page.evaluate(LISTED) == 2
    office = olga.new_page()
    office.goto(f"{olga.app.origin}/rooms/{meeting.slug}/#people")
    # The list has the owner first, then the guests in the order in which they came.
    office.get_by_role("button", name="Remove").last.click()
    expect(out.page.get_by_role("heading", name="You were removed from the room")).to_be_visible()
    expect(olga.page.get_by_text(RENEWED)).to_be_visible(timeout=15_000)
    assert olga.page.evaluate(BRING_BACK) == [1, 0]
    wait_until(lambda: held(guest, meeting.slug) == [2, False], 15, "the guest has the new key")
    assert held(olga, meeting.slug) == [2, True]
    for who in (olga, guest):
        who.see_others(1)
    see_and_hear((olga, guest), 1)
    # The old link opens nothing; the key that was handed over outlives a reload; a new link brings a newcomer.
    out.follow(meeting.link)
    expect(out.page.get_by_role("heading", name=re.compile("revoked|removed"))).to_be_visible()
    guest.page.reload()
    guest.join()
    office.goto(f"{olga.app.origin}/rooms/{meeting.slug}/")
    newcomer = some_send("Ada")
    newcomer.redeem(create_link_on(office))
    newcomer.join()
    for who in (olga, guest, newcomer):
        who.see_others(2)


def create_link_on(page: Page) -> str:
    """Create an invite link for one person on the room's page."""
    open_section(page, "links")
    page.get_by_role("button", name="Create invite link").click()
    made = page.get_by_label("Invite link")
    expect(made).to_have_value(re.compile("/i#k="))
    return made.input_value()


@pytest.mark.devices_off
def test_the_owner_brings_the_key_to_another_device(person: Meet) -> None:
    olga, phone, sam = person("Olga"), person("Olga"), person("Sam")
    olga.sign_in()
    slug = olga.create_room()
    olga.open_section("key")
    with olga.page.expect_response("**/invites") as made:
        olga.page.get_by_role("button", name="Use this room on another device").click()
    assert made.value.status == 201
    expect(olga.page.get_by_role("img", name="QR code for your other device")).to_be_visible()
    link = olga.page.evaluate(ANOTHER_CODE)
    sam.follow(link)
    expect(sam.page.get_by_role("heading", name="This code is for the room's owner")).to_be_visible()
    phone.follow(link)
    phone.page.get_by_role("link", name="Sign in").click()
    phone.page.get_by_label("Email address").fill(phone.address)
    phone.page.get_by_label("Password").fill(PASSWORD)
    phone.page.get_by_role("button", name="Sign in", exact=True).click()
    phone.page.get_by_role("button", name="Join", exact=True).click()
    phone.page.wait_for_url("**/r/*")
    phone.see_call_state("in-call")
    assert held(phone, slug) == [1, True]


@pytest.mark.devices_off
def test_a_lost_key_is_replaced_by_a_new_beginning(person: Meet) -> None:
    olga, other = person("Olga"), person("Olga")
    olga.sign_in()
    slug = olga.create_room()
    other.sign_in()
    other.go(f"/rooms/{slug}/")
    expect(other.page.get_by_text("This browser doesn't have the room key, so it can't create links.")).to_be_visible()
    other.open_section("key")
    other.page.get_by_text("Create a new key…").click()
    other.page.evaluate(PLANT, slug)
    other.page.get_by_role("button", name="Lost the key? Create a new one").click()
    expect(other.page.get_by_text("This browser has a later key than the server names")).to_be_visible()
    other.page.get_by_role("button", name="Replace the later key").click()
    expect(other.page.get_by_role("button", name="Copy invite link")).to_be_visible()
    assert held(other, slug) == [2, True]
    olga.go(f"/r/{slug}")
    expect(olga.page.get_by_text("Your room key is out of date")).to_be_visible()


@pytest.mark.devices_off
def test_a_room_that_hides_addresses_needs_a_relay(person: Meet) -> None:
    meeting = make_meeting(person, "Guest")
    # It was chosen while the site had a relay.
    assert meeting.olga.app.run_python(HIDE_ADDRESSES, slug=meeting.slug) == 1
    guest = meeting.guests[0]
    guest.page.reload()
    expect(guest.page.get_by_text("this site has no relay server to carry the call")).to_be_visible()
    expect(guest.page.locator("#join-form button[type=submit]")).to_be_disabled()


@pytest.fixture
def relayed_app(cast: Cast, coturn_server: CoturnServer) -> Iterator[AppServer]:
    """A server with a relay."""
    with server_with(cast, **coturn_server.settings) as server:
        yield server


@pytest.mark.long
def test_addresses_are_hidden_in_the_middle_of_a_call_and_stay_hidden(person: Meet, cast: Cast, tmp_path: Path) -> None:
    with CoturnServer() as turn, server_with(cast, **turn.settings) as app:
        meeting = make_meeting(person, "Guest", server=app)
        olga, (guest,) = meeting.olga, meeting.guests
        for who in meeting.people:
            who.page.add_init_script(CATCH)
            who.page.reload()
            who.join()
        see_and_hear(meeting.people, 1)
        hide_addresses(meeting)
        for who in meeting.people:
            expect(who.page.locator(RELAYED)).to_be_visible(timeout=20_000)
        see_and_hear(meeting.people, 1)

        # If the room no longer hides them, those who joined under that rule keep theirs hidden, and read why.
        for who in meeting.people:
            who.page.evaluate(NOTE_TOASTS)
        hide_addresses(meeting, hide=False)
        for who in meeting.people:
            toasted(who, "Yours stays hidden until you leave.")
            assert who.page.evaluate(OPEN_POLICIES) == ["relay"]
        hide_addresses(meeting)

        # Files, too, go by the relay.
        file = tmp_path / "holiday.tar"
        file.write_bytes(os.urandom(300_000))
        send(olga, file)
        offered = open_files(guest)
        offered.get_by_role("button", name="Download").click()
        assert arrived(guest, offered) == digest(file)
        for who in meeting.people:
            assert set(who.page.evaluate(OPEN_WAYS)) == {"relay"}

        # And from the start: nothing but relayed candidates was ever gathered.
        guest.page.reload()
        guest.join()
        guest.see_others(1)
        expect(guest.page.locator(RELAYED)).to_be_visible(timeout=20_000)
        assert guest.page.evaluate(OWN_CANDIDATES) == ["relay"]

        # While the relay is away, no one connects directly.
        turn.kill()
        for who in meeting.people:
            expect(who.page.get_by_text("The relay server doesn't respond").first).to_be_visible(timeout=40_000)
            assert who.page.evaluate(OWN_CANDIDATES) in ([], ["relay"])
        turn.start()
        for who in meeting.people:
            who.see_others(1, seconds=40)
        see_and_hear(meeting.people, 1, seconds=40)


@pytest.mark.long
def test_files_are_hidden_in_the_middle_of_a_transfer_as_well(
    person: Meet, relayed_app: AppServer, tmp_path: Path
) -> None:
    meeting = make_meeting(person, "Guest", server=relayed_app)
    olga, (guest,) = meeting.olga, meeting.guests
    file = tmp_path / "holiday.tar"
    file.write_bytes(os.urandom(80_000_000))
    for who in meeting.people:
        who.page.add_init_script(CATCH)
        who.page.reload()
        who.join()
    olga.see_others(1)
    send(olga, file)
    offered = open_files(guest)
    offered.get_by_role("button", name="Download").click()
    wait_until(lambda: guest.page.evaluate(MOVED) > 4_000_000, 30, "some of it came")
    guest.page.locator(".transfer").first.get_by_role("button", name="Pause").click()
    assert "host" in olga.page.evaluate(OPEN_WAYS)
    hide_addresses(meeting)

    def is_relayed() -> bool:
        return all("host" not in who.page.evaluate(OPEN_WAYS) for who in meeting.people)

    wait_until(is_relayed, 20, "no direct way is left")
    guest.page.locator(".transfer").first.get_by_role("button", name="Resume").click()
    assert arrived(guest, offered, 90) == digest(file)
    for who in meeting.people:
        assert set(who.page.evaluate(OPEN_WAYS)) == {"relay"}


@pytest.mark.long
def test_a_peer_that_starts_over_before_the_others_know_why_has_not_left(person: Meet, relayed_app: AppServer) -> None:
    meeting = make_meeting(person, "Guest", server=relayed_app)
    (guest,) = meeting.guests
    release = hold_back(guest, "room")
    guest.page.reload()
    for who in meeting.people:
        who.join()
    see_and_hear(meeting.people, 1)
    hide_addresses(meeting)
    # Olga has closed the connection and offers another; the guest does not know yet that addresses are to be hidden.
    for who in meeting.people:
        expect(who.page.locator(RELAYED)).to_be_visible(timeout=20_000)
    release()
    see_and_hear(meeting.people, 1)
    for who in meeting.people:
        expect(who.page.locator(RELAYED)).to_be_visible(timeout=20_000)


def hold_back(who: Person, kind: str) -> Callable[[], None]:
    """Hold back messages of a type from this person's page, from its next load on; return what lets them through."""
    kept: list[tuple[WebSocketRoute, str | bytes]] = []

    def between(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def hand_on(data: str | bytes) -> None:
            if json.loads(data)["type"] == kind:
                kept.append((route, data))
            else:
                route.send(data)

        server.on_message(hand_on)

    who.page.route_web_socket("**/ws/rooms/*", between)

    def release() -> None:
        for route, data in kept:
            route.send(data)

    return release


def hide_addresses(meeting: Meeting, hide: bool = True) -> None:
    """Let Olga change the room in another tab."""
    page = meeting.olga.new_page()
    page.goto(f"{meeting.olga.app.origin}/rooms/{meeting.slug}/")
    open_section(page, "settings")
    page.get_by_label("Hide IP addresses").set_checked(hide)
    page.locator("#settings").get_by_role("button", name="Save").click()
    expect(page.locator(".site-messages").get_by_text("Saved.")).to_be_visible()
    page.close()
