"""No one keeps others out by opening sockets, joining over and over or asking for credentials."""

import asyncio
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from common import ratelimit
from rooms.live.close_codes import CloseCode
from rooms.signaling.limits import MAX_SOCKETS_FROM
from tests.signaling.world import Scene, SignalingServer, make_pid


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    server = SignalingServer(request.param, settings={"LIMIT_FACTOR": "1", "TRUSTED_PROXIES": "1"})
    server.migrate()
    with server:
        yield server.room()


def through_proxy(scene: Scene, person: tuple[str, str], address: str) -> dict[str, object]:
    """Return the headers of a person behind a proxy that forwards this address."""
    cookie = f"meetingpoint_session={person[0]}"
    return {"additional_headers": {"Cookie": cookie, "X-Forwarded-For": address}}


async def test_a_membership_that_joins_over_and_over_waits_and_others_do_not(scene: Scene) -> None:
    joined, code, attempts = 0, 0, 0
    while not code and attempts < 100:
        attempts += 1
        tab = scene.caller(scene.max)
        await tab.connect(**through_proxy(scene, scene.max, "192.0.2.1"))
        await tab.send("join", v=1, pid=make_pid(), hello="{}")
        message = asyncio.ensure_future(tab.receive())
        await asyncio.wait({message})
        if message.exception() is None:
            joined += 1
            await tab.close()
        else:
            code = await tab.close_code()
    assert code == CloseCode.JOIN_TIMEOUT  # the browser tries again, after a while
    assert ratelimit.JOIN.burst <= joined <= ratelimit.JOIN.burst + 30
    olga = scene.caller(scene.olga)
    await olga.connect(**through_proxy(scene, scene.olga, "192.0.2.1"))
    await olga.join()
    for _time in range(ratelimit.TURN.burst):
        await olga.send("refresh")
    assert [message["type"] for message in await olga.settled()] == ["ice"] * ratelimit.TURN.burst
    await olga.send("refresh")
    assert await olga.expect("error") == {"type": "error", "code": "slow_down", "about": ""}
    await olga.close()


async def test_a_network_with_many_sockets_gets_no_more_and_others_do(scene: Scene) -> None:
    tabs, refused = [], 0
    for _tab in range(MAX_SOCKETS_FROM + 5):
        tab = scene.caller(scene.sam)
        try:
            await tab.connect(**through_proxy(scene, scene.sam, "192.0.2.3"))
            tabs.append(tab)
        except InvalidStatus as answer:
            refused += answer.response.status_code == 403
    assert refused >= 5
    assert ratelimit.SOCKET_FROM.burst <= len(tabs) <= MAX_SOCKETS_FROM
    olga = scene.caller(scene.olga)
    await olga.connect(**through_proxy(scene, scene.olga, "192.0.2.4"))
    await olga.join()
    await olga.close()
    for tab in tabs:
        await tab.close()
