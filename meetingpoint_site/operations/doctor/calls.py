"""Whether browsers in different homes can meet: STUN, and the relay with the credentials that they get."""

import asyncio
import ipaddress
import logging
import re
import ssl
from typing import Any, Final
from uuid import UUID

import aioice.stun
from aioice.turn import create_turn_endpoint
from django.conf import settings

from meetingpoint_site.stun import client
from rooms.ice import ice_servers

from .finding import Finding, hint, ok, reason, wrong

SECONDS: Final = 8.0
logging.getLogger("aioice").setLevel(logging.WARNING)  # each address of a relay is a line of it
_URL: Final = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>\[[^\]]+\]|[^:?]+)(?::(?P<port>\d+))?(?:\?transport=(?P<way>\w+))?"
)


def outside_test() -> str:
    """Return where a browser tests it from another network, the only place from which that can be known."""
    return f"{settings.SITE_ORIGINS[0]}/connection-test"


def check_stun() -> Finding:
    """Ask each STUN server for our address."""
    name, tried = "STUN", f"ask {', '.join(settings.STUN_URLS) or 'no server'}"
    if not settings.STUN_URLS:
        return hint(name, tried, "there is none: only browsers in one network meet", "Set STUN_PORT, or STUN_URLS.")
    silent = []
    for url in settings.STUN_URLS:
        parts = _URL.fullmatch(url)
        if parts and parts["scheme"] == "stun":
            try:
                answer = client.ask(parts["host"].strip("[]"), int(parts["port"] or 3478))
            except OSError:
                answer = {}
            if not answer:
                silent.append(url)
    if silent:
        do = "Open its UDP port in the firewall (3478), and see that its name leads here."
        return wrong(name, tried, f"no answer from {', '.join(silent)}", do)
    return ok(name, tried, f"they answer. From another network: {outside_test()}")


async def allocate(url: str, user: str, password: str) -> str:
    """Ask a relay for an address as a browser does; return it. Raises `OSError`, or errors of STUN and time."""
    parts = _URL.fullmatch(url)
    if parts is None:
        raise OSError(0, "the address is malformed")
    secure = parts["scheme"] == "turns"
    host, way = parts["host"].strip("[]"), "tcp" if secure else parts["way"] or "udp"
    address = host, int(parts["port"] or (5349 if secure else 3478))
    context: Any = ssl.create_default_context() if secure else None
    options: dict[str, Any] = {"server_addr": address, "username": user, "password": password}
    async with asyncio.timeout(SECONDS):
        made = create_turn_endpoint(asyncio.DatagramProtocol, ssl=context, transport=way, **options)
        transport, _ = await made
    found = str(transport.get_extra_info("sockname")[0])
    transport.close()
    await asyncio.sleep(0)  # it gives the address back
    return found


def check_relay() -> Finding:
    """Get an address from each relay, with the credentials that a browser gets."""
    name, tried = "relay", f"ask {', '.join(settings.TURN_URLS) or 'no relay'} for an address"
    if not settings.TURN_URLS:
        return hint(
            name, tried, "there is none: people behind strict firewalls cannot join", "Set up coturn: TURN_URLS."
        )
    servers = ice_servers(UUID(int=0), ttl=300).servers[-1]
    got, bad = [], []
    for url in settings.TURN_URLS:
        try:
            got.append(asyncio.run(allocate(url, servers["username"], servers["credential"])))
        except aioice.stun.TransactionFailed as error:
            code = error.response.attributes.get("ERROR-CODE", (0, ""))[0]
            why = "the secrets do not match" if code == 401 else f"it answers {code}"
            bad.append(f"{url}: {why}")
        except (TimeoutError, aioice.stun.TransactionTimeout):
            bad.append(f"{url}: no answer")
        except OSError as error:
            bad.append(f"{url}: {reason(error)}")
    if bad:
        do = "Start coturn; TURN_SECRET has to be its static-auth-secret; open its ports, UDP 49160-49960 among them."
        return wrong(name, tried, "; ".join(bad), do)
    if any(not ipaddress.ip_address(address).is_global for address in got):
        says = f"it relays at {', '.join(sorted(set(got)))}, which no one outside reaches"
        return hint(
            name, tried, says, "Behind a router set external-ip in turnserver.conf; in one network this is right."
        )
    return ok(name, tried, f"it relays at {', '.join(sorted(set(got)))}. From another network: {outside_test()}")
