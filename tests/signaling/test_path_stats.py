"""How connections are made is counted, by the day and over all processes; the counts do not say whose they were."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from rooms.live import local
from rooms.live.occupancy import occupied_rooms
from rooms.live.path_stats import MemoryPathStats, PathCounts, RedisPathStats, day_ago
from rooms.live.path_totals import path_totals
from rooms.signaling.messages import BadMessage, Leave, decode
from rooms.signaling.process import make_hub
from tests.services import RedisServer, wait_until
from tests.signaling.world import SignalingServer, introduce

TWO = {"direct": 2, "relay_udp": 1, "relay_tcp": 0, "failed": 0}


@pytest.mark.parametrize("paths", ['{"direct": -1}', '{"direct": 65}', '{"direct": "1"}', '{"other": 1}', "[]", "null"])
def test_malformed_counts_make_a_bad_message(paths: str) -> None:
    with pytest.raises(BadMessage):
        decode(f'{{"type": "leave", "paths": {paths}}}')


def test_counts_may_be_left_out() -> None:
    assert decode('{"type": "leave"}') == Leave(PathCounts())


async def test_one_process_counts_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_hubs", {})
    hub = make_hub()
    local.register(hub)
    for counts in (PathCounts(direct=2), PathCounts(), PathCounts(direct=1, failed=1)):
        await hub.path_stats.add(counts)
    assert path_totals(1) == path_totals(30) == {"direct": 3, "relay_udp": 0, "relay_tcp": 0, "failed": 1}

    # Yesterday is not today, and what is older than a month is forgotten.
    stats = hub.path_stats
    assert isinstance(stats, MemoryPathStats)
    stats.days[day_ago(1)] = stats.days.pop(day_ago(0))
    stats.days["2001-01-01"] = stats.days[day_ago(1)]
    assert (path_totals(1)["direct"], path_totals(7)["direct"]) == (0, 3)
    await stats.add(PathCounts(direct=1))
    assert set(stats.days) == {day_ago(0), day_ago(1)}
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
    assert occupied_rooms() == {scene.id: 2}
    before = path_totals(1)
    for who in (olga, max_, second_tab):
        await who.send("leave", paths=TWO)
        assert await who.close_code() == 1000
    counted = {outcome: before[outcome] + 3 * count for outcome, count in TWO.items()}
    await asyncio.to_thread(wait_until, lambda: path_totals(1) == counted, 5, "all is counted")
    assert occupied_rooms() == {}


def test_without_redis_nothing_is_known_and_nothing_breaks(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert set(path_totals(7).values()) == {0}
    assert occupied_rooms() == {}
    asyncio.run(RedisPathStats("redis://127.0.0.1:1/0").add(PathCounts(**TWO)))
