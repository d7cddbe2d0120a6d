"""Where the rate limiter counts: in this process or, for several processes, in Redis.

A bucket is one number, the moment at which it is full again (the generic cell rate algorithm, ITU-T I.371 annex A).
Taking a token is one step that nothing comes between: it moves that moment, or says how long to wait.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from .redis_servers import TIMEOUT, addresses, shard_of, unless_silent

logger = logging.getLogger(__name__)

MAX_BUCKETS = 50_000  # of one limit that are not full, in one process; more would let strangers fill the memory
SHARED_BUCKETS = 1_024  # which those share who come when there are so many
SWEEP_SECONDS = 1.0  # between two sweeps of a crowded limit
ROUNDING = 1e-6  # seconds by which sums of moments may be off
CONNECTIONS = 16  # to Redis at once, from one process
TRY_SECONDS = 60  # for which a try counts as not ended whose process has died
AWAY_SECONDS = 1.0  # for which Redis is not asked again after it did not answer


@dataclass(slots=True)
class _Limit:
    """The buckets of one limit that are not full; the values are moments of the monotonic clock."""

    full_at: dict[int, float] = field(default_factory=dict)
    sweep_above: int = SHARED_BUCKETS
    swept_at: float = 0.0


class MemoryBuckets:
    """The buckets of one process.

    Only a bucket that is full again is removed, so no number of strangers makes it forget anyone. Above `MAX_BUCKETS`,
    newcomers share buckets: they may be refused for what others did, and are never let through.
    """

    def __init__(self) -> None:
        self._limits: dict[str, _Limit] = {}
        self._trying: Counter[tuple[str, bytes]] = Counter()
        self._lock = Lock()

    def take(self, name: str, key: bytes, burst: float, every: float) -> float:
        """Take a token from a bucket of `burst` that gains one in `every` seconds; return 0, or the wait in seconds."""
        with self._lock:
            return self._take(name, key, burst, every)

    def give_back(self, name: str, key: bytes, every: float) -> None:
        """Put a token back."""
        with self._lock:
            self._give_back(name, key, every)

    def begin_try(self, name: str, key: bytes, burst: float, every: float) -> tuple[float, bool]:
        """Take a token that may come back; return 0 or the wait, and whether tokens of this bucket may come back."""
        with self._lock:
            wait, may_come_back = self._take(name, key, burst, every), self._trying[name, key] > 0
            if wait == 0:
                self._trying[name, key] += 1
            return wait, may_come_back

    def end_try(self, name: str, key: bytes, every: float, right: bool) -> None:
        """End a try; a right one puts its token back."""
        with self._lock:
            self._trying[name, key] -= 1
            if self._trying[name, key] <= 0:
                del self._trying[name, key]
            if right:
                self._give_back(name, key, every)

    def fill(self, name: str, key: bytes) -> None:
        """Fill a bucket."""
        with self._lock:
            if limit := self._limits.get(name):
                limit.full_at.pop(int.from_bytes(key), None)

    def fill_all(self) -> None:
        """Fill all buckets."""
        with self._lock:
            self._limits.clear()
            self._trying.clear()

    def _take(self, name: str, key: bytes, burst: float, every: float) -> float:
        now = monotonic()
        limit = self._limits.setdefault(name, _Limit())
        place = self._place(limit, int.from_bytes(key), now)
        after = max(limit.full_at.get(place, now), now) + every
        wait = after - now - burst * every
        if wait > ROUNDING:
            return wait
        limit.full_at[place] = after
        return 0.0

    def _give_back(self, name: str, key: bytes, every: float) -> None:
        limit = self._limits.setdefault(name, _Limit())
        place = self._place(limit, int.from_bytes(key), monotonic())
        if place in limit.full_at:
            limit.full_at[place] -= every

    @staticmethod
    def _place(limit: _Limit, key: int, now: float) -> int:
        if key in limit.full_at:
            return key
        if len(limit.full_at) >= limit.sweep_above and now - limit.swept_at >= SWEEP_SECONDS:
            limit.full_at = {place: full_at for place, full_at in limit.full_at.items() if full_at > now}
            limit.sweep_above = min(MAX_BUCKETS, max(SHARED_BUCKETS, 2 * len(limit.full_at)))
            limit.swept_at = now
        return key if len(limit.full_at) < MAX_BUCKETS else key % SHARED_BUCKETS


# KEYS[1] is the bucket, ARGV its burst and seconds. Redis' clock is the one that all processes have.
_TAKE = """
local t = redis.call('TIME')
local now, burst, every = t[1] + t[2] / 1000000, tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + every
local wait = full - now - burst * every
if wait > 0.000001 then return string.format('%.6f', wait) end
redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000))
return '0'
"""
_GIVE_BACK = """
local full, t = tonumber(redis.call('GET', KEYS[1]) or '0') - tonumber(ARGV[1]), redis.call('TIME')
local left = full - t[1] - t[2] / 1000000
if left > 0 then
  redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil(left * 1000))
else
  redis.call('DEL', KEYS[1])
end
"""
# The same for a guess. KEYS[2] counts those that have not ended; those of a process that died, for TRY_SECONDS.
_BEGIN_TRY = """
local t, trying = redis.call('TIME'), redis.call('EXISTS', KEYS[2])
local now, burst, every = t[1] + t[2] / 1000000, tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + every
local wait = full - now - burst * every
if wait > 0.000001 then return {string.format('%.6f', wait), trying} end
redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000))
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return {'0', trying}
"""
_END_TRY = """
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('DECR', KEYS[1]) <= 0 then redis.call('DEL', KEYS[1]) end
"""


class RedisServer:
    """One server with buckets."""

    def __init__(self, address: str) -> None:
        self.address = address
        pool = BlockingConnectionPool.from_url(
            address,
            max_connections=CONNECTIONS,
            timeout=TIMEOUT,
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 1),  # a connection from before a restart of Redis
        )
        self.redis = Redis(connection_pool=pool)
        self.take = self.redis.register_script(_TAKE)
        self.give_back = self.redis.register_script(_GIVE_BACK)
        self.begin_try = self.redis.register_script(_BEGIN_TRY)
        self.end_try = self.redis.register_script(_END_TRY)
        self.away_until = 0.0

    def ask(self, ask: Callable[[], Any]) -> Any:
        """Return Redis' answer, or None while there is none."""
        if monotonic() < self.away_until:
            return None
        try:
            with unless_silent(self.address):
                return ask()
        except RedisError as error:
            self.away_until = monotonic() + AWAY_SECONDS
            logger.warning("Limits are counted in each process: %s", type(error).__name__)
            return None


class RedisBuckets:
    """Buckets that all processes share, under `mp:limit:<name>:<key>`, each of which expires when it is full.

    Each bucket is on one of the servers. Each process counts what it lets through, too: while a server does not answer,
    that stands.
    """

    def __init__(self, url: str) -> None:
        self._servers = [RedisServer(address) for address in addresses(url)]
        self._here = MemoryBuckets()

    def _server(self, key: bytes) -> RedisServer:
        return self._servers[shard_of(int.from_bytes(key), len(self._servers))]

    def take(self, name: str, key: bytes, burst: float, every: float) -> float:
        """Like `MemoryBuckets.take`."""
        wait = self._here.take(name, key, burst, every)
        if wait == 0:
            server = self._server(key)
            wait = float(server.ask(lambda: server.take([_key(name, key)], [burst, every])) or 0)
            if wait:
                self._here.give_back(name, key, every)
        return wait

    def give_back(self, name: str, key: bytes, every: float) -> None:
        """Put a token back."""
        self._here.give_back(name, key, every)
        server = self._server(key)
        server.ask(lambda: server.give_back([_key(name, key)], [every]))

    def begin_try(self, name: str, key: bytes, burst: float, every: float) -> tuple[float, bool]:
        """Like `MemoryBuckets.begin_try`."""
        wait, may_come_back = self._here.begin_try(name, key, burst, every)
        if wait == 0:
            keys, server = [_key(name, key), _trying_key(name, key)], self._server(key)
            answer = server.ask(lambda: server.begin_try(keys, [burst, every, TRY_SECONDS]))
            if answer is not None:
                wait, may_come_back = float(answer[0]), answer[1] == 1
            if wait:
                self._here.end_try(name, key, every, right=True)
        return wait, may_come_back

    def end_try(self, name: str, key: bytes, every: float, right: bool) -> None:
        """Like `MemoryBuckets.end_try`."""
        server = self._server(key)
        self._here.end_try(name, key, every, right)
        if right:
            server.ask(lambda: server.give_back([_key(name, key)], [every]))
        server.ask(lambda: server.end_try([_trying_key(name, key)]))

    def fill(self, name: str, key: bytes) -> None:
        """Fill a bucket."""
        self._here.fill(name, key)
        server = self._server(key)
        server.ask(lambda: server.redis.delete(_key(name, key)))

    def fill_all(self) -> None:
        """Fill all buckets."""
        self._here.fill_all()
        for server in self._servers:
            for key in server.redis.scan_iter("mp:limit:*"):
                server.redis.delete(key)


Buckets = MemoryBuckets | RedisBuckets


def _key(name: str, key: bytes) -> str:
    return f"mp:limit:{name}:{key.hex()}"


def _trying_key(name: str, key: bytes) -> str:
    return f"mp:limit:{name}:{key.hex()}:trying"
