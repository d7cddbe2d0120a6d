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
# What Debian's own programs write in the course of time; the rest of the root is compared.
PASSING = (
    "proc sys dev run tmp root var/cache var/tmp var/lib/apt var/lib/dpkg var/log/journal var/log/apt var/log/wtmp"
)
LIST = (
    "cd / && find . \\( " + " -o ".join(f"-path ./{path}" for path in PASSING.split()) + " \\) -prune -o -print | "
    "grep -vE '^./(etc/(passwd|group|g?shadow|subuid|subgid)-|var/log/(btmp|lastlog|alternatives.log|dpkg.log)|"
    "var/lib/systemd/|etc/systemd/system/[a-z.-]*[.]wants$|etc/ld.so.cache|etc/.pwd.lock|var/log/README)' | sort; "
    "dpkg-query -W -f '${db:Status-Status} ${Package}\\n'; cat /etc/passwd /etc/group"
)
# Asks by the name of the site, and trusts nothing but the certificate that is named.
ASK = """
import ssl, sys, urllib.request
trusted = ssl.create_default_context(cafile=sys.argv[1])
page = urllib.request.urlopen("https://meet.example.org" + sys.argv[2], context=trusted, timeout=30)
print(page.status, page.read().decode())
"""
# A mail server that takes everything and sends nothing on.
MAIL_SOCKET = "[Socket]\nListenStream=127.0.0.1:25\nAccept=yes\n"
MAIL_SERVICE = """[Service]
StandardInput=socket
ExecStart=/bin/sh -c 'printf "220 mail\\r\\n"; while read -r word rest; do case "$word" in \\
  QUIT*) printf "221 bye\\r\\n"; exit ;; *) printf "250 yes\\r\\n" ;; esac; done'
"""


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


def start_mail_server(machine: Machine) -> None:
    """Let port 25 of the machine take emails; its unit is `mail.socket`."""
    machine.write("/run/systemd/system/mail.socket", MAIL_SOCKET)
    machine.write("/run/systemd/system/mail@.service", MAIL_SERVICE)
    machine.run("systemctl daemon-reload && systemctl start mail.socket")
