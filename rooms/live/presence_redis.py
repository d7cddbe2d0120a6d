"""Presence in Redis, for several server processes.

Keys: `mp:room:<id>` is a hash from `pid` to an entry, `mp:room:<id>:seq` the roster's sequence number,
`mp:process:<name>` a heartbeat that expires; `mp:server` and `mp:servers` are those of `server_list.py`. An entry whose
process has no heartbeat is void, unless it is of the process that asks: after a restart of Redis people may join before
the next heartbeat. Each script runs atomically in Redis. An entry is stored as `order process member
socket ` and the packed struct; names have no spaces.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
import redis
import redis.asyncio
from redis.exceptions import RedisError

from common.redis_servers import TIMEOUT

from .events import MemberLeft, PresenceEntry
from .presence import JoinResult, PidTaken, PresenceDown, RoomFull
from .server_list import ServerList

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 12  # a killed process's entries are removed after this and one round of housekeeping
ROOM_SECONDS = 3600  # the key of a room that no one has entered since expires after this
RENEW_SECONDS = 600.0  # between two renewals of the keys of the rooms that have people inside
AT_ONCE = (
    32  # commands under way at most, each on a connection of its own: when all people leave at once, the rest wait
)

_COMMON = """
local room, seqkey = KEYS[1], KEYS[2]
local ENTRY = '^(%d+) (%S+) (%S+) (%S+) '
local left = {}
local function next_seq()
  if redis.call('EXISTS', seqkey) == 0 then
    local t = redis.call('TIME')
    redis.call('SET', seqkey, string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)))
  end
  redis.call('EXPIRE', seqkey, 86400)
  return redis.call('INCR', seqkey)
end
local function remove(pid)
  redis.call('HDEL', room, pid)
  left[#left + 1] = {pid, next_seq()}
end
local function living_entries(caller)
  local flat, list = redis.call('HGETALL', room), {}
  for i = 1, #flat, 2 do
    local order, process, member, socket = string.match(flat[i + 1], ENTRY)
    if process ~= caller and redis.call('EXISTS', 'mp:process:' .. process) == 0 then
      remove(flat[i])
    else
      list[#list + 1] = {pid = flat[i], value = flat[i + 1], order = tonumber(order), process = process,
                         member = member, socket = socket}
    end
  end
  table.sort(list, function(a, b) return a.order < b.order end)
  return list
end
local function put(pid, order, process, member, socket, packed)
  redis.call('HSET', room, pid, string.format('%.0f', order) .. ' ' .. process .. ' ' .. member .. ' ' .. socket
                                .. ' ' .. packed)
end
"""

_JOIN = (
    _COMMON
    + """
local pid, member, process, socket, packed, limit, life = unpack(ARGV)
local list, replaced, order = living_entries(process), false, nil
for _, entry in ipairs(list) do
  if entry.pid == pid then
    if entry.member ~= member then return {'taken', left} end
    replaced, order = entry.value, entry.order
  end
end
if not order and #list >= tonumber(limit) then
  local sockets, evicted = {}, nil
  for _, entry in ipairs(list) do sockets[entry.member] = (sockets[entry.member] or 0) + 1 end
  for _, entry in ipairs(list) do
    if sockets[entry.member] > (evicted and sockets[evicted] or 1) then evicted = entry.member end
  end
  if sockets[member] then evicted = member end
  if not evicted then return {'full', left} end
  for _, entry in ipairs(list) do
    if entry.member == evicted then
      replaced = entry.value
      remove(entry.pid)
      break
    end
  end
end
local seq = next_seq()
put(pid, order or seq, process, member, socket, packed)
redis.call('EXPIRE', room, life)
local values = {}
for _, entry in ipairs(living_entries(process)) do values[#values + 1] = entry.value end
return {'ok', left, seq, replaced, values}
"""
)

_LEAVE = (
    _COMMON
    + """
local value = redis.call('HGET', room, ARGV[1])
if not value then return false end
local _, _, _, socket = string.match(value, ENTRY)
if socket ~= ARGV[2] then return false end
redis.call('HDEL', room, ARGV[1])
return next_seq()
"""
)

_PURGE = _COMMON + "living_entries() return left"

# Writes the process's entries again and removes others under the names that it has had since it last did. An entry of
# another living process for the same pid is newer and stays.
_RESTORE = (
    _COMMON
    + """
local process, names, life = ARGV[1], ' ' .. ARGV[2] .. ' ', ARGV[3]
local mine, elsewhere = {}, {}
for i = 4, #ARGV, 5 do mine[ARGV[i]] = ARGV[i + 2] end
for _, entry in ipairs(living_entries(process)) do
  if string.find(names, ' ' .. entry.process .. ' ', 1, true) then
    if mine[entry.pid] ~= entry.socket then remove(entry.pid) end
  else
    elsewhere[entry.pid] = true
  end
end
for i = 4, #ARGV, 5 do
  local pid, member, socket, order, packed = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  if not elsewhere[pid] then put(pid, tonumber(order), process, member, socket, packed) end
end
redis.call('EXPIRE', room, life)
return next_seq()
"""
)


_P = ParamSpec("_P")
_R = TypeVar("_R")


def _down_when_unreachable(
    method: Callable[Concatenate["RedisPresence", _P], Coroutine[Any, Any, _R]],
) -> Callable[Concatenate["RedisPresence", _P], Coroutine[Any, Any, _R]]:
    @wraps(method)
    async def guarded(self: "RedisPresence", /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        timeouts = self.timeouts
        async with self.slots:
            if timeouts != self.timeouts:
                raise PresenceDown  # Redis hangs since this waited: no one waits for one timeout after another
            try:
                return await method(self, *args, **kwargs)
            except (RedisError, OSError, TimeoutError) as error:
                self.timeouts += isinstance(error, TimeoutError | redis.exceptions.TimeoutError)
                await self.drop_idle()
                raise PresenceDown from error

    return guarded


def _keys(room: int) -> list[str]:
    return [f"mp:room:{room}", f"mp:room:{room}:seq"]


def decode_entry(value: bytes) -> PresenceEntry:
    """Return an entry as it is stored."""
    order, _, _, _, packed = value.split(b" ", 4)
    return msgspec.structs.replace(msgspec.msgpack.decode(packed, type=PresenceEntry), order=int(order))


def _left(room: int, pairs: list[list[Any]]) -> list[MemberLeft]:
    return [MemberLeft(room, pid.decode(), seq) for pid, seq in pairs]


class RedisPresence:
    """Presence shared by all processes that use one Redis: of all rooms, or of those that it keeps of several."""

    def __init__(self, url: str, servers: ServerList | None = None, position: int = 0) -> None:
        self.servers, self._position = servers or ServerList(1), position
        self._redis = redis.asyncio.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
        self.slots = asyncio.Semaphore(AT_ONCE)
        self.timeouts = 0
        self._renew_at = 0.0
        self._join = self._redis.register_script(_JOIN)
        self._leave = self._redis.register_script(_LEAVE)
        self._purge = self._redis.register_script(_PURGE)
        self._restore = self._redis.register_script(_RESTORE)

    @_down_when_unreachable
    async def join(self, room: int, entry: PresenceEntry, limit: int) -> JoinResult:
        packed = msgspec.msgpack.encode(entry)
        arguments: list[Any] = [entry.pid, entry.member, entry.process, entry.socket, packed, limit, ROOM_SECONDS]
        answer = await self._join(keys=_keys(room), args=arguments)
        if answer[0] == b"full":
            raise RoomFull
        if answer[0] == b"taken":
            raise PidTaken
        _, left, seq, replaced, values = answer
        entries = [decode_entry(value) for value in values]
        return JoinResult(entries, seq, _left(room, left), decode_entry(replaced) if replaced else None)

    @_down_when_unreachable
    async def leave(self, room: int, pid: str, socket: str) -> int | None:
        return await self._leave(keys=_keys(room), args=[pid, socket])

    @_down_when_unreachable
    async def roster(self, room: int) -> tuple[list[PresenceEntry], int]:
        room_key, seq_key = _keys(room)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hvals(room_key)
            pipe.get(seq_key)
            values, seq = await pipe.execute()
        entries = [decode_entry(value) for value in values]
        alive = await self._alive({entry.process for entry in entries})
        present = [entry for entry in entries if entry.process in alive]
        return sorted(present, key=lambda entry: entry.order), int(seq or 0)

    @_down_when_unreachable
    async def rosters(self, rooms: Iterable[int]) -> dict[int, list[PresenceEntry]]:
        wanted = list(rooms)
        async with self._redis.pipeline(transaction=False) as pipe:
            for room in wanted:
                pipe.hvals(_keys(room)[0])
            found = [[decode_entry(value) for value in values] for values in await pipe.execute()]
        alive = await self._alive({entry.process for entries in found for entry in entries})
        present = [[entry for entry in entries if entry.process in alive] for entries in found]
        ordered = [sorted(entries, key=lambda entry: entry.order) for entries in present]
        return dict(zip(wanted, ordered, strict=True))

    @_down_when_unreachable
    async def purge(self, rooms: Mapping[int, set[str]]) -> list[MemberLeft]:
        named = set().union(*rooms.values())
        dead = named - await self._alive(named)
        left: list[MemberLeft] = []
        for room, processes in rooms.items():
            if dead & processes:
                left += _left(room, await self._purge(keys=_keys(room)))
        return left

    @_down_when_unreachable
    async def heartbeat(self, process: str, rooms: Iterable[int]) -> bool:
        servers, position = self.servers, self._position
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.set(f"mp:process:{process}", 1, ex=HEARTBEAT_SECONDS, get=True)
            if mine := servers.fingerprint(position):
                pipe.set("mp:servers", mine, ex=HEARTBEAT_SECONDS, get=True)
            if servers.several:
                pipe.set("mp:server", servers.new_mark, nx=True)
                pipe.get("mp:server")
            if due := time.monotonic() >= self._renew_at:
                for room in rooms:
                    pipe.expire(f"mp:room:{room}", ROOM_SECONDS)
            answers = await pipe.execute()
        if due:
            self._renew_at = time.monotonic() + RENEW_SECONDS
        known, *answers = answers
        if mine:
            before, *answers = answers
            servers.note_others(position, before.decode() if before else None)
        if servers.several:
            servers.note_mark(position, answers[1].decode())
        return known is not None

    @_down_when_unreachable
    async def restore(self, process: str, names: Collection[str], room: int, entries: Iterable[PresenceEntry]) -> None:
        arguments: list[Any] = [process, " ".join({process, *names}), ROOM_SECONDS]
        for entry in entries:
            arguments += [entry.pid, entry.member, entry.socket, entry.order, msgspec.msgpack.encode(entry)]
        await self._restore(keys=_keys(room), args=arguments)

    async def drop_idle(self) -> None:
        """Drop the idle connections of the pool: when one has broken, most of the others have, too."""
        with suppress(RedisError, OSError, TimeoutError):
            await self._redis.connection_pool.disconnect(inuse_connections=False)

    async def close(self, process: str) -> None:
        try:
            await self._redis.delete(f"mp:process:{process}")
            await self._redis.aclose()
        except (RedisError, OSError, TimeoutError):
            logger.info("Redis was unreachable when this process unregistered")

    async def _alive(self, processes: set[str]) -> set[str]:
        names = list(processes)
        found = await self._redis.mget([f"mp:process:{name}" for name in names]) if names else []
        return {name for name, value in zip(names, found, strict=True) if value is not None}
