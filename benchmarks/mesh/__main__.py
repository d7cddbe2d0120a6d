"""What a call costs its sender, and how late it is: plain mesh and ours, side by side in one run.

    python -m benchmarks.mesh [--people 2 4 8] [--rounds 1] [--seconds 15] [--only mesh latency]

The product's own pages and server, on the loopback. One sends a camera and a microphone; the others have neither and
are in another browser, so that the processor time of the sender's browser is that of sending. The camera shows its
clock, which the first receiver reads from the pictures as they are shown; the pages of the others decode a tiny picture
in place of each, and paint none, so that the machine has room for the sender. Two people are also compared with a plain
pair of connections. What counts is the ratio of two lines of one run. A large part of the sender's processor time is
not that of pictures, but of the page and the sound: so the page is measured alone, too, and each call without a camera
and without a microphone.
"""

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from playwright.sync_api import sync_playwright

from benchmarks.mesh.calls import Camera, Chromium, Room, Scheme, chromium, measure_pair
from benchmarks.mesh.figures import Figures, middle
from tests.app_server import AppServer, make_account
from tests.browser.person import PASSWORD

PLAIN, OURS = (
    Scheme("plain mesh", {"meeting-point.encode-once": "off"}),
    Scheme("ours", {"meeting-point.encode-once": "on"}),
)
# What a mesh does that begins with the first codec of browsers, and stays with it.
PLAIN_VP8 = replace(PLAIN, name="plain mesh, VP8", codec="VP8")
VP8, DEFAULT = Scheme("plain pair, VP8", pair=True, codec="VP8"), Scheme("plain pair, default", pair=True)
SOUND = Scheme("sound alone", camera=False)
PICTURES = tuple(
    replace(scheme, name=f"{scheme.name}, pictures alone", microphone=False) for scheme in (PLAIN, PLAIN_VP8, OURS)
)
COLUMNS = (
    *("processor %", "frames/s", "fewest", "freezes", "frozen s", "up kbit/s", "p50 ms", "p95 ms", "sound ms"),
    *("lips ms", "sound buffered ms", "encode ms", "decode ms"),
)
MUSIC = Scheme("ours, music", {"meeting-point.microphone-mode": '{"mode": "music"}'})
HEAD = (
    f"\n| people | scheme | {' | '.join(COLUMNS)} | picture | shared |\n"
    f"| --- | --- | {'---: | ' * len(COLUMNS)}--- | --- |"
)

Results = dict[tuple[int, str], Figures]


def line(people: int, scheme: str, of: Figures) -> str:
    """Return a line of the table."""
    parts = [
        *(f"{of.processor:.1f}", f"{of.fps:.1f}", f"{of.worst:.1f}", f"{of.freezes:.0f}", f"{of.frozen:.1f}"),
        *(f"{of.up:.0f}", f"{of.p50:.1f}", f"{of.p95:.1f}", f"{of.sound:.0f}", f"{of.lips:.0f}", f"{of.buffered:.0f}"),
        *(f"{of.encode:.1f}", f"{of.decode:.1f}", ", ".join(of.pictures), of.shared or "–"),
    ]
    return f"| {people} | {scheme} | {' | '.join(parts)} |"


def ratios(results: Results) -> list[str]:
    """Return how ours compares with what is beside it."""
    said = []

    def compare(what: str, mine: float, other: float) -> None:
        said.append(f"  {what}: {f'{mine / other:.2f}' if other else '–'} times")

    for (people, scheme), of in results.items():
        if scheme == PLAIN.name and (ours := results.get((people, OURS.name))):
            compare(f"{people} people, processor of ours beside a plain mesh", ours.processor, of.processor)
            bases = [results.get(key) for key in ((1, PLAIN.name), (people, SOUND.name))]
            for base, what in zip(bases, ("the page alone takes", "sound alone takes"), strict=True):
                if base:
                    beyond = [one.processor - base.processor for one in (ours, of)]
                    compare(f"{people} people, the same beyond what {what}", beyond[0], beyond[1])
            plain_pictures, vp8_pictures, our_pictures = (results.get((people, one.name)) for one in PICTURES)
            if plain_pictures and our_pictures:
                compare(f"{people} people, the same without sound", our_pictures.processor, plain_pictures.processor)
            if vp8 := results.get((people, PLAIN_VP8.name)):
                compare(f"{people} people, processor of ours beside a plain mesh in VP8", ours.processor, vp8.processor)
            if vp8_pictures and our_pictures:
                compare(f"{people} people, the same without sound", our_pictures.processor, vp8_pictures.processor)
            compare(f"{people} people, uplink", ours.up, of.up)
            compare(f"{people} people, latency p50", ours.p50, of.p50)
    pairs = [of for (_, scheme), of in results.items() if scheme in (VP8.name, DEFAULT.name)]
    ours = results.get((2, OURS.name))
    if pairs and ours:
        compare("latency p50 of ours beside the faster plain pair", ours.p50, min(of.p50 for of in pairs))
        compare("latency p95", ours.p95, min(of.p95 for of in pairs))
        compare("sound's jitter buffer", ours.buffered, min(of.buffered for of in pairs))
        compare("sound's jitter buffer, music", results[2, MUSIC.name].buffered, min(of.buffered for of in pairs))
    return said


def measure_all(
    schemes: list[Scheme], people: int, rounds: int, measure: Callable[[Scheme], Figures], results: Results
) -> None:
    """Measure all schemes in turn, several times, and keep the medians."""
    found: dict[str, list[Figures]] = {scheme.name: [] for scheme in schemes}
    for number in range(rounds):
        for scheme in schemes if number % 2 == 0 else reversed(schemes):
            found[scheme.name].append(measure(scheme))
            print(line(people, scheme.name, found[scheme.name][-1]), flush=True)
    results |= {(people, name): middle(several) for name, several in found.items()}


def latency(app: AppServer, browsers: tuple[Chromium, Chromium], options: argparse.Namespace) -> Results:
    """Compare two people with plain pairs, at 640×360."""
    results: Results = {}
    camera = Camera(640, 360)
    room = Room(app, *browsers, tile=(900, 700))
    room.fill(2)

    def measure(scheme: Scheme) -> Figures:
        if scheme.pair:
            return measure_pair(app, browsers, scheme, camera, options.seconds)
        return room.measure(scheme, camera, options.seconds)

    measure_all([VP8, DEFAULT, OURS, MUSIC], 2, options.rounds, measure, results)
    room.close()
    return results


def mesh(app: AppServer, browsers: tuple[Chromium, Chromium], options: argparse.Namespace) -> Results:
    """Compare a plain mesh with ours, with more and more people."""
    results: Results = {}
    camera = Camera.read(options.camera)
    width, height = (int(side) for side in options.window.split("x"))
    room = Room(app, *browsers, tile=(width, height))
    measure_all([PLAIN], 1, 1, lambda scheme: room.measure(scheme, camera, options.seconds), results)
    for people in sorted(options.people):
        room.fill(people)

        def measure(scheme: Scheme) -> Figures:
            return room.measure(scheme, camera, options.seconds)

        measure_all([PLAIN, PLAIN_VP8, OURS, SOUND, *PICTURES], people, options.rounds, measure, results)
    room.close()
    return results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.mesh", description=__doc__)
    parser.add_argument("--people", nargs="+", type=int, default=[2, 4, 8], help="in the call, the sender included")
    parser.add_argument("--rounds", type=int, default=1, help="of each scheme; the figures are medians")
    parser.add_argument("--seconds", type=float, default=15, help="of measuring in a round")
    parser.add_argument("--only", nargs="+", choices=["mesh", "latency"], default=["latency", "mesh"])
    parser.add_argument(
        "--camera", default="1280x720@30", help="of the sender, where a mesh is measured: width x height @ rate"
    )
    parser.add_argument("--window", default="560x620", help="of each receiver: how large the sender is shown")
    options = parser.parse_args()
    with ExitStack() as stack:
        app = AppServer()
        app.migrate()
        make_account(app, "olga@example.org", "Olga", PASSWORD)
        stack.enter_context(app)
        driver = stack.enter_context(sync_playwright())
        browsers = (stack.enter_context(chromium(driver)), stack.enter_context(chromium(driver)))
        parts = {"latency": latency, "mesh": mesh}
        for name in options.only:
            print(HEAD, flush=True)
            results = parts[name](app, browsers, options)
            print(HEAD, *(line(*key, of) for key, of in results.items()), *ratios(results), sep="\n", flush=True)


if __name__ == "__main__":
    main()
