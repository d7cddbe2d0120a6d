"""The steps of `make bench-scale`: each prints its figures and returns what is wrong."""

import asyncio
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from benchmarks.scale.reader import fetch
from benchmarks.scale.tab import Room, Tab, until_right
from benchmarks.scale.world import AT_ONCE, SEATS, Site, all_of, load, talk
from tests.signaling.world import SignalingServer

GROWTH = 20  # MB, descriptors, keys or rows by which two samples may differ
IDLE_SECONDS = 20.0
MOST_IDLE_COMMANDS = 50  # of Redis, a second, however many sockets there are
MOST_PRUNE_MEMORY, MOST_PRUNE_TRANSACTION = 100, 1.0  # MB, seconds
PATIENCE = 180.0  # seconds within which all rosters must be right, on whatever machine
Problems = list[str]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value within which this share is; 0 of too few."""
    return statistics.quantiles(values, n=1000)[round(share * 1000) - 1] if len(values) > 1 else 0.0


def milliseconds(tabs: Sequence[Tab], share: float = 0.99) -> str:
    """Return within how many milliseconds this share of the tabs joined."""
    return f"{percentile([tab.seconds for tab in tabs], share) * 1e3:.0f} ms"


async def join_all(site: Site, tabs: Sequence[Tab], what: str) -> None:
    """Let all join, `AT_ONCE` at a time, and print the rate."""
    before, memory, began = site.used(), site.memory(), time.monotonic()
    await all_of([tab.join for tab in tabs])
    took = time.monotonic() - began
    used, kilobytes = (site.used() - before) / len(tabs) * 1e3, (site.memory() - memory) / len(tabs) / 1024
    print(
        f"{what}: {len(tabs)} joins, {len(tabs) / took:.0f} a second, p99 {milliseconds(tabs)}, "
        f"{used:.2f} ms of processor time and {kilobytes:.1f} KB each ({load()})"
    )


async def joins(site: Site, sockets: int) -> Problems:
    """Fill rooms with so many; the first and the last 1,600 are shown by themselves. Then an idle while."""
    rooms = site.rooms(sockets)
    tabs = [tab for room in rooms for tab in room]
    few = min(1600, len(tabs) // 4)
    await join_all(site, tabs[:few], "first")
    await join_all(site, tabs[few:-few], "then")
    await join_all(site, tabs[-few:], f"with {len(tabs) - few} there")
    problems = await rosters(rooms, "joins")
    talking = asyncio.create_task(talk(tabs))
    before, commands = site.used(), site.commands()
    await asyncio.sleep(IDLE_SECONDS)
    share, rate = (site.used() - before) / IDLE_SECONDS, (site.commands() - commands) / IDLE_SECONDS
    talking.cancel()
    print(f"idle: {len(tabs)} sockets, {share:.1%} of a core, {rate:.0f} Redis commands a second ({load()})")
    if rate > MOST_IDLE_COMMANDS:
        problems.append(f"idle: {rate:.0f} Redis commands a second")
    problems += await rosters(rooms, "idle")
    await leave_all(tabs)
    return problems


async def leave_all(tabs: Sequence[Tab]) -> None:
    """Let all leave, a few at a time."""
    for number, tab in enumerate(tabs):
        tab.leave()
        if number % AT_ONCE == 0:
            await asyncio.sleep(0.02)
    await asyncio.sleep(1.0)


async def rosters(rooms: Sequence[Room], what: str, seconds: float = PATIENCE) -> Problems:
    """Wait until all rosters are right; return how many are not."""
    wrong, _took = await until_right(rooms, seconds)
    return [f"{what}: {wrong} rosters are wrong"] if wrong else []


async def storm(site: Site, sockets: int) -> Problems:
    """End one process with so many sockets in all, start it again, and wait until everyone sees everyone."""
    rooms = site.rooms(sockets)
    tabs = [tab for room in rooms for tab in room]
    await join_all(site, tabs, "before the storm")
    problems = await rosters(rooms, "before the storm")
    talking = asyncio.create_task(talk(tabs))
    hit = [tab for tab in tabs if tab.port == site.ports[0]]
    with pages_read(site.servers[-1]) as pages:
        began = time.monotonic()
        ended = await restart(site.servers[0])
        wrong, took = await until_right(rooms, PATIENCE)
    codes = sum((tab.codes for tab in hit), start=type(tabs[0].codes)())
    talking.cancel()
    print(
        f"storm: {len(hit)} sockets of a process that ended in {ended:.1f} s; all rosters right "
        f"{time.monotonic() - began:.1f} s after its order ({took:.1f} s after its start); "
        f"p99 of pages {percentile(pages, 0.99) * 1e3:.0f} ms; ends: {dict(codes)} ({load()})"
    )
    await leave_all(tabs)
    return problems + ([f"storm: {wrong} rosters are wrong"] if wrong else [])


async def restart(server: SignalingServer) -> float:
    """End a process and start it again on its port; return the seconds in which it ended."""
    began = time.monotonic()
    await asyncio.to_thread(server.stop)
    ended = time.monotonic() - began
    await asyncio.to_thread(server.start)
    return ended


@contextmanager
def pages_read(server: SignalingServer) -> Iterator[list[float]]:
    """Fetch the sign-in page all the while in a process of its own; the list has the seconds of each in the end."""
    seconds: list[float] = []
    command = [sys.executable, "-m", "benchmarks.scale.reader", f"{server.origin}/accounts/login/"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        try:
            yield seconds
        finally:
            reader.terminate()
            seconds += map(float, reader.communicate()[0].split())


async def filling(site: Site, times: int) -> Problems:
    """Fill rooms of eight at one moment over all processes, so often; rosters must become right by themselves."""
    at_once = 8
    rooms = site.rooms(SEATS * at_once)
    wrong_rooms, slowest, began = 0, 0.0, time.monotonic()
    for _round in range(-(-times // at_once)):
        tabs = [tab for room in rooms for tab in room]
        random.shuffle(tabs)
        await asyncio.gather(*(tab.join() for tab in tabs))
        wrong, took = await until_right(rooms, 30.0)
        slowest = max(slowest, took)
        wrong_rooms += bool(wrong)
        for tab in tabs:
            tab.leave()
            tab.reload()
    print(f"filling: {times} rooms in {time.monotonic() - began:.0f} s, right within {slowest:.2f} s ({load()})")
    return [f"filling: {wrong_rooms} rounds with wrong rosters"] if wrong_rooms else []


async def rolling(site: Site, sockets: int, times: int) -> Problems:
    """Restart the processes one after the other, so often; after each restart every roster must become right."""
    rooms = site.rooms(sockets)
    tabs = [tab for room in rooms for tab in room]
    await join_all(site, tabs, "before rolling restarts")
    talking = asyncio.create_task(talk(tabs))
    problems, slowest = [], 0.0
    for number in range(times):
        await restart(site.servers[number % len(site.servers)])
        wrong, took = await until_right(rooms, 60.0)
        slowest = max(slowest, took)
        if wrong:
            problems.append(f"rolling restart {number + 1}: {wrong} rosters are wrong")
    talking.cancel()
    print(f"rolling: {times} restarts with {len(tabs)} sockets, right within {slowest:.1f} s ({load()})")
    await leave_all(tabs)
    return problems


async def pages(site: Site, count: int = 400) -> Problems:
    """Fetch the call page one at a time, then eight at once."""
    site.rooms(SEATS)
    scene = site.scenes[0]
    server = site.servers[0]
    cookie = f"{site.rooms(SEATS)[0][0].place.cookie.partition('=')[0]}={scene.olga[0]}"
    url = f"{server.origin}/r/{scene.slug}"
    fetch(url, cookie)
    for at_once in (1, 8):
        began, before = time.monotonic(), site.used()
        with ThreadPoolExecutor(at_once) as threads:
            await asyncio.to_thread(lambda pool: list(pool.map(lambda _: fetch(url, cookie), range(count))), threads)
        took, used = time.monotonic() - began, site.used() - before
        print(f"call page, {at_once} at once: {count / took:.0f} a second, {used / count * 1e3:.1f} ms ({load()})")
    return []


MAKE_LINKS = """
import secrets
from datetime import timedelta
from django.utils import timezone
from rooms.models import Invite, Room
room = Room.objects.select_related("owner").first()
ended = timezone.now() - timedelta(days=400)
for start in range(0, number, 5000):
    Invite.objects.bulk_create([
        Invite(room=room, created_by=room.owner, token_hash=secrets.token_bytes(32), expires_at=ended, created_at=ended)
        for _ in range(min(5000, number - start))
    ])
result = Invite.objects.count()
"""


async def prune(site: Site, links: int) -> Problems:
    """Let `prune` delete so many links that ended long ago; print its time and the most memory that it took."""
    site.rooms(SEATS)
    server = site.servers[0]
    made = await asyncio.to_thread(lambda: server.run_python(MAKE_LINKS, number=links))
    watching = asyncio.create_task(site.longest_transaction())
    measured = await asyncio.to_thread(server.run_python, PRUNE)
    watching.cancel()
    longest = await watching
    figures = json.loads(json.dumps(measured))
    more = figures["more"] / 1024
    print(f"prune: {made} links in {figures['seconds']:.1f} s, {more:.0f} MB more memory, "
          f"no transaction longer than {longest:.2f} s ({load()})")  # fmt: skip
    problems = [f"prune took {more:.0f} MB"] if more > MOST_PRUNE_MEMORY else []
    return problems + ([f"prune: a transaction of {longest:.1f} s"] if longest > MOST_PRUNE_TRANSACTION else [])


PRUNE = """
import re, time
from pathlib import Path
from django.core.management import call_command

def most_memory():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

Path("/proc/self/clear_refs").write_text("5")  # the most from here on: the links were made here, too
before = most_memory()
began = time.monotonic()
call_command("prune", verbosity=0)
result = {"seconds": time.monotonic() - began, "more": most_memory() - before}
"""


async def soak(site: Site, minutes: float) -> Problems:
    """Let people come, talk and go for so long; what the site holds must not grow after the first third."""
    rooms = site.rooms(400)
    tabs = [tab for room in rooms for tab in room]
    end = time.monotonic() + minutes * 60
    samples: list[dict[str, int]] = []
    done = 0

    async def live(room: Room) -> None:
        nonlocal done
        while time.monotonic() < end:
            await asyncio.gather(*(tab.join() for tab in room))
            for _turn in range(10):
                for tab in room:
                    for peer in tab.peers:
                        tab.send({"type": "relay", "to": peer, "body": "x" * 1000})
                await asyncio.sleep(0.5 + random.random())  # noqa: S311
            for tab in room:
                tab.leave()
                tab.reload()
            done += len(room)
            await asyncio.sleep(random.random())  # noqa: S311

    async def sample() -> None:
        while time.monotonic() < end:
            await asyncio.sleep(minutes * 60 / 12)
            samples.append(await asyncio.to_thread(site.holds))
            print("  " + ", ".join(f"{count} {what}" for what, count in samples[-1].items()), flush=True)

    await asyncio.gather(sample(), *(live(room) for room in rooms))
    third = samples[len(samples) // 3 :]
    print(f"soak: {minutes:g} minutes, {done} joins, {len(tabs)} tabs ({load()})")
    early, late = third[: len(third) // 2], third[len(third) // 2 :]
    problems = []
    for what in third[0]:
        before, after = (max(sample[what] for sample in part) for part in (early, late))
        if after > before * 1.1 + GROWTH:
            problems.append(f"soak: from {before} {what} to {after}")
    return problems
