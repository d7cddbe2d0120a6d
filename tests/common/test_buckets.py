"""As many get a token as there are, at whatever instant they ask, and no crowd makes a bucket forget."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from common import buckets, ratelimit
from common.buckets import MemoryBuckets, RedisBuckets
from tests.services import RedisServer

LIMIT = ratelimit.Limit("test", burst=3, every=3600)
# Says when it is ready, waits for a line, then takes from many threads at once; prints how many got a token.
PROCESS = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
import django; django.setup()
from common import ratelimit
limit = ratelimit.Limit("test", burst=30, every=3600)
with ThreadPoolExecutor(40) as pool:
    ratelimit.consume(limit, "someone else")
    barrier = threading.Barrier(40)
    def take(_):
        barrier.wait(20)
        return ratelimit.consume(limit, "olga") == 0
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(pool.map(take, range(40))), flush=True)
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [1000.0]
    monkeypatch.setattr("common.buckets.monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


def key(number: int) -> bytes:
    return number.to_bytes(16)


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> Iterator[MemoryBuckets | RedisBuckets]:
    if request.param == "memory":
        yield MemoryBuckets()
        return
    found = RedisBuckets(request.getfixturevalue("redis_server").url)
    found.fill_all()
    yield found
    assert found._servers[0].away_until == 0  # Redis itself counted


def test_of_200_at_once_as_many_get_a_token_as_there_are(store: MemoryBuckets | RedisBuckets) -> None:
    with ThreadPoolExecutor(200) as pool:
        barrier = threading.Barrier(200)

        def take(_number: int) -> float:
            barrier.wait(20)
            return store.take("test", key(1), 3, 3600)

        assert sorted(pool.map(take, range(200)))[:4] == [0, 0, 0, pytest.approx(3600, abs=10)]
    store.give_back("test", key(1), 3600)
    assert [store.take("test", key(1), 3, 3600) == 0 for _ in range(2)] == [True, False]
    assert store.take("test", key(2), 3, 3600) == 0
    store.fill("test", key(1))
    assert [store.take("test", key(1), 3, 3600) == 0 for _ in range(4)] == [True, True, True, False]
    store.fill_all()
    store.give_back("test", key(1), 3600)  # a full bucket gets no fuller
    assert [store.take("test", key(1), 3, 3600) == 0 for _ in range(4)] == [True, True, True, False]


def test_a_try_that_has_not_ended_may_put_its_token_back(store: MemoryBuckets | RedisBuckets) -> None:
    bucket = "test", key(1), 2, 3600
    assert [store.begin_try(*bucket), store.begin_try(*bucket)] == [(0, False), (0, True)]
    wait, may_come_back = store.begin_try(*bucket)
    assert wait == pytest.approx(3600, abs=60)
    assert may_come_back
    store.end_try("test", key(1), 3600, right=True)
    assert store.begin_try(*bucket)[0] == 0
    for _try in range(2):
        store.end_try("test", key(1), 3600, right=False)
    wait, may_come_back = store.begin_try(*bucket)
    assert wait > 0
    assert not may_come_back
    assert store.take(*bucket) > 0


def test_a_guess_waits_for_those_before_it_and_only_wrong_ones_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for right in (True, False):
        ratelimit.forget_all()
        with ExitStack() as others:
            for _guess in range(3):
                others.enter_context(ratelimit.one_try((LIMIT, "class"))).right = right
            monkeypatch.setattr("common.ratelimit.time.sleep", lambda _seconds: others.close())
            if right:
                with ratelimit.one_try((LIMIT, "olga"), (LIMIT, "class")):
                    pass
            else:
                with pytest.raises(ratelimit.NoTryLeft), ratelimit.one_try((LIMIT, "olga"), (LIMIT, "class")):
                    pass
        assert [ratelimit.consume(LIMIT, "olga") == 0 for _token in range(4)] == [True, True, True, False]


def test_a_guess_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "PATIENCE", 0)
    with ExitStack() as others:
        for _guess in range(3):
            others.enter_context(ratelimit.one_try((LIMIT, "class")))
        with pytest.raises(ratelimit.NoTryLeft), ratelimit.one_try((LIMIT, "class")):
            pass


def test_two_processes_share_one_bucket(redis_server: RedisServer) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "meetingpoint_site.settings",
        "SECRET_KEY": "x" * 60,
        "REDIS_URL": redis_server.url,
    }
    RedisBuckets(redis_server.url).fill_all()

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PROCESS]
        return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    both = [start(), start()]
    assert [process.stdout and process.stdout.readline() for process in both] == ["ready\n"] * 2
    assert sum(int(process.communicate("\n", timeout=60)[0]) for process in both) == 30


def test_while_redis_is_away_each_process_counts() -> None:
    with RedisServer() as redis:
        store = RedisBuckets(redis.url)
        assert store.take("test", key(1), 3, 3600) == 0
    taken = [store.take("test", key(1), 3, 3600) == 0 for _ in range(5)]
    assert taken == [True, True, False, False, False]


def test_a_crowd_makes_no_bucket_forget(monkeypatch: pytest.MonkeyPatch, clock: Callable[[float], None]) -> None:
    monkeypatch.setattr(buckets, "MAX_BUCKETS", 2000)
    store = MemoryBuckets()
    assert [store.take("codes", key(7), 3, 3600) for _ in range(4)] == [0, 0, 0, 3600]
    for stranger in range(10_000, 40_000):
        clock(0.001)
        store.take("codes", key(stranger), 3, 3600)
        store.take("looks", key(stranger), 1, 10)
    assert len(store._limits["codes"].full_at) <= 2000 + buckets.SHARED_BUCKETS
    assert store.take("codes", key(7), 3, 3600) > 0
    # Who comes into the crowd shares: refused perhaps, and never with more tokens than one bucket has.
    newcomers = [50_000 + buckets.SHARED_BUCKETS * number for number in range(9)]
    assert sum(store.take("codes", key(newcomer), 3, 3600) == 0 for newcomer in newcomers) <= 3
    # Other limits are not crowded, and what is full again takes no memory.
    assert store.take("rooms", key(1), 3, 3600) == 0
    clock(200)
    store.take("looks", key(50_000), 1, 10)
    assert len(store._limits["looks"].full_at) == 1


def test_a_refused_token_of_several_gives_the_others_back() -> None:
    other = ratelimit.Limit("other", burst=1, every=3600)
    assert ratelimit.consume_all((LIMIT, "olga"), (other, "olga")) == 0
    assert [ratelimit.consume_all((LIMIT, "olga"), (other, "olga")) > 0 for _ in range(5)] == [True] * 5
    assert [ratelimit.consume(LIMIT, "olga") == 0 for _ in range(3)] == [True, True, False]
    ratelimit.give_back((LIMIT, "olga"))
    assert ratelimit.consume(LIMIT, "olga") == 0
    ratelimit.forget(LIMIT, "olga")
    assert ratelimit.consume(LIMIT, "olga") == 0


def test_the_operator_changes_no_limit_that_guards_a_secret(settings) -> None:
    settings.LIMIT_FACTOR = 1000
    fixed = ratelimit.Limit("fixed", burst=3, every=3600, fixed=True)
    assert [ratelimit.consume(fixed, "olga") == 0 for _ in range(4)] == [True, True, True, False]
    settings.LIMIT_FACTOR = 0.1
    assert ratelimit.consume(LIMIT, "someone") == 0  # a limit lets at least one through


def test_redis_learns_no_address(redis_server: RedisServer, settings) -> None:
    settings.REDIS_URL = redis_server.url
    assert ratelimit.consume(LIMIT, "olga@example.org") == 0
    store = RedisBuckets(redis_server.url)
    names = [name.decode() for name in store._servers[0].redis.scan_iter("mp:limit:test:*")]
    assert names
    assert "olga" not in "".join(names)
    ratelimit.forget_all()
    assert not list(store._servers[0].redis.scan_iter("mp:limit:*"))
