"""Waiting transfers on sockets: whose pages learn of them, and who may be in a transfer room."""

import asyncio
import secrets
from typing import Any

from tests.signaling.hosting import change_join_rule, post
from tests.signaling.test_watchers import in_list, seen, watch
from tests.signaling.world import Caller, Scene, SignalingServer, make_pid


def tab(scene: Scene, person: tuple[str, str], app: SignalingServer | None = None) -> Caller:
    """Return a page of a person that takes part in the transfer room, not connected yet."""
    return Caller(app or scene.app, f"{scene.slug}/transfers", person[0], person[1], make_pid())


async def announce(scene: Scene, sender: tuple[str, str], receiver: tuple[str, str]) -> str:
    name = secrets.token_urlsafe(16)
    body = {"id": name, "receiver": receiver[1]}
    while (status := await post(scene, "transfers", body, sender)) == 400:  # not canonical: its last bits are not zero
        body["id"] = name = secrets.token_urlsafe(16)
    assert status == 201
    return name


async def listed(page: Caller, scene: Scene, names: list[str]) -> list[dict[str, Any]]:
    """Wait until a dashboard has learned that exactly these wait."""
    while True:
        found: list[dict[str, Any]] = in_list(await page.expect("watching"), scene)["transfers"]
        if [row["id"] for row in found] == names:
            return found


async def test_both_sides_learn_it_and_no_one_else(app: SignalingServer) -> None:
    scene = app.room()
    olgas, _ = await watch(app, scene.olga)
    maxs, first = await watch(app, scene.max)
    assert in_list(first, scene)["transfers"] == []
    guest = scene.caller(scene.guests[0])
    await guest.join()
    assert [message["type"] for message in await guest.settled()] == []

    name = await announce(scene, scene.olga, scene.max)
    rows = [await listed(page, scene, [name]) for page in (olgas, maxs)]
    assert rows[0] == rows[1]
    assert (rows[0][0]["sender"], rows[0][0]["receiver"]) == (scene.olga[1], scene.max[1])
    # In the call: at the join, and when it changes.
    caller = scene.caller(scene.max)
    await caller.join()
    assert (await caller.expect("waiting_transfers"))["transfers"] == rows[0]
    second = await announce(scene, scene.guests[0], scene.max)
    assert [row["id"] for row in (await caller.expect("waiting_transfers"))["transfers"]] == [name, second]
    assert [row["id"] for row in (await guest.expect("waiting_transfers"))["transfers"]] == [second]
    await listed(maxs, scene, [name, second])
    assert await post(scene, "transfers/remove", {"id": name}, scene.max) == 200
    await listed(olgas, scene, [])
    assert [row["id"] for row in (await caller.expect("waiting_transfers"))["transfers"]] == [second]
    # Max is removed: nothing waits for him any more.
    assert await post(scene, "kick", {"member": scene.max[1], "for_good": True}) == 200
    assert (await guest.expect("waiting_transfers"))["transfers"] == []
    for page in (olgas, maxs, guest):
        await page.close()


async def test_a_transfer_room_is_beside_the_call(app: SignalingServer) -> None:
    scene = app.room(people=2)
    dashboard, _ = await watch(app, scene.olga)
    olga, max_ = tab(scene, scene.olga), tab(scene, scene.max)
    assert (await olga.join())["peers"] == []
    assert [peer["pid"] for peer in (await max_.join())["peers"]] == [olga.pid]
    await olga.expect("peer_joined")
    await olga.relay(max_, "sealed")
    assert (await max_.expect("relay"))["from"] == olga.pid
    # The call is empty, has all of its places, and cannot reach the transfer room.
    caller, guest = scene.caller(scene.olga), scene.caller(scene.guests[0])
    assert (await caller.join())["peers"] == []
    await guest.join()
    assert (await seen(dashboard, scene, 2))["inside"] == 2
    await guest.relay(max_, "who are you?")
    assert (await guest.expect("error"))["code"] == "unknown_peer"
    assert await olga.settled() == []
    # Nothing of the lobby works here, and the room was not used by it.
    await max_.send("admit", member=scene.guests[0][1], body="x")
    assert await max_.expect("error") == {"type": "error", "code": "not_allowed", "about": "admit"}
    knocker = await tab(scene, scene.guests[1]).connect()
    await knocker.send("knock", v=1, pid=knocker.pid, hello="{}", lobby=False)
    assert (await knocker.expect("error"))["code"] == "not_allowed"
    # The end of a meeting is none of a transfer room; the end of a membership is.
    assert await post(scene, "end", {}) == 200
    assert await caller.close_code() == 4022
    assert [message["type"] for message in await max_.settled()] == []
    assert await post(scene, "kick", {"member": scene.max[1], "for_good": True}) == 200
    assert await max_.close_code() == 4011
    assert (await olga.expect("peer_left", pid=max_.pid))["final"] is True
    for page in (dashboard, olga, knocker):
        await page.close()


async def test_who_may_not_enter_the_call_at_once_may_not_be_there(app: SignalingServer) -> None:
    scene = app.room()
    for person, code in ((scene.sam, 4003), (("", ""), 4003), (("x" * 32, ""), 4001)):
        stranger = await tab(scene, person).connect()
        await stranger.send("join", v=1, pid=stranger.pid, hello='"x"')
        assert await stranger.close_code() == code
    olga, max_, guest = (tab(scene, person) for person in (scene.olga, scene.max, scene.guests[0]))
    for page in (olga, max_, guest):
        await page.join()
    await change_join_rule(scene, "knock")
    assert await guest.close_code() == 4020
    again = await tab(scene, scene.guests[0]).connect()
    await again.send("join", v=1, pid=again.pid, hello='"x"')
    assert await again.close_code() == 4020
    await change_join_rule(scene, "open", requires_host=True)
    assert await max_.close_code() == 4020
    host = scene.caller(scene.olga)
    await host.join()
    max_ = tab(scene, scene.max)
    await max_.join()
    await change_join_rule(scene, "locked")
    assert await max_.close_code() == 4018
    assert [message["type"] for message in await olga.settled() if message["type"] == "room"] != []
    await post(scene, "close", {})
    await asyncio.gather(olga.close(), host.close())
