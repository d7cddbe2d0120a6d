"""The files of the proxies in front of the site: nginx and Caddy."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from .example import ConfigError, Example

HOST = "meet.example.org"
UPSTREAM = "127.0.0.1:8000"
# How long Caddy leaves out a process that does not answer, and how long a request waits for one that does.
LEFT_OUT, PATIENCE = "10s", "5s"


@dataclass(frozen=True)
class Certificate:
    """Where a certificate with its chain, and its key, are."""

    chain: str
    key: str


def host_of(origin: str) -> str:
    """Return the host of an origin as configuration files write it: ASCII, IPv6 addresses in brackets."""
    host = urlsplit(origin).hostname or ""
    try:
        return f"[{ipaddress.IPv6Address(host)}]"
    except ValueError:
        return host if host.isascii() else host.encode("idna").decode()


def public_hosts() -> list[str]:
    """Return the hosts that people reach by https, the first origin's first, the administration's last."""
    origins = [origin for origin in (*settings.SITE_ORIGINS, settings.ADMIN_ORIGIN) if origin.startswith("https://")]
    if not origins:
        raise ConfigError("SITE_ORIGINS has no https:// address.")
    return list(dict.fromkeys(host_of(origin) for origin in origins))


def public_port() -> int:
    """Return the port of all https origins. Raises `ConfigError` if they have several."""
    origins = [origin for origin in (*settings.SITE_ORIGINS, settings.ADMIN_ORIGIN) if origin.startswith("https://")]
    ports = {urlsplit(origin).port or 443 for origin in origins}
    if len(ports) != 1:
        raise ConfigError("The https addresses in SITE_ORIGINS and ADMIN_ORIGIN have several ports.")
    return ports.pop()


def upstreams() -> list[str]:
    """Return where the processes listen: one port each, from PORT on."""
    return [f"127.0.0.1:{settings.PORT + number}" for number in range(settings.WEB_PROCESSES)]


def has_ipv6() -> bool:
    """Say whether the kernel of this machine has IPv6: where it was left out, nginx would not start."""
    try:
        socket.socket(socket.AF_INET6).close()
    except OSError:
        return False
    return True


def multiplied(match: re.Match[str]) -> str:
    """Return a limit of nginx times LIMIT_FACTOR, at least 1."""
    return f"{match[1]}{max(1, round(int(match[2]) * settings.LIMIT_FACTOR))}"


def nginx(certificate: Certificate | None = None, *, shared: bool = False) -> str:
    """Return nginx's file. Without a certificate it names those of certbot.

    `shared`: nginx has other sites, so what it answers to other names is their business.
    Raises `ConfigError` if the settings name no https address, or several ports.
    """
    hosts, port = public_hosts(), public_port()
    folder = f"/etc/letsencrypt/live/{hosts[0]}"
    certificate = certificate or Certificate(f"{folder}/fullchain.pem", f"{folder}/privkey.pem")
    example = Example("nginx.conf").without_head()
    example.replace(f"/etc/letsencrypt/live/{HOST}/fullchain.pem", certificate.chain)
    example.replace(f"/etc/letsencrypt/live/{HOST}/privkey.pem", certificate.key)
    if shared:
        example.rewrite(r"^# Requests for other names [\s\S]*?(?=^server \{\n    listen 80;)", "")
    example.rewrite(rf"^\s*# .*server_name {HOST} admin.*\n", "")
    example.replace(f"server_name {HOST};", f"server_name {' '.join(hosts)};")
    example.rewrite(r"^ +# server 127\.0\.0\.1:8001;\n", "")
    example.replace(f"server {UPSTREAM};", "\n    ".join(f"server {place};" for place in upstreams()))
    example.rewrite(r"(\b(?:limit_conn \w+ |burst=|rate=))(\d+)", multiplied)
    if not has_ipv6():
        example.rewrite(r"^ +listen \[::\]:.*\n", "")
    if port != 443:
        example.rewrite(r"listen (\[::\]:)?443 ", lambda match: f"listen {match[1] or ''}{port} ")
        example.replace("https://$host$request_uri", f"https://$host:{port}$request_uri")
    return example.text


def caddy(*, internal: bool = False, directory: str = "", certificate: Certificate | None = None) -> str:
    """Return Caddy's file.

    `internal`: certificates come from an authority of Caddy's own, which only those trust who install its root.
    `directory`: the ACME directory of another authority than Caddy's default. `certificate`: no authority is asked.
    Raises `ConfigError` if the settings name no https address, or several ports.
    """
    hosts, port = public_hosts(), public_port()
    suffix = "" if port == 443 else f":{port}"
    example = Example("Caddyfile").without_head()
    example.rewrite(r"^\s*# With ADMIN_ORIGIN:.*\n", "")
    example.replace(f"{{$DOMAIN:{HOST}}}", HOST)  # compose names the domain in the environment
    example.replace(f"http://{HOST}", ", ".join(f"http://{host}" for host in hosts))
    example.rewrite(rf"^{HOST} \{{$", ", ".join(f"{host}{suffix}" for host in hosts) + " {")
    example.rewrite(r"^\t# More processes:.*\n.*\n", "")
    places = upstreams()
    example.replace(UPSTREAM, " ".join(places))
    if len(places) > 1:
        example.rewrite(r"^(\t\tlb_policy .*\n)", rf"\1\t\tfail_duration {LEFT_OUT}\n\t\tlb_try_duration {PATIENCE}\n")
    if suffix:
        example.replace("https://{host}{uri}", f"https://{{host}}{suffix}{{uri}}")
    if certificate:
        example.rewrite(r"^\ttls \{$", f"\ttls {certificate.chain} {certificate.key} {{")
    elif internal:
        example.rewrite(r"^\ttls \{$", "\ttls internal {")
        example.rewrite(r"^\{\n", "{\n\tskip_install_trust\n")
    elif directory:
        example.rewrite(r"^\{\n", f"{{\n\tacme_ca {directory}\n")
    return example.text
