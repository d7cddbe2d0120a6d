"""Reads what a process and its children have used (Linux): processor time to the nanosecond, and memory."""

import time
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
_PROCESS_CLOCK = 2  # CPUCLOCK_SCHED in the kernel's clock ids, which glibc's clock_getcpuclockid makes


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [pid]
    for parent in found:
        for task in (PROC / str(parent) / "task").glob("*"):
            children = (task / "children").read_text() if (task / "children").exists() else ""
            found += [int(child) for child in children.split()]
    return found


def processor_seconds(pid: int) -> float:
    """Return the processor time used so far, user and system, by the family, threads that have ended included.

    It is the processes' own clock (`clock_getcpuclockid`, POSIX), in nanoseconds; of a process that has ended, nothing.
    """
    total = 0
    for member in family(pid):
        with suppress(OSError):
            total += time.clock_gettime_ns((~member << 3) | _PROCESS_CLOCK)
    return total / 1e9


def resident_bytes(pid: int, *, single: bool = False) -> int:
    """Return the memory of the process family: what it does not share, plus its part of what it shares (Pss).

    `single`: of this process only.
    """
    total = 0
    for member in [pid] if single else family(pid):
        lines = (PROC / str(member) / "smaps_rollup").read_text().splitlines()
        total += int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024
    return total
