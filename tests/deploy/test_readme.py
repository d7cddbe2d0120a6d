"""README.md as a newcomer follows it: its commands run, in order, in a fresh clone, and the site answers."""

import os
import re
import secrets
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app_server import ROOT
from tests.deploy.manual import commands, steps
from tests.deploy.test_document import COMMIT, source
from tests.services import free_port, wait_until

README = ROOT / "README.md"
PROGRAMS = "/usr/local/bin:/usr/bin:/bin"
# The commands that are not run here, and which file runs them.
ELSEWHERE = {
    "make test": ("scripts/run_tests.py", '"python"'),
    "make check": (".ci/run", "make check"),
    "make install DOMAIN=meet.example.org": ("tests/deploy/test_install.py", "install {WORDS[proxy]}"),
    "make upgrade": ("tests/deploy/test_install.py", "make -C /root/next upgrade"),
    "make rollback": ("tests/deploy/test_install.py", "make -C /root/next rollback"),
    "make uninstall": ("tests/deploy/test_install.py", "uninstall"),
    "DATABASE_URL_FILE=/etc/meetingpoint/secrets/database_url": ("tests/deploy/test_document.py", "run_backups"),
    "REDIS_URL_FILE=/etc/meetingpoint/secrets/redis_url": ("tests/deploy/test_document.py", "run_backups"),
    "WEB_PROCESSES=2": ("tests/deploy/test_document.py", "run_backups"),
}
# What a person writes into the copy of .env.example.
WRITTEN = {
    "SITE_ORIGINS": "https://meet.example.org",
    "EMAIL_URL": "smtp+tls://mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "meet@example.org",
    "TRUSTED_PROXIES": "1",
    "STUN_PORT": "0",  # another server of these tests may have the port
}


def fence(first: str) -> list[str]:
    """Return the commands of the fence of README.md that begins so."""
    (found,) = (text for kind, text, _ in steps(README) if kind == "sh" and text.startswith(first))
    return commands(found)


def environment(home: Path) -> dict[str, str]:
    """Return what a person has who has set nothing, and what this machine says of certificates and package indexes."""
    names = re.compile(r"(?:PIP|NODE|SSL|npm)_\w+|\w+_CA_BUNDLE")
    found = {name: value for name, value in os.environ.items() if names.fullmatch(name)}
    return {"PATH": PROGRAMS, "HOME": str(home), "LANG": "C.UTF-8", **found}


def run(command: str, folder: Path) -> str:
    """Run a line of bash."""
    line = ["bash", "-euc", command]
    done = subprocess.run(
        line, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout + done.stderr


def answers(address: str) -> bool:
    """Say whether a page is there."""
    return bool(urllib.request.urlopen(address, timeout=5).status)


@contextmanager
def running(command: str, folder: Path) -> Iterator[int]:
    """Run a server by a command, with a port in place of PORT, until the block ends; yields the port."""
    port = free_port()
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["bash", "-euc", f"exec {command.replace('PORT_HERE', str(port))}"],
            cwd=folder, env=environment(folder), stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: server.poll() is not None or answers(f"http://localhost:{port}/healthz"), 240, "it answers")
        assert server.poll() is None, log.read_text()[-3000:]
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `git clone` leaves."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "source.tar").write_bytes(source())
    run("mkdir repository && tar xf source.tar -C repository && git init --quiet repository", folder)
    commit = COMMIT.replace("-C /srv/repository ", "")
    run(f"git add --all && {commit} --message='site: Begin.'", folder / "repository")
    first, second, _ = fence("git clone")
    assert second == "cd meeting-point"
    run(first.replace("<this repository>", "repository"), folder)
    return folder / "meeting-point"


def test_every_command_of_the_readme_is_run_by_a_test() -> None:
    fences = [commands(text) for _kind, text, _ in steps(README)]
    here = {*fence("git clone"), *fence("python3 -m venv")}
    assert {line for lines in fences for line in lines} - here == set(ELSEWHERE)
    assert {kind for kind, _, _ in steps(README)} == {"sh"}
    for command, (file, said) in ELSEWHERE.items():
        assert said in (ROOT / file).read_text(), command


@pytest.mark.long
def test_three_commands_start_a_site_to_look_at(clone: Path) -> None:
    last = fence("git clone")[-1]
    assert last == "make run"
    with running(f"{last} PORT=PORT_HERE", clone) as port:
        with urllib.request.urlopen(f"http://localhost:{port}/accounts/signup/") as page:
            assert "csrfmiddlewaretoken" in page.read().decode()
        assert answers(f"http://localhost:{port}/dev/mail/")


@pytest.mark.long
def test_the_short_way_on_any_system_starts_a_site(clone: Path) -> None:
    *lines, check, migrate, serve = fence("python3 -m venv")
    for line in lines:
        run(line, clone)
    env = clone / ".env"
    text = env.read_text()
    for name, value in {"SECRET_KEY": secrets.token_urlsafe(50), **WRITTEN}.items():
        text, count = re.subn(rf"^#?{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        assert count == 1, name
    env.write_text(text)
    said = run(check, clone)
    assert set(re.findall(r"\((\w+\.\w+)\)", said)) <= {"meetingpoint.W008"}, said  # its history, which a clone has
    run(migrate, clone)
    with running(serve.replace("8000", "PORT_HERE"), clone) as port:
        asked = urllib.request.Request(f"http://localhost:{port}/", headers={"Host": "meet.example.org"})
        with urllib.request.urlopen(asked) as page:
            assert "Meeting Point" in page.read().decode()
