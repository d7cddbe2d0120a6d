"""The doctor on a server with nginx, coturn, a mail server and a time server: each thing that is wrong, by its name.

The server is well first. Then one thing at a time is as it should not be, in the part itself, and the doctor has to say
which, why and what helps, and to end with an error.
"""

import json
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.deploy.machine import ROOT, Machine
from tests.deploy.manual import operating
from tests.operations.time_server import TimeServer
from tests.services import make_certificate
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.long

HOST = "meet.example.org"
MANAGE = f"{sys.executable} {ROOT}/manage.py"
PASSWORD, TURN_SECRET = secrets.token_hex(8), secrets.token_hex(32)
SETTINGS = f"""SITE_ORIGINS=https://{HOST}
TRUSTED_PROXIES=1
DATABASE_URL=sqlite:////srv/site/db.sqlite3
DEFAULT_FROM_EMAIL="Meeting Point <meet@{HOST}>"
SECRET_KEY={secrets.token_hex(32)}
EMAIL_URL=smtp://olga:{PASSWORD}@127.0.0.1:25
TURN_URLS=turn:{HOST}:3478?transport=udp,turn:{HOST}:3478?transport=tcp,turns:{HOST}:5349?transport=tcp
TURN_SECRET={TURN_SECRET}
STUN_PORT=3479
"""
UNIT = f"""[Service]
Environment=ENV_FILE=/srv/site/env
ExecStart={MANAGE} serve
"""
READY = "curl --silent --fail --retry 100 --retry-delay 1 --retry-all-errors --max-time 30 localhost:8000/readyz"
TLS_FILES = "--certificate /srv/site/fullchain.pem --key /srv/site/privkey.pem"


class Authority:
    """Signs certificates."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An authority")])
        self.root = self._sign(self.name, self.key.public_key(), timedelta(days=90), x509.BasicConstraints(True, None))

    def _sign(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, left: timedelta, extension: x509.ExtensionType
    ) -> bytes:
        ends = datetime.now(UTC) + left
        builder = x509.CertificateBuilder(self.name, name, key, x509.random_serial_number())
        builder = builder.not_valid_before(ends - timedelta(days=90)).not_valid_after(ends)
        signed = builder.add_extension(extension, critical=True).sign(self.key, hashes.SHA256())
        return signed.public_bytes(Encoding.PEM)

    def certify(self, host: str = HOST, left: timedelta = timedelta(days=60)) -> tuple[bytes, bytes]:
        """Return a certificate that has so much `left`, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self._sign(x509.Name([]), key.public_key(), left, names), secret


@dataclass
class Server:
    """A machine and what runs beside it."""

    machine: Machine
    mail: SmtpServer
    time: TimeServer
    folder: Path
    authority: Authority = field(default_factory=Authority)

    def show(self, certificate: bytes, key: bytes) -> None:
        """Give nginx a certificate."""
        self.machine.write("/srv/site/fullchain.pem", certificate)
        self.machine.write("/srv/site/privkey.pem", key)
        self.machine.run("systemctl reset-failed nginx || true; systemctl restart nginx")

    def ask(self, *checks: str, **variables: str) -> tuple[int, dict[str, dict[str, str]]]:
        """Return the doctor's exit code and what it found."""
        only = " ".join(f"--only {check}" for check in checks)
        environment = {"ENV_FILE": "/srv/site/env", "SSL_CERT_FILE": "/srv/site/root.pem", **variables}
        script = f"code=0; {MANAGE} doctor --json {only} 2>/dev/null || code=$?; echo $code"
        said = self.machine.run(script, seconds=120, **environment)
        findings, code = said.rstrip().rsplit("\n", 1)
        return int(code), {finding["name"]: finding for finding in json.loads(findings)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which all is well."""
    if os.geteuid() != 0:
        pytest.skip("namespaces need root")
    with Machine() as machine, machine.inside(lambda: SmtpServer(port=25)) as mail:
        mail.password = PASSWORD
        server = Server(machine, mail, machine.inside(lambda: TimeServer(123)), tmp_path_factory.mktemp("files"))
        machine.write("/srv/site/env", SETTINGS)
        machine.write("/srv/site/root.pem", server.authority.root)
        machine.write("/run/systemd/system/site.service", UNIT)
        machine.write("/etc/systemd/timesyncd.conf", "[Time]\nNTP=127.0.0.1\n")
        machine.run(
            "rm -f /etc/nginx/sites-enabled/default /usr/bin/timedatectl\n"
            f"{MANAGE} migrate --verbosity 0 && {MANAGE} prune && {MANAGE} remind\n"
            f"{MANAGE} write_config nginx --output /etc/nginx/conf.d/meetingpoint.conf {TLS_FILES}\n"
            f"{MANAGE} write_config turnserver --output /etc/turnserver.conf {TLS_FILES}\n"
            "chown turnserver /etc/turnserver.conf && systemctl daemon-reload",
            ENV_FILE="/srv/site/env",
        )
        server.show(*server.authority.certify())
        machine.run(f"systemctl start site coturn && {READY}")
        yield server


def test_nothing_is_wrong_with_a_server_that_is_well(server: Server) -> None:
    code, found = server.ask()
    assert {name: finding["says"] for name, finding in found.items() if finding["result"] == "wrong"} == {}
    assert code == 0
    well = {name for name, finding in found.items() if finding["result"] == "ok"}
    assert {"services", "disk", "mail", "outbox", "certificate", "page", "socket", "STUN"} <= well
    assert "it is right" in found["clock"]["says"]
    assert "it relays at 127.0.0.1" in found["relay"]["says"]


def test_the_documented_commands_end_well(server: Server) -> None:
    for command in operating("manage.py doctor"):
        words = command.replace("manage.py", MANAGE)
        said = server.machine.run(words, ENV_FILE="/srv/site/env", SSL_CERT_FILE="/srv/site/root.pem")
        assert json.loads(said) if "--json" in command else said.endswith("\nNothing is wrong.\n")


Step = Callable[[Server], object]


@dataclass
class Fault:
    """What is wrong: the check that has to see it, the words for it and for what helps, how it comes about and ends."""

    check: str
    says: str
    do: str
    change: tuple[Step, Step] | None = None
    settings: dict[str, str] = field(default_factory=dict)


def run(script: str) -> Step:
    """Return that a script runs on the machine."""
    return lambda server: server.machine.run(script, ENV_FILE="/srv/site/env")


def lead_to(address: str) -> tuple[Step, Step]:
    """Return how the name of the site leads there, and to the machine again."""

    def lead(place: str) -> Step:
        return run(f"sed 's/^.* {HOST}/{place} {HOST}/' /etc/hosts > /run/hosts && cat /run/hosts > /etc/hosts")

    return lead(address), lead("127.0.0.1")


def drop(protocol: str, port: int) -> tuple[Step, Step]:
    """Return how a firewall drops what comes to a port, and lets it through again."""
    rule = f"INPUT -p {protocol} --dport {port} -j DROP"
    return run(f"iptables -I {rule}"), run(f"iptables -D {rule}")


def with_certificate(make: Callable[[Server], tuple[bytes, bytes]]) -> tuple[Step, Step]:
    """Return how nginx gets another certificate, and a good one again."""
    return (
        lambda server: server.show(*make(server)),
        lambda server: server.show(*server.authority.certify()),
    )


def self_signed(server: Server) -> tuple[bytes, bytes]:
    """Return a certificate that no authority has signed, and its key."""
    certificate = make_certificate(server.folder, f"DNS:{HOST}")
    return certificate.read_bytes(), (server.folder / "key.pem").read_bytes()


def behave(how: str) -> tuple[Step, Step]:
    """Return how the mail server behaves, and is well again."""
    return (
        lambda server: setattr(server.mail, "behaviour", how),
        lambda server: setattr(server.mail, "behaviour", "accept"),
    )


def set_clock(ahead: float) -> tuple[Step, Step]:
    """Return how the rest of the world is so many seconds ahead of the machine's clock, and agrees again."""
    return (
        lambda server: setattr(server.time, "ahead", ahead),
        lambda server: setattr(server.time, "ahead", 0.0),
    )


def old(server: Server) -> tuple[bytes, bytes]:
    """Return a certificate that has ended."""
    return server.authority.certify(left=timedelta(hours=-1))


def of_another_name(server: Server) -> tuple[bytes, bytes]:
    """Return a certificate for another site."""
    return server.authority.certify("shop.example.org")


def about_to_end(server: Server) -> tuple[bytes, bytes]:
    """Return a certificate that should have been renewed."""
    return server.authority.certify(left=timedelta(days=3, minutes=1))


MAIL = "smtp://olga:{}@127.0.0.1:{}"
FAULTS = {
    "the name leads nowhere": Fault("name", "it has no address", "Make an A", lead_to("# ")),
    "the name leads to another machine": Fault(
        "name",
        r"203\.0\.113\.77 is no address of this machine, and does not answer on port 443",
        "Change the A",
        lead_to("203.0.113.77"),
    ),
    "the certificate has expired": Fault("certificate", "it has expired", "renewed", with_certificate(old)),
    "the certificate ends soon": Fault("certificate", "it ends in 3 days", "renewed", with_certificate(about_to_end)),
    "the certificate is another site's": Fault(
        "certificate", "it is for another name", "SITE_ORIGINS", with_certificate(of_another_name)
    ),
    "the certificate is self-signed": Fault(
        "certificate", "no authority .* has signed it", "log of the proxy", with_certificate(self_signed)
    ),
    "the firewall shuts port 443": Fault(
        "certificate", "no connection: no answer in time", "open ports 80 and 443", drop("tcp", 443)
    ),
    "the proxy does not run": Fault(
        "page",
        "Connection refused",
        "Start the site and the proxy",
        (run("systemctl stop nginx"), run("systemctl start nginx")),
    ),
    "the site does not run": Fault(
        "page",
        "the proxy answers 502",
        "Start the site",
        (run("systemctl stop site"), run(f"systemctl start site && {READY}")),
    ),
    "the firewall shuts the port of STUN": Fault(
        "STUN", f"no answer from stun:{HOST}:3479", "UDP port", drop("udp", 3479)
    ),
    "the firewall shuts the relay's port for UDP": Fault(
        "relay", "transport=udp: no answer", "open its ports", drop("udp", 3478)
    ),
    "the relay does not run": Fault(
        "relay",
        "Connection refused",
        "Start coturn",
        (run("systemctl stop coturn"), run("systemctl start coturn")),
    ),
    "the relay has another secret": Fault(
        "relay", "the secrets do not match", "TURN_SECRET", settings={"TURN_SECRET": secrets.token_hex(32)}
    ),
    "the mail server is away": Fault(
        "mail", "no connection: Connection refused", "name and port", settings={"EMAIL_URL": MAIL.format(PASSWORD, 26)}
    ),
    "the mail server knows another password": Fault(
        "mail", r"user or password is wrong \(535\)", "EMAIL_URL", settings={"EMAIL_URL": MAIL.format("another", 25)}
    ),
    "the mail server has no TLS": Fault(
        "mail",
        "it has no TLS on this port",
        "smtp",
        settings={"EMAIL_URL": MAIL.format(PASSWORD, 25).replace("smtp", "smtp+tls")},
    ),
    "the mail server hangs": Fault("mail", "no connection: no answer in time", "block the ports 25", behave("hang")),
    "the clock is slow": Fault("clock", "it is 10 minutes behind", "timesyncd", set_clock(600)),
    "the clock is fast": Fault("clock", "it is 2 days ahead", "timesyncd", set_clock(-2 * 86400 - 60)),
    "a migration is missing": Fault(
        "services",
        "1 migration is not applied",
        "manage.py migrate",
        (
            run(f"{MANAGE} migrate --fake --verbosity 0 operations zero"),
            run(f"{MANAGE} migrate --fake --verbosity 0 operations"),
        ),
    ),
    "the disk is nearly full": Fault(
        "disk",
        "nearly full: /small",
        "Make room",
        (run("mkdir /small && mount -t tmpfs -o size=1M tmpfs /small"), run("umount /small")),
        settings={"DATABASE_URL": "sqlite:////small/db.sqlite3"},
    ),
    "a setting is wrong": Fault("settings", "", "manage.py check --deploy", settings={"TURN_SECRET": "north"}),
}


@pytest.mark.parametrize("what", FAULTS)
def test_what_is_wrong_is_named_with_what_helps(server: Server, what: str) -> None:
    fault = FAULTS[what]
    begin, end = fault.change or (lambda _: None, lambda _: None)
    begin(server)
    try:
        code, found = server.ask(fault.check, **fault.settings)
    finally:
        end(server)
    finding = found[fault.check]
    assert (code, finding["result"]) == (1, "wrong"), finding
    assert re.search(fault.says, finding["says"]), finding
    assert re.search(fault.do, finding["do"]), finding
    assert PASSWORD not in json.dumps(finding)
    assert TURN_SECRET not in json.dumps(finding)
