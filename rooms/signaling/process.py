"""Puts the signaling server of a process together: one hub per event loop, with the stores that the settings choose."""

import asyncio

from django.conf import settings

from common.redis_servers import addresses
from rooms.live import local
from rooms.live.path_stats import MemoryPathStats, RedisPathStats
from rooms.live.presence import MemoryPresence
from rooms.live.presence_redis import RedisPresence
from rooms.live.server_list import ServerList

from . import housekeeping
from .hub import Hub


def current_hub() -> Hub:
    """Return the running loop's hub; the first call makes it and starts its housekeeping."""
    hub = local.hub_of(asyncio.get_running_loop())
    if isinstance(hub, Hub):
        return hub
    hub = make_hub()
    local.register(hub)
    hub.spawn(housekeeping.run(hub))
    return hub


def make_hub() -> Hub:
    """Return a hub whose stores are in the Redis servers of `REDIS_URL` if it is set, else in memory."""
    if url := settings.REDIS_URL:
        servers = addresses(url)
        agreed = ServerList(len(servers))
        stores = [RedisPresence(address, agreed, position) for position, address in enumerate(servers)]
        return Hub(stores, RedisPathStats(url), several_processes=True)
    return Hub([MemoryPresence()], MemoryPathStats())
