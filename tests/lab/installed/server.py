"""A bare Debian on the lab's internet, and the site that `make install` makes of it."""

import json
import secrets
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.deploy.bare import HOST, SOURCE, checkout
from tests.deploy.machine import Machine
from tests.lab import network
from tests.lab.figures import measure
from tests.services import find_binary, wait_until
from tests.smtp_server import SmtpServer

# coturn relays to public addresses only, and no address for documentation is one. This network leads nowhere.
NETWORK = "11.0.0"
ADDRESS, NAMES_AT = f"{NETWORK}.30", f"{NETWORK}.20"
STUN_PORT = 3479  # of the site itself: the relay has 3478
READY = """
import http.client, sys
try:
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=30)
    connection.request("GET", "/readyz", headers={"Host": sys.argv[1]})
    answer = connection.getresponse()
    print(answer.status, answer.read().decode())
except OSError:
    print(0, "{}")
"""
AUTHORITY = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"


class NameServer(socketserver.ThreadingUDPServer):
    """Knows the address of the site, and nothing else (RFC 1035). Used as a context manager, in its network."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((NAMES_AT, 53), Question)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Question(socketserver.DatagramRequestHandler):
    """One question to the name server."""

    def handle(self) -> None:
        asked = dns.message.from_wire(self.rfile.read())
        answer = dns.message.make_response(asked)
        (question,) = asked.question
        if question.name.to_text().lower() != f"{HOST}.":
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.A:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", ADDRESS))
        self.wfile.write(answer.to_wire())


class InstalledServer:
    """The site on a machine, as people reach it; `mail` is the mail server that it uses."""

    origin = f"https://{HOST}"
    browser_arguments: tuple[str, ...] = ()

    def __init__(self, machine: Machine, mail: SmtpServer, profile: Path) -> None:
        self.machine = machine
        self.mail = mail
        self.sessions: dict[str, list[str]] = {}
        self._profile = profile

    @property
    def browser_environment(self) -> Mapping[str, str]:
        """Where browsers find the authorities that their user trusts."""
        return {"HOME": str(self._profile)}

    @property
    def browser_preparation(self) -> str:
        """Let browsers ask the name server of this internet: WebRTC finds STUN servers by no other way."""
        return f"mount --bind {self._profile}/resolv.conf /etc/resolv.conf && "

    def connect(self, internet: network.Internet) -> None:
        """Lay a cable from the internet to the machine, and let its name lead there."""
        host = network.Machine(self.machine.pid)
        host.run("ip", "link", "delete", "eth0")
        internet.connect(host, ADDRESS)
        self.machine.write("/etc/hosts", f"127.0.0.1 localhost\n{ADDRESS} {HOST}\n")
        (self._profile / "resolv.conf").write_text(f"nameserver {NAMES_AT}\n")

    def install(self) -> str:
        """Follow the manual; return what the command says."""
        self.mail.password = secrets.token_hex(8)
        mail = f"smtp://olga:{self.mail.password}@127.0.0.1:{self.mail.port}"
        checkout(self.machine)
        began = time.monotonic()
        said = self.machine.run(f"make -C {SOURCE} install DOMAIN={HOST} TLS=internal EMAIL_URL={mail}", seconds=900)
        measure("make install on a bare Debian", time.monotonic() - began, 600)
        return said

    def trust(self) -> None:
        """Let browsers trust the authority of the site's certificate, and no other thing."""
        folder = self._profile / ".pki/nssdb"
        folder.mkdir(parents=True)
        root = self._profile / "root.crt"
        root.write_text(self.machine.run(f"cat {AUTHORITY}"))
        database = ["-d", f"sql:{folder}"]
        for step in (["-N", "--empty-password"], ["-A", "-n", "the site", "-t", "C,,", "-i", str(root)]):
            subprocess.run([find_binary("certutil"), *database, *step], check=True, capture_output=True)

    @contextmanager
    def without_relay(self) -> Iterator[None]:
        """Let coturn, which answers STUN, too, be stopped."""
        self.machine.run("systemctl stop coturn")
        try:
            yield
        finally:
            self.machine.run("systemctl start coturn")

    @contextmanager
    def with_port_shut(self, port: int) -> Iterator[None]:
        """Let a firewall drop what comes to a UDP port."""
        host = network.Machine(self.machine.pid)
        rule = ["INPUT", "-p", "udp", "--dport", str(port), "-j", "DROP"]
        host.run("iptables", "-I", *rule)
        try:
            yield
        finally:
            host.run("iptables", "-D", *rule)

    def ready(self) -> tuple[int, dict[str, str]]:
        """Return the answer of the process's `/readyz`; 0 while nothing listens."""
        status, _, body = self.machine.run(f"python3 -c '{READY}' {HOST}").partition(" ")
        return int(status), json.loads(body)

    def restart(self) -> None:
        """Restart the site, and wait until it can serve people."""
        self.machine.run("systemctl restart meetingpoint@8000")
        wait_until(lambda: self.ready()[0] == 200, 60, "the site is ready")

    def mail_to(self, address: str) -> str:
        """Wait for a mail to `address` and return the newest one's text."""
        wait_until(lambda: address in self.mail.receivers(), 20, f"a mail to {address}")
        body = next(mail for mail in reversed(self.mail.accepted) if mail["To"] == address).get_body(("plain",))
        return str(body.get_content()) if body else ""
