"""Pages compute two at a time; what waits for something else, and what is sent to the site, keeps no page waiting."""

import asyncio
from typing import Any

import pytest

from meetingpoint_site.middleware import turns
from meetingpoint_site.middleware.turns import AT_ONCE, PagesInTurn


class Site:
    """An application whose requests go on when the test says so."""

    def __init__(self) -> None:
        self.inside: list[asyncio.Event] = []
        self.pages = PagesInTurn(self.serve)
        self.sent: list[str] = []

    async def serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        go_on = asyncio.Event()
        self.inside.append(go_on)
        await go_on.wait()
        await send({"type": "http.response.start"})
        await send({"type": "http.response.body"})

    def ask(self, method: str = "GET", send: Any = None) -> asyncio.Task[None]:
        async def note(event: dict[str, Any]) -> None:
            self.sent.append(event["type"])

        return asyncio.ensure_future(self.pages({"method": method}, None, send or note))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no page go ahead because the machine is busy."""
    monkeypatch.setattr(turns, "PATIENCE", 3600.0)


async def settle() -> None:
    """Let everything run that can."""
    for _turn in range(10):
        await asyncio.sleep(0)


async def test_more_pages_than_two_wait_for_their_turn_and_posts_do_not() -> None:
    site = Site()
    asked = [site.ask() for _ in range(5)]
    await settle()
    assert len(site.inside) == AT_ONCE
    posted = site.ask("POST")
    await settle()
    assert len(site.inside) == AT_ONCE + 1
    for done in range(6):
        site.inside[done].set()
        await settle()
    await asyncio.gather(posted, *asked)
    assert site.sent.count("http.response.start") == 6


async def test_a_turn_ends_when_the_answer_begins_and_when_a_page_fails() -> None:
    site, read = Site(), asyncio.Event()

    async def slow(event: dict[str, Any]) -> None:
        await read.wait()

    async def broken(event: dict[str, Any]) -> None:
        raise ConnectionResetError

    slow_ones = [site.ask(send=slow) for _ in range(AT_ONCE)]
    waiting = [site.ask(send=broken) for _ in range(AT_ONCE)]
    await settle()
    for go_on in site.inside[:AT_ONCE]:
        go_on.set()
    await settle()
    assert len(site.inside) == 2 * AT_ONCE
    for go_on in site.inside[AT_ONCE:]:
        go_on.set()
    assert all(isinstance(end, ConnectionResetError) for end in await asyncio.gather(*waiting, return_exceptions=True))
    last = site.ask()
    await settle()
    site.inside[-1].set()
    read.set()
    await asyncio.gather(last, *slow_ones)


async def test_pages_that_hang_do_not_keep_others_waiting_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.0)
    site = Site()
    asked = [site.ask() for _ in range(AT_ONCE)]
    await settle()
    late = site.ask()
    async with asyncio.timeout(30):
        while len(site.inside) < AT_ONCE + 1:
            await asyncio.sleep(0)
    for go_on in site.inside:
        go_on.set()
    await asyncio.gather(late, *asked)
