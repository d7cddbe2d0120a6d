"""The files of a bare Debian 12, and the way this program gets there and is installed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.deploy.machine import ROOT, Machine
from tests.services import find_binary

HOST = "meet.example.org"
SOURCE = "/root/meeting-point"
PACKAGES = "python3-venv caddy nginx certbot coturn postgresql redis-server esbuild openssl ca-certificates iproute2"


def make_bare(folder: Path) -> Path:
    """Make the root of a bare Debian in `folder`; it has fetched the packages, and installed none of them."""
    include = "systemd,systemd-sysv,dbus,ca-certificates,make,passwd"
    subprocess.run(
        [find_binary("debootstrap"), "--variant=minbase", f"--include={include}", "bookworm", folder],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    shutil.copy(Path("/etc/resolv.conf").resolve(), folder / "etc/resolv.conf")
    fetch = f"apt-get -qq update && apt-get -qq install -y --no-install-recommends --download-only {PACKAGES}"
    subprocess.run(["chroot", folder, "sh", "-c", fetch], check=True, stdout=subprocess.DEVNULL)
    (folder / "etc/resolv.conf").write_text("")
    wheels = folder / "srv/wheels"
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary=:all:"]
    # pip judges markers by the Python that runs it, which may be a later one than Debian's 3.11.2.
    lock = folder.parent / "requirements.lock"
    lock.write_text(re.sub(r" ; python_full_version < '3\.11\.3'", "", (ROOT / "requirements.lock").read_text()))
    wanted = ["--python-version", "3.11.2", "--dest", str(wheels), "--requirement", str(lock)]
    subprocess.run([*download, *wanted], check=True, capture_output=True)
    (folder / "etc/pip.conf").write_text("[global]\nno-index = true\nfind-links = /srv/wheels\n")
    return folder


def checkout(machine: Machine, place: str = SOURCE) -> None:
    """Put the program there, as `git clone` does."""
    left_out = (".git", ".venv", "node_modules", "var", ".mypy_cache", ".ruff_cache", ".pytest_cache")
    excluded = " ".join(f"--exclude=./{name}" for name in left_out)
    machine.run(f"mkdir -p {place} && tar -C {ROOT} {excluded} -c . | tar -C {place} -x")
