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
# What was captured before the press is still encoded (a frame, 40 ms), paced and sent (50 ms); its wait in the
# receiver's jitter buffer is measured and left out, and what the receiver's page was late is added. Sound that a
# process without processor time had kept was seen to arrive 1.3 s late, on a machine with a load of 11. A fault is
# not so short: what is sent by mistake goes on to the next press.
IN_FLIGHT_MS = 1_500
WATCH_MS = 1_000

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
    started: list[tuple[float, int]] = []
    wrong: dict[int, list[str]] = {}
    for seed in seeds:
        guest.page.evaluate("() => fuzz.reset()")
        started.append((guest.page.evaluate("() => Date.now()"), seed))
        wrong[seed] = guest.page.evaluate("steps => fuzz.play(steps)", make_sequence(seed))
    # Heard and seen, then silent and seen, then gone: each for longer than anything is in flight.
    guest.page.evaluate("() => fuzz.reset()")
    guest.page.evaluate("() => fuzz.switchOn()")
    olga.page.wait_for_function(
        "since => ['audio', 'video'].every((kind) => received[kind].at(-1)?.[0] > since)",
        arg=guest.page.evaluate("() => Date.now()"),
        timeout=60_000,  # on a busy machine the picture has to climb from stills first
    )
    guest.page.locator(".toolbar [data-toggle=microphone]").click()
    pass_by(guest.page)
    guest.leave()
    pass_by(guest.page)
    for at, what in leaks(guest.page, olga.page):
        wrong[max((when, seed) for when, seed in started if when <= max(at, started[0][0]))[1]].append(what)
    assert not any(wrong.values()), "\n".join(
        f"seed {seed}: {faults[:6]}\n  {make_sequence(seed)}" for seed, faults in wrong.items() if faults
    )


def pass_by(page: Page) -> None:
    """Wait until what was in flight would have arrived, and another second."""
    page.wait_for_function("end => Date.now() > end", arg=page.evaluate("() => Date.now()") + IN_FLIGHT_MS + WATCH_MS)


def leaks(sender: Page, receiver: Page) -> list[tuple[float, str]]:
    """Return what the receiver heard or saw while it was off at the sender: when it was switched off, and in words."""
    received = receiver.evaluate("() => received")
    allowance = IN_FLIGHT_MS + received["late"]
    found = []
    for kind, periods in sender.evaluate("() => fuzz.off").items():
        for period in periods:
            since = period["from"]
            late = [
                first
                for first, last in received[kind]
                if first > since + allowance and last < (period["to"] or last + 1)
            ]
            if late:
                found.append((since, f"{kind} arrived {late[-1] - since:.0f} ms after it was off ({len(late)} times)"))
    return found
