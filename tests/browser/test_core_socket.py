"""The signaling socket and the mesh against a real server that restarts, in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from rooms.live.close_codes import CloseCode
from tests.app_server import AppServer
from tests.browser.person import Person

# Two tabs' worth of sockets and meshes of one member in one page, as the call page wires them.
CAST = """async ([path, names]) => {
  const base = document.querySelector('link[rel=stylesheet]').href.replace(/css\\/.*$/, 'js/');
  const from = (file) => import(base + file);
  const { SignalingSocket } = await from('signaling/socket.js');
  const { Mesh } = await from('peer/mesh.js');
  const { makeIdentity } = await from('keys/identity.js');
  globalThis.cast = {};
  for (const name of names) {
    const { pid, certificate } = await makeIdentity();
    const socket = new SignalingSocket({ url: path, pid, hello: JSON.stringify({ v: 1, name }) });
    const mesh = new Mesh({ pid, certificate, send: (to, body) => socket.relay(to, body) });
    const who = { pid, socket, mesh, states: [], joins: 0, codes: [], peerStates: [] };
    socket.on('state', (detail) => {
      who.states.push(detail.state);
      if (detail.code) who.codes.push(detail.code);
    });
    socket.on('joined', (detail) => {
      who.joins += 1;
      mesh.setIceServers(detail.ice);
      mesh.onJoined(detail.peers);
    });
    socket.on('peer-joined', ({ peer }) => mesh.addPeer(peer));
    socket.on('peer-left', ({ pid }) => mesh.removePeer(pid));
    socket.on('roster', ({ peers }) => mesh.syncPeers(peers));
    socket.on('relay', ({ from, body }) => mesh.receiveBody(from, body));
    mesh.on('peer-state', ({ state }) => who.peerStates.push(state));
    globalThis.cast[name] = who;
  }
  globalThis.connected = () => Object.values(cast).every(({ mesh }) =>
    mesh.peers.size === names.length - 1 && [...mesh.peers.values()].every(({ state }) => state === 'connected'));
}"""


def create_room(app: AppServer, address: str) -> str:
    """Create a room of this person and return its slug."""
    code = """
from accounts.models import User
from rooms.flows.rooms import create_room
result = create_room(User.objects.get(email=address), "Tea").slug
"""
    return str(app.run_python(code, address=address))


def arrive(who: Person) -> Page:
    """Sign in and wait for the first page."""
    who.sign_in()
    who.go("/rooms/")
    return who.page


def wait(page: Page, condition: str, seconds: float = 20) -> None:
    """Wait until an expression is true. `wait_for_function` would use `eval`, which the page's policy forbids."""
    page.evaluate(f"""async () => {{
      const end = Date.now() + {seconds * 1000};
      while (!({condition})) {{
        if (Date.now() > end) throw new Error('not in time: ' + JSON.stringify(cast));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }}
    }}""")


@pytest.mark.long
def test_a_call_outlives_the_server_and_the_socket_comes_back(chromium: Browser, own_app: AppServer) -> None:
    olga = Person(chromium, own_app, "Olga")
    page = arrive(olga)
    slug = create_room(own_app, olga.address)
    page.evaluate(CAST, [f"/ws/rooms/{slug}", ["desk", "sofa"]])

    # Both come in and connect.
    page.evaluate("cast.desk.socket.start()")
    wait(page, "cast.desk.joins === 1")
    page.evaluate("cast.sofa.socket.start()")
    wait(page, "connected()")

    # The server goes: the sockets wait, the call does not notice.
    own_app.stop()
    wait(page, "Object.values(cast).every(({ socket }) => socket.state !== 'open')")
    assert page.evaluate("connected()")
    assert page.evaluate("cast.desk.codes[0]") == CloseCode.DRAINING

    # An ICE restart that begins without the server completes once the server is back.
    page.evaluate("cast.desk.mesh.peers.get(cast.sofa.pid).restartIce()")
    own_app.start()
    wait(page, "Object.values(cast).every(({ socket, joins }) => socket.state === 'open' && joins === 2)")
    wait(page, "connected()")
    assert page.evaluate("cast.desk.peerStates.filter((state) => state === 'connected').length") == 1

    # One leaves: the other sees it.
    page.evaluate("(cast.sofa.mesh.close(), cast.sofa.socket.leave())")
    wait(page, "cast.desk.mesh.peers.size === 0", 2)
    assert page.evaluate("cast.sofa.socket.state") == "stopped"

    # The room is closed: the socket stops for good and says why.
    own_app.run_python(
        "from rooms.flows.rooms import close_room; from rooms.models import Room; "
        "close_room(Room.objects.get(slug=slug))",
        slug=slug,
    )
    page.evaluate("cast.desk.socket.leave()")
    page.evaluate("cast.desk.socket.start()")
    wait(page, "cast.desk.socket.state === 'stopped' && cast.desk.codes.length > 1")
    assert page.evaluate("cast.desk.codes.at(-1)") == CloseCode.ROOM_CLOSED
    assert all("ERR_CONNECTION_REFUSED" in complaint for complaint in olga.complaints)
    olga.close()


def test_a_socket_that_the_server_forgot_is_noticed_by_its_ping(chromium: Browser, app: AppServer) -> None:
    max_ = Person(chromium, app, "Max")
    max_.page.clock.install()
    page = arrive(max_)
    slug = create_room(app, max_.address)
    # The proxy swallows what the browser says after it has joined: half a connection, as after a change of network.
    swallow: list[bool] = []

    def proxy(route: Any) -> None:
        server = route.connect_to_server()  # what the server says goes on to the page by itself
        route.on_message(lambda message: None if swallow else server.send(message))

    page.route_web_socket(f"**/ws/rooms/{slug}", proxy)
    page.evaluate(CAST, [f"/ws/rooms/{slug}", ["desk"]])
    page.evaluate("cast.desk.socket.start()")
    wait(page, "cast.desk.joins === 1")
    swallow.append(True)
    page.clock.run_for(18_000)
    assert page.evaluate("cast.desk.socket.state") == "open"
    page.clock.run_for(3_000)
    assert page.evaluate("cast.desk.socket.state") in ("waiting", "connecting", "joining")
    swallow.clear()
    page.clock.run_for(2_000)
    wait(page, "cast.desk.joins === 2")
    max_.close()
