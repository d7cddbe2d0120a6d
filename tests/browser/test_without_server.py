"""A call without the server: everything works but joining."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import WebSocket, expect

from tests.app_server import AppServer
from tests.browser.conftest import Cast, server_with
from tests.browser.meeting import Meet, Meeting, make_meeting
from tests.browser.person import Person, see_and_hear
from tests.services import CoturnServer

OTHERS = "mp-tile[data-self='false']"
# Every connection of the page, how many descriptions it sent to the other side, and the longest time without a new
# picture of any person. A connection that changes how it sends sound sets descriptions, too, but sends none.
WATCH = """
const Real = globalThis.RTCPeerConnection;
globalThis.connections = [];
globalThis.negotiated = 0;
globalThis.RTCPeerConnection = class extends Real {
  constructor(configuration) {
    super(configuration);
    connections.push(this);
  }
};
const { send } = RTCDataChannel.prototype;
RTCDataChannel.prototype.send = function (data) {
  globalThis.negotiated += typeof data === 'string' && data.includes('"description"');
  return send.call(this, data);
};
globalThis.pictures = 0;
globalThis.watchPictures = () => {
  for (const video of document.querySelectorAll("mp-tile[data-self='false'] video")) {
    const shown = () => {
      globalThis.pictures += 1;
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  }
};
"""
SHARE = """() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
  const paint = canvas.getContext('2d');
  let turn = 0;
  setInterval(() => { paint.fillStyle = turn++ % 2 ? 'teal' : 'white'; paint.fillRect(0, 0, 320, 180); }, 60);
  meetingPoint.mesh.setScreen({ video: canvas.captureStream(15).getVideoTracks()[0] });
}"""
SEE_SCREENS = """async (count) => {
  const videos = new Map();
  const end = Date.now() + 20000;
  for (;;) {
    const screens = [...meetingPoint.mesh.peers.values()].map(({ screen }) => screen).filter(Boolean);
    for (const screen of screens) {
      if (videos.has(screen)) continue;
      const video = Object.assign(document.createElement('video'), { srcObject: screen, muted: true });
      document.body.append(video);
      void video.play();
      videos.set(screen, video);
    }
    const moving = screens.filter((screen) => videos.get(screen).getVideoPlaybackQuality().totalVideoFrames > 3);
    if (screens.length === count && moving.length === count) break;
    if (Date.now() > end) throw new Error(`${screens.length} screens, ${moving.length} of them moving`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const video of videos.values()) video.remove();
}"""
# The first connection of the page goes only through the TURN server.
RELAY_FIRST = """
const Any = globalThis.RTCPeerConnection;
globalThis.RTCPeerConnection = class extends Any {
  constructor(configuration) {
    super(connections.length === 0 ? { ...configuration, iceTransportPolicy: 'relay' } : configuration);
  }
};
"""
ANY_WAY = "connections[0].setConfiguration({ ...connections[0].getConfiguration(), iceTransportPolicy: 'all' })"
SEE_ROUTE = """async ([pid, wanted]) => {
  const end = Date.now() + 20000;
  for (;;) {
    const stats = await meetingPoint.mesh.peers.get(pid).getStats();
    const { selectedCandidatePairId } = [...stats.values()].find(({ type }) => type === 'transport') ?? {};
    const pair = stats.get(selectedCandidatePairId);
    const types = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => stats.get(id)?.candidateType);
    if (types.every((type) => type && (type === 'relay') === (wanted === 'relay'))) return;
    if (Date.now() > end) throw new Error(`the way is ${types}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}"""
COUNT_CARRIED = """() => {
  globalThis.carried = 0;
  const { mesh } = meetingPoint;
  const count = (pid) => mesh.peers.get(pid).on('message', ({ topic }) => { globalThis.carried += topic === 'relay'; });
  for (const pid of mesh.peers.keys()) count(pid);
  mesh.on('peer-added', ({ pid }) => count(pid));
}"""


def own_pid(who: Person) -> str:
    """Return the id of this person's tab."""
    return str(who.page.locator("mp-tile[data-self='true']").get_attribute("data-pid"))


def tile(who: Person, other: str) -> Any:
    """Return the tile that shows the other."""
    return who.page.locator(f"mp-tile[data-pid='{other}']")


def begin(meeting: Meeting, through_turn: tuple[Person, ...] = ()) -> None:
    """Let everyone join, watched, and wait until all see all."""
    for who in meeting.people:
        who.context.add_init_script(WATCH + (RELAY_FIRST if who in through_turn else ""))
        who.page.reload()
        who.join()
    for who in meeting.people:
        who.see_others(len(meeting.people) - 1)
    see_and_hear(meeting.people, len(meeting.people) - 1)


def listen_to_socket(who: Person) -> list[str]:
    """Return the list into which everything goes that this page sends to the server from now on, but for pings."""
    sent: list[str] = []

    def note(data: str | bytes) -> None:
        if '"ping"' not in str(data):
            sent.append(str(data))

    def follow(socket: WebSocket) -> None:
        socket.on("framesent", note)

    who.page.on("websocket", follow)
    return sent


def see_pictures(who: Person) -> None:
    """Wait until pictures of the others have gone on."""
    before = who.page.evaluate("pictures")
    who.page.wait_for_function("(before) => pictures > before + 10", arg=before)


def test_mute_state_and_screens_need_no_server(own_app: AppServer, person: Meet) -> None:
    meeting = make_meeting(person, "Guest", server=own_app)
    olga, guest = meeting.olga, meeting.guests[0]
    sent = [listen_to_socket(who) for who in meeting.people]
    begin(meeting)

    # With the server there, nothing goes to it any more: the first screen is negotiated over the channel.
    before = [len(frames) for frames in sent]
    olga.page.evaluate(SHARE)
    guest.page.evaluate(SEE_SCREENS, 1)
    assert [len(frames) for frames in sent] == before
    for who in meeting.people:
        assert who.page.evaluate("connections.length === 1 && negotiated > 0")
    olga.page.evaluate("meetingPoint.mesh.setScreen(null)")

    # It is killed. Muting is seen, screens are shared by both, and the banner says that no one can join.
    for who in meeting.people:
        who.page.evaluate("watchPictures()")
    own_app.kill()
    for who in meeting.people:
        expect(who.page.locator("#banner")).to_contain_text("Your call continues, but no one new can join.")
    olga.page.keyboard.press("m")
    expect(tile(guest, own_pid(olga))).to_have_attribute("data-muted", "true")
    for who in meeting.people:
        see_pictures(who)
        who.page.evaluate(SHARE)
    for who in meeting.people:
        who.page.evaluate(SEE_SCREENS, 1)

    # It comes back: presence is right again, and the connections have not been touched.
    negotiated = [who.page.evaluate("[connections.length, negotiated]") for who in meeting.people]
    own_app.start()
    for who in meeting.people:
        who.see_call_state("in-call", seconds=20)
        who.see_others(1)
        who.page.evaluate(SEE_SCREENS, 1)
        see_pictures(who)
    assert [who.page.evaluate("[connections.length, negotiated]") for who in meeting.people] == negotiated


@pytest.fixture
def turn() -> Iterator[CoturnServer]:
    """A TURN server of this test's own."""
    with CoturnServer() as server:
        yield server
        server.signal(signal.SIGCONT)


@pytest.fixture
def relayed_app(cast: Cast, turn: CoturnServer) -> Iterator[AppServer]:
    """A server of this test's own that names the TURN server."""
    with server_with(cast, **turn.settings) as server:
        yield server


@pytest.mark.long
def test_a_pair_whose_path_is_cut_finds_another_through_a_third_person(
    relayed_app: AppServer, turn: CoturnServer, person: Meet
) -> None:
    meeting = make_meeting(person, "Guest", "Gwen", server=relayed_app)
    olga, (guest, gwen) = meeting.olga, meeting.guests
    begin(meeting, through_turn=(olga, guest))
    gwen.page.evaluate(COUNT_CARRIED)
    ends = [(olga, own_pid(guest)), (guest, own_pid(olga))]

    # Olga and Guest, who came first, see each other through the TURN server.
    for who, other in ends:
        who.page.evaluate(SEE_ROUTE, [other, "relay"])

    # The server is gone, and then the TURN server freezes: what goes into it does not come out.
    relayed_app.kill()
    expect(olga.page.locator("#banner")).to_be_visible()
    assert gwen.page.evaluate("carried") == 0
    for who, _ in ends:
        who.page.evaluate(ANY_WAY)
    turn.signal(signal.SIGSTOP)
    for who, other in ends:
        expect(tile(who, other)).to_have_attribute("data-state", "interrupted")
        expect(tile(who, other)).to_contain_text("Connection lost, reconnecting…")

    # Gwen carries what the two have to say to each other, and they find the direct way.
    for who, other in ends:
        expect(tile(who, other)).to_have_attribute("data-state", "connected", timeout=20_000)
        who.page.evaluate(SEE_ROUTE, [other, "direct"])
    for who, _ in ends:
        who.see_and_hear(2)
    assert gwen.page.evaluate("carried") > 0
    expect(olga.page.locator("#banner")).to_be_visible()


@pytest.mark.long
def test_the_tab_that_comes_last_has_the_call(person: Meet) -> None:
    meeting = make_meeting(person, "Guest")
    begin(meeting)
    olga, guest = meeting.olga, meeting.guests[0]
    first, before = olga.page, own_pid(olga)

    olga.page = olga.new_page()
    olga.join(meeting.slug)
    expect(first.get_by_role("heading", name="This call is open in another tab")).to_be_visible()
    olga.see_others(1)
    guest.see_others(1)
    expect(tile(guest, before)).to_have_count(0)
    guest.see_and_hear(1)

    # It can be taken back.
    first.get_by_role("button", name="Switch to this tab").click()
    expect(olga.page.get_by_role("heading", name="This call is open in another tab")).to_be_visible()
    olga.page = first
    olga.see_others(1)
    guest.see_others(1)
