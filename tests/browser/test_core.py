"""The browser's core modules by themselves, in real browsers: negotiation, glare, loss, a crowd, keys at rest."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.services import wait_until

ROOT = Path(__file__).resolve().parents[2]
HARNESS = Path(__file__).resolve().parent / "harness"


class Files(SimpleHTTPRequestHandler):
    """Serves the harness and the static files, without a log."""

    def translate_path(self, path: str) -> str:
        """Map `/harness/` to the harness and everything else to the repository."""
        if path.startswith("/harness/"):
            return str(HARNESS / path.removeprefix("/harness/").split("?")[0])
        return super().translate_path(path)

    def log_message(self, *_arguments: Any, **_named: Any) -> None:
        """Log nothing."""


@pytest.fixture(scope="session")
def harness() -> Iterator[str]:
    """The address of the harness page."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(ROOT))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/harness/index.html"
        server.shutdown()


def open_world(browser: Browser, harness: str) -> Page:
    """Open the harness in a fresh profile."""
    page = browser.new_context().new_page()
    page.goto(harness)
    page.wait_for_function("() => globalThis.world !== undefined")
    return page


@contextmanager
def faultless_world(browser: Browser, harness: str, module: str) -> Iterator[Page]:
    """Open the harness with one of its modules; no error of the page may go unnoticed."""
    page = open_world(browser, harness)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.evaluate(f"import('/harness/{module}.js')")
    yield page
    page.context.close()
    assert errors == []


def post_to(queue: deque[str]) -> Callable[[str], None]:
    """Return the function by which a page hands a body to the other browser."""

    def post(body: str) -> None:
        queue.append(body)

    return post


@pytest.fixture
def page(chromium: Browser, harness: str) -> Iterator[Page]:
    """The harness in Chromium; no error may go unnoticed."""
    page = open_world(chromium, harness)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.context.close()
    assert errors == []


def test_no_connection_ends_at_another_certificate_than_the_pinned_one(page: Page) -> None:
    seen = page.evaluate("world.pinned(30)")
    assert (seen["honest"], seen["refused"], seen["connected"]) == (10, 20, 0)


def test_no_connection_to_a_removed_peer_stays(page: Page) -> None:
    assert page.evaluate("world.kick()") == {"kept": 1, "left": 0, "back": 0}


def test_two_people_meet_switch_the_camera_and_part(page: Page) -> None:
    seen = page.evaluate("world.meet()")
    for before, after in zip(seen["first"], seen["last"], strict=True):
        assert after["frames"] >= before["frames"] + 10
        assert after["energy"] > 0
        assert (after["video"], after["audio"]) == (1, 1)
    assert seen["messages"] <= 6  # offer, answer, and candidates in at most two batches a side
    assert seen["negotiated"] == 0
    assert seen["route"]["kind"] == "direct"
    assert seen["ended"] == "peer-removed"
    assert seen["noticed"] < 2000


@pytest.mark.parametrize("engine", ["chromium", "firefox"])
def test_once_the_channel_is_open_nothing_goes_through_the_relay(
    request: pytest.FixtureRequest, harness: str, engine: str
) -> None:
    page = open_world(request.getfixturevalue(engine), harness)
    seen = page.evaluate("world.withoutRelay()")
    assert seen["relayed"] == 0
    assert seen["first"] == [5, 5]  # microphone, camera, channel, and one pair of sections for both screens
    assert seen["last"] == [5, 5, 5, 5]
    assert "peer-removed" not in seen["kinds"]
    page.context.close()


@pytest.mark.parametrize("first", ['{"version":{"v":2}}', '{"version":1}', '{"media":{"audio":true}}', "x"])
def test_a_peer_that_speaks_another_version_is_refused(page: Page, first: str) -> None:
    assert page.evaluate("(first) => world.foreign(first)", first) == "version"


@pytest.mark.parametrize("pages", [1, pytest.param(4, marks=pytest.mark.long)])
def test_both_offer_at_once_fifty_times_on_each_page(chromium: Browser, harness: str, pages: int) -> None:
    for _ in range(pages):  # Chromium allows a renderer process 500 connections, those not yet collected included
        page = open_world(chromium, harness)
        seen = page.evaluate("world.glare(50)")
        assert seen["rounds"] == 50
        assert seen["transceivers"] == ["audio sendrecv, video sendrecv"]  # on both sides, and nothing doubled
        page.context.close()


def test_both_restart_at_once(page: Page) -> None:
    assert page.evaluate("world.restartGlare(20)") == {"ways": 20, "removed": 0, "agreed": True}


def test_what_comes_twice_and_late_changes_nothing(page: Page) -> None:
    assert page.evaluate("world.restartGlare(12, [60, 700, 1500])") == {"ways": 12, "removed": 0, "agreed": True}


def test_sound_is_sent_otherwise_without_a_word_to_the_other_side(page: Page) -> None:
    seen = page.evaluate("world.retuned()")
    assert seen == {"quiet": 0, "signalingState": "stable", "attempts": 2}


@pytest.mark.parametrize(
    ("kind", "offers"), [("both", "first"), ("earlier", "newcomer"), ("missed", "first"), ("back", "newcomer")]
)
def test_who_was_here_first_offers(page: Page, kind: str, offers: str) -> None:
    for ids in (["A" * 22, "z" * 22], ["z" * 22, "A" * 22]):
        assert page.evaluate("([kind, ids]) => world.firstOffer(kind, ids)", [kind, ids]) == [offers]


def test_the_order_of_ids_says_who_offers_when_no_one_knows_who_was_first(page: Page) -> None:
    assert page.evaluate("world.firstOffer('unknown', ['A'.repeat(22), 'z'.repeat(22)])") == ["newcomer"]


def test_four_people_come_within_50_ms(page: Page) -> None:
    assert page.evaluate("world.crowd(4, 50)") == {"connections": 6, "added": [3] * 4, "times": [3] * 4}


@pytest.mark.parametrize("kind", ["offer", "answer", "candidates"])
def test_what_is_lost_with_a_socket_is_made_up_for(page: Page, kind: str) -> None:
    seen = page.evaluate(f"world.losing('{kind}')")
    assert seen["lost"] >= 1
    assert seen["silent"]


def test_a_peer_that_comes_back_is_a_new_connection_in_the_same_tile(page: Page) -> None:
    assert page.evaluate("world.comeBack()") == {"same": True, "added": 1}


def test_a_hostile_peer_harms_nothing(page: Page) -> None:
    assert page.evaluate("world.hostile()")


def test_firefox_too_offers_both_at_once(firefox: Browser, harness: str) -> None:
    page = open_world(firefox, harness)
    seen = page.evaluate("world.glare(9)")
    assert seen["rounds"] == 9
    assert seen["transceivers"] == ["audio sendrecv, video sendrecv"]
    page.context.close()


@pytest.mark.parametrize("offers", [(True, False), (False, True), (True, True)])
def test_chromium_and_firefox_meet(
    chromium: Browser, firefox: Browser, harness: str, offers: tuple[bool, bool]
) -> None:
    pages = [open_world(browser, harness) for browser in (chromium, firefox)]
    pids = [page.evaluate("world.makePid()") for page in pages]
    queues: list[deque[str]] = [deque(), deque()]
    for side, page in enumerate(pages):
        page.expose_function("relayOut", post_to(queues[1 - side]))
    for side, page in enumerate(pages):
        page.evaluate(
            "([pid, other, offers]) => world.half(pid, other, offers)", [pids[side], pids[1 - side], offers[side]]
        )

    def turn() -> list[dict[str, float] | None]:
        for side, page in enumerate(pages):
            while queues[side]:
                page.evaluate("(body) => relayIn(body)", queues[side].popleft())
        return [page.evaluate("received()") for page in pages]

    seen: list[dict[str, float] | None] = [None, None]
    for _ in range(3000):
        seen = turn()
        if all(side and side["frames"] >= 10 and side["energy"] > 0 for side in seen):
            break
    assert all(side and side["frames"] >= 10 and side["energy"] > 0 for side in seen), seen
    assert [page.evaluate("route()")["kind"] for page in pages] == ["direct", "direct"]
    # Each sends its sound otherwise from now on, without a word: not one body is handed over, and media goes on.
    assert [page.evaluate("retune()") for page in pages] == ["stable", "stable"]
    before = [page.evaluate("received()") for page in pages]

    def goes_on() -> bool:
        now = [page.evaluate("received()") for page in pages]
        return all(of["frames"] > earlier["frames"] + 5 for of, earlier in zip(now, before, strict=True))

    wait_until(goes_on, 30, f"media goes on (before: {before})")
    for page in pages:
        page.evaluate("finish()")
        page.context.close()


@pytest.mark.parametrize("engine", ["chromium", "firefox"])
def test_a_tab_has_an_identity(request: pytest.FixtureRequest, harness: str, engine: str) -> None:
    page = open_world(request.getfixturevalue(engine), harness)
    identity = page.evaluate(
        "world.makeIdentity().then(({pid, publicKey, fingerprint}) => ({pid, size: publicKey.length, fingerprint}))"
    )
    assert len(identity["pid"]) == 22
    assert identity["size"] == 65
    assert len(identity["fingerprint"]) == 32 * 3 - 1
    page.context.close()


@pytest.mark.parametrize("engine", ["chromium", "firefox"])
def test_room_keys_at_rest(request: pytest.FixtureRequest, harness: str, engine: str) -> None:
    page = open_world(request.getfixturevalue(engine), harness)
    seen = page.evaluate("""async () => {
      const store = await import("/static/js/keys/key-store.js");
      const { makeRoomKey, roomKeyCheck } = await import("/static/js/keys/room-key.js");
      const raw = makeRoomKey();
      const check = String(await roomKeyCheck(raw, "tea", 2));
      await store.saveRoomKey("tea", 2, raw);
      const guest = await store.loadRoomKey("tea");
      const same = String(await roomKeyCheck(guest.key, "tea", 2)) === check;
      const locked = await crypto.subtle.exportKey("raw", guest.key).then(() => false, () => true);
      await store.saveRoomKey("tea", 3, raw, { extractable: true });
      const owner = await store.loadRoomKey("tea");
      await store.forgetRoomKey("tea");
      return {
        guest: [guest.epoch, "raw" in guest, guest.key.extractable], same, locked,
        owner: [owner.epoch, String(owner.raw) === String(raw)], forgotten: await store.loadRoomKey("tea"),
      };
    }""")
    assert seen == {"guest": [2, False, False], "same": True, "locked": True, "owner": [3, True], "forgotten": None}
    page.context.close()
