"""Random sequences of what the people of a call do: each sees and hears of the others what those people's buttons say.

A sequence depends on its seed only: a few rounds of a few steps each, and after each round the call comes to rest. Then
every tile shows the colour of that person's camera, every shared screen that of their screen, and a voice is heard if
its microphone is on, and only then.
"""

import random
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, ViewportSize

from tests.browser.meeting import Meet, Meeting, make_meeting
from tests.browser.person import Person

SCRIPT = Path(__file__).with_name("page.js").read_text()
# All people share this machine: how full it is would make all pictures small.
PREPARE = "delete globalThis.PressureObserver; globalThis.fuzzPerson = {number}; {script}"
# What is pressed; a hidden menu or dialog may hold it.
PRESSED = {
    "microphone": ".toolbar [data-toggle=microphone]",
    "camera": ".toolbar [data-toggle=camera]",
    "share": "#share-screen",
    "encode once": "#encode-once",
    "saver": "#data-saver",
    "leave": ".toolbar [data-action=leave]",
    **{view: f"#view-menu [data-view={view}]" for view in ("grid", "speaker", "side")},
}
# How often each is taken.
STEPS = {
    **dict.fromkeys(PRESSED, 1),
    "microphone": 3,
    "camera": 5,
    "share": 4,
    "leave": 2,
    "other camera": 3,
    **dict.fromkeys(["lose the network", "lose the worker", "reload"], 1),
    "narrow": 2,
}
WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
# What a reading lasts, and how long a call may take to come to rest on a full machine.
READING, RESTING = 2.5, 40.0
# Of a sound that is played, since the last reading; one that has just been muted may still count.
SILENT = 1e-4

Step = tuple[int, str, float]


def make_rounds(seed: int, people: int, rounds: int) -> list[list[Step]]:
    """Return rounds of steps, each (number of the person, name, pause after it in s)."""
    chance = random.Random(seed)  # noqa: S311 (not for secrets)

    def step() -> Step:
        (name,) = chance.choices(list(STEPS), list(STEPS.values()))
        return chance.randrange(people), name, chance.choice([0, 0, 0.05, 0.3, 1, 2.5])

    return [[step() for _ in range(chance.randint(1, 5))] for _ in range(rounds)]


def take(who: Person, name: str) -> None:
    """Do what a step says."""
    if name == "narrow":
        who.page.set_viewport_size(NARROW if who.page.viewport_size == WIDE else WIDE)
    elif name == "reload":
        who.page.reload()
        who.see_call_state("prejoin")
        who.join()
    elif name == "lose the worker":
        for worker in who.page.workers:
            if "encode-once" in worker.url:
                with suppress(Error):  # it has ended meanwhile
                    worker.evaluate("() => close()")
    elif name in PRESSED:
        who.page.locator(PRESSED[name]).dispatch_event("click")
    else:
        who.page.evaluate("(name) => fuzz.steps[name]()", name)
    if name == "leave":
        who.see_call_state("ended")
        take(who, "come back")
        who.see_call_state("in-call")


def faults_between(sender: str, sends: dict[str, Any], receiver: str, gets: dict[str, Any] | None) -> list[str]:
    """Return what one person gets of another that is not what that one sends."""
    if sends["state"] != "in-call":
        return [f"{sender} is {sends['state']}"]
    if gets is None or gets["state"] != "connected":
        return [f"{receiver} has no connection with {sender}"]
    wrong = []
    if gets["camera"] != sends["camera"]:
        wrong.append(f"{receiver} does not know whether the camera of {sender} is on")
    if len(sends["cameras"]) > 1:
        wrong.append(f"{sender} still captures the camera before: {sends['cameras']}")
    if not sends["camera"] and (gets["frames"] > 0 or sends["cameras"]):
        wrong.append(f"{receiver} gets {gets['frames']} frames of {sender}, whose camera is off ({sends['cameras']})")
    if sends["camera"] and gets["shown"] and (gets["frames"] < 3 or gets["colour"] not in sends["cameras"]):
        wrong.append(f"{receiver} sees {gets['colour']} of {sender}, {gets['frames']} frames, not {sends['cameras']}")
    if sends["microphone"] and gets["energy"] <= 0:
        wrong.append(f"{receiver} does not hear {sender}")
    if not sends["microphone"] and gets["energy"] > SILENT:
        wrong.append(f"{receiver} hears {sender}, whose microphone is off")
    if gets["screen"] != sends["screen"] or (sends["screen"] and gets["screenColour"] not in sends["screens"]):
        wrong.append(f"{receiver} sees {gets['screenColour']} of the screen of {sender}, not {sends['screens']}")
    return wrong


def faults_of(people: list[Person]) -> list[str]:
    """Return what is wrong between all of them in one reading."""
    for who in people:
        who.page.evaluate("fuzz.gets()")
    time.sleep(READING)
    sends = {who.name: who.page.evaluate("fuzz.sends()") for who in people}
    gets = {who.name: who.page.evaluate("fuzz.gets()") for who in people}
    pairs = [(one.name, other.name) for one in people for other in people if one is not other]
    return [fault for one, other in pairs for fault in faults_between(one, sends[one], other, gets[other].get(one))]


def come_to_rest(people: list[Person]) -> list[str]:
    """Wait until nothing is wrong any more; return what still is after `RESTING` seconds."""
    deadline = time.monotonic() + RESTING
    while True:
        wrong = faults_of(people)
        if not wrong or time.monotonic() > deadline:
            return wrong


def start(person: Meet, *names: str) -> Meeting:
    """Bring people with painted cameras into a call."""
    meeting = make_meeting(person, *names)
    for number, who in enumerate(meeting.people):
        who.context.add_init_script(PREPARE.format(number=number, script=SCRIPT))
        who.page.reload()
        who.see_call_state("prejoin")
    for who in meeting.people:
        who.join()
    for who in meeting.people:
        who.see_others(len(names))
    return meeting


def play(meeting: Meeting, rounds: list[list[Step]]) -> dict[int, tuple[list[Step], list[str]]]:
    """Play the rounds; return the steps of each that went wrong, and what was wrong after it."""
    wrong = {}
    for number, steps in enumerate(rounds):
        for person, name, pause in steps:
            take(meeting.people[person], name)
            time.sleep(pause)
        if faults := come_to_rest(meeting.people):
            wrong[number] = (steps, faults)
    return wrong
