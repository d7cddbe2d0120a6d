"""People come, talk and go: the protocol as two, three and four browsers see it."""

import asyncio
import json

import pytest

from tests.signaling.world import HELLO, PLAIN, Caller, SignalingServer, introduce, make_pid


async def test_two_people_meet_talk_and_part(app: SignalingServer) -> None:
    scene = app.room(people=4)
    olga, guest = scene.caller(scene.olga), scene.caller(scene.guests[0])

    # Olga is first: the room is empty.
    joined = await olga.join()
    assert joined["peers"] == []
    assert joined["member"] == olga.membership
    assert joined["role"] == "owner"
    assert joined["room"] == {"slug": scene.slug, "name": "Rehearsal", "epoch": 0, "max_people": 4, **PLAIN}
    assert joined["ice"] == []

    # A guest joins: he gets Olga as a peer, she gets him, and the sequence numbers are consecutive.
    seen = await guest.join(hello='{"name":"Gast \\u2713"}')
    assert seen["peers"] == [{"pid": olga.pid, "member": olga.membership, "role": "owner", "hello": HELLO}]
    news = await olga.expect("peer_joined")
    assert news["peer"]["pid"] == guest.pid
    assert news["peer"]["role"] == "guest"
    assert json.loads(news["peer"]["hello"]) == {"name": "Gast ✓"}
    assert seen["seq"] == news["seq"] == joined["seq"] + 1

    # What one sends the other gets, to the letter, with the sender's id from the server.
    body = json.dumps({"description": {"type": "offer", "sdp": 'v=0\r\n"quoted" \\ ü 🎺 \u2028'}})
    await guest.relay(olga, body)
    assert await olga.expect("relay") == {"type": "relay", "from": guest.pid, "body": body}

    # The guest leaves: Olga learns it at once, his socket is closed normally, and no peer is left to relay to.
    await guest.send("leave")
    assert (await olga.expect("peer_left"))["pid"] == guest.pid
    assert await guest.close_code() == 1000
    await olga.relay(guest, "{}")
    assert await olga.expect("error") == {"type": "error", "code": "unknown_peer", "about": guest.pid}
    await olga.close()


async def test_a_lost_socket_frees_the_place(app: SignalingServer) -> None:
    scene = app.room()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)
    max_.socket.transport.abort()
    assert (await olga.expect("peer_left"))["pid"] == max_.pid
    await olga.close()


async def test_the_same_tab_comes_back_on_a_new_socket(app: SignalingServer) -> None:
    scene = app.room()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)
    again = scene.caller(scene.max, pid=max_.pid)
    joined = await again.join(hello='{"name":"Max, back"}')
    # The old socket ends, Olga sees a refreshed Max and never a Max who left; the order of arrival is kept.
    assert await max_.close_code() == 4010
    update = await olga.expect("peer_joined")
    hello = '{"name":"Max, back"}'
    assert update["peer"] == {"pid": max_.pid, "member": max_.membership, "role": "member", "hello": hello}
    assert update["seq"] == joined["seq"]
    assert [message["type"] for message in await olga.settled()] == []
    await olga.relay(again, "1")
    assert (await again.expect("relay"))["body"] == "1"
    await olga.close()
    await again.close()


async def test_no_one_takes_over_another_members_tab(app: SignalingServer) -> None:
    scene = app.room()
    olga = scene.caller(scene.olga)
    await olga.join()
    thief = await scene.caller(scene.max, pid=olga.pid).connect()
    await thief.send("join", v=1, pid=olga.pid, hello=HELLO)
    assert await thief.close_code() == 4000
    assert await olga.settled() == []
    await olga.close()


async def test_a_full_room_refuses_people_but_not_a_second_tab(app: SignalingServer) -> None:
    scene = app.room(people=2)
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)
    # A third person is refused.
    guest = await scene.caller(scene.guests[0]).connect()
    await guest.send("join", v=1, pid=guest.pid, hello=HELLO)
    assert await guest.close_code() == 4007
    # Max's other tab takes the place of his first.
    other_tab = scene.caller(scene.max)
    joined = await other_tab.join()
    assert [peer["pid"] for peer in joined["peers"]] == [olga.pid]
    assert await max_.close_code() == 4010
    left, came = await olga.expect("peer_left"), await olga.expect("peer_joined")
    assert (left["pid"], came["peer"]["pid"]) == (max_.pid, other_tab.pid)
    assert came["seq"] == left["seq"] + 1 == joined["seq"]
    await olga.close()
    await other_tab.close()


async def test_a_person_with_many_tabs_keeps_no_one_out(app: SignalingServer) -> None:
    scene = app.room(people=3)
    tabs = [scene.caller(scene.guests[0]) for _tab in range(3)]
    for tab in tabs:
        await tab.join()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await olga.join()
    assert await tabs[0].close_code() == 4010
    await max_.join()
    assert await tabs[1].close_code() == 4010
    # Three people with a tab each: now it is full.
    guest = await scene.caller(scene.guests[1]).connect()
    await guest.send("join", v=1, pid=guest.pid, hello=HELLO)
    assert await guest.close_code() == 4007
    for caller in (olga, max_, tabs[2]):
        await caller.close()


async def test_four_who_join_at_once_agree_on_the_order(app: SignalingServer) -> None:
    scene = app.room(people=4)
    callers = [scene.caller(person) for person in (scene.olga, scene.max, *scene.guests)]
    await asyncio.gather(*(caller.connect() for caller in callers))
    answers = await asyncio.gather(*(caller.join() for caller in callers))
    # Each pair is introduced exactly once: the later one gets the earlier in `peers`, the earlier gets `peer_joined`.
    by_arrival = sorted(zip(answers, callers, strict=True), key=lambda pair: pair[0]["seq"])
    for place, (answer, caller) in enumerate(by_arrival):
        assert [peer["pid"] for peer in answer["peers"]] == [other.pid for _, other in by_arrival[:place]]
        joined = [message for message in await caller.settled() if message["type"] == "peer_joined"]
        assert [message["peer"]["pid"] for message in joined] == [other.pid for _, other in by_arrival[place + 1 :]]
        assert [message["seq"] for message in joined] == [later["seq"] for later, _ in by_arrival[place + 1 :]]
    for caller in callers:
        await caller.close()


async def test_sync_tells_the_roster(app: SignalingServer) -> None:
    scene = app.room()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)
    await olga.send("sync")
    roster = await olga.expect("roster")
    assert [peer["pid"] for peer in roster["peers"]] == [max_.pid]
    await olga.close()
    await max_.close()


@pytest.mark.parametrize("person", ["stranger", "no session", "ended session", "unknown room"])
async def test_who_is_no_member_stays_out(app: SignalingServer, person: str) -> None:
    scene = app.room()
    session, slug, code = {
        "stranger": (scene.sam[0], scene.slug, 4003),
        "no session": ("", scene.slug, 4003),
        "ended session": ("a" * 32, scene.slug, 4001),
        "unknown room": (scene.olga[0], "no-such-room", 4004),
    }[person]
    caller = await Caller(app, slug, session, "", make_pid()).connect()
    await caller.send("join", v=1, pid=caller.pid, hello=HELLO)
    assert await caller.close_code() == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("room.closed_at = now; room.save()", 4005),
        ("room.expires_at = now - timedelta(seconds=1); room.save()", 4006),
        ("membership.removed_at = now; membership.save()", 4011),
        ("membership.expires_at = now - timedelta(seconds=1); membership.save()", 4017),
    ],
)
async def test_a_closed_door_says_why(app: SignalingServer, change: str, code: int) -> None:
    scene = app.room()
    app.run_python(
        "from datetime import timedelta\nfrom django.utils import timezone\nfrom rooms.models import Membership, Room\n"
        "now = timezone.now(); room = Room.objects.get(pk=id)\n"
        "membership = Membership.objects.get(pk=member)\n" + change,
        id=scene.id,
        member=scene.max[1],
    )
    max_ = await scene.caller(scene.max).connect()
    await max_.send("join", v=1, pid=max_.pid, hello=HELLO)
    assert await max_.close_code() == code


async def test_another_version_is_told_to_reload(app: SignalingServer) -> None:
    scene = app.room()
    olga = await scene.caller(scene.olga).connect()
    await olga.send("join", v=2, pid=olga.pid, hello=HELLO)
    assert await olga.close_code() == 4016
