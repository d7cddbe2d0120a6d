"""What the bench of calls makes of clocks and counts."""

from typing import Any

import pytest

from benchmarks.mesh.figures import TURN, Figures, latencies, lip_sync, middle, sound_delays, summarise


def clock(at: float) -> float:
    """Return what a picture made at `at` (ms) shows."""
    return round(at * 10) % 2**24


def test_a_picture_says_how_long_it_took_also_when_its_clock_has_begun_again() -> None:
    for made in (1_790_000_000_000.0, TURN * 1000 - 3.0):
        assert list(latencies([[clock(made), made + 42]])[0]) == pytest.approx([made, 42], abs=0.01)


def test_each_beep_has_the_next_that_is_heard_and_a_lost_one_has_none() -> None:
    assert sound_delays([0, 1000, 2000], [60, 2070]) == [(0, 60), (2000, 70)]


def test_lips_are_behind_by_what_the_picture_takes_longer_than_the_sound() -> None:
    pictures = [(990.0, 30.0), (1010.0, 50.0), (3000.0, 30.0)]
    assert lip_sync(pictures, [(1000, 80), (2000, 80)]) == [-30]


def test_counts_become_rates_of_what_was_added_in_between() -> None:
    names = ("sent", "frames", "freezes", "frozen", "kept", "played", "decoding", "encoding", "encoded")
    before: dict[str, Any] = {**dict.fromkeys(names, 5), "pictures": []}
    sender = [before, {**before, "sent": 250_005, "encoding": 6.5, "encoded": 305, "pictures": ["VP8 180p"]}]
    taken = {"seen": [[clock(1000.0 + 33 * n), 1040.0 + 33 * n] for n in range(50)], "heard": [1500]}
    receivers: list[list[dict[str, Any]]] = [
        [before, {**before, "frames": 305, "freezes": 6, "kept": 8, "played": 105, "pictures": ["VP8 360p"]}, taken],
        [before, {**before, "frames": 155, "pictures": []}, {"seen": [], "heard": []}],
    ]
    of = summarise(10, 4.2, sender, receivers, [1440])
    assert (of.processor, of.up, of.fps, of.worst, of.freezes) == (42, 200, 22.5, 15, 1)
    assert (of.encode, of.buffered) == (5, 30)
    assert [of.p50, of.sound, of.lips] == pytest.approx([40, 60, -20], abs=0.1)
    assert of.pictures == ["VP8 180p", "VP8 360p"]


def test_several_rounds_have_medians_and_all_pictures() -> None:
    rounds = [Figures(p50=ms, pictures=[name]) for ms, name in ((40, "AV1"), (90, "VP8"), (42, "VP8"))]
    assert middle(rounds) == Figures(p50=42, pictures=["AV1", "VP8"])
