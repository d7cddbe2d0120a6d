"""A system that allows a process few files by default is no limit for the people who want to meet."""

import asyncio

from tests.signaling.world import SignalingServer

FEW = 150  # enough for the start; the two hundred sockets below need more


class Frugal(SignalingServer):
    """A server whose shell allows it few files, as most do; the system allows more."""

    def command(self) -> list[str]:
        return ["prlimit", f"--nofile={FEW}:4096", *super().command()]


async def test_a_low_soft_limit_of_files_is_raised() -> None:
    server = Frugal("uvicorn")
    server.migrate()
    with server as app:
        scene = app.room()
        tabs = [scene.caller(scene.olga) for _ in range(200)]
        await asyncio.gather(*(tab.connect() for tab in tabs))
        await tabs[-1].join()
        await asyncio.gather(*(tab.close() for tab in tabs))
