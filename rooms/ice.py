"""The STUN and TURN servers for a browser, with credentials for one person and a limited time."""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings


@dataclass(frozen=True, slots=True)
class IceServers:
    """`servers` as RTCConfiguration.iceServers wants them; `ttl` is their validity in seconds."""

    servers: list[dict[str, Any]]
    ttl: int


def ice_servers(member_id: UUID, now: float | None = None, ttl: int | None = None) -> IceServers:
    """Return the servers of STUN_URLS and TURN_URLS. If both are empty there is none, which is enough on a LAN.

    `ttl` is in seconds, TURN_TTL by default.

    TURN credentials follow coturn's `use-auth-secret` (draft-uberti-behave-turn-rest-00): the user name is the expiry
    (Unix time, seconds) and the member, the password the base64 HMAC-SHA1 of it under TURN_SECRET.
    """
    ttl = settings.TURN_TTL if ttl is None else ttl
    servers: list[dict[str, Any]] = []
    if settings.STUN_URLS:
        servers.append({"urls": list(settings.STUN_URLS)})
    if settings.TURN_URLS:
        expiry = int(time.time() if now is None else now) + ttl
        username = f"{expiry}:{member_id.hex}"
        digest = hmac.new(settings.TURN_SECRET.encode(), username.encode(), hashlib.sha1).digest()
        servers.append(
            {"urls": list(settings.TURN_URLS), "username": username, "credential": base64.b64encode(digest).decode()}
        )
    return IceServers(servers, ttl)
