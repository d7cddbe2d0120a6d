"""System checks of the process's own STUN server."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.core.checks import CheckMessage, Error

from meetingpoint_site.checks import check

HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")


@check
def own_stun() -> Iterable[CheckMessage]:
    """E040, E041: the process's own STUN server has a port that exists and a name that browsers can resolve."""
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
