"""deploy/compose.yaml and deploy/Dockerfile: every command runs as its container would, and the image has no secret."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.bundle import find_esbuild
from tests.app_server import ROOT
from tests.deploy.containers import COMPOSE, PROJECT, SERVICES, Containers, selected
from tests.deploy.machine import Machine
from tests.services import make_certificate, wait_until

HOST = "meet.example.org"
DIRTY = [
    *(
        ".env",
        ".env.production",
        "production.env",
        "deploy/secrets/secret_key",
        "deploy/turnserver.conf",
        "turnserver.conf",
    ),
    *("db.sqlite3", "db.sqlite3-wal", "backup.dump", "backups/meetingpoint.sqlite3", "accounts/.env.local", "id_rsa"),
    *(".git/config", "var/mail/1.eml", "rooms/copy.sqlite3", "static/.htpasswd", "rooms/__pycache__/models.pyc"),
]
CLEAN = [
    ".env.example",
    "manage.py",
    "requirements.lock",
    "scripts/bundle.py",
    "rooms/models.py",
    "static/js/pages/call.js",
    "templates/base.html",
]


def test_the_image_has_the_program_and_nothing_else(tmp_path: Path) -> None:
    for name in (*DIRTY, *CLEAN):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert selected(tmp_path) == set(CLEAN)


def test_the_image_has_no_root_no_secret_and_only_the_lock() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text()
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE) == ["10001"]
    assert re.search(r"pip .*--require-hashes .*requirements\.lock", text)
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-bookworm", re.findall(r"^ARG BASE=(.*)$", text, re.MULTILINE)[0])
    assert not re.search(r"SECRET|PASSWORD|TOKEN", text)


@pytest.mark.long
def test_a_backup_needs_nothing_that_the_image_has_not(tmp_path: Path) -> None:
    image = tmp_path / "image"
    for name in selected(ROOT):
        (image / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, image / name)
    database = f"sqlite:///{tmp_path}/db.sqlite3"
    environment = {**os.environ, "ENV_FILE": os.devnull, "DEBUG": "1", "DATABASE_URL": database, "REDIS_URL": ""}
    for command in (["migrate", "--verbosity=0"], ["backup", str(tmp_path / "backup.zip")]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=image, env=environment, check=True)
    assert (tmp_path / "backup.zip").stat().st_size > 1000


def make_env(folder: Path, **variables: str) -> str:
    """Run deploy/make-env.sh."""
    command = ["sh", str(ROOT / "deploy" / "make-env.sh"), str(folder / ".env"), str(folder / "secrets")]
    return subprocess.run(
        command, env={"PATH": os.environ["PATH"], **variables}, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="gives the secrets to the users of the containers")
def test_make_env_fills_everything_that_compose_asks_for_and_changes_nothing_the_second_time(tmp_path: Path) -> None:
    make_env(tmp_path, DOMAIN=HOST, EMAIL_URL="smtp+tls://u:p@mail.example.org:587")
    files = {Path(entry["file"]).name for entry in COMPOSE["secrets"].values()}
    made = {path.name: path for path in (tmp_path / "secrets").iterdir()}
    assert files <= set(made)
    assert {oct(path.stat().st_mode & 0o007) for path in made.values()} == {"0o0"}
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o644  # who starts the containers reads it
    before = {path: path.read_bytes() for path in (tmp_path / ".env", *made.values())}
    make_env(tmp_path, DOMAIN=HOST)
    with pytest.raises(subprocess.CalledProcessError):
        make_env(tmp_path, DOMAIN="other.example.org", EMAIL_URL="smtp+tls://u:q@mail.example.org:587")
    assert {path: path.read_bytes() for path in before} == before
    text = (tmp_path / ".env").read_text()
    assert not [path for path in made.values() if path.read_text().strip() and path.read_text().strip() in text]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives the secrets to the users of the containers")
@pytest.mark.parametrize("way", ["EMAIL_URL", "EMAIL_URL_FILE"])
def test_make_hands_the_address_of_the_mail_server_on_as_it_is(tmp_path: Path, way: str) -> None:
    address = """smtp+tls://u:a$b$$c"`id`'\\d#e@mail.example.org:587"""
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("secrets"))
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "address").write_text(f"{address}\n")
    option = f"EMAIL_URL={address}" if way == "EMAIL_URL" else f"EMAIL_URL_FILE={tmp_path / 'address'}"
    stray = {**os.environ, "EMAIL_URL_FILE": "/nonexistent", "DOMAIN": "stray.example.org"}
    subprocess.run(["make", "env", f"DOMAIN={HOST}", option], cwd=tmp_path, env=stray, check=True)
    assert (tmp_path / "deploy/secrets/email_url").read_text() == f"{address}\n"
    assert f"DOMAIN={HOST}\n" in (tmp_path / ".env").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes someone else")
def test_make_env_says_at_once_that_it_needs_root(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-s", str(tmp_path / ".env"), str(tmp_path / "secrets")],
        input=(ROOT / "deploy" / "make-env.sh").read_text(), env={"PATH": os.environ["PATH"], "DOMAIN": HOST},
        user=65534, group=65534, extra_groups=[], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "sudo make env" in done.stderr


def test_make_env_asks_for_a_name(tmp_path: Path) -> None:
    odd = ("", "a", "meet.example.org/x", "a b", "a.test:80", "-a.test", "a..test", "192.0.2.7", "[::1]", "bücher.test")
    for name in (*odd, "a.test\nDEBUG=on"):
        with pytest.raises(subprocess.CalledProcessError):
            make_env(tmp_path, DOMAIN=name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="gives the secrets to the users of the containers")
def test_a_name_is_written_as_browsers_send_it(tmp_path: Path) -> None:
    make_env(tmp_path, DOMAIN="Meet.Example.ORG.")
    assert "SITE_ORIGINS=https://meet.example.org\n" in (tmp_path / ".env").read_text()


def test_what_runs_by_the_clock_is_there_and_everything_waits_for_what_it_needs() -> None:
    assert {"proxy", "web", "prune", "remind", "backup", "migrate", "postgres", "redis", "coturn"} == set(SERVICES)
    for name, service in SERVICES.items():
        assert "healthcheck" in service, name
        for needed, how in service.get("depends_on", {}).items():
            once = SERVICES[needed]["restart"] == "on-failure"
            assert how["condition"] == ("service_completed_successfully" if once else "service_healthy")


# The users and the places that the images have.
PREPARE = """
{users}
mkdir -p {project} /opt/meeting-point {volumes} /certificates /var/lib/postgresql/data /data /config /run/secrets
mkdir -p /docker-entrypoint-initdb.d /run/redis /var/run/postgresql /etc/coturn /etc/caddy
touch /etc/coturn/example.conf /etc/coturn/start.sh /docker-entrypoint-initdb.d/roles.sql
chmod 711 /root
chmod 755 /etc/redis
[ -x "$(command -v nc)" ] || install -m 755 /dev/stdin /usr/local/bin/nc <<<'#!/bin/bash
exec 3<>"/dev/tcp/$2/$3"'
mkdir -p /opt/venv && mount --bind {venv} /opt/venv
chown 10001 /volumes/backups
chown 999 /volumes/postgres /volumes/postgres-socket /volumes/redis-socket
cd {root}
cp --parents $(cat /srv/listed) /opt/meeting-point
chmod -R go=rX /opt/meeting-point
(cd /opt/meeting-point && ENV_FILE=/dev/null /opt/venv/bin/python -m scripts.bundle)
test -e /opt/meeting-point/var/bundle/manifest.json
cp -r deploy Makefile {project}
cd {project}
make env DOMAIN={host} EMAIL_URL=smtp+tls://site:fK3wq9Zt0LmX@mail.example.org:587
"""


@pytest.mark.long
def test_every_container_starts_and_a_page_comes_through_the_proxy(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("namespaces need root")
    with Machine() as machine:
        users = "".join(f"useradd --non-unique --uid {uid} uid{uid}\n" for uid in (999, 10001))
        volumes = " ".join(f"/volumes/{name}" for name in COMPOSE["volumes"])
        machine.write("/srv/listed", "\n".join(sorted(selected(ROOT))))
        machine.write("/usr/local/bin/esbuild", find_esbuild().read_bytes(), 0o755)
        machine.run(
            PREPARE.format(
                venv=os.path.realpath(sys.prefix), users=users, volumes=volumes, project=PROJECT, root=ROOT, host=HOST
            )
        )
        store = f"/volumes/certificates/caddy/certificates/acme-v02.api.letsencrypt.org-directory/{HOST}/{HOST}"
        certificate = make_certificate(tmp_path, f"DNS:{HOST}")
        machine.write(f"{store}.crt", certificate.read_bytes(), 0o600)
        machine.write(f"{store}.key", (tmp_path / "key.pem").read_bytes(), 0o600)
        machine.write(f"{store}.json", '{"sans": ["meet.example.org"], "issuer_data": null}', 0o600)
        containers = Containers(machine)
        done: set[str] = set()
        for name in SERVICES:
            if name not in done:
                containers.start(name, done=done)
        page = machine.run(f"curl --silent --insecure --fail https://{HOST}/accounts/signup/")
        assert "csrfmiddlewaretoken" in page
        seen = machine.run(
            f"openssl s_client -connect 127.0.0.1:5349 -servername {HOST} </dev/null 2>/dev/null || true"
        )
        assert f"CN = {HOST}" in seen
        running = machine.run("systemctl list-units --plain --no-legend --state=running 'container-*'")
        names = set(re.findall(r"container-(\w+)\.service", running))
        assert names == set(SERVICES) - {"migrate"}
        assert "migrate" in done
        wait_until(lambda: ".zip" in machine.run("ls /volumes/backups"), 60, "there is a backup")
        bring_back(containers)


def bring_back(containers: Containers) -> None:
    """Restore a backup as docs/deployment.md says: what came after it is gone, and its key is there again."""
    machine, there = containers.machine, "/var/backups/meetingpoint/before.zip"
    make = "from accounts.models import User; User.objects.create_user('{}@example.org', display_name='{}')"
    containers.run("prune", "python", "manage.py", "shell", "-c", make.format("olga", "Olga"))
    containers.run("backup", "python", "manage.py", "backup", there)
    containers.run("prune", "python", "manage.py", "shell", "-c", make.format("max", "Max"))
    machine.run("systemctl stop container-web container-prune container-remind container-backup")
    key = machine.run(f"cat {PROJECT}/deploy/secrets/secret_key")
    machine.run(f"openssl rand -hex 32 > {PROJECT}/deploy/secrets/secret_key")  # as on another machine
    restore = ("migrate", "python", "manage.py", "restore")
    assert "Restored: 1 accounts" in containers.run(*restore, "--replace", there)
    said = containers.run(*restore, "--secret-key-to", "-", there)
    machine.write("/root/secret_key", said.splitlines()[-1] + "\n", 0o600)
    machine.run(f"cat /root/secret_key > {PROJECT}/deploy/secrets/secret_key && rm /root/secret_key")
    assert machine.run(f"cat {PROJECT}/deploy/secrets/secret_key") == key
    containers.start("web", done=set(SERVICES))
