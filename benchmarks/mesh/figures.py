"""What the counts and the clocks of both ends say about a call. Nothing here touches a browser."""

import statistics
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.scale.steps import percentile

TURN = 2**24 / 10  # ms after which the clock in the picture begins again: see page/camera.js
HEARD_WITHIN = 900.0  # ms; the beeps are a second apart


@dataclass
class Figures:
    """One scheme in one round, or the medians of several.

    `processor` is the sender's, in percent of a core; `fps` and `worst` are frames a second, of all receivers and of
    the one with the fewest; `up` is kbit/s; `p50`, `p95` (picture), `sound` and `buffered` (sound, in the jitter
    buffer) are ms, `encode` and `decode` ms a frame; `lips` says by how many ms the picture is behind the sound.
    `shared` says what one encoder makes for several people, in the last round.
    """

    processor: float = 0
    fps: float = 0
    worst: float = 0
    freezes: float = 0
    frozen: float = 0
    up: float = 0
    p50: float = 0
    p95: float = 0
    sound: float = 0
    lips: float = 0
    buffered: float = 0
    encode: float = 0
    decode: float = 0
    pictures: list[str] = field(default_factory=list)
    shared: str = ""


NUMBERS = [name for name, value in vars(Figures()).items() if isinstance(value, int | float)]


def middle(rounds: Sequence[Figures]) -> Figures:
    """Return the median of each figure over several rounds, and every kind of picture that was seen."""
    medians = {name: statistics.median(getattr(of, name) for of in rounds) for name in NUMBERS}
    pictures = sorted({picture for of in rounds for picture in of.pictures})
    return Figures(**medians, pictures=pictures, shared=rounds[-1].shared)


def latencies(seen: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """Return for each (clock in tenths of ms, shown at ms) when the picture was made and how long it took, in ms."""
    took = [((shown - clock / 10) % TURN, shown) for clock, shown in seen]
    return sorted((shown - ms, ms) for ms, shown in took)


def sound_delays(beeps: Sequence[float], heard: Sequence[float]) -> list[tuple[float, float]]:
    """Return for each beep that was heard when it was made, and how many ms it took."""
    heard, found = sorted(heard), []
    for beep in beeps:
        at = bisect_left(heard, beep)
        if at < len(heard) and heard[at] - beep < HEARD_WITHIN:
            found.append((beep, heard[at] - beep))
    return found


def lip_sync(pictures: Sequence[tuple[float, float]], sounds: Sequence[tuple[float, float]]) -> list[float]:
    """Return for each beep by how many ms the first picture that was made after it came later than its sound."""
    times = [made for made, _ in pictures]
    behind = []
    for beep, delay in sounds:
        at = bisect_left(times, beep)
        if at < len(times) and times[at] - beep < 200:
            behind.append(pictures[at][1] - delay)
    return behind


def summarise(
    seconds: float,
    processor: float,
    sender: list[dict[str, Any]],
    receivers: list[list[dict[str, Any]]],
    beeps: list[float],
) -> Figures:
    """Make figures of counts at the start and at the end, and of what was seen and heard in between.

    `sender` is [before, after], each receiver is [before, after, taken]; `processor` is seconds used.
    """

    def grown(of: list[dict[str, Any]], name: str) -> float:
        return float(of[1][name] - of[0][name])

    def ratio(part: float, whole: float) -> float:
        return part / whole if whole else 0.0

    def total(name: str) -> float:
        return sum(grown(of, name) for of in receivers)

    rates = [grown(of, "frames") / seconds for of in receivers]
    pictures = [latencies(of[2]["seen"]) for of in receivers]
    took = [ms for of in pictures for _, ms in of]
    sounds = [sound_delays(beeps, of[2]["heard"]) for of in receivers]
    behind = [lip_sync(*pair) for pair in zip(pictures, sounds, strict=True)]
    return Figures(
        processor=100 * processor / seconds,
        fps=statistics.mean(rates or [0]),
        worst=min(rates, default=0),
        freezes=total("freezes"),
        frozen=total("frozen"),
        up=grown(sender, "sent") * 8 / 1000 / seconds,
        p50=percentile(took, 0.5),
        p95=percentile(took, 0.95),
        sound=statistics.median([ms for of in sounds for _, ms in of] or [0]),
        lips=statistics.median([ms for of in behind for ms in of] or [0]),
        buffered=1000 * ratio(total("kept"), total("played")),
        encode=1000 * ratio(grown(sender, "encoding"), grown(sender, "encoded")),
        decode=1000 * ratio(total("decoding"), total("frames")),
        pictures=sorted({picture for of in (sender, *receivers) for picture in of[1]["pictures"]}),
    )
