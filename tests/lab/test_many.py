"""More people in one browser than two cores can serve, for five minutes: no one is lost, and no one is silent."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.camera import make_camera
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.browser.meeting import ANYONE, Meet
from tests.browser.person import Person, see_and_hear
from tests.lab.figures import measure
from tests.services import find_binary

pytestmark = pytest.mark.scaled_video
LONG_S = 300
# Of everyone else: samples of sound received and made up; the longest time without a picture, moving or still, in ms.
WATCH = """() => {
  const seen = (globalThis.seen = { peers: {}, failed: 0 });
  const of = (pid) => (seen.peers[pid] ??= { frames: 0, stills: 0, samples: 0, concealed: 0, at: Date.now(), gap: 0 });
  const look = (one) => (one.gap = Math.max(one.gap, Date.now() - one.at));
  const moved = (one) => (look(one), (one.at = Date.now()));
  meetingPoint.adaptation.on('snapshot', (detail) => {
    of(detail.pid).stills += 1;
    moved(of(detail.pid));
  });
  meetingPoint.mesh.on('peer-state', ({ state }) => { seen.failed += state === 'failed'; });
  setInterval(async () => {
    for (const [pid, peer] of meetingPoint.mesh.peers) {
      const one = of(pid);
      for (const entry of (await peer.getStats()).values()) {
        if (entry.type !== 'inbound-rtp') continue;
        if (entry.kind === 'video' && entry.framesDecoded > one.frames) {
          one.frames = entry.framesDecoded;
          moved(one);
        }
        if (entry.kind !== 'audio') continue;
        one.samples = entry.totalSamplesReceived ?? 0;
        one.concealed = (entry.concealedSamples ?? 0) - (entry.silentConcealedSamples ?? 0);
      }
      look(one);
    }
  }, 500);
}"""
RESTARTED = "[...meetingPoint.mesh.peers.values()].filter(({ state }) => state !== 'connected').length"


@pytest.fixture
def one_chromium(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a camera of 640×360 at 15 frames a second: four times the picture with which two cores are full."""
    camera = make_camera(tmp_path_factory.mktemp("camera") / "camera.y4m", scale=2, rate=15)
    arguments = [*CHROMIUM_ARGUMENTS, f"--use-file-for-fake-video-capture={camera}"]
    program = str(find_binary("chromium-headless-shell"))
    browser = driver.chromium.launch(executable_path=program, headless=True, args=arguments)
    yield browser
    browser.close()


def gather(person: Meet, browser: Browser, *names: str) -> list[Person]:
    """Bring Olga and the others together, all in one browser."""
    olga = person("Olga", browser=browser)
    olga.sign_in()
    slug = olga.create_room(people=len(names) + 1)
    link = olga.create_link(lets_in=ANYONE)
    people = [olga, *(person(name, browser=browser) for name in names)]
    for who in people[1:]:
        who.follow(link)
    olga.join(slug)
    for who in people[1:]:
        who.join()
    for who in people:
        who.see_others(len(names), seconds=60)
    see_and_hear(people, len(names), seconds=60)
    return people


@pytest.mark.parametrize(("count", "still"), [(4, 5), (5, 15)])
def test_so_many_people_for_five_minutes(person: Meet, one_chromium: Browser, count: int, still: float) -> None:
    people = gather(person, one_chromium, *["Gast", "Guest", "Gust", "Gwen"][: count - 1])
    for who in people:
        who.page.evaluate(WATCH)
    end = time.monotonic() + LONG_S
    while time.monotonic() < end:
        for who in people:
            who.page.wait_for_timeout(1000)
            assert who.page.evaluate("seen.failed") == 0, who.name
    seen = [one for who in people for one in who.page.evaluate("Object.values(seen.peers)")]
    assert len(seen) == count * (count - 1)
    assert [who.page.evaluate(RESTARTED) for who in people] == [0] * count
    measure(f"{count} people: longest without a picture of one", max(one["gap"] for one in seen) / 1000, still)
    worst = max(one["concealed"] / one["samples"] for one in seen)
    measure(f"{count} people: sound made up, of the worst", 100 * worst, 3, "%")
    if count == 4:
        assert all(one["stills"] == 0 for one in seen)
