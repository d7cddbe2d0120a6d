"""The hubs of this process, one per event loop: how flows and pages reach the sockets that this process holds."""

import asyncio
from typing import Protocol

from .events import AnyEvent
from .path_stats import PathStats
from .presence import Rosters


class LocalHub(Protocol):
    """What the rest of the site needs of `rooms.signaling.hub.Hub`."""

    loop: asyncio.AbstractEventLoop
    presence: Rosters
    path_stats: PathStats

    def post_from_thread(self, event: AnyEvent) -> None:
        """Handle an event in the hub's own loop; may be called in any thread."""


_hubs: dict[asyncio.AbstractEventLoop, LocalHub] = {}


def register(hub: LocalHub) -> None:
    """Make a hub known as that of its loop."""
    for loop in [loop for loop in _hubs if loop.is_closed()]:
        del _hubs[loop]
    _hubs[hub.loop] = hub


def hub_of(loop: asyncio.AbstractEventLoop) -> LocalHub | None:
    """Return the hub of a loop."""
    return _hubs.get(loop)


def live_hubs() -> list[LocalHub]:
    """Return the hubs whose loops are open; usually one, or none outside a server."""
    return [hub for loop, hub in tuple(_hubs.items()) if not loop.is_closed()]
