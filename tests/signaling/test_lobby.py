"""Knocking: who must wait, which hosts learn of it and answer, and what waiting guests do not get."""

from collections.abc import Iterator

import pytest

from tests.signaling.hosting import change_join_rule, knock, post
from tests.signaling.world import HELLO, SignalingServer, introduce


@pytest.fixture
def patient_app() -> Iterator[SignalingServer]:
    """A server with the rate limits of a real one."""
    app = SignalingServer(settings={"LIMIT_FACTOR": "1"})
    app.migrate()
    with app:
        yield app


async def test_a_guest_knocks_and_a_host_admits_them(app: SignalingServer) -> None:
    scene = app.room()
    await change_join_rule(scene, "knock")
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)  # a member joins without knocking

    # A guest who tries to join must knock; one who knocks waits and learns nothing about those inside.
    pushy = await scene.caller(scene.guests[0]).connect()
    await pushy.send("join", v=1, pid=pushy.pid, hello=HELLO)
    assert await pushy.close_code() == 4020
    guest = scene.caller(scene.guests[0])
    waiting = await knock(guest)
    assert (waiting["why"], waiting["hosts"]) == ("knock", True)
    assert waiting["room"]["join_rule"] == "knock"
    assert 1700 < waiting["left"] <= 1800
    assert set(waiting) == {"type", "why", "hosts", "left", "room"}

    # The host learns who it is, the member does not; the guest can neither reach a peer nor be reached.
    knocks = await olga.expect("knocks")
    assert knocks["peer"] == {"pid": guest.pid, "member": guest.membership, "role": "guest", "hello": HELLO}
    assert await max_.settled() == []
    await olga.relay(guest, "x")
    assert (await olga.expect("error"))["code"] == "unknown_peer"
    await guest.relay(olga, "x")
    await guest.send("sync")
    await guest.send("refresh")
    for about in ("relay", "sync", "refresh"):
        assert await guest.expect("error") == {"type": "error", "code": "not_joined", "about": about}
    await max_.send("sync")
    assert [peer["pid"] for peer in (await max_.expect("roster"))["peers"]] == [olga.pid]

    # A member is no host, whatever they send.
    await max_.send("admit", member=guest.membership, body="")
    assert await max_.expect("error") == {"type": "error", "code": "not_allowed", "about": "admit"}

    # The host admits them with a body; then the same socket joins, and so does every later one.
    await olga.send("admit", member=guest.membership, body='{"sealed":"…"}')
    assert await guest.expect("admitted") == {"type": "admitted", "from": olga.pid, "body": '{"sealed":"…"}'}
    assert (await olga.expect("knock_ended"))["member"] == guest.membership
    await guest.send("join", v=1, pid=guest.pid, hello=HELLO)
    joined = await guest.expect("joined")
    assert [peer["pid"] for peer in joined["peers"]] == [olga.pid, max_.pid]
    await guest.close()
    again = scene.caller(scene.guests[0])
    await again.join()
    for caller in (olga, max_, again):
        await caller.close()


async def test_a_host_denies_a_guest_and_another_gives_up(app: SignalingServer) -> None:
    scene = app.room()
    await change_join_rule(scene, "knock")
    olga, first, second = scene.caller(scene.olga), *(scene.caller(guest) for guest in scene.guests)
    await olga.join()
    await knock(first)
    await knock(second)
    await olga.expect("knocks")
    await olga.send("deny", member=first.membership)
    assert await first.close_code() == 4019
    assert (await olga.expect("knock_ended"))["member"] == first.membership
    await second.close()
    assert (await olga.expect("knock_ended"))["member"] == second.membership
    # An answer to a guest who has left does no harm.
    await olga.send("admit", member=second.membership, body="")
    assert [message["type"] for message in await olga.settled()] in ([], ["knocks"])
    await olga.close()


async def test_a_host_who_joins_later_learns_who_waits(app: SignalingServer) -> None:
    scene = app.room()
    await change_join_rule(scene, "knock")
    guest = scene.caller(scene.guests[0])
    assert (await knock(guest))["hosts"] is False
    olga = scene.caller(scene.olga)
    await olga.join()
    assert (await olga.expect("knocks"))["peer"]["pid"] == guest.pid
    assert (await guest.expect("waiting"))["hosts"] is True
    # The room is opened: nothing keeps the guest out any more.
    await change_join_rule(scene, "open")
    assert (await guest.expect("admitted"))["from"] == ""
    assert (await olga.expect("room"))["room"]["join_rule"] == "open"
    for caller in (olga, guest):
        await caller.close()


async def test_a_guest_who_needs_the_key_from_a_host_knocks_whatever_the_join_rule(app: SignalingServer) -> None:
    scene = app.room()
    await change_join_rule(scene, "knock")
    max_ = scene.caller(scene.max)
    assert (await knock(max_, lobby=True))["why"] == "knock"
    assert await max_.settled() == []
    olga = scene.caller(scene.olga)
    await olga.join()
    await olga.expect("knocks")
    for caller in (olga, max_):
        await caller.close()


async def test_no_one_new_joins_a_locked_room(app: SignalingServer) -> None:
    scene = app.room()
    olga, guest = scene.caller(scene.olga), scene.caller(scene.guests[0])
    await introduce(olga, guest)
    await change_join_rule(scene, "locked")
    assert (await guest.expect("room"))["room"]["join_rule"] == "locked"
    for stranger in (scene.caller(scene.max), scene.caller(scene.guests[1])):
        for kind, more in (("join", {}), ("knock", {"lobby": False})):
            await stranger.connect()
            await stranger.send(kind, v=1, pid=stranger.pid, hello=HELLO, **more)
            assert await stranger.close_code() == 4018
    away = await olga.expect("turned_away")
    assert (away["reason"], away["label"]) == ("locked", "")
    # A guest who was inside comes back, in the same tab or another; so does a host.
    guest.socket.transport.abort()
    back = scene.caller(scene.guests[0], pid=guest.pid)
    await back.join()
    await back.close()
    another_tab = scene.caller(scene.guests[0])
    await another_tab.join()
    olga_again = scene.caller(scene.olga)
    await olga_again.join()
    # It is unlocked and locked again: now the guest is outside.
    await another_tab.close()
    await change_join_rule(scene, "open")
    await change_join_rule(scene, "locked")
    late = await scene.caller(scene.guests[0]).connect()
    await late.send("join", v=1, pid=late.pid, hello=HELLO)
    assert await late.close_code() == 4018
    for caller in (olga, olga_again):
        await caller.close()


async def test_guests_and_members_wait_until_a_host_is_here(app: SignalingServer) -> None:
    scene = app.room()
    await change_join_rule(scene, "open", requires_host=True)
    max_, guest = scene.caller(scene.max), scene.caller(scene.guests[0])
    pushy = await scene.caller(scene.max).connect()
    await pushy.send("join", v=1, pid=pushy.pid, hello=HELLO)
    assert await pushy.close_code() == 4020
    for who in (max_, guest):
        waiting = await knock(who)
        assert (waiting["why"], waiting["hosts"], waiting["room"]["requires_host"]) == ("host", False, True)
    olga = scene.caller(scene.olga)
    await olga.join()
    for who in (max_, guest):
        assert (await who.expect("admitted"))["from"] == ""
        await who.send("join", v=1, pid=who.pid, hello=HELLO)
        await who.expect("joined")
    # They waited without knocking: the host learned of their joins only.
    assert {message["type"] for message in await olga.settled()} == {"peer_joined"}
    # The host leaves: those inside stay.
    await olga.close()
    for who in (max_, guest):
        await who.expect("peer_left")
        await who.close()


async def test_a_knock_ends_with_the_membership(app: SignalingServer) -> None:
    scene = app.room()
    await change_join_rule(scene, "knock")
    olga, guest = scene.caller(scene.olga), scene.caller(scene.guests[0])
    await olga.join()
    await knock(guest)
    await post(scene, "kick", {"member": guest.membership, "for_good": True})
    assert await guest.close_code() == 4011
    await olga.close()


async def test_a_second_tab_replaces_the_first_in_the_lobby(app: SignalingServer) -> None:
    scene = app.room()
    await change_join_rule(scene, "knock")
    first, second = scene.caller(scene.guests[0]), scene.caller(scene.guests[0])
    await knock(first)
    await knock(second)
    assert await first.close_code() == 4010
    assert await second.settled() == []
    await second.close()


async def test_a_guest_who_knocks_too_often_is_turned_away(patient_app: SignalingServer) -> None:
    scene = patient_app.room()
    await change_join_rule(scene, "knock")
    for _ in range(5):
        guest = scene.caller(scene.guests[0])
        await knock(guest)
        await guest.close()
    await guest.connect()
    await guest.send("knock", v=1, pid=guest.pid, hello=HELLO, lobby=False)
    assert await guest.close_code() == 4008


async def test_a_host_ends_the_meeting_for_everyone(app: SignalingServer) -> None:
    scene = app.room()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)
    assert await post(scene, "end", {}, person=scene.max) == 403
    assert await post(scene, "end", {}) == 200
    assert await max_.close_code() == await olga.close_code() == 4022
    # The room stays open.
    await max_.connect()
    await max_.join()
    await max_.close()


async def test_a_kicked_guest_may_come_back_and_has_to_knock(app: SignalingServer) -> None:
    scene = app.room()
    olga, guest = scene.caller(scene.olga), scene.caller(scene.guests[0])
    await introduce(olga, guest)
    await change_join_rule(scene, "knock")
    # Inside when the join rule changed: admitted, and so they may come back without knocking.
    guest.socket.transport.abort()
    back = scene.caller(scene.guests[0], pid=guest.pid)
    await back.join()
    assert await post(scene, "kick", {"member": guest.membership, "for_good": False}) == 200
    assert await back.close_code() == 4023
    left = await olga.expect("peer_left", final=True)
    assert left["pid"] == guest.pid
    again = scene.caller(scene.guests[0])
    assert (await knock(again))["why"] == "knock"
    assert await post(scene, "kick", {"member": olga.membership, "for_good": False}) == 409
    for caller in (olga, again):
        await caller.close()
