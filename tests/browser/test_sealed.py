"""Sealed signaling through the real pages: what the server carries, and what a lying server achieves."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import WebSocket, WebSocketRoute, expect

from tests.app_server import AppServer
from tests.browser.meeting import start_call
from tests.browser.person import Person, see_and_hear

Meet = Callable[..., Person]
TELLTALE = ("candidate:", "a=fingerprint", "v=0", "ice-ufrag", "Olga", "Gustav", "typ host", "description")


def listen(who: Person) -> list[str]:
    """Note every frame that this person's page sends or gets from now on."""
    frames: list[str] = []

    def opened(socket: WebSocket) -> None:
        socket.on("framesent", lambda data: frames.append(str(data)))
        socket.on("framereceived", lambda data: frames.append(str(data)))

    who.page.on("websocket", opened)
    return frames


def lie_about(who: Person, change: Callable[[dict[str, Any]], None]) -> None:
    """Put a server in front of this person that changes every hello on its way to them."""

    def between(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def hand_on(data: str | bytes) -> None:
            message = json.loads(data)
            for peer in [*message.get("peers", []), *([message["peer"]] if "peer" in message else [])]:
                hello = json.loads(peer["hello"])
                change(hello)
                peer["hello"] = json.dumps(hello)
            route.send(json.dumps(message))

        server.on_message(hand_on)

    who.page.route_web_socket("**/ws/rooms/*", between)


def invited(olga: Person, guest: Person) -> str:
    """Create a room as Olga, let the guest accept a link, and return the slug."""
    olga.sign_in()
    slug, link = olga.make_room("Sealed meeting")
    guest.redeem(link)
    return slug


def test_the_server_carries_no_name_no_description_and_no_candidate(person: Meet) -> None:
    olga, guest = person("Olga"), person("Gustav")
    slug = invited(olga, guest)
    olga.go(f"/r/{slug}")
    frames = [listen(who) for who in (olga, guest)]
    olga.join()
    guest.join()
    for who in (olga, guest):
        who.see_others(1)
    see_and_hear((olga, guest), 1)
    expect(olga.page.locator("mp-tile[data-self='false'] .tile__name")).to_have_text("Gustav")
    for seen in frames:
        assert any('"relay"' in frame for frame in seen)
        assert [word for frame in seen for word in TELLTALE if word in frame] == []


def test_a_server_that_swaps_the_fingerprint_is_refused_and_it_is_said(person: Meet) -> None:
    olga, guest = person("Olga"), person("Gustav")
    slug = invited(olga, guest)
    olga.join(slug)
    lie_about(guest, lambda hello: hello.update(fp=":".join(["AB"] * 32)))
    guest.page.reload()
    guest.join()
    refused = guest.page.locator("mp-tile[data-state='refused']")
    expect(refused).to_have_count(1, timeout=5000)
    expect(guest.page.get_by_text("without this room's key")).to_be_visible(timeout=5000)
    assert guest.page.evaluate("meetingPoint.mesh.peers.size") == 0


def set_key(app: AppServer, slug: str, epoch: int, *, keep_check: bool = True) -> None:
    """Let the server claim another epoch, or another key, for the room."""
    app.run_python(
        """
from rooms.models import Room
room = Room.objects.get(slug=slug)
room.epoch = epoch
room.key_check = room.key_check if keep_check else bytes(16)
room.save()
""",
        slug=slug,
        epoch=epoch,
        keep_check=keep_check,
    )


def test_people_meet_in_a_room_without_a_key_too(person: Meet, app: AppServer) -> None:
    slug = app.run_python(
        """
from accounts.models import User
from rooms.flows.rooms import create_room
from rooms.models import Membership, Role
room = create_room(User.objects.get(email="olga@example.org"), "Without a key")
Membership.objects.create(room=room, user=User.objects.get(email="max@example.org"), role=Role.MEMBER)
result = room.slug
"""
    )
    people = [person("Olga"), person("Max")]
    for who in people:
        who.sign_in()
        who.join(str(slug))
    for who in people:
        who.see_others(1)
    see_and_hear(people, 1)
    expect(people[0].page.locator("mp-tile[data-self='false'] .tile__name")).to_have_text("Max")


def test_a_key_that_does_not_fit_lets_no_one_in(person: Meet, app: AppServer) -> None:
    olga, guest = person("Olga"), person("Gustav")
    slug = invited(olga, guest)
    for epoch, keep_check, said in (
        (2, True, "Your room key is out of date"),
        (0, True, "Something is wrong with this room's key"),  # taken back
        (1, False, "Your key doesn't match this room"),
    ):
        set_key(app, slug, epoch, keep_check=keep_check)
        guest.page.reload()
        expect(guest.page.locator("#key-problem")).to_contain_text(said)
        expect(guest.page.get_by_role("button", name="Join", exact=True)).to_be_disabled()


@pytest.mark.long
def test_a_server_that_takes_the_key_back_during_a_call_is_not_followed(person: Meet, own_app: AppServer) -> None:
    meeting = start_call(person, "Gustav", server=own_app)
    set_key(own_app, meeting.slug, 0)
    own_app.stop()
    own_app.start()
    for who in meeting.people:
        who.see_call_state("ended", seconds=30)
        expect(who.page.get_by_text("Something is wrong with this room's key")).to_be_visible()
