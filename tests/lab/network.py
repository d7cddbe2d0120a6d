"""The lab's internet: a bridge, a server host, a relay host, and homes behind routers that translate addresses.

Every namespace has a name of this process, so runs do not meet; nothing outside them is touched. Needs root, `ip`,
`iptables` and `conntrack`. Addresses are those reserved for documentation (RFC 5737) and for private use (RFC 1918).
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

SERVER, RELAY = "203.0.113.10", "203.0.113.20"
_numbers = itertools.count(1)

# What a router does with what comes from inside, as iptables rules after those that all have.
NATS: Mapping[str, tuple[str, ...]] = {
    "cone": (),
    "symmetric": (),
    "udp-blocked": ("-I FORWARD 1 -p udp -j REJECT",),
    "tls-only": (
        "-I FORWARD 1 -i lan -p udp -j DROP",
        "-I FORWARD 1 -i lan -p tcp -m multiport ! --dports 443,8000 -j DROP",
    ),
}


class Namespace:
    """A host of its own: interfaces, routes, firewall."""

    def __init__(self, name: str) -> None:
        self.name = f"mp{os.getpid()}{name}"
        _run("ip", "netns", "add", self.name)
        self.run("ip", "link", "set", "lo", "up")
        self.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")

    @property
    def prefix(self) -> list[str]:
        """What to put before a command so that it runs on this host."""
        return ["ip", "netns", "exec", self.name]

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command on this host and return what it wrote. Raises `RuntimeError` with its errors."""
        return _run(*self.prefix, *command, check=check)

    def join(self, device: str, other: "Namespace", other_device: str) -> None:
        """Lay a cable to another host."""
        peer = ["type", "veth", "peer", "name", other_device, "netns", other.name]
        _run("ip", "link", "add", device, "netns", self.name, *peer)
        self.run("ip", "link", "set", device, "up")
        other.run("ip", "link", "set", other_device, "up")

    def received(self, device: str) -> int:
        """Return the bytes that have come in and gone out by a device."""
        shown = json.loads(self.run("ip", "-j", "-s", "link", "show", device))[0]["stats64"]
        return int(shown["rx"]["bytes"] + shown["tx"]["bytes"])

    def end_by(self, name: str) -> None:
        """Send a signal to everything that runs here."""
        for pid in _run("ip", "netns", "pids", self.name, check=False).split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.Signals[name])

    def remove(self) -> None:
        """End what still runs here, and the host."""
        self.end_by("SIGKILL")
        _run("ip", "netns", "del", self.name, check=False)


class Machine(Namespace):
    """A host that something else has made, and removes: known by the id of a process that runs there."""

    def __init__(self, pid: int) -> None:
        self.name = str(pid)

    @property
    def prefix(self) -> list[str]:
        return ["nsenter", "--target", self.name, "--net", "--"]


class Router(Namespace):
    """The router between a home and the internet."""

    def __init__(self, internet: "Internet", nat: str) -> None:
        number = next(_numbers)
        super().__init__(f"r{number}")
        self._internet = internet
        self.address, self.subnet = f"{internet.network}.{100 + number}", f"192.168.{number}"
        internet.connect(self, self.address)
        self.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        self.translate(nat)

    def translate(self, nat: str) -> None:
        """Translate addresses in one of the ways of `NATS`; what was known of connections is forgotten."""
        for table in ("filter", "nat"):
            self.run("iptables", "-t", table, "-F")
        # Without the first rule the router's own memory of a refused packet takes the port, and no hole can be punched.
        for rule in (
            "-A INPUT -i wan -m conntrack --ctstate NEW -j DROP",
            "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
            "-A FORWARD -i wan -j DROP",
            *NATS[nat],
        ):
            self.run("iptables", *rule.split())
        scatter = ["--random-fully"] if nat == "symmetric" else []
        self.run("iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "wan", "-j", "MASQUERADE", *scatter)
        self.forget()

    def shun(self, address: str) -> None:
        """Let nothing through to or from one address."""
        for way in ("-s", "-d"):
            self.run("iptables", "-I", "FORWARD", "1", way, address, "-j", "DROP")

    def forget(self) -> None:
        """Forget every connection, as a reboot does."""
        self.run("conntrack", "-F", check=False)

    def reboot(self) -> None:
        """Come back with another address on the internet."""
        self.run("ip", "link", "set", "wan", "down")
        self.run("ip", "addr", "flush", "dev", "wan")
        self.address = f"{self._internet.network}.{200 + next(_numbers)}"
        self.run("ip", "addr", "add", f"{self.address}/24", "dev", "wan")
        self.run("ip", "link", "set", "wan", "up")
        self.forget()


class Home(Namespace):
    """A person's computer, by a line to a router; with a second line to another where it is asked for."""

    def __init__(self, internet: "Internet", nat: str = "cone", mobile: str | None = None) -> None:
        super().__init__(f"h{next(_numbers)}")
        self.routers = [Router(internet, nat)] + ([Router(internet, mobile)] if mobile else [])
        self.wire: subprocess.Popen[bytes] | None = None
        self.control = Path(tempfile.gettempdir()) / f"{self.name}.json"
        self._lay_wire()
        if mobile:
            self.routers[1].join("lan", self, "eth1")
            self.routers[1].run("ip", "addr", "add", f"{self.routers[1].subnet}.1/24", "dev", "lan")
            self.run("ip", "link", "set", "eth1", "down")
        self._use("eth0", self.routers[0])

    def _lay_wire(self) -> None:
        """Join this host and its first router by a line whose kind can be changed while it carries."""
        router = self.routers[0]
        self.shape()
        command = [sys.executable, "-m", "benchmarks.wire", self.name, "eth0", router.name, "lan", f"@{self.control}"]
        self.wire = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.wire.stdout
        self.wire.stdout.readline()
        router.run("ip", "addr", "add", f"{router.subnet}.1/24", "dev", "lan")
        router.run("ip", "link", "set", "lan", "up")

    def shape(self, *, delay: float = 0, loss: float = 0, rate: float = 0, queue: float = 300) -> None:
        """Change the line: delay (ms, each way), loss (percent), rate (bits a second, 0: no limit), queue (ms)."""
        kind = json.dumps({"delay": delay, "loss": loss, "rate": rate, "queue": queue})
        fresh = self.control.with_suffix(".new")
        fresh.write_text(kind)
        fresh.replace(self.control)

    def _use(self, device: str, router: Router, host: int = 10) -> None:
        self.run("ip", "link", "set", device, "up")
        self.run("ip", "addr", "add", f"{router.subnet}.{host}/24", "dev", device)
        self.run("ip", "route", "replace", "default", "via", f"{router.subnet}.1", "dev", device)

    def cut(self) -> None:
        """Pull the plug between the router and the internet."""
        self.routers[0].run("ip", "link", "set", "wan", "down")

    def restore(self) -> None:
        """Plug it in again."""
        self.routers[0].run("ip", "link", "set", "wan", "up")

    def go_mobile(self) -> None:
        """Lose the first line and go on by the second: another network, another address."""
        self.run("ip", "link", "set", "eth0", "down")
        self._use("eth1", self.routers[1])

    def renew_lease(self) -> None:
        """Get another address in the home network."""
        self.run("ip", "addr", "flush", "dev", "eth0")
        self._use("eth0", self.routers[0], host=11)

    def remove(self) -> None:
        """End the line, too."""
        if self.wire:
            self.wire.kill()
            self.wire.wait()
        self.control.unlink(missing_ok=True)
        super().remove()
        for router in self.routers:
            router.remove()


class Internet:
    """The bridge that all routers and servers hang on. Used as a context manager; it takes everything down with it.

    `network` are the first three numbers of all addresses on it.
    """

    def __init__(self, network: str = SERVER.rpartition(".")[0]) -> None:
        self.network = network

    def __enter__(self) -> Self:
        self.hosts: list[Namespace] = []
        number = next(_numbers)
        self.bridge = Namespace(f"net{number}")
        self.bridge.run("ip", "link", "add", "br0", "type", "bridge")
        self.bridge.run("ip", "link", "set", "br0", "up")
        self.server, self.relay = (
            self._host(f"{name}{number}", f"{self.network}.{place.rpartition('.')[2]}")
            for name, place in (("srv", SERVER), ("turn", RELAY))
        )
        return self

    def _host(self, name: str, address: str) -> Namespace:
        host = Namespace(name)
        self.hosts.append(host)
        self.connect(host, address)
        return host

    def connect(self, host: Namespace, address: str) -> None:
        """Give a host an address on the internet."""
        port = f"p{next(_numbers)}"
        self.bridge.join(port, host, "wan")
        self.bridge.run("ip", "link", "set", port, "master", "br0")
        host.run("ip", "addr", "add", f"{address}/24", "dev", "wan")

    def home(self, nat: str = "cone", mobile: str | None = None) -> Home:
        """Add a home."""
        home = Home(self, nat, mobile)
        self.hosts.append(home)
        return home

    def __exit__(self, *_: object) -> None:
        for host in reversed(self.hosts):
            host.remove()
        self.bridge.remove()


def _run(*command: str, check: bool = True) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
