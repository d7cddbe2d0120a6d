"""The calls that are measured: of the product, by its own pages and server, and a plain pair of connections."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, Page, Playwright

from benchmarks.mesh.figures import Figures, summarise
from benchmarks.meter import processor_seconds
from tests.app_server import AppServer
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.browser.meeting import ANYONE
from tests.browser.person import Person
from tests.services import find_binary

PAGES = Path(__file__).resolve().parent / "page"
# Seconds in which a call finds its rung, and proves the codecs that it shares. Many who join fill the machine first.
SETTLING, SETTLING_OF_MANY, MANY = 20.0, 75.0, 5
SENDER = "Sender"
EMPTY = "<!doctype html><meta charset=utf-8><title>A pair</title><video autoplay playsinline></video>"
# Only the first receiver looks and listens, at every third frame: the machine has more to do.
EVERY = 3
NOTHING: dict[str, list[float]] = {"seen": [], "heard": []}
# All people share this machine: how full it is says nothing about the sender, and would make all pictures small.
NO_PRESSURE = "delete globalThis.PressureObserver;"

COUNTS = """async () => {
  const { meetingPoint, benchPair } = globalThis;
  const ends = benchPair ? [benchPair] : [...meetingPoint.mesh.peers.values()];
  const names = ["sent", "frames", "freezes", "frozen", "kept", "played", "decoding", "encoding", "encoded"];
  const all = { pictures: [], ...Object.fromEntries(names.map((name) => [name, 0])) };
  const add = (name, value) => (all[name] += value ?? 0);
  const show = (report, { codecId, frameHeight }) => {
    // Smaller ones carry the frames of a shared encoder, or are decoded in place of another: see page/small-decodes.js.
    if (frameHeight > 64) all.pictures.push(`${report.get(codecId)?.mimeType.split("/")[1]} ${frameHeight}p`);
  };
  for (const report of await Promise.all(ends.map((end) => end.getStats()))) {
    for (const entry of report.values()) {
      if (entry.type === "transport") add("sent", entry.bytesSent);
      if (entry.type === "outbound-rtp" && entry.kind === "video") {
        add("encoding", entry.totalEncodeTime);
        add("encoded", entry.framesEncoded);
        if (entry.active) show(report, entry);
      }
      if (entry.type !== "inbound-rtp") continue;
      if (entry.kind === "audio") {
        add("kept", entry.jitterBufferDelay);
        add("played", entry.jitterBufferEmittedCount);
      } else {
        add("frames", entry.framesDecoded);
        add("freezes", entry.freezeCount);
        add("frozen", entry.totalFreezesDuration);
        add("decoding", entry.totalDecodeTime);
        show(report, entry);
      }
    }
  }
  return all;
}"""
# Which pictures one encoder makes for how many people, and why not for more.
SHARED = """() => {
  const facts = globalThis.meetingPoint?.adaptation.sharing?.facts;
  if (!facts) return "";
  const groups = facts.groups.map(({ codec, height, members }) => `${codec} ${height}p for ${members.length}`);
  const unproved = Object.entries(facts.proved).filter(([, proved]) => !proved).map(([codec]) => `${codec} not proved`);
  const troubles = facts.troubles.map(({ trouble }) => `trouble: ${trouble}`);
  const fallbacks = facts.fallbacks ? [`${facts.fallbacks} fallbacks`] : [];
  return [facts.state, ...groups, ...unproved, ...troubles, ...fallbacks].join(", ");
}"""
WATCH = """([name, every]) => {
  const tiles = [...document.querySelectorAll("mp-tile[data-self='false']")];
  const tile = tiles.find((one) => one.querySelector(".tile__name").textContent === name);
  return benchEyes.watch((tile ?? document).querySelector("video"), every);
}"""


@dataclass(frozen=True)
class Scheme:
    """What is measured: `settings` are those of the sender's browser, which sends pictures in `codec` alone, if given.

    Without a `camera` there is sound alone, without a `microphone` pictures alone.
    """

    name: str
    settings: dict[str, str] = field(default_factory=dict)
    pair: bool = False
    codec: str | None = None
    camera: bool = True
    microphone: bool = True


@dataclass(frozen=True)
class Camera:
    """The sender's camera."""

    width: int
    height: int
    rate: int = 30

    @classmethod
    def read(cls, words: str) -> "Camera":
        """Read `1280x720@30`."""
        size, _, rate = words.partition("@")
        width, height = (int(side) for side in size.split("x"))
        return cls(width, height, int(rate or 30))

    def scripts(self, scheme: Scheme) -> str:
        """Return what has to run in a page before its own scripts."""
        devices = {"video": scheme.camera, "audio": scheme.microphone}
        values = f"globalThis.benchCamera = {json.dumps({**asdict(self), 'devices': devices})};"
        only = f"globalThis.benchCodec = {json.dumps(scheme.codec)};\n{(PAGES / 'one-codec.js').read_text()}"
        return "\n".join([values, (PAGES / "camera.js").read_text(), only if scheme.codec and not scheme.pair else ""])


class Chromium:
    """A browser of its own, whose processor time can be read."""

    def __init__(self, driver: Playwright) -> None:
        mark = f"--bench={uuid4()}"
        arguments = [*CHROMIUM_ARGUMENTS, "--autoplay-policy=no-user-gesture-required", mark]
        path = find_binary("chromium-headless-shell")
        self.browser: Browser = driver.chromium.launch(executable_path=path, headless=True, args=arguments)
        self.pid = next(
            int(command.parent.name)
            for command in Path("/proc").glob("[0-9]*/cmdline")
            if mark.encode() in command.read_bytes().split(b"\0")
        )


@contextmanager
def chromium(driver: Playwright) -> Iterator[Chromium]:
    """Run a browser."""
    one = Chromium(driver)
    yield one
    one.browser.close()


def watch_and_count(chromium: Chromium, sender: Page, receivers: list[Page], seconds: float) -> Figures:
    """Let the call settle, and measure it for a while. The first of the receivers looks at what it receives."""
    first = receivers[0] if receivers else None
    if first:
        first.evaluate(WATCH, [SENDER, EVERY])
    time.sleep(SETTLING if len(receivers) < MANY else SETTLING_OF_MANY)
    if first:
        first.evaluate("benchEyes.take()")
    sent = [sender.evaluate(COUNTS)]
    seen: list[list[dict[str, Any]]] = [[page.evaluate(COUNTS)] for page in receivers]
    began, used = time.monotonic(), processor_seconds(chromium.pid)
    sender.evaluate("benchBeeps.length = 0")
    time.sleep(seconds)
    used = processor_seconds(chromium.pid) - used
    passed = time.monotonic() - began
    sent.append(sender.evaluate(COUNTS))
    for page, of in zip(receivers, seen, strict=True):
        of += [page.evaluate(COUNTS), page.evaluate("benchEyes.take()") if page == first else NOTHING]
    figures = summarise(passed, used, sent, seen, sender.evaluate("benchBeeps"))
    figures.shared = sender.evaluate(SHARED)
    return figures


class Room:
    """A room of the product with receivers in its call, who stay; senders come and go."""

    def __init__(self, app: AppServer, sending: Chromium, receiving: Chromium, tile: tuple[int, int]) -> None:
        self.app, self.sending, self.receiving = app, sending, receiving
        self.viewport = {"width": tile[0], "height": tile[1]}
        self.receivers: list[Person] = []
        owner = Person(receiving.browser, app, "Olga")
        owner.sign_in_with_password()
        slug = owner.create_room(people=8)
        self.link = owner.create_link(lets_in=ANYONE)
        owner.close()
        code = "from rooms.models import Room; Room.objects.filter(slug=slug).update(max_people=most)"
        app.run_python(code, slug=slug, most=16)

    def fill(self, people: int) -> None:
        """Let receivers join until there are so many people with the sender."""
        while len(self.receivers) < people - 1:
            who = Person(
                self.receiving.browser,
                self.app,
                f"Receiver {len(self.receivers) + 1}",
                viewport=self.viewport,
                bypass_csp=True,
            )
            who.context.add_init_script(NO_PRESSURE)
            who.context.add_init_script(path=PAGES / ("other-eyes.js" if self.receivers else "eyes.js"))
            if self.receivers:
                who.context.add_init_script(path=PAGES / "small-decodes.js")
            who.context.add_init_script("try { localStorage.setItem('layout', 'speaker') } catch {}")
            who.follow(self.link)
            who.join()
            self.receivers.append(who)

    def measure(self, scheme: Scheme, camera: Camera, seconds: float) -> Figures:
        """Let a sender join, measure, and let them leave."""
        others = len(self.receivers)
        sender = Person(self.sending.browser, self.app, SENDER, bypass_csp=True)
        sender.context.add_init_script(f"{NO_PRESSURE}\n{camera.scripts(scheme)}")
        for key, value in scheme.settings.items():
            sender.context.add_init_script(f"try {{ localStorage.setItem('{key}', '{value}') }} catch {{}}")
        sender.follow(self.link)
        sender.join()
        for who in (sender, *self.receivers):
            who.see_others(others)
        for who in self.receivers:
            who.pin(SENDER)  # is large, also without sound
        if others == 0:
            # Alone, the own picture would be the largest.
            sender.page.add_style_tag(content="mp-tile video { visibility: hidden }")
        figures = watch_and_count(self.sending, sender.page, [who.page for who in self.receivers], seconds)
        sender.leave()
        sender.close()
        for who in self.receivers:
            who.see_others(others - 1)
        return figures

    def close(self) -> None:
        """Let everyone go."""
        for who in self.receivers:
            who.close()


def measure_pair(
    app: AppServer, browsers: tuple[Chromium, Chromium], scheme: Scheme, camera: Camera, seconds: float
) -> Figures:
    """Measure two pages of one connection with nothing else."""
    contexts = [one.browser.new_context(bypass_csp=True) for one in browsers]
    contexts[0].add_init_script(camera.scripts(scheme))
    contexts[1].add_init_script(path=PAGES / "eyes.js")
    pages = []
    for context in contexts:
        context.add_init_script(path=PAGES / "pair.js")
        page = context.new_page()
        page.route("**/pair", lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
        page.goto(f"{app.origin}/pair")
        pages.append(page)
    sender, receiver = pages
    offer = sender.evaluate("(codec) => benchPair.offer(codec)", scheme.codec)
    answer = receiver.evaluate("(offer) => benchPair.answer(offer)", offer)
    sender.evaluate("(answer) => benchPair.accept(answer)", answer)
    figures = watch_and_count(browsers[0], sender, [receiver], seconds)
    for context in contexts:
        context.close()
    return figures
