"""A processor that is too small: a control group with a quota, for the processes of one browser."""

import os
from pathlib import Path

import pytest

ROOTS = (Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup"))
PERIOD_US = 100_000


class Quota:
    """A control group (version 1 or 2). Processes that those in it start are in it too."""

    def __init__(self, name: str) -> None:
        root = next((root for root in ROOTS if _limits(root)), None)
        if root is None or os.geteuid() != 0:
            pytest.skip("no control group for processors can be made here")
        self.folder = root / f"{name}-{os.getpid()}"
        self.folder.mkdir()
        self.procs = self.folder / "cgroup.procs"

    def limit(self, cores: float | None) -> None:
        """Give all of them together that many cores; None: as many as there are."""
        quota = int(cores * PERIOD_US) if cores else None
        if (self.folder / "cpu.max").exists():
            (self.folder / "cpu.max").write_text(f"{quota or 'max'} {PERIOD_US}")
        else:
            (self.folder / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (self.folder / "cpu.cfs_quota_us").write_text(str(quota or -1))

    def close(self) -> None:
        """Let everything out that is still in it, and remove it."""
        self.limit(None)
        for pid in self.procs.read_text().split():
            (self.folder.parent / "cgroup.procs").write_text(pid)
        self.folder.rmdir()


def _limits(root: Path) -> bool:
    controllers = root / "cgroup.subtree_control"
    return (root / "cpu.cfs_quota_us").exists() or (controllers.exists() and "cpu" in controllers.read_text().split())
