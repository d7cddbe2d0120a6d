"""What other processes have to know reaches them, whatever becomes of the loop of this one."""

import asyncio
from threading import Thread
from typing import Any

import pytest

from rooms.live import publish
from rooms.live.events import AnyEvent, RoomChanged


class Hub:
    """A hub as far as events need it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()

    def post_from_thread(self, event: AnyEvent) -> None:
        """Reach no one: there are no sockets."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[AnyEvent]:
    """The events that went out to other processes."""
    found: list[AnyEvent] = []

    async def broadcast(event: AnyEvent) -> None:
        found.append(event)

    monkeypatch.setattr(publish, "broadcast", broadcast)
    settings.REDIS_URL = "redis://127.0.0.1:1"
    return found


@pytest.mark.parametrize("end", ["running", "stopped", "closed"])
def test_an_event_goes_out_once_over_a_loop_that_runs(
    end: str, sent: list[AnyEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub()
    monkeypatch.setattr(publish, "live_hubs", lambda: [hub])
    if end == "running":
        Thread(target=hub.loop.run_forever, daemon=True).start()
    if end == "closed":
        hub.loop.close()
    publish.send(RoomChanged(7))
    assert sent == [RoomChanged(7)]
    if end == "running":
        hub.loop.call_soon_threadsafe(hub.loop.stop)
