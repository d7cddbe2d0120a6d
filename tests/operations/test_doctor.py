"""The doctor tries a real site, and says what is wrong with it in words that help."""

import json
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from meetingpoint_site.operations.doctor import clock
from tests import forking
from tests.app_server import AppServer
from tests.operations.time_server import TimeServer
from tests.services import CoturnServer, free_port, wait_until
from tests.smtp_server import SmtpServer

Findings = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def app() -> Iterator[AppServer]:
    """A site with a relay, which runs."""
    with CoturnServer() as relay:
        app = AppServer(settings=relay.settings)
        app.migrate()
        with app:
            yield app


def ask(app: AppServer, *checks: str, **variables: str) -> tuple[int, Findings]:
    """Return the doctor's exit code and what it found."""
    chosen = [argument for check in checks for argument in ("--only", check)]
    done = forking.run(["doctor", "--json", *chosen], {**app.environment(), **variables})
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return done.returncode, {finding["name"]: finding for finding in found}


def test_a_site_that_works(app: AppServer) -> None:
    code, found = ask(app)
    wrong = {name: finding["says"] for name, finding in found.items() if finding["result"] == "wrong"}
    assert (code, wrong) == (0, {})
    well = {name for name, finding in found.items() if finding["result"] == "ok"}
    assert {"services", "disk", "outbox", "name", "page", "socket"} <= well
    assert found["relay"]["says"].startswith("it relays at 127.0.0.1")
    assert "prune, which deletes what has expired, never ran" in found["timers"]["says"]
    app.manage("prune")
    app.manage("remind")
    assert "prune" not in ask(app, "timers")[1]["timers"]["says"]


def test_each_thing_that_is_wrong_is_named_with_what_helps(app: AppServer) -> None:
    nothing = free_port()
    code, found = ask(
        app,
        "mail",
        "name",
        "page",
        "STUN",
        "relay",
        EMAIL_URL=f"smtp+tls://user:a-secret-word@127.0.0.1:{nothing}",
        SITE_ORIGINS="https://no-such-name.invalid",
        STUN_URLS=f"stun:127.0.0.1:{nothing}",
        TURN_SECRET="another-secret-than-that-of-the-relay",
    )
    assert code == 1
    assert {name: finding["result"] for name, finding in found.items()} == dict.fromkeys(found, "wrong")
    assert all(finding["do"] for finding in found.values())
    assert "Connection refused" in found["mail"]["says"]
    assert "the secrets do not match" in found["relay"]["says"]
    assert "no-such-name.invalid" in found["name"]["tried"]
    assert "secret-word" not in json.dumps(found)


def test_another_site_and_a_proxy_without_sockets(app: AppServer, tmp_path: Path) -> None:
    """A web server that knows nothing of this site answers on its name."""
    command = [
        sys.executable,
        "-m",
        "http.server",
        str(port := free_port()),
        "--bind",
        "127.0.0.1",
        "-d",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as other:
        try:
            wait_until(lambda: bool(urllib.request.urlopen(f"http://127.0.0.1:{port}/").status), 20, "it serves")
            code, found = ask(app, "page", "socket", SITE_ORIGINS=f"http://127.0.0.1:{port}")
        finally:
            other.terminate()
    assert code == 1
    assert found["page"]["says"] == "a different site answers"
    assert "404 instead of 101" in found["socket"]["says"]


def test_a_copy_of_the_site_on_another_machine_is_not_this_one(app: AppServer) -> None:
    copy = AppServer(settings={"SECRET_KEY": app.settings["SECRET_KEY"]})
    copy.migrate()
    with copy:
        code, found = ask(app, "page", SITE_ORIGINS=copy.origin)
        assert (code, found["page"]["says"]) == (1, "another Meeting Point answers: it has another database")
        assert ask(copy, "page")[0] == 0
        assert ask(app, "page", SITE_ORIGINS=copy.origin)[0] == 1


def make_old_certificate(folder: Path, host: str = "localhost", left: timedelta = timedelta(days=1.51)) -> Path:
    """Make a certificate of 90 days that has so much `left`, and key.pem; return its path."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now + left - timedelta(days=90)).not_valid_after(now + left)
    builder = builder.add_extension(names, False).add_extension(x509.BasicConstraints(True, None), True)
    path = folder / "old.pem"
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    return path


def test_certificates_are_verified_as_browsers_do(app: AppServer, tmp_path: Path) -> None:
    certificate = make_old_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(2):
                client, _address = listener.accept()
                try:
                    context.wrap_socket(client, server_side=True).close()
                except OSError:
                    client.close()

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        origin = f"https://localhost:{listener.getsockname()[1]}"
        own = {"SITE_ORIGINS": origin}
        assert "browsers refuse it" in ask(app, "certificate", **own)[1]["certificate"]["says"]
        _, found = ask(app, "certificate", **own, SSL_CERT_FILE=str(certificate))
        assert found["certificate"]["says"] == "it ends in 36 hours"
        server.join(10)


def test_it_says_so_in_words_too(app: AppServer) -> None:
    assert "Nothing is wrong." in app.manage("doctor", "--only", "services", "--only", "disk")
    environment = {**app.environment(), "DATABASE_URL": f"sqlite:///{app.folder / 'empty.sqlite3'}"}
    done = forking.run(["doctor", "--only", "services"], environment)
    assert done.returncode == 1
    assert "run manage.py migrate" in done.stdout
    assert "Not as it should be: services" in done.stderr


def test_the_mail_server_says_no_in_words(app: AppServer) -> None:
    with SmtpServer() as server:
        server.password = "the right one"

        def mail(password: str) -> dict[str, str]:
            return ask(app, "mail", EMAIL_URL=f"smtp://olga:{password}@127.0.0.1:{server.port}")[1]["mail"]

        assert mail("the%20right%20one")["result"] == "ok"
        assert "user or password is wrong (535)" in mail("another")["says"]
        server.password = "größer 大"
        assert mail("größer%20大")["result"] == "ok"


def test_a_clock_that_is_off_is_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "systemd").mkdir()
    assert list(clock.time_servers(tmp_path)) == [clock.FALLBACK]
    (tmp_path / "systemd/timesyncd.conf").write_text("[Time]\n#NTP=no.example\nNTP=time.example.org other.example\n")
    assert list(clock.time_servers(tmp_path)) == ["time.example.org"]

    server = TimeServer()
    for ahead in (0, 600, -600, 2**31 - 100):
        server.ahead = ahead
        assert clock.ahead_of("127.0.0.1", server.port).total_seconds() == pytest.approx(-ahead, abs=5)
    monkeypatch.setattr(clock, "PORT", server.port)
    monkeypatch.setattr(clock, "time_servers", lambda: ["127.0.0.1"])
    monkeypatch.setattr(clock, "is_kept_right", lambda: False)
    monkeypatch.setattr(clock.ahead_of, "__defaults__", (server.port,))
    server.ahead = 600
    assert (clock.check_clock().result, clock.check_clock().says[:24]) == ("wrong", "it is 10 minutes behind:")
    server.ahead = 1
    assert clock.check_clock().says.startswith("it is right, but no time service")
    server.spoil = lambda answer: answer[:24] + bytes(8) + answer[32:]  # as someone who guesses does
    with pytest.raises(OSError, match="the answer is none"):
        clock.ahead_of("127.0.0.1", server.port)
    assert "no time server answers" in clock.check_clock().says
