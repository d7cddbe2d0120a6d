"""Sealed signaling through the real pages: what the server carries, and what a lying server achieves."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import WebSocket, WebSocketRoute, expect

from tests.browser.person import Person

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
    """Make a room as Olga, bring the guest to its door with a link, and return its slug."""
    olga.sign_in()
    slug = olga.make_room("Sealed meeting")
    link = olga.make_link()
    guest.accept(link)
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
        who.see_and_hear(1)
    expect(olga.page.locator("mp-tile[data-self='false'] .tile__name")).to_have_text("Gustav")
    for heard in frames:
        assert any('"relay"' in frame for frame in heard)
        assert [word for frame in heard for word in TELLTALE if word in frame] == []


def test_a_server_that_swaps_the_fingerprint_is_refused_and_it_is_said(person: Meet) -> None:
    olga, guest = person("Olga"), person("Gustav")
    slug = invited(olga, guest)
    olga.join(slug)
    lie_about(guest, lambda hello: hello.update(fp=":".join(["AB"] * 32)))
    guest.page.reload()
    guest.join()
    refused = guest.page.locator("mp-tile[data-state='refused']")
    expect(refused).to_have_count(1, timeout=5000)
    expect(guest.page.get_by_text("cannot show that they hold this room's key")).to_be_visible(timeout=5000)
    assert guest.page.evaluate("meetingPoint.mesh.peers.size") == 0
