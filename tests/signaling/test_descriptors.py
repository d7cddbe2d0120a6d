"""The files that a system allows a process: few by default is no limit, and a full process goes on serving."""

import asyncio
import urllib.request
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from rooms.live.close_codes import CloseCode
from tests.signaling.world import PATIENCE, SignalingServer

FEW = 150  # enough for the start; the two hundred sockets below need more


class Frugal(SignalingServer):
    """A server whose shell allows it few files, as most do; the system allows up to `most`."""

    most = 4096

    def command(self) -> list[str]:
        return ["prlimit", f"--nofile={FEW}:{self.most}", *super().command()]


class Full(Frugal):
    """A server that can have no more files than that."""

    most = FEW


@pytest.fixture(params=["daphne", "uvicorn"])
def full(request: pytest.FixtureRequest) -> Iterator[SignalingServer]:
    server = Full(request.param)
    server.migrate()
    with server:
        yield server


async def test_a_low_soft_limit_of_files_is_raised() -> None:
    server = Frugal("uvicorn")
    server.migrate()
    with server as app:
        scene = app.room()
        tabs = [scene.caller(scene.olga) for _ in range(200)]
        await asyncio.gather(*(tab.connect() for tab in tabs))
        await tabs[-1].join()
        await asyncio.gather(*(tab.close() for tab in tabs))


async def test_a_process_without_free_files_sends_newcomers_away_and_goes_on_serving(full: SignalingServer) -> None:
    scene = full.room()
    olga = scene.caller(scene.olga)
    await olga.join()
    crowd = [scene.caller(scene.olga) for _ in range(FEW - FEW // 4 - 1)]
    for tab in crowd:
        await tab.connect()
    late = scene.caller(scene.max)
    await late.connect()
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(late.socket.recv(), PATIENCE)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == CloseCode.BUSY
    assert int(closed.value.rcvd.reason) > 0
    # The person inside, pages and the database have what they need.
    assert not [message for message in await olga.settled() if message["type"] == "error"]
    with await asyncio.to_thread(urllib.request.urlopen, f"{full.origin}/accounts/login/", timeout=10) as page:
        assert page.status == 200
    assert full.logged().count("open files") == 1
    await asyncio.gather(*(tab.close() for tab in crowd))
    await late.close()
    await late.join()
    assert await olga.expect("peer_joined")
