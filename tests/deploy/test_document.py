"""docs/deployment.md as an operator follows it: each of its commands runs, in order, as root on a bare server.

A fence `sh` is run, a fence `env` is added to /etc/meetingpoint.env. `<!-- not run: reason -->` above a fence says why
it is left out; `ELSEWHERE` says which test runs its commands. The names lead to the server itself, and the packages of
the lock come from a folder. Backups are made and restored as docs/operating.md says.
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
from tests.deploy.manual import DOCUMENT, OPERATING, commands, operating, steps

HOSTS = ("meet.example.org", "turn.example.org")
# Which test runs the commands that are left out here, and what is in its file. A test has no network and no container
# engine: what asks for either is prepared or carried out in another way.
ELSEWHERE = {
    "apt-get update && apt-get install -y git make": ("bare.py", "apt-get -qq update"),
    "git clone <this repository> meeting-point && cd meeting-point": ("bare.py", "as `git clone` does"),
    "make install DOMAIN=meet.example.org": ("test_install.py", "install {WORDS[proxy]}"),
    "meetingpoint createsuperuser": ("test_install.py", "meetingpoint createsuperuser"),
    "make upgrade": ("test_install.py", "make -C /root/next upgrade"),
    "make rollback": ("test_install.py", "make -C /root/next rollback"),
    "meetingpoint backup /var/backups/meetingpoint/before-a-change.zip": (
        "test_install.py",
        "meetingpoint backup /var",
    ),
    "meetingpoint check --deploy": ("test_install.py", "meetingpoint check --deploy"),
    "make uninstall": ("test_install.py", "uninstall"),
    "(umask 077 && cat > /root/email_url)": ("test_install.py", "/root/email_url"),
    "sudo make env DOMAIN=meet.example.org EMAIL_URL_FILE=/root/email_url": ("test_containers.py", "EMAIL_URL_FILE"),
    "docker compose --file deploy/compose.yaml up --build --detach": ("test_containers.py", "containers.start"),
    "docker compose --file deploy/compose.yaml exec web python manage.py createsuperuser": (
        "test_install.py",
        "meetingpoint createsuperuser",
    ),
    "docker compose --file deploy/compose.yaml exec backup python manage.py backup "
    "--folder /var/backups/meetingpoint": ("test_containers.py", "there is a backup"),
    "docker compose --file deploy/compose.yaml cp backup:/var/backups/meetingpoint /root/backups": (
        "test_containers.py",
        "ls /volumes/backups",
    ),
    "docker compose --file deploy/compose.yaml stop web prune remind backup": ("test_containers.py", "systemctl stop"),
    "docker compose --file deploy/compose.yaml run --rm migrate python manage.py restore --replace "
    "/var/backups/meetingpoint/<name>.zip": ("test_containers.py", '"--replace"'),
    "(umask 077 && docker compose --file deploy/compose.yaml run --rm --no-TTY migrate python manage.py restore "
    "--secret-key-to - /var/backups/meetingpoint/<name>.zip > /root/secret_key)": (
        "test_containers.py",
        '"--secret-key-to", "-"',
    ),
    "cat /root/secret_key > deploy/secrets/secret_key && rm /root/secret_key": (
        "test_containers.py",
        "cat /root/secret_key",
    ),
    "docker compose --file deploy/compose.yaml up --detach": ("test_containers.py", "containers.start"),
    "manage.py backup /var/backups/meetingpoint/today.zip": ("test_document.py", "run_backups"),
    "manage.py backup --folder /var/backups/meetingpoint --keep 14": ("test_document.py", "run_backups"),
    "manage.py restore /var/backups/meetingpoint/today.zip": ("test_document.py", "run_backups"),
    "manage.py doctor": ("test_doctor.py", "the_documented_commands"),
    "manage.py doctor --json": ("test_doctor.py", "the_documented_commands"),
    "manage.py doctor --only mail": ("test_doctor.py", "the_documented_commands"),
}
COMMIT = "git -C /srv/repository -c user.name=Olga -c user.email=olga@example.org commit --quiet --allow-empty"
LEFT_OUT = {"venv", "node_modules", "var", ".venv", "__pycache__"}


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
            script = re.sub("<[a-z ]+>", "v1", text)
            subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        else:
            assert all(re.fullmatch(r"[A-Z_]+=.+|#.*", line) for line in text.splitlines()), text


def test_every_command_is_run_by_a_test() -> None:
    fences = [(text, reason) for kind, text, reason in steps() if kind == "sh"]
    fences += [(text, "as `meetingpoint`") for kind, text, _ in steps(OPERATING) if kind == "sh"]
    left_out = [command for text, reason in fences if reason for command in commands(text)]
    assert sorted(set(left_out)) == sorted(ELSEWHERE)
    for command, (file, said) in ELSEWHERE.items():
        assert said in Path(__file__).with_name(file).read_text(), command


def run_backups(machine: Machine) -> None:
    """Make backups and restore one, by the commands of docs/operating.md."""
    for command in operating("manage.py backup"):
        machine.run(command.replace("manage.py", "meetingpoint"))


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
            f"{COMMIT} --message='site: Begin.'"
        )
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/srv/packages", "PIP_CONFIG_FILE": os.devnull}
        for kind, text, reason in steps():
            if reason:
                continue
            if kind == "env":
                machine.run(f"cat >> /etc/meetingpoint.env <<'LINES'\n{text}LINES")
                continue
            if "<version>" in text:
                machine.run(f"{COMMIT} --message='site: Go on.' && git -C /srv/repository tag v2")
            script = text.replace("<this repository>", "/srv/repository").replace("<version>", "v2")
            try:
                machine.run(script, seconds=300, **offline)
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
        run_backups(machine)
        assert machine.run("git -C /opt/meeting-point describe --tags").strip() == "v2"
        machine.run("systemd-analyze verify /etc/systemd/system/meetingpoint*")
        leaked = machine.run(
            "journalctl --quiet --output=cat --all > /srv/log; cat /var/log/nginx/* /var/log/postgresql/* >> /srv/log\n"
            "for secret in /etc/meetingpoint/secrets/*; do\n"
            "  grep --fixed-strings --quiet --file=$secret /srv/log && echo $secret\n"
            "done; true"
        )
        assert leaked == ""
