"""Random sequences of what people, devices and browsers do, in a real call: what is off is never sent.

A sequence depends on its seed only. After each press the button shows it. Nothing is captured, not for a moment, while
its button says off or the call has ended, and no device is asked for twice at once. The buttons end in what was pressed
last, or off with a reason. At the other side, no sound and no picture arrives when it has been off for `IN_FLIGHT_MS`.
"""

import random
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.devices.lab_devices import with_lab_devices
from tests.browser.meeting import Meet, make_meeting

Step = list[Any]

SCRIPT = Path(__file__).with_name("fuzz_page.js").read_text()
# What was captured before the press is still encoded (a frame, 40 ms), paced and sent (50 ms), and waits in the
# receiver's jitter buffer (up to 250 ms on a busy machine). Twice that: a fault is not so short, as what is sent by
# mistake is sent until the next press.
IN_FLIGHT_MS = 700

DEVICES = {"microphone": ["mic-1", "mic-2"], "camera": ["cam-1", "cam-2"]}
EVERY = [device for devices in DEVICES.values() for device in devices]
KINDS = ["audio", "video"]
WEIGHTS = [8, 6, 4, 5, 1, 3, 3, 2, 2, 1, 3, 1, 4, 3, 3, 1]
ERRORS = ["NotReadableError", "AbortError", "NotFoundError"]


def make_sequence(seed: int) -> list[Step]:
    """Return 8 to 16 steps, each [name, pause after it in ms, arguments …]; one in three sequences ends the call."""
    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    steps: list[Step] = []
    for _ in range(chance.randint(8, 16)):
        pause = chance.choice([0, 0, 0, 5, 20, 60, 150])
        possible: list[tuple[str, list[Any]]] = [
            ("press", [chance.choice(list(DEVICES))]),
            ("key", [chance.choice("mv")]),
            ("share", []),
            ("choose", [chance.choice(list(DEVICES)), chance.randrange(3)]),
            ("use it", []),
            ("pull out", [chance.choice(EVERY)]),
            ("plug in", [chance.choice(EVERY)]),
            ("break off", [chance.choice(KINDS)]),
            ("permit", [chance.choice(KINDS), chance.choice(["denied", "prompt", "granted"])]),
            ("answer", [chance.choice(["allow", "allow", "dismiss", "deny"])]),
            ("fail", [chance.choice(EVERY), chance.choice(ERRORS)]),
            ("heal", []),
            ("slow", [chance.choice([0, 10, 40, 120])]),
            ("hold", []),
            ("release", []),
            ("stop sharing", []),
        ]
        name, arguments = chance.choices(possible, WEIGHTS)[0]
        steps.append([name, pause, *arguments])
    if chance.random() < 1 / 3:
        steps.append([chance.choice(["leave", "other tab"]), 0])
    return steps


def play_sequences(person: Meet, seeds: range) -> None:
    """Play the sequences of these seeds in one call; print the seed and the steps of one that goes wrong."""
    meeting = make_meeting(with_lab_devices(person), "Guest")
    olga, guest = meeting.olga, meeting.guests[0]
    olga.join()
    guest.join()
    olga.see_others(1)
    for page in (olga.page, guest.page):
        page.evaluate(SCRIPT)
    olga.page.evaluate("() => { globalThis.received = fuzz.record(); }")
    wrong = []
    for seed in seeds:
        steps = make_sequence(seed)
        guest.page.evaluate("() => fuzz.reset()")
        started = guest.page.evaluate("() => Date.now()")
        faults = guest.page.evaluate("steps => fuzz.play(steps)", steps)
        faults += leaks(guest.page, olga.page, started)
        if faults:
            wrong.append(f"seed {seed}: {faults[:4]}\n  {steps}")
    heard = olga.page.evaluate("() => Object.values(received).map((times) => times.length)")
    assert min(heard[:2]) > 0, f"nothing was ever received, so nothing was tried: {heard}"
    assert not wrong, "\n".join(wrong)


def leaks(sender: Page, receiver: Page, since: float) -> list[str]:
    """Return what the receiver heard or saw while it was off at the sender, from `since` on (ms since the epoch)."""
    now = receiver.evaluate("() => Date.now()")
    received = receiver.evaluate("() => received")
    found = []
    for kind, periods in sender.evaluate("() => fuzz.off").items():
        for period in periods:
            first, last = period["from"] + IN_FLIGHT_MS, period["to"] or now
            late = [at for at in received[kind] if max(first, since) < at < last]
            if late:
                found.append(f"{kind} arrived {late[-1] - period['from']:.0f} ms after it was off ({len(late)} times)")
    return found
