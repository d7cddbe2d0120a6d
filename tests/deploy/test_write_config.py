"""`manage.py write_config`: files that proxies, relay and systemd take, from nothing but the settings."""

import os
import re
import socket
import subprocess
from collections.abc import Callable
from errno import EAFNOSUPPORT
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from meetingpoint_site.config_files.example import Example
from meetingpoint_site.deployment_checks import _secrets
from tests.services import find_binary

TURN = "turn:meet.family.test:3479?transport=udp,turn:meet.family.test:3479?transport=tcp,turns:meet.family.test:5350"
SECRET = "f3a1" * 16


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    """A site of two processes with an administration of its own."""
    settings.SITE_ORIGINS = ["https://meet.family.test", "https://talk.family.test"]
    settings.ADMIN_ORIGIN = "https://admin.family.test"
    settings.PORT, settings.WEB_PROCESSES = 8100, 2
    settings.TURN_URLS, settings.TURN_SECRET = TURN.split(","), SECRET
    settings.LIMIT_FACTOR = 1


def written(kind: str, **options: Any) -> str:
    """Return what the command prints."""
    output = StringIO()
    call_command("write_config", kind, stdout=output, **options)
    return output.getvalue()


@pytest.mark.parametrize("kind", ["nginx", "caddy", "turnserver", "systemd"])
def test_no_value_of_the_examples_is_left(kind: str) -> None:
    assert re.findall(r"[\w.-]*example[\w.-]*\.org|127\.0\.0\.1:8000|^\.include.*", written(kind), re.MULTILINE) == []


def test_the_proxies_know_every_host_and_every_process() -> None:
    nginx, caddy = written("nginx"), written("caddy")
    assert nginx.count("server_name meet.family.test talk.family.test admin.family.test;") == 2
    assert re.search(r"server 127\.0\.0\.1:8100;\s+server 127\.0\.0\.1:8101;\s+keepalive", nginx)
    assert "/etc/letsencrypt/live/meet.family.test/fullchain.pem;" in nginx
    assert "\nmeet.family.test, talk.family.test, admin.family.test {" in caddy
    assert "reverse_proxy 127.0.0.1:8100 127.0.0.1:8101 {" in caddy


def test_in_a_shared_nginx_other_names_belong_to_others() -> None:
    alone, shared = written("nginx"), written("nginx", shared=True)
    assert [text.count("default_server") for text in (alone, shared)] == [4, 0]
    assert len(re.findall(r"^server \{$", shared, re.MULTILINE)) == 2
    # No value of another site's is set or replaced.
    outside = re.sub(r"^(?:server|map|upstream) .*\{$[\s\S]*?^\}$", "", shared, flags=re.MULTILINE)
    assert set(re.findall(r"^\w+", outside, re.MULTILINE)) <= {"limit_conn_zone", "limit_req_zone", "log_format"}
    assert re.findall(r"^(?:map|upstream) (?:.* )?(?!\$?meetingpoint)(\S+) \{$", shared, re.MULTILINE) == []


def test_limits_of_nginx_grow_with_the_limit_factor(settings: Any) -> None:
    before = [int(number) for number in re.findall(r"(?:limit_conn \w+ |burst=|rate=)(\d+)", written("nginx"))]
    settings.LIMIT_FACTOR = 2.5
    after = [int(number) for number in re.findall(r"(?:limit_conn \w+ |burst=|rate=)(\d+)", written("nginx"))]
    assert len(before) >= 9
    assert after == [round(number * 2.5) for number in before]


def test_nginx_starts_on_a_machine_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written("nginx").count("listen [::]:") == 4

    def no_ipv6(family: int = socket.AF_INET) -> socket.socket:
        raise OSError(EAFNOSUPPORT, "Address family not supported by protocol")

    monkeypatch.setattr(socket, "socket", no_ipv6)
    without = written("nginx")
    assert "::" not in without
    assert without.count(" listen ") == 4


def test_names_and_ports_are_written_as_the_proxies_read_them(settings: Any) -> None:
    settings.ADMIN_ORIGIN = ""
    settings.SITE_ORIGINS = ["https://bücher.test:8443", "https://[2001:db8::7]:8443"]
    nginx, caddy = written("nginx"), written("caddy")
    assert "server_name xn--bcher-kva.test [2001:db8::7];" in nginx
    ports = re.findall(r"^ +listen (?:\[::\]:)?(\d+)", nginx, re.MULTILINE)
    assert ports == ["80", "80", "8443", "8443", "80", "80", "8443", "8443"]
    assert "https://$host:8443$request_uri" in nginx
    assert "\nxn--bcher-kva.test:8443, [2001:db8::7]:8443 {" in caddy
    assert "https://{host}:8443{uri}" in caddy


def test_certificates_come_from_where_the_operator_says() -> None:
    assert "\ttls internal {" in written("caddy", tls="internal")
    assert "\tacme_ca https://ca.test/directory\n" in written("caddy", tls="https://ca.test/directory")
    assert "\ttls /c.pem /k.pem {" in written("caddy", certificate="/c.pem", key="/k.pem")
    assert "ssl_certificate     /c.pem;" in written("nginx", certificate="/c.pem", key="/k.pem")


def test_the_relay_has_the_secret_the_ports_and_the_addresses_of_the_settings() -> None:
    lines = written("turnserver", certificate="/c.pem", key="/k.pem", external_ip="192.0.2.1/10.0.0.1").splitlines()
    for line in (
        *("realm=meet.family.test", "listening-port=3479", "tls-listening-port=5350", "use-auth-secret"),
        *(f"static-auth-secret={SECRET}", "cert=/c.pem", "pkey=/k.pem", "external-ip=192.0.2.1/10.0.0.1"),
    ):
        assert lines.count(line) == 1, line
    assert sum(line.startswith("denied-peer-ip=") for line in lines) > 25
    plain = written("turnserver").splitlines()
    assert {"no-tls", "no-dtls"} <= set(plain)
    assert not any(line.startswith(("cert=", "pkey=", "external-ip=", "# Behind")) for line in plain)


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("nginx", {"SITE_ORIGINS": ["http://localhost:8000"], "ADMIN_ORIGIN": ""}, "no https"),
        ("caddy", {"SITE_ORIGINS": ["https://a.test", "https://b.test:444"]}, "several ports"),
        ("turnserver", {"TURN_SECRET": ""}, "TURN_SECRET"),
        ("turnserver", {"TURN_URLS": ["turn:a.test:1", "turn:a.test:2"]}, "several ports"),
    ],
)
def test_settings_that_say_too_little_are_refused(settings: Any, kind: str, change: dict[str, Any], said: str) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    with pytest.raises(CommandError, match=said):
        written(kind)


@pytest.mark.parametrize("options", [{"certificate": "/c.pem"}, {"tls": "http://ca.test/"}])
def test_options_that_do_not_fit_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="--"):
        written("caddy", **options)


def test_a_file_is_written_once_whole_and_with_the_rights_that_it_has(tmp_path: Path) -> None:
    path = tmp_path / "turnserver.conf"
    call_command("write_config", "turnserver", output=path, stdout=(first := StringIO()))
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o440)
    was = path.stat()
    call_command("write_config", "turnserver", output=path, stdout=(second := StringIO()))
    assert (first.getvalue(), second.getvalue()) == (f"{path}: written\n", f"{path}: unchanged\n")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (was.st_ino, was.st_mtime_ns)
    call_command("write_config", "turnserver", output=path, external_ip="192.0.2.1/10.0.0.1", stdout=StringIO())
    assert "external-ip=192.0.2.1/10.0.0.1" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o440
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(CommandError, match="Not a directory"):
        call_command("write_config", "nginx", output=path / "x", stdout=StringIO())


def test_an_example_that_lost_a_value_is_noticed() -> None:
    example = Example("nginx.conf")
    for act in (lambda: example.replace("meet.example.com", ""), lambda: example.rewrite("^lissten", "")):
        with pytest.raises(LookupError, match=r"deploy/nginx\.conf has no"):
            act()


@pytest.fixture
def units(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write the units with these secrets."""

    def write(*names: str, engine: str = "sqlite3") -> Path:
        secrets, folder = tmp_path / "secrets", tmp_path / "units"
        for made in (secrets, folder):
            made.mkdir(exist_ok=True)
        for name in names:
            (secrets / name).touch()
        monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", f"django.db.backends.{engine}")
        monkeypatch.setitem(settings.DATABASES["default"], "NAME", "/srv/rooms/db.sqlite3")
        program = Path("/opt/meeting-point/current")
        call_command("write_config", "systemd", output=folder, program=program, secrets=secrets, stdout=StringIO())
        return folder

    return write


def test_units_get_the_secrets_that_are_there_and_write_only_where_sqlite_is(units: Callable[..., Path]) -> None:
    text = (units("secret_key", "email_url") / "meetingpoint@.service").read_text()
    assert re.findall(r"^#?LoadCredential=(\w+):", text, re.MULTILINE) == ["secret_key", "email_url"]
    assert re.findall(r"^Environment=(\w+)=%d/(\w+)$", text, re.MULTILINE) == [
        ("SECRET_KEY_FILE", "secret_key"),
        ("EMAIL_URL_FILE", "email_url"),
    ]
    assert "ReadWritePaths=/srv/rooms\n" in text
    assert "ExecStart=/opt/meeting-point/current/.venv/bin/python manage.py serve" in text
    text = (units("secret_key", engine="postgresql") / "meetingpoint@.service").read_text()
    assert "ReadWritePaths" not in text


def test_every_secret_of_the_settings_can_be_handed_to_the_units(settings: Any) -> None:
    settings.DEBUG, settings.SECRET_KEY_FALLBACKS, settings.REDIS_URL = False, ["x"], "redis://:x@localhost"
    example = Example("systemd/service.conf").text
    assert {name.lower() for name, _ in _secrets()} == set(
        re.findall(r"^#LoadCredential=(\w+):", example, re.MULTILINE)
    )


def test_systemd_takes_every_unit_and_rates_the_services_as_safe(units: Callable[..., Path]) -> None:
    try:
        analyze = find_binary("systemd-analyze")
    except FileNotFoundError:
        pytest.skip("systemd is not installed")
    folder = units("secret_key", "turn_secret", "email_url", "redis_url", "database_url")
    services = sorted(folder.glob("*.service"))
    assert len(services) == 5
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"}
    command = [analyze, "verify", "--man=no", *(path.name.replace("@", "@8000") for path in folder.iterdir())]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stderr
    # The program is not at its place on this machine.
    assert [line for line in said.splitlines() if "meetingpoint" in line and "is not executable" not in line] == []
    for path in services:
        if "certificate" in path.name:
            continue  # it runs as root: it reads what the proxy keeps
        command = [analyze, "security", "--offline=true", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rated = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
        assert rated, done.stderr
        assert float(rated[1]) <= 2.0, path.name
        assert "Unknown" not in done.stderr
