"""`make bench-scale`: what a large site does, in steps that can be asked for by name.

The clients run on the same machine and take their part of it: rates are what it does with both, processor time is that
of the servers alone. Rosters must be right on every machine: if one is not, the exit code is 1.
"""

import argparse
import asyncio
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")
os.environ.setdefault("DEBUG", "1")  # this side reads the name of the session cookie from the settings

from benchmarks.scale import steps
from benchmarks.scale.world import Site, one_process, two_processes
from common.collector import collect_rarely
from rooms.signaling.limits import KEPT_FILES


def plan(options: argparse.Namespace) -> dict[str, tuple[int, Callable[[Site], Awaitable[steps.Problems]]]]:
    """Return the steps by name: how many processes each is for, and what it does."""
    sockets = options.sockets
    return {
        "pages": (1, steps.pages),
        "joins": (1, lambda site: steps.joins(site, sockets)),
        "prune": (2, lambda site: steps.prune(site, options.links)),
        "joins2": (2, lambda site: steps.joins(site, sockets)),
        "filling": (2, lambda site: steps.filling(site, options.fillings)),
        "storm": (2, lambda site: steps.storm(site, sockets)),
        "rolling": (2, lambda site: steps.rolling(site, min(sockets, 2000), options.restarts)),
        "soak": (2, lambda site: steps.soak(site, options.minutes)),
    }


async def run(site: Site, names: list[str], wanted: argparse.Namespace) -> steps.Problems:
    """Run these steps on a site."""
    problems: steps.Problems = []
    for name in names:
        print(f"── {name}", flush=True)
        problems += await plan(wanted)[name][1](site)
    return problems


def main() -> int:
    """Start what the steps need, run them, and say with the exit code whether everything was right."""
    parser = argparse.ArgumentParser(prog="benchmarks.scale", description=__doc__)
    parser.add_argument("steps", nargs="*", help="joins, pages, prune, joins2, filling, storm, rolling, soak")
    parser.add_argument("--sockets", type=int, default=2000, help="how many people join, in rooms of eight")
    parser.add_argument("--fillings", type=int, default=200, help="how many rooms fill at once over two processes")
    parser.add_argument("--restarts", type=int, default=4, help="how many restarts follow each other")
    parser.add_argument("--links", type=int, default=20_000, help="how many links `prune` deletes")
    parser.add_argument("--minutes", type=float, default=2.0, help="how long people come and go")
    options = parser.parse_args()
    known = plan(options)
    wanted = options.steps or list(known)
    if unknown := set(wanted) - set(known):
        parser.error(f"no such step: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the servers end, too
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # into a file, too
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and options.sockets > (most := hard - KEPT_FILES):
        parser.error(f"the system allows {hard} open files, which is {most} sockets")
    collect_rarely()  # the tabs would pause as the server did
    problems: steps.Problems = []
    for count, start in ((1, one_process), (2, two_processes)):
        if names := [name for name in known if name in wanted and known[name][0] == count]:
            with start() as site:
                problems += asyncio.run(run(site, names, options))
    for problem in problems:
        print(f"WRONG: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
