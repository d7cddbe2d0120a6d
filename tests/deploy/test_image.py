"""deploy/Dockerfile, built by Buildah as it is, and the image started with its own command.

No registry is asked: in place of the base images, under their names, are a Debian of debootstrap with its Python, and
with this machine's Node.js. Packages come from the indexes that the locks name, with their hashes.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app_server import ROOT
from tests.services import find_binary, wait_until

pytestmark = pytest.mark.long

AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
ALONE = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"']
DATABASE = "sqlite:////var/lib/meetingpoint/db.sqlite3"


class Buildah:
    """Buildah with images and containers of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        (folder / "registries.conf").write_text("unqualified-search-registries = []\n")
        self.command = [
            find_binary("buildah"), "--root", f"{folder}/storage", "--runroot", f"{folder}/run",
            "--storage-driver", "overlay", "--registries-conf", f"{folder}/registries.conf",
        ]  # fmt: skip

    def __call__(self, verb: str, *arguments: str, seconds: float = 120) -> str:
        """Run one of its commands and return what it wrote."""
        policy = ["--signature-policy", f"{self.folder}/policy.json"] if verb in ("from", "commit", "bud") else []
        command = [*self.command, verb, *policy, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False, timeout=seconds
        )
        assert done.returncode == 0, f"{verb}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout.strip()

    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "CONTAINERS_CONF": os.devnull}

    def build(self) -> str:
        """Build the image of the site from nothing; return its identity."""
        image = ["--file", "deploy/Dockerfile", "--format", "docker", "--no-cache", "."]
        said = self("bud", "--quiet", "--isolation", "chroot", "--network", "host", "--pull-never", *image, seconds=600)
        return said.splitlines()[-1]

    def run(self, container: str, *command: str, inside: list[str]) -> list[str]:
        """Return the command line that runs something in a container, in a network."""
        settings = [f"--env=DATABASE_URL={DATABASE}", f"--env=SECRET_KEY={KEY}"]
        return [*inside, *self.command, "run", "--isolation", "chroot", *settings, container, "--", *command]


KEY = secrets.token_urlsafe(50)


@pytest.fixture(scope="module")
def buildah(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Buildah]:
    """Buildah, with what stands in for the base images."""
    if os.geteuid() != 0:
        pytest.skip("debootstrap needs root")
    npm = Path(find_binary("npm")).resolve().parents[1]
    if not (npm / "node_modules").is_dir():
        pytest.skip("npm of this machine is not in one folder")
    folder = tmp_path_factory.mktemp("image")
    buildah, debian = Buildah(folder), folder / "debian"
    include = "--include=python3,python3-venv,python3-pip,ca-certificates"
    command = [find_binary("debootstrap"), "--variant=minbase", include, "bookworm", str(debian)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (debian / "usr/bin/python").symlink_to("python3")
    shutil.copy(AUTHORITIES, debian / AUTHORITIES.removeprefix("/"))
    node = folder / "node/usr"
    shutil.copytree(npm, node / "lib/node_modules/npm", symlinks=True)
    (node / "bin").mkdir()
    shutil.copy(Path(find_binary("node")).resolve(), node / "bin/node")
    (node / "bin/npm").symlink_to("../lib/node_modules/npm/bin/npm-cli.js")

    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    names = re.findall(r"^(?:ARG BASE=|FROM )((?:python|node):\S+)", dockerfile, re.MULTILINE)
    container = buildah("from", "scratch")
    buildah("config", f"--env=PIP_CERT={AUTHORITIES}", f"--env=NODE_EXTRA_CA_CERTS={AUTHORITIES}", container)
    buildah("config", "--env=PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", container)
    for name, files in zip(names, (debian, node.parent), strict=True):
        buildah("add", "--quiet", container, str(files), "/")
        buildah("commit", "--quiet", container, f"docker.io/library/{name}")
    buildah("rm", container)
    try:
        yield buildah
    finally:
        buildah("rm", "--all")
        buildah("rmi", "--all", "--force")
        subprocess.run(["umount", "--quiet", f"{folder}/storage/overlay"], check=False, capture_output=True)
        shutil.rmtree(folder)


def contents(place: Path) -> dict[str, tuple[str | int, ...]]:
    """Return what each file, link and folder below a folder is: kind and rights, owner, and a hash."""
    found: dict[str, tuple[str | int, ...]] = {}
    for path in place.rglob("*"):
        about = path.lstat()
        what = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(about.st_mode) else ""
        link = str(path.readlink()) if path.is_symlink() else ""
        found[str(path.relative_to(place))] = (about.st_mode, about.st_uid, about.st_gid, what, link)
    return found


def test_the_image_is_built_from_its_file_twice_the_same_and_serves_pages(buildah: Buildah) -> None:
    images = buildah.build(), buildah.build()
    containers = [buildah("from", "--pull-never", image) for image in images]
    places = [Path(buildah("mount", container)) for container in containers]
    # Every file, those of the base included: kind, rights, owner and contents.
    first, second = contents(places[0]), contents(places[1])
    names = sorted(first | second)
    assert [(name, first.get(name), second.get(name)) for name in names if first.get(name) != second.get(name)] == []
    user = next(line for line in (places[0] / "etc/shadow").read_text().splitlines() if line.startswith("meetingpoint"))
    assert user.split(":")[2] == ""  # no day on which it was made

    config: dict[str, Any] = json.loads(buildah("inspect", "--type", "image", images[0]))["Docker"]["config"]
    assert config["User"] == "10001"
    assert not [line for line in config["Env"] if re.match(r"[A-Z_]*(?:SECRET|PASSWORD|URL)", line)]
    allowed = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert {path.name for path in (places[0] / "opt/meeting-point").iterdir()} <= {*allowed, "var"}
    find = ["find", "opt", "(", "-uid", "10001", "-o", "-perm", "-o=w", ")", "!", "-type", "l"]
    assert subprocess.run(find, cwd=places[0], capture_output=True, text=True, check=True).stdout == ""

    log = buildah.folder / "log"
    options: Any = {"env": buildah.environment(), "stderr": subprocess.STDOUT}
    migrate = buildah.run(containers[0], "python", "manage.py", "migrate", "--verbosity", "0", inside=[])
    subprocess.run(migrate, check=True, stdout=subprocess.DEVNULL, **options)
    with log.open("wb") as output:
        site = subprocess.Popen(buildah.run(containers[0], *config["Cmd"], inside=ALONE), stdout=output, **options)
    try:
        wait_until(lambda: "Meeting Point is at" in log.read_text() or site.poll() is not None, 60, "it serves")
        there = ["nsenter", f"--net=/proc/{site.pid}/ns/net", "--"]
        health = buildah.run(containers[0], *config["Healthcheck"]["Test"][1:], inside=there)
        well = subprocess.run(health, check=False, capture_output=True, text=True, env=buildah.environment())
        assert well.returncode == 0, well.stderr
        page = subprocess.run([*there, "curl", "--silent", "localhost:8000/"], check=True, capture_output=True)
        assert b"Meeting Point" in page.stdout
        assert b"/static/" in page.stdout
    finally:
        for pid in re.findall(r"process (\d+)\)", log.read_text()):
            os.kill(int(pid), signal.SIGTERM)
        site.wait(20)
    assert site.returncode == 0
