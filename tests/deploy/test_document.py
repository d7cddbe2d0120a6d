"""docs/deployment.md as an operator follows it: each of its commands runs, in order, as root on a bare server.

A fence `sh` is run, a fence `env` is added to /etc/meetingpoint.env. `<!-- not run: reason -->` above a fence says why
it is left out. The names lead to the server itself, and the packages of the lock come from a folder.
"""

import io
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from scripts.bundle import find_esbuild
from tests.app_server import ROOT
from tests.deploy.machine import Machine, StepFailed

DOCUMENT = ROOT / "docs" / "deployment.md"
FENCE = re.compile(r"(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
HOSTS = ("meet.example.org", "turn.example.org")
LEFT_OUT = {"venv", "node_modules", "var", ".venv", "__pycache__"}


def steps() -> list[tuple[str, str, str]]:
    """Return kind, text and the reason not to run it, "" for none, of each fence."""
    return [(found["kind"], found["text"], found["reason"] or "") for found in FENCE.finditer(DOCUMENT.read_text())]


def source() -> bytes:
    """Return the files of this checkout, as a TAR archive."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    files = listed.stdout.splitlines() or [
        str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts)
    ]
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name in files:
            if (ROOT / name).exists():
                archive.add(ROOT / name, name)
    return made.getvalue()


def packages() -> Path:
    """Return a folder with the packages of the lock for Debian's Python, which pip fetches once."""
    folder = ROOT / "var" / "test" / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    python = folder.with_name("debian-python")
    subprocess.run(["/usr/bin/python3", "-m", "venv", str(python)], check=True, timeout=120)
    command = [
        str(python / "bin/python"),
        "-m",
        "pip",
        "download",
        "--quiet",
        "--require-hashes",
        "--dest",
        str(folder),
    ]
    subprocess.run([*command, "--requirement", str(ROOT / "requirements.lock")], check=True, timeout=300)
    return folder


def test_every_fence_says_what_it_is_and_is_a_script() -> None:
    found = steps()
    assert len(found) > 10
    assert len(found) == len(re.findall(r"^```\w", DOCUMENT.read_text(), re.MULTILINE))
    assert {kind for kind, _, _ in found} <= {"sh", "env"}
    for kind, text, _ in found:
        if kind == "sh":
            script = text.replace("<this repository>", "here").replace("<version>", "v1")
            subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        else:
            assert all(re.fullmatch(r"[A-Z_]+=.+|#.*", line) for line in text.splitlines()), text


@pytest.mark.long
def test_the_steps_by_hand_lead_to_a_site_that_is_well(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("namespaces need root")
    wheels = packages()
    with Machine() as machine:
        machine.certify(tmp_path, *HOSTS)
        machine.write("/srv/source.tar", source())
        machine.write("/usr/local/bin/esbuild", find_esbuild().read_bytes(), 0o755)
        for wheel in wheels.iterdir():
            machine.write(f"/srv/packages/{wheel.name}", wheel.read_bytes())
        machine.run(
            "mkdir /srv/repository && cd /srv/repository && tar xf /srv/source.tar\n"
            "git init --quiet && git add --all\n"
            "git -c user.name=Olga -c user.email=olga@example.org commit --quiet --message='site: Begin.'"
        )
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/srv/packages", "PIP_CONFIG_FILE": os.devnull}
        for kind, text, reason in steps():
            if reason:
                continue
            if kind == "env":
                machine.run(f"cat >> /etc/meetingpoint.env <<'LINES'\n{text}LINES")
                continue
            try:
                machine.run(text.replace("<this repository>", "/srv/repository"), seconds=300, **offline)
            except StepFailed as error:
                said = machine.run("journalctl --quiet --output=cat --priority=warning | tail -n 30")
                raise StepFailed(f"{error}\n{said}") from error
        ask = "curl --silent --insecure --fail --retry 30 --retry-delay 1 --retry-connrefused --retry-all-errors"
        assert "csrfmiddlewaretoken" in machine.run(f"{ask} https://meet.example.org/accounts/signup/")
        for port in (8000, 8001):
            machine.run(f"{ask} --header 'Host: meet.example.org' localhost:{port}/readyz")
        machine.run("turnutils_stunclient 127.0.0.1 | grep --quiet reflexive && systemctl is-active coturn nginx")
        for timer in ("prune", "remind", "backup"):
            machine.run(f"systemctl start meetingpoint-{timer}.service")
        machine.run("systemd-analyze verify /etc/systemd/system/meetingpoint*")
        leaked = machine.run(
            "journalctl --quiet --output=cat --all > /srv/log; cat /var/log/nginx/* /var/log/postgresql/* >> /srv/log\n"
            "for secret in /etc/meetingpoint/secrets/*; do\n"
            "  grep --fixed-strings --quiet --file=$secret /srv/log && echo $secret\n"
            "done; true"
        )
        assert leaked == ""
