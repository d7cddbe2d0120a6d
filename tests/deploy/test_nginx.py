"""deploy/nginx.conf in a real nginx: what it lets through, what it overwrites, and how much one network gets."""

import http.client
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

from tests.deploy.proxy_servers import HOST, Nginx

CONF = Path(settings.BASE_DIR) / "deploy" / "nginx.conf"
# Fewer than in the example, because each costs a handshake.
SOCKETS, BURST = 5, 20
PAGE = {"Accept": "text/html,application/xhtml+xml"}


class Echo(BaseHTTPRequestHandler):
    """Answers with the header fields that arrived, and keeps sockets open until the client goes away."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Upgrade"):
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "upgrade")
            self.end_headers()
            self.rfile.read()
            return
        body = str(self.headers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Front(Nginx):
    """nginx with the example, in front of one server."""

    def __init__(self, upstream: int) -> None:
        super().__init__(
            CONF.read_text(),
            (
                (r"server 127\.0\.0\.1:8000;", f"server 127.0.0.1:{upstream};"),
                (r"limit_conn meetingpoint_sockets \d+;", f"limit_conn meetingpoint_sockets {SOCKETS};"),
                (r"burst=400 nodelay;", f"burst={BURST} nodelay;"),
            ),
        )

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def connect(self, context: ssl.SSLContext | None = None, name: str = HOST) -> ssl.SSLSocket:
        """Open a TLS connection."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        try:
            return (context or self.trusted).wrap_socket(raw, server_hostname=name)
        except BaseException:
            raw.close()
            raise

    def ask(self, request: str, *, address: str = "198.51.100.7", socket_of: bool = False) -> ssl.SSLSocket:
        """Send a request line with the usual fields; return the connection, answer not yet read."""
        connection = self.connect()
        upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n" if socket_of else ""
        fields = f"Host: {HOST}\r\nX-Test-Address: {address}\r\nX-Forwarded-For: 10.9.9.9\r\n{upgrade}"
        connection.sendall(f"{request} HTTP/1.1\r\n{fields}\r\n".encode())
        return connection


def answer(connection: ssl.SSLSocket) -> tuple[int, str]:
    """Return status and body of what came back."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, "" if response.status == 101 else response.read().decode()


@pytest.fixture(scope="module")
def nginx() -> Iterator[Front]:
    """The proxy, and behind it a server that answers what it was asked."""
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    upstream.daemon_threads = True
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    with Front(upstream.server_port) as server:
        yield server
    upstream.shutdown()
    upstream.server_close()


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("GET", "/rooms/", PAGE, 301),
        ("HEAD", "/i", PAGE, 301),
        ("POST", "/accounts/login/", PAGE, 403),
        ("GET", "/rooms/", {"Accept": "application/json"}, 403),
        ("GET", "/connection-test/servers", {"Accept": "*/*"}, 403),
        ("POST", "/invites/redeem", {"Accept": "application/json"}, 403),
        ("GET", "/ws/rooms/x", {"Upgrade": "websocket", "Connection": "Upgrade"}, 403),
    ],
)
def test_only_pages_are_led_to_https(nginx: Front, method: str, path: str, fields: dict[str, str], status: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", nginx.plain, timeout=5)
    connection.request(method, path, headers={"Host": HOST, **fields})
    response = connection.getresponse()
    assert response.status == status
    assert response.getheader("Location") == (f"https://{HOST}{path}" if status == 301 else None)
    connection.close()


def test_another_name_gets_neither_a_redirect_nor_a_certificate(nginx: Front) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", nginx.plain, timeout=5)
    connection.request("GET", "/", headers={"Host": "attacker.example", **PAGE})
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(ssl.SSLError, match="unrecognized name"):
        nginx.connect(anyone, "attacker.example")


@pytest.mark.parametrize("cipher", ["ECDHE+AES:!AESGCM", "AES256-GCM-SHA384", "ECDHE+CAMELLIA", "kRSA"])
def test_ciphers_without_forward_secrecy_or_authentication_are_refused(nginx: Front, cipher: str) -> None:
    context = nginx.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        nginx.connect(context)


def test_tls_below_1_2_is_refused_and_1_3_is_preferred(nginx: Front) -> None:
    old = nginx.context()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        nginx.connect(old)
    with nginx.connect() as connection:
        assert connection.version() == "TLSv1.3"
    second = nginx.context()
    second.maximum_version = ssl.TLSVersion.TLSv1_2
    with nginx.connect(second) as connection:
        assert connection.cipher()[0].startswith("ECDHE-")  # type: ignore[index]


def test_what_a_browser_claims_of_its_address_is_overwritten(nginx: Front) -> None:
    with nginx.ask("GET /", address="198.51.100.8") as connection:
        status, fields = answer(connection)
    assert status == 200
    assert re.findall(r"(?im)^x-forwarded-for: (.*)$", fields) == ["198.51.100.8"]
    assert re.findall(r"(?im)^x-forwarded-proto: (.*)$", fields) == ["https"]


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "BREW"])
def test_methods_that_no_page_uses_are_refused(nginx: Front, method: str) -> None:
    with nginx.ask(f"{method} /") as connection:
        assert answer(connection)[0] in {400, 405, 501}


def test_the_secret_of_a_link_is_in_no_log(nginx: Front) -> None:
    for path in ("/rooms/seen", "/i%23secret-1", "/i/secret-2", "/I/%23secret-3", "/i#secret-4"):
        with nginx.ask(f"GET {path}") as connection:
            assert answer(connection)[0] in {200, 400}
    logs = "".join((nginx.folder / name).read_text() for name in ("access.log", "error.log"))
    assert '"GET /rooms/..." 200' in logs
    assert "seen" not in logs
    assert "secret-" not in logs


@pytest.mark.parametrize(
    ("many", "same", "other"),
    [
        ("203.0.113.5", "203.0.113.5", "203.0.113.6"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
        ("2001:db8:0a0a:0a0a::1", "2001:db8:0a0a:0a0a::2", "2001:db8:0a0a:0a0b::1"),
    ],
)
def test_one_network_has_so_many_sockets_and_another_is_served(nginx: Front, many: str, same: str, other: str) -> None:
    with ExitStack() as opened:
        for _ in range(SOCKETS):
            connection = opened.enter_context(nginx.ask("GET /ws/rooms/x", address=many, socket_of=True))
            assert answer(connection)[0] == 101
        with nginx.ask("GET /ws/rooms/x", address=same, socket_of=True) as connection:
            assert answer(connection)[0] == 429
        with nginx.ask("GET /ws/rooms/x", address=other, socket_of=True) as connection:
            assert answer(connection)[0] == 101


def test_one_network_has_so_many_requests_and_another_is_served(nginx: Front) -> None:
    def flood(address: str, requests: int) -> list[int]:
        with nginx.connect() as connection:
            fields = f"Host: {HOST}\r\nX-Test-Address: {address}\r\n"
            found = []
            for _ in range(requests):
                connection.sendall(f"HEAD / HTTP/1.1\r\n{fields}\r\n".encode())
                found.append(int(connection.recv(4096).split()[1]))
            return found

    statuses = flood("203.0.113.9", 4 * BURST)
    assert statuses[:BURST] == [200] * BURST
    assert 429 in statuses
    assert flood("203.0.113.10", 1) == [200]
