"""deploy/turnserver.conf, read by a real coturn: it relays to no special address, and no published secret works."""

import ipaddress
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.deploy.turn_client import SUCCESS, TurnClient
from tests.services import Service, answers_stun, find_binary

CONF = Path(settings.BASE_DIR) / "deploy" / "turnserver.conf"
FORBIDDEN = 403

# The IANA special-purpose address registries (RFC 6890 and its updates), with the ranges that RFC 3879, RFC 4291 and
# RFC 7526 took out of use. Left out is what they call globally reachable and what is an anycast service.
SPECIAL = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "233.252.0.0/24", "240.0.0.0/4", "255.255.255.255/32"),
    *("::/128", "::1/128", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64"),
    *("100:0:0:1::/64", "200::/7", "2001::/32", "2001::/23", "2001:2::/48", "2001:10::/28", "2001:20::/28"),
    *("2001:db8::/32", "2002::/16", "3fff::/20", "4000::/3", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10"),
    *("ff00::/8", "ff02::1/128"),
]
# A machine of the operator, as four ways of writing IPv4 inside IPv6 name it.
INSIDE = ["127.0.0.1", "10.0.0.1", "10.255.255.0", "169.254.169.254", "172.16.0.1", "192.168.1.1", "100.64.0.1"]
MAPPED = [
    ipaddress.IPv6Address(int(ipaddress.ip_address(prefix)) + (int(ipaddress.IPv4Address(inner)) << shift))
    for inner in INSIDE
    for prefix, shift in (("::ffff:0:0", 0), ("64:ff9b::", 0), ("2002::", 80), ("::", 0))
]
# Metadata services of clouds that are not in a special range.
METADATA = ["168.63.129.16"]
PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.128.0.0",
    "172.32.0.0",
    "192.0.1.0",
    "198.20.0.0",
    "223.255.255.255",
]
PUBLIC += ["2000::1", "2001:200::1", "2001:db7:ffff::1", "2003::1", "2606:4700:4700::1111", "2a00:1450::1", "3ffe::1"]


def edges(network: str) -> set[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Return the first two, the middle and the last two addresses of a range, and some that end in zeros."""
    net = ipaddress.ip_network(network)
    size = net.num_addresses
    places = {0, 1, size // 2, size - 1, size - 2, *(1 << bit for bit in range(8, 128, 8) if 1 << bit < size)}
    return {net[place] for place in places if 0 <= place < size}


class Relay(Service):
    """coturn with deploy/turnserver.conf on the loopback addresses; only addresses and ports are this test's."""

    name = "coturn"

    def __init__(self, secret: str | None) -> None:
        super().__init__()
        self.secret = secret

    def command(self) -> list[str]:
        here = ["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--relay-ip=::1", f"--listening-port={self.port}"]
        files = [f"--pidfile={self.folder / 'turnserver.pid'}", f"--userdb={self.folder / 'turndb'}"]
        secret = [f"--static-auth-secret={self.secret}"] if self.secret else []
        return [find_binary("turnserver"), "-c", str(CONF), *here, *files, *secret, "--no-tls", "--no-dtls"]

    def ready(self) -> bool:
        return answers_stun(self.port)


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    """A relay with a secret of its own."""
    with Relay(secrets.token_hex(32)) as server:
        yield server


@pytest.fixture(scope="module")
def clients(relay: Relay) -> Iterator[dict[int, TurnClient]]:
    """An allocation of each family."""
    assert relay.secret
    with TurnClient(relay.port, relay.secret, 4) as four, TurnClient(relay.port, relay.secret, 6) as six:
        assert four.allocate() == SUCCESS
        assert six.allocate() == SUCCESS
        yield {4: four, 6: six}


@pytest.mark.parametrize("network", SPECIAL)
def test_no_special_range_can_be_reached(clients: dict[int, TurnClient], network: str) -> None:
    for peer in sorted(edges(network)):
        client = clients[peer.version]
        assert (client.permit(peer), client.bind_channel(peer)) == (FORBIDDEN, FORBIDDEN), peer


@pytest.mark.parametrize("peer", [*MAPPED, *map(ipaddress.ip_address, METADATA)], ids=str)
def test_no_other_spelling_reaches_a_machine_inside(
    clients: dict[int, TurnClient], peer: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> None:
    client = clients[peer.version]
    assert (client.permit(peer), client.bind_channel(peer)) == (FORBIDDEN, FORBIDDEN)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(clients: dict[int, TurnClient], address: str) -> None:
    peer = ipaddress.ip_address(address)
    client = clients[peer.version]
    assert (client.permit(peer), client.bind_channel(peer)) == (SUCCESS, SUCCESS)


def published() -> list[str]:
    """Return what someone could take for the secret after reading the file: every value, comments included."""
    return sorted({"", *re.findall(r"static-auth-secret=?(\S*)", CONF.read_text())})


def test_without_a_secret_of_the_operator_no_credentials_work() -> None:
    with Relay(None) as server:
        for secret in published():
            with TurnClient(server.port, secret, 4) as client:
                assert client.allocate() == 401, secret
