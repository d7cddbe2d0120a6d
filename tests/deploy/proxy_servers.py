"""The proxies of Debian with files of ours, on free ports and with a certificate of their own."""

import os
import re
import ssl
from collections.abc import Iterable

from tests.services import Service, find_binary, free_port, make_certificate

HOST = "meet.example.org"
# Lets the tests come from any address; everything else is the example as it is.
MAIN = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log notice;
events {{ worker_connections 4000; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;
    include {folder}/meetingpoint.conf;
}}
"""


class Proxy(Service):
    """Serves `HOST` over TLS on `port`, and over plain HTTP on `plain`."""

    def __init__(self) -> None:
        super().__init__()
        self.plain = free_port()
        self.certificate = make_certificate(self.folder, f"DNS:{HOST}")
        self.key = self.folder / "key.pem"
        self.trusted = ssl.create_default_context(cafile=str(self.certificate))
        self.folder.chmod(0o755)


class Nginx(Proxy):
    """nginx with this file; `changes` are patterns that have to be in it, and what is there instead."""

    name = "nginx"

    def __init__(self, text: str, changes: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__()
        for pattern, here in (
            (r"listen \[::\]:\d+.*;", ""),
            (r"listen 80\b", f"listen 127.0.0.1:{self.plain}"),
            (r"listen 443\b", f"listen 127.0.0.1:{self.port}"),
            (r"/var/log/nginx/", f"{self.folder}/"),
            (r"/etc/letsencrypt/\S+/fullchain\.pem", str(self.certificate)),
            (r"/etc/letsencrypt/\S+/privkey\.pem", str(self.key)),
            *changes,
        ):
            assert re.search(pattern, text), pattern
            text = re.sub(pattern, here, text)
        (self.folder / "meetingpoint.conf").write_text(text)
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder))

    def command(self) -> list[str]:
        return [find_binary("nginx"), "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "error.log")]


class Caddy(Proxy):
    """Caddy with this file, whose host gets the certificate."""

    name = "caddy"

    def __init__(self, text: str) -> None:
        super().__init__()
        for pattern, here in (
            (r"^\{\n", f"{{\n\tadmin off\n\thttp_port {self.plain}\n\thttps_port {self.port}\n"),
            (r"^\ttls \{$", f"\ttls {self.certificate} {self.key} {{"),
        ):
            assert re.search(pattern, text, re.MULTILINE), pattern
            text = re.sub(pattern, here, text, count=1, flags=re.MULTILINE)
        (self.folder / "Caddyfile").write_text(text)

    def environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)}

    def command(self) -> list[str]:
        return [find_binary("caddy"), "run", "--config", str(self.folder / "Caddyfile"), "--adapter", "caddyfile"]
