"""A server of its own for the steps of an operator: systemd as process 1, Debian's packages, and no trace afterwards.

It is a set of namespaces with an overlay of this machine's files (`machine.sh`): what is changed there is in memory and
goes with it. Its network is its own and leads nowhere. Needs root; nothing outside is touched.
"""

import ctypes
import os
import shlex
import subprocess
import sys
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

from tests.services import make_certificate, wait_until

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("machine.sh")
UP = {"running", "degraded"}
NAMESPACES = ["--mount", "--net", "--pid", "--uts", "--ipc"]
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "ENV_FILE": "",
}

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
Made = TypeVar("Made")


def inside(network: str, make: Callable[[], Made]) -> Made:
    """Call `make` in the network with this file: the sockets that it opens are there, and stay there."""

    def enter() -> Made:
        descriptor = os.open(network, os.O_RDONLY)
        try:
            if LIBC.setns(descriptor, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "cannot enter the network")
        finally:
            os.close(descriptor)
        return make()

    with ThreadPoolExecutor(1) as thread:  # which is in that network until it ends, and no other thread is
        return thread.submit(enter).result()


class StepFailed(AssertionError):
    """A command ended with an error: the command, and what it wrote."""


class Machine:
    """A booted server. Use it as a context manager, as root."""

    def __init__(self, files: Path = Path("/")) -> None:
        """Take the root of another system's `files`, instead of this machine's."""
        self.files = files
        self.name = f"meetingpoint-{uuid.uuid4().hex[:12]}"
        self.pid = 0

    def __enter__(self) -> Self:
        command = [
            "unshare",
            *NAMESPACES,
            "--fork",
            "--kill-child",
            "--propagation",
            "private",
            "bash",
            SCRIPT,
            self.name,
        ]
        self._process = subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, "LOWER": str(self.files), "SHOWN": f"{ROOT} {os.path.realpath(sys.prefix)}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(self._find_first_process, 10, "the machine has a first process")
            wait_until(self._is_up, 60, "the machine has booted")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # and with it, by the kernel, every process of the machine
        written = self._process.communicate()[0]
        if not self.pid:
            raise RuntimeError(f"the machine did not start:\n{written.decode(errors='replace')}")
        wait_until(self._remove_groups, 10, "the processes have ended")

    def _find_first_process(self) -> bool:
        ended = self._process.poll() is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        with suppress(OSError):
            self.pid = int((children.read_text().split() or ["0"])[0])
        return ended or bool(self.pid)

    def _is_up(self) -> bool:
        if self._process.poll() is not None:
            self.pid = 0
            return True
        with suppress(StepFailed):
            comm = Path(f"/proc/{self.pid}/comm").read_text().strip()
            return comm == "systemd" and self.run("systemctl is-system-running || true").strip() in UP
        return False

    def _remove_groups(self) -> bool:
        groups = [Path("/sys/fs/cgroup", where, self.name) for where in ("", "unified", "systemd")]
        for folder in sorted((folder for group in groups for folder in group.glob("**/")), reverse=True):
            folder.rmdir()
        return not any(group.exists() for group in groups)

    def prefix(self) -> list[str]:
        """Return what to put before a command so that it runs on the machine."""
        return ["nsenter", "--target", str(self.pid), "--all", "--wdns=/root", "--"]

    def run(self, script: str, *, folder: str = "/root", seconds: float = 120, **variables: str) -> str:
        """Run a script of bash as root and return what it wrote. Raises `StepFailed` if it ends with an error."""
        bash = ["bash", "-euo", "pipefail", "-c", f"cd {shlex.quote(folder)}\n{script}"]
        done = subprocess.run(
            [*self.prefix(), *bash],
            env={**ENVIRONMENT, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
        if done.returncode:
            raise StepFailed(f"{script}\nended with {done.returncode}:\n{done.stdout[-4000:]}")
        return done.stdout

    def inside(self, make: Callable[[], Made]) -> Made:
        """Call `make` in the network of the machine: the sockets that it opens are there, and stay there."""
        return inside(f"/proc/{self.pid}/ns/net", make)

    def write(self, path: str, content: str | bytes, mode: int = 0o644) -> None:
        """Write a file, and the folders above it."""
        folder, place = shlex.quote(str(Path(path).parent)), shlex.quote(path)
        script = f"mkdir -p {folder} && cat > {place} && chmod {mode:o} {place}"
        data = content.encode() if isinstance(content, str) else content
        subprocess.run([*self.prefix(), "sh", "-c", script], env=ENVIRONMENT, input=data, check=True)

    def certify(self, folder: Path, *names: str) -> Path:
        """Put a certificate for each name where certbot puts it; return the last one."""
        for name in names:
            place = folder / name
            place.mkdir()
            certificate = make_certificate(place, f"DNS:{name}")
            live = f"/etc/letsencrypt/live/{name}"
            self.write(f"{live}/fullchain.pem", certificate.read_bytes())
            self.write(f"{live}/privkey.pem", (place / "key.pem").read_bytes(), 0o600)
        return certificate
