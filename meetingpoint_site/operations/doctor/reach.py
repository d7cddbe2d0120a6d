"""How people reach the site: its name, its certificate, its pages and sockets, by way of the proxy."""

import base64
import errno
import ipaddress
import json
import os
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPException, HTTPResponse
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError

from meetingpoint_site.operations.models import Job, record_job
from meetingpoint_site.operations.readiness import DOCTOR, KEPT_SECONDS, OK

from .finding import Finding, hint, ok, reason, span, wrong

SECONDS: Final = 10
DAYS_LEFT: Final = 14  # Let's Encrypt renews 30 days before
HAIRPIN: Final = (
    "If people outside reach the site, this machine's router does not lead its own address back: "
    "put the name and 127.0.0.1 into /etc/hosts."
)
_NOT_SIGNED: Final = "no authority that browsers know has signed it"
# Why OpenSSL refuses a certificate (X509_V_ERR_…), and what helps. Other reasons are in its own words.
REFUSED: Final = {
    9: ("it is not valid yet", "See the check of the clock."),
    10: (
        "it has expired",
        "It should have been renewed: see the log of the proxy or of certbot. Port 80 must be open.",
    ),
    18: (_NOT_SIGNED, ""),
    19: (_NOT_SIGNED, ""),
    20: (_NOT_SIGNED, ""),
    62: ("it is for another name", "Get one for each name of SITE_ORIGINS, and give it to the proxy."),
}


def place() -> tuple[str, int, bool]:
    """Return host and port of the first origin, and whether it is https."""
    parts = urlsplit(settings.SITE_ORIGINS[0])
    secure = parts.scheme == "https"
    return parts.hostname or "", parts.port or (443 if secure else 80), secure


def check_name() -> Finding:
    """Resolve the name of the site."""
    host, port, secure = place()
    name, tried = "name", f"resolve {host}"
    try:
        addresses = sorted({str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except OSError as error:
        return wrong(
            name, tried, f"it has no address: {reason(error)}", "Make an A (and AAAA) record for it at your DNS."
        )
    listed = ", ".join(addresses)
    if silent := [address for address in addresses if not is_own(address) and not answers(address, port)]:
        says = f"{', '.join(silent)} is no address of this machine, and does not answer on port {port}"
        do = f"Change the A (or AAAA) record at your DNS to the address of this machine. {HAIRPIN}"
        return wrong(name, tried, says, do)
    if secure and all(not ipaddress.ip_address(address.partition("%")[0]).is_global for address in addresses):
        return hint(name, tried, f"{listed}: only this machine or this network gets there", "Is that what you want?")
    return ok(name, tried, listed)


def is_own(address: str) -> bool:
    """Say whether this machine has an address: a socket can be bound to no other."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as tried:
            tried.bind((address.partition("%")[0], 0))
    except OSError:
        return False
    return True


def answers(address: str, port: int) -> bool:
    """Say whether something listens there; also if this machine has no way to addresses of that kind."""
    try:
        socket.create_connection((address, port), timeout=SECONDS).close()
    except OSError as error:
        return error.errno in (errno.ENETUNREACH, errno.EAFNOSUPPORT) and ":" in address
    return True


@contextmanager
def connection(seconds: float = SECONDS) -> Iterator[socket.socket]:
    """Connect as a browser would, with the certificate verified. Raises `OSError`."""
    host, port, secure = place()
    with socket.create_connection((host, port), timeout=seconds) as plain:
        if not secure:
            yield plain
            return
        with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as protected:
            yield protected


def check_certificate() -> Finding:
    """Verify the certificate, and see when it ends."""
    host, port, secure = place()
    name, tried = "certificate", f"connect to {host} on port {port} and verify the certificate"
    if not secure:
        return hint(name, tried, "the site is not https", "Browsers allow camera and microphone on https only.")
    try:
        with connection() as opened:
            described = opened.getpeercert() if isinstance(opened, ssl.SSLSocket) else None
    except ssl.SSLCertVerificationError as error:
        why, do = REFUSED.get(error.verify_code, (error.verify_message, ""))
        get = "See the log of the proxy: it gets certificates by itself when ports 80 and 443 are open to the internet."
        return wrong(name, tried, f"browsers refuse it: {why}", do or get)
    except OSError as error:
        do = f"Start the proxy, and open ports 80 and 443 in the firewall. {HAIRPIN}"
        return wrong(name, tried, f"no connection: {reason(error)}", do)
    begins, ends = (ssl.cert_time_to_seconds(str((described or {})[key])) for key in ("notBefore", "notAfter"))
    left = span(timedelta(seconds=ends - time.time()))
    # An authority of one's own gives certificates of hours, and renews them when a third is left.
    if ends - time.time() < min(DAYS_LEFT * 86400, (ends - begins) / 6):
        return wrong(name, tried, f"it ends in {left}", "It should have been renewed: see the log of the proxy.")
    return ok(name, tried, f"valid for {left}")


def send_request(opened: socket.socket, path: str, **headers: str) -> None:
    """Send a GET."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {urlsplit(settings.SITE_ORIGINS[0]).netloc}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in ({"Connection": "close"} | headers).items()]
    opened.sendall("\r\n".join([*lines, "", ""]).encode())


def request(path: str, **headers: str) -> tuple[int, str]:
    """Send a GET through the proxy; return status and head. Raises `OSError`."""
    with connection() as opened:
        send_request(opened, path, **headers)
        head = b""
        while b"\r\n\r\n" not in head and len(head) < 65_536 and (piece := opened.recv(4096)):
            head += piece
    text = head.partition(b"\r\n\r\n")[0].decode("latin-1")
    status = text.split(" ", 2)[1] if text.startswith("HTTP/") and " " in text else "0"
    return int(status) if status.isdigit() else 0, text


def has_this_database() -> bool | None:
    """Say whether the site that answers under the name has the database that we have; None: it does not say.

    A copy of this site, such as the one on the machine that it came from, has its own, where we have written nothing.
    """
    try:
        record_job(DOCTOR)
        ours = f"{Job.objects.get(name=DOCTOR).finished_at.timestamp():.6f}"
        for _ in range(3):
            with connection() as opened:
                send_request(opened, "/readyz")
                answer = HTTPResponse(opened)
                answer.begin()
                said = json.loads(answer.read(65_536))
            if any(said.get(part) != OK for part in ("database", "migrations")):  # then it cannot read what we wrote
                return None
            if said.get("doctor") == ours:
                return True
            time.sleep(KEPT_SECONDS)  # the answer was from before
    except (DatabaseError, OSError, HTTPException, ValueError, AttributeError):
        return None
    return False


def check_page() -> Finding:
    """Fetch the landing page as people do, and see that it is ours."""
    name, tried = "page", f"open {settings.SITE_ORIGINS[0]}"
    try:
        status, head = request("/")
    except OSError as error:
        return wrong(name, tried, f"no answer: {reason(error)}", f"Start the site and the proxy. {HAIRPIN}")
    if status in (502, 503, 504):
        do = "Start the site; see journalctl -u 'meetingpoint@*' and whether the proxy's upstream has the right port."
        return wrong(name, tried, f"the proxy answers {status}: it does not reach the site", do)
    if status != 200:
        return wrong(
            name, tried, f"the answer is {status}", "Look at SITE_ORIGINS and at the Host that the proxy passes."
        )
    if "content-security-policy" not in head.lower():
        return wrong(
            name, tried, "a different site answers", "The name leads to another machine or another virtual host."
        )
    ours = has_this_database()
    if ours is None:
        says = "a Meeting Point answers; it could not be found out whether it is this one"
        return hint(name, tried, says, "See the check of the services, and that the proxy passes /readyz on.")
    if not ours:
        do = f"Change the A (or AAAA) record at your DNS, or the proxy's upstream; after an upgrade restart. {HAIRPIN}"
        return wrong(name, tried, "another Meeting Point answers: it has another database", do)
    return ok(name, tried, "the page of this site answers")


def check_socket() -> Finding:
    """Open a WebSocket as a dashboard does, and close it."""
    origin = settings.SITE_ORIGINS[0]
    name, tried = "socket", f"open a WebSocket on {origin.replace('http', 'ws', 1)}"
    key = base64.b64encode(os.urandom(16)).decode()
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13", "Sec_WebSocket_Key": key}
    try:
        status, _ = request("/ws/rooms", Origin=origin, **asked)
    except OSError as error:
        return wrong(name, tried, f"no answer: {reason(error)}", "See the check of the page.")
    if status != 101:
        do = "The proxy must pass on Upgrade and Connection: deploy/nginx.conf and deploy/Caddyfile do."
        return wrong(name, tried, f"the answer is {status} instead of 101: no call can begin", do)
    return ok(name, tried, "it opens")
