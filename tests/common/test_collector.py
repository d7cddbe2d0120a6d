"""The garbage collector of a process that serves: what was there at its start is left out, the rest rarely seen."""

import subprocess
import sys

PROGRAM = """
import gc
from common.collector import THRESHOLDS, collect_rarely

class Knot:
    def __init__(self):
        self.itself = self

full = []
gc.callbacks.append(lambda phase, info: full.append(info["generation"]) if phase == "start" else None)
collect_rarely()
assert gc.get_freeze_count() > 1000 and gc.get_threshold() == THRESHOLDS
full.clear()
kept = [[number] for number in range(15_000)]  # as many as come with 150 sockets
assert full == [], full
for _ in range(2 * THRESHOLDS[0]):
    Knot()
assert full, "knots are never untied"
assert len([thing for thing in gc.get_objects() if isinstance(thing, Knot)]) <= THRESHOLDS[0]
"""


def test_sockets_that_come_start_no_collection_and_knots_are_still_untied() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
