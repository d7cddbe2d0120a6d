"""Python's garbage collector in a process that holds thousands of sockets for hours.

As it comes it looks at everything again and again while sockets are opened: half a second at 10,000 of them, in which
the process answers no one.
"""

import gc

THRESHOLDS = (
    20_000,
    10,
    10,
)  # more objects than before, until the youngest are looked at; then each generation's tenth time


def collect_rarely() -> None:
    """Leave out for good what is there when the process begins to serve, and look at the rest much less often.

    What nothing refers to is freed at once, as ever; the collector is only for objects that refer to each other. At
    most two million of them wait for it: the product of the thresholds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
