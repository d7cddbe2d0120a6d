"""Two server processes that share one Redis: their members see no difference."""

import asyncio
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from tests.services import PostgresServer
from tests.signaling.hosting import change_join_rule, knock, post
from tests.signaling.pairs import Pair, shows, start_pair, watch
from tests.signaling.test_transfers import announce, listed
from tests.signaling.test_transfers import tab as transfer_tab
from tests.signaling.world import HELLO, PLAIN, Caller, introduce


@pytest.fixture(scope="module", params=["daphne on SQLite", "uvicorn on PostgreSQL"])
def pair(request: pytest.FixtureRequest, postgres_server: PostgresServer) -> Iterator[Pair]:
    """Two processes that stay up."""
    server, database = request.param.split(" on ")
    yield from start_pair(
        server, {"DATABASE_URL": postgres_server.create_database()} if database == "PostgreSQL" else {}
    )


async def test_two_people_on_two_processes_meet_talk_and_part(pair: Pair) -> None:
    _, olga, max_ = pair.meet()
    first = await olga.join()
    second = await max_.join(hello='{"name":"Max \\u00e9"}')
    assert [peer["pid"] for peer in second["peers"]] == [olga.pid]
    news = await olga.expect("peer_joined")
    assert news["peer"]["hello"] == '{"name":"Max \\u00e9"}'
    assert first["seq"] + 1 == second["seq"] == news["seq"]
    # A burst keeps its order on the way through the mailbox.
    for number in range(50):
        await olga.relay(max_, f"{number} ü\\n")
    assert [(await max_.expect("relay"))["body"] for _ in range(50)] == [f"{number} ü\\n" for number in range(50)]
    await max_.relay(olga, "answer")
    assert (await olga.expect("relay"))["from"] == max_.pid
    await max_.send("leave")
    assert (await olga.expect("peer_left"))["pid"] == max_.pid
    await olga.close()


async def test_a_dashboard_on_one_process_sees_and_answers_on_the_other(pair: Pair) -> None:
    scene, _, max_ = pair.meet()
    await change_join_rule(scene, "knock")
    page = await watch(pair.first, scene.olga)
    await max_.join()
    await shows(page, scene, 1)
    guest = scene.caller(scene.guests[0], app=pair.second)
    await knock(guest)
    assert (await page.expect("knocks_at", slug=scene.slug))["peer"]["pid"] == guest.pid
    await page.send("answer_knock", slug=scene.slug, member=guest.membership, admitted=True, body='"key"')
    assert await guest.expect("admitted") == {"type": "admitted", "from": "", "body": '"key"'}
    assert (await page.expect("knock_ended_at"))["member"] == guest.membership
    await max_.close()
    await shows(page, scene, 0)
    for caller in (guest, page):
        await caller.close()


async def test_a_tab_that_comes_back_on_the_other_process(pair: Pair) -> None:
    scene, olga, max_ = pair.meet()
    await introduce(olga, max_)
    again = scene.caller(scene.max, pid=max_.pid, app=pair.first)
    joined = await again.join()
    assert await max_.close_code() == 4010
    assert (await olga.expect("peer_joined"))["seq"] == joined["seq"]
    await olga.relay(again, "1")
    assert (await again.expect("relay"))["body"] == "1"
    assert all(message["type"] != "peer_left" for message in await olga.settled())
    await olga.close()
    await again.close()


async def test_a_person_with_many_tabs_keeps_no_one_out(pair: Pair) -> None:
    scene, olga, max_ = pair.meet(people=3)
    tabs = [scene.caller(scene.guests[0], app=app) for app in (pair.first, pair.second, pair.first)]
    for tab in tabs:
        await tab.join()
    await olga.join()
    assert await tabs[0].close_code() == 4010
    await max_.join()
    assert await tabs[1].close_code() == 4010
    guest = await scene.caller(scene.guests[1], app=pair.second).connect()
    await guest.send("join", v=1, pid=guest.pid, hello=HELLO)
    assert await guest.close_code() == 4007
    for caller in (olga, max_, tabs[2]):
        await caller.close()


async def test_a_full_room_is_full_on_both(pair: Pair) -> None:
    scene, olga, max_ = pair.meet(people=2)
    await introduce(olga, max_)
    guest = await scene.caller(scene.guests[0], app=pair.second).connect()
    await guest.send("join", v=1, pid=guest.pid, hello=HELLO)
    assert await guest.close_code() == 4007
    other_tab = scene.caller(scene.max, app=pair.first)
    await other_tab.join()
    assert await max_.close_code() == 4010
    assert (await olga.expect("peer_left"))["pid"] == max_.pid
    await olga.close()
    await other_tab.close()


async def test_four_who_join_at_once_agree_on_the_order(pair: Pair) -> None:
    scene = pair.first.room(people=4)
    people = (scene.olga, scene.max, *scene.guests)
    callers = [scene.caller(person, app=(pair.first, pair.second)[index % 2]) for index, person in enumerate(people)]
    await asyncio.gather(*(caller.connect() for caller in callers))
    answers = await asyncio.gather(*(caller.join() for caller in callers))
    by_arrival = sorted(zip(answers, callers, strict=True), key=lambda pair: pair[0]["seq"])
    assert len({answer["seq"] for answer in answers}) == 4
    for place, (answer, caller) in enumerate(by_arrival):
        listed = [peer["pid"] for peer in answer["peers"]]
        expected = [other.pid for _, other in by_arrival]
        # `peers` are those before it, `peer_joined` those after it: each pair is introduced exactly once.
        assert listed == expected[:place]
        later = [(await caller.expect("peer_joined"))["peer"]["pid"] for _ in expected[place + 1 :]]
        assert set(later) == set(expected[place + 1 :])
    for caller in callers:
        assert [message for message in await caller.settled() if message["type"] != "relay"] == []
    for caller in callers:
        await caller.close()


async def test_five_for_four_places_admits_exactly_four(pair: Pair) -> None:
    scene = pair.first.scenes(1, people=4, guests=8)[0]
    callers = [
        scene.caller(person, app=(pair.first, pair.second)[index % 2]) for index, person in enumerate(scene.guests)
    ]
    await asyncio.gather(*(caller.connect() for caller in callers))

    async def attempt(caller: Caller) -> int:
        try:
            await caller.join()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        return 0

    assert sorted(await asyncio.gather(*(attempt(caller) for caller in callers))) == [0] * 4 + [4007] * 4
    for caller in callers:
        await caller.close()


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("publish.close_membership(UUID(membership), CloseCode.REMOVED)", 4011),
        ("publish.close_room(room, CloseCode.ROOM_CLOSED)", 4005),
        ("publish.close_session(session, CloseCode.SIGNED_OUT)", 4001),
        ("publish.close_user(User.objects.get(email='max@example.org').pk, CloseCode.SUSPENDED)", 4013),
    ],
)
async def test_a_command_reaches_the_sockets_of_every_process(pair: Pair, call: str, code: int) -> None:
    scene, olga, max_ = pair.meet()
    await introduce(olga, max_)
    values = {"membership": max_.membership, "room": scene.id, "session": max_.session}
    command = asyncio.to_thread(
        pair.first.run_python,
        "from uuid import UUID\nfrom accounts.models import User\nfrom rooms.live import publish\n"
        f"from rooms.live.close_codes import CloseCode\n{call}",
        **values,
    )
    _, got = await asyncio.gather(command, max_.close_code())
    assert got == code
    if code != 4005:
        left = await olga.expect("peer_left")
        assert (left["pid"], left["final"]) == (max_.pid, True)
        await olga.close()


async def test_a_renamed_room_is_sent_to_everyone(pair: Pair) -> None:
    scene, olga, max_ = pair.meet()
    await introduce(olga, max_)
    code = (
        "from rooms.models import Room\nfrom rooms.live import publish\n"
        "Room.objects.filter(pk=room).update(name='Encore', max_people=5)\npublish.room_changed(room)"
    )
    await asyncio.to_thread(pair.first.run_python, code, room=scene.id)
    for caller in (olga, max_):
        assert (await caller.expect("room"))["room"] == {
            "slug": scene.slug,
            "name": "Encore",
            "epoch": 0,
            "max_people": 5,
            **PLAIN,
        }
        await caller.close()


async def test_head_counts_are_those_of_all_processes(pair: Pair) -> None:
    scene, olga, max_ = pair.meet()
    tab = scene.caller(scene.max, app=pair.first)
    await introduce(olga, max_, tab)
    code = "from rooms.live.occupancy import head_counts\nresult = list(head_counts([room, 0]).values())"
    assert await asyncio.to_thread(pair.second.run_python, code, room=scene.id) == [2, 0]
    for caller in (olga, max_, tab):
        await caller.close()


async def test_a_knock_is_seen_and_answered_on_another_process(pair: Pair) -> None:
    scene, olga, _ = pair.meet()
    await change_join_rule(scene, "knock")
    guest = scene.caller(scene.guests[0], app=pair.second)
    assert (await knock(guest))["hosts"] is False
    await olga.join()
    assert (await olga.expect("knocks"))["peer"]["pid"] == guest.pid
    assert (await guest.expect("waiting"))["hosts"] is True
    await olga.send("admit", member=guest.membership, body="key")
    assert await guest.expect("admitted") == {"type": "admitted", "from": olga.pid, "body": "key"}
    assert (await olga.expect("knock_ended"))["member"] == guest.membership
    assert [peer["pid"] for peer in (await guest.join())["peers"]] == [olga.pid]
    # Locked on one process, for guests on both: those inside may come back.
    await change_join_rule(scene, "locked")
    await guest.expect("room")
    guest.socket.transport.abort()
    back = scene.caller(scene.guests[0], pid=guest.pid, app=pair.first)
    await back.join()
    stranger = await scene.caller(scene.guests[1], app=pair.second).connect()
    await stranger.send("knock", v=1, pid=stranger.pid, hello=HELLO, lobby=False)
    assert await stranger.close_code() == 4018
    for caller in (olga, back):
        await caller.close()


async def test_guests_who_wait_for_a_host_are_admitted_when_one_joins_elsewhere(pair: Pair) -> None:
    scene, olga, max_ = pair.meet()
    await change_join_rule(scene, "open", requires_host=True)
    assert (await knock(max_))["why"] == "host"
    await olga.join()
    await max_.expect("admitted")
    await max_.join()
    # The meeting is ended on one process for those on both.
    assert await post(scene, "end", {}) == 200
    assert await max_.close_code() == await olga.close_code() == 4022


async def test_waiting_transfers_reach_pages_and_transfer_rooms_span_processes(pair: Pair) -> None:
    scene = pair.first.room()
    maxs = await watch(pair.second, scene.max)
    name = await announce(scene, scene.olga, scene.max)
    await listed(maxs, scene, [name])
    olga, max_ = transfer_tab(scene, scene.olga), transfer_tab(scene, scene.max, pair.second)
    await olga.join()
    assert [peer["pid"] for peer in (await max_.join())["peers"]] == [olga.pid]
    await olga.expect("peer_joined")
    await max_.relay(olga, "sealed")
    assert (await olga.expect("relay"))["from"] == max_.pid
    assert await post(scene, "kick", {"member": scene.max[1], "for_good": True}) == 200
    assert await max_.close_code() == 4011
    assert (await olga.expect("peer_left"))["final"] is True
    for page in (olga, maxs):
        await page.close()
