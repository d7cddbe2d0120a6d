"""How connections came about is counted, by the day and over all processes; nothing says whose they were."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from rooms.live import path_stats
from rooms.live.occupancy import live_counts
from rooms.live.presence import MemoryPresence
from rooms.signaling import hub as hubs
from rooms.signaling.hub import Hub
from rooms.signaling.messages import BadMessage, Leave, Paths, decode
from tests.services import RedisServer, wait_until
from tests.signaling.world import SignalingServer, introduce

TWO = {"direct": 2, "relay_udp": 1, "relay_tcp": 0, "failed": 0}


@pytest.mark.parametrize("paths", ['{"direct": -1}', '{"direct": 65}', '{"direct": "1"}', '{"other": 1}', "[]", "null"])
def test_what_is_no_count_is_no_message(paths: str) -> None:
    with pytest.raises(BadMessage):
        decode(f'{{"type": "leave", "paths": {paths}}}')


def test_counts_may_be_left_out() -> None:
    assert decode('{"type": "leave"}') == Leave(Paths())


async def test_one_process_counts_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "_hubs", {})
    hub = Hub(MemoryPresence())
    hubs._hubs[asyncio.get_running_loop()] = hub
    for counts in (Paths(direct=2), Paths(), Paths(direct=1, failed=1)):
        await hub.tally.add(counts)
    assert path_stats.totals(1) == path_stats.totals(30) == {"direct": 3, "relay_udp": 0, "relay_tcp": 0, "failed": 1}

    # Yesterday is not today, and what is older than a month is forgotten.
    assert isinstance(hub.tally, path_stats.MemoryTally)
    hub.tally.days[path_stats._day(1)] = hub.tally.days.pop(path_stats._day(0))
    hub.tally.days["2001-01-01"] = hub.tally.days[path_stats._day(1)]
    assert (path_stats.totals(1)["direct"], path_stats.totals(7)["direct"]) == (0, 3)
    await hub.tally.add(Paths(direct=1))
    assert set(hub.tally.days) == {path_stats._day(0), path_stats._day(1)}
    hub.stop()


@pytest.fixture
def pair(redis_server: RedisServer) -> Iterator[tuple[SignalingServer, SignalingServer]]:
    """Two processes that share a Redis."""
    first = SignalingServer(settings={"REDIS_URL": redis_server.url})
    second = SignalingServer(settings={**first.settings})
    first.settings["SITE_ORIGINS"] = second.settings["SITE_ORIGINS"] = f"{first.origin},{second.origin}"
    first.migrate()
    with first, second:
        yield first, second


async def test_several_processes_count_together(pair: tuple[SignalingServer, SignalingServer], settings: Any) -> None:
    first, second = pair
    settings.REDIS_URL = first.settings["REDIS_URL"]
    scene = first.room()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max, app=second)
    await introduce(olga, max_)
    second_tab = scene.caller(scene.max, app=second)
    await second_tab.join()
    assert live_counts() == {scene.id: 2}
    before = path_stats.totals(1)
    for who in (olga, max_, second_tab):
        await who.send("leave", paths=TWO)
        assert await who.close_code() == 1000
    counted = {way: before[way] + 3 * count for way, count in TWO.items()}
    await asyncio.to_thread(wait_until, lambda: path_stats.totals(1) == counted, 5, "all is counted")
    assert live_counts() == {}


def test_without_redis_nothing_is_known_and_nothing_breaks(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert set(path_stats.totals(7).values()) == {0}
    assert live_counts() == {}
    asyncio.run(path_stats.RedisTally("redis://127.0.0.1:1/0").add(Paths(**TWO)))
