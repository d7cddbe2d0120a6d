"""System checks of the process's own STUN server."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution

from meetingpoint_site.checks import check, leads_home

HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")

RELAY = re.compile(r"turn:(\[[^]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=udp)?")  # those that listen on UDP


@check
def own_stun() -> Iterable[CheckMessage]:
    """E040, E041, W012, W033: the process's own STUN server has a port for itself, and a name that leads there."""
    if not 0 <= settings.STUN_PORT <= 65535:
        yield Error(
            f"STUN_PORT is {settings.STUN_PORT}.",
            hint="Set it to a free UDP port, 3478 as a rule; 0 turns the server off.",
            id="meetingpoint.E040",
        )
    if settings.STUN_PORT and not HOST.fullmatch(settings.STUN_HOST):
        yield Error(
            f"STUN_HOST is {settings.STUN_HOST!r}.",
            hint="Write a host name or an address, without scheme and port: STUN_HOST=meet.example.org",
            id="meetingpoint.E041",
        )
    elif settings.STUN_PORT and leads_home(settings.STUN_HOST):
        yield Caution(
            f"STUN_HOST is {settings.STUN_HOST!r}: with that name each browser asks its own computer.",
            hint="Name this machine as others see it, or leave STUN_HOST out: then it is the host of SITE_ORIGINS.",
            id="meetingpoint.W033",
        )
    ours = f"{settings.STUN_HOST}:{settings.STUN_PORT}"
    relays = (RELAY.fullmatch(url) for url in settings.TURN_URLS)
    if settings.STUN_PORT and any(relay and f"{relay[1]}:{relay[2] or 3478}" == ours for relay in relays):
        yield Caution(
            f"Both the site's STUN server and the relay in TURN_URLS are at {ours}, and only one of them can be.",
            hint="Set STUN_PORT to another port, such as 3479; or STUN_PORT=0, and name the relay in STUN_URLS.",
            id="meetingpoint.W012",
        )
