"""What is so now, read when `/metrics` is asked: sockets, rooms, the process, its services."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db import connection
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from common.metrics import REGISTRY
from meetingpoint_site import __version__
from rooms.live.local import live_hubs
from rooms.live.transfer_rooms import is_transfer_room
from rooms.signaling.hub import Hub

from .readiness import Readiness, readiness

STARTED: Final = time.time()
KINDS: Final = ("call", "transfer", "dashboard", "knocking", "joining")


class Gauges(Collector):
    """The gauges of this process. `found` is what `/readyz` says."""

    def __init__(self) -> None:
        self.found = Readiness({})

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        hubs = [hub for hub in live_hubs() if isinstance(hub, Hub)]
        kinds = Counter(dict.fromkeys(KINDS, 0))
        for hub in hubs:
            kinds.update(kind_of(socket) for socket in tuple(hub.sockets))
        sockets = GaugeMetricFamily("meetingpoint_sockets", "Open sockets, by what they are for.", labels=["kind"])
        for kind, count in kinds.items():
            sockets.add_metric([kind], count)
        yield sockets
        rooms = [room for hub in hubs for room in tuple(hub.rooms.values()) if not is_transfer_room(room.id)]
        people = sum(len(room.local) for room in rooms)
        yield gauge("live_rooms", "Rooms with people on this process.", len(rooms))
        yield gauge("live_members", "People in calls on this process.", people)
        yield gauge("draining", "1 while this process ends.", any(hub.draining for hub in hubs))
        yield gauge("start_time_seconds", "When this process started, in seconds since 1970.", STARTED)
        release = {"version": __version__, "database": connection.vendor, "redis": str(bool(settings.REDIS_URL))}
        yield InfoMetricFamily("meetingpoint_release", "The running release.", value=release)
        part = GaugeMetricFamily("meetingpoint_part_ready", "1 if /readyz says `ok` of it.", labels=["part"])
        for name, says in self.found.parts.items():
            part.add_metric([name], says == "ok")
        yield part
        for name, value in self.found.numbers.items():
            yield gauge(name, "Emails of all processes that wait or were given up, and for how long.", value)
        job = GaugeMetricFamily(
            "meetingpoint_job_finished_seconds",
            "When each command of a timer last ended.",
            labels=["job_name"],
        )
        for name, value in self.found.jobs.items():
            job.add_metric([name], value)
        yield job
        yield gauge("ready", "1 if /readyz answers 200.", self.found.ready)


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """Return a gauge without labels."""
    return GaugeMetricFamily(f"meetingpoint_{name}", text, value=float(value))


def kind_of(socket: object) -> str:
    """Return what a socket is for; `joining`: it has not said yet, or was refused and is about to end."""
    if getattr(socket, "watching", False):
        return "dashboard"
    if getattr(socket, "guest", None) is not None:
        return "knocking"
    if getattr(socket, "member", None) is None:
        return "joining"
    return "call" if getattr(socket, "in_call", False) else "transfer"


_gauges = Gauges()
REGISTRY.register(_gauges)
ProcessCollector(registry=REGISTRY)


async def registry() -> CollectorRegistry:
    """Return the registry, with fresh answers of the services."""
    _gauges.found = await readiness()
    return REGISTRY
