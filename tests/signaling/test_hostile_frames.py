"""Frames that no client should send: each gets an error or a close code, and other sockets are not affected."""

import asyncio
import contextlib
import json
import time

import pytest
from websockets.exceptions import ConnectionClosed

from tests.signaling.world import HELLO, SignalingServer, introduce, make_pid

NO_MESSAGES = [
    "",
    "null",
    "[]",
    '"join"',
    "{",
    '{"type":"join"',
    "{}",
    '{"type":"unknown"}',
    '{"type":"joined","pid":"x"}',
    '{"type":1}',
    '{"type":"signaling.mail","items":[]}',
    '{"type":"websocket.disconnect"}',
    '{"type":"ping"}',
    '{"type":"ping","n":-1}',
    '{"type":"ping","n":1e400}',
    '{"type":"ping","n":"1"}',
    '{"type":"ping","n":9007199254740993}',
    '{"type":"sync","extra":1}',
    '{"type":"leave","pid":"x"}',
    '{"type":"relay","to":"x"}',
    '{"type":"relay","to":"x","body":{"sdp":"v=0"}}',
    '{"type":"relay","to":"x","body":null}',
    '{"type":"relay","to":"' + "x" * 23 + '","body":"1"}',
    '{"type":"relay","to":"x","body":"\\q"}',
    '{"type":"relay","to":"x","body":"\\ud800"}',
    '{"type":"relay","to":"x","body":"a\u0000b"}',
    '{"type":"join","v":1,"pid":"short","hello":"{}"}',
    '{"type":"join","v":1,"pid":"' + "é" * 22 + '","hello":"{}"}',
    '{"type":"join","v":1,"pid":"' + "a" * 22 + '","hello":{}}',
    '{"type":"join","v":1,"pid":"' + "a" * 22 + '","hello":"' + "x" * 4097 + '"}',
    '{"type":"join","v":1.5,"pid":"' + "a" * 22 + '","hello":"{}"}',
    "[" * 5000,
    '{"type":' * 3000,
]


@pytest.mark.parametrize("frame", NO_MESSAGES, ids=lambda frame: frame[:40])
async def test_what_is_no_message_is_refused(app: SignalingServer, frame: str) -> None:
    scene = app.shared_room()
    max_ = scene.caller(scene.max)
    await max_.join()
    await max_.socket.send(frame)
    assert await max_.receive() == {"type": "error", "code": "bad_message", "about": ""}
    await max_.close()


async def test_a_binary_frame_is_refused(app: SignalingServer) -> None:
    max_ = await app.shared_room().caller(app.shared_room().max).connect()
    await max_.socket.send(b"\x00\xff")
    assert (await max_.receive())["code"] == "bad_message"
    await max_.close()


async def test_messages_out_of_turn_are_refused(app: SignalingServer) -> None:
    scene = app.shared_room()
    max_ = await scene.caller(scene.max).connect()
    for kind, fields in (("relay", {"to": make_pid(), "body": "1"}), ("sync", {}), ("leave", {})):
        await max_.send(kind, **fields)
        assert await max_.receive() == {"type": "error", "code": "not_joined", "about": kind}
    await max_.join()
    await max_.send("join", v=1, pid=make_pid(), hello=HELLO)
    assert await max_.receive() == {"type": "error", "code": "already_joined", "about": "join"}
    await max_.close()


async def test_a_relay_does_not_leave_the_room(app: SignalingServer) -> None:
    here, there = app.scenes(2)
    olga, max_ = here.caller(here.olga), there.caller(there.max)
    await introduce(olga)
    await introduce(max_)
    await max_.relay(olga, "1")
    assert await max_.receive() == {"type": "error", "code": "unknown_peer", "about": olga.pid}
    assert await olga.settled() == []
    await olga.close()
    await max_.close()


async def test_a_body_over_the_limit_is_not_relayed(app: SignalingServer) -> None:
    scene = app.room()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)
    await max_.relay(olga, "x" * 60_000)
    assert len((await olga.expect("relay"))["body"]) == 60_000
    await max_.relay(olga, "x" * 60_001)
    assert await max_.receive() == {"type": "error", "code": "too_large", "about": olga.pid}
    await olga.close()
    await max_.close()


@pytest.mark.parametrize("size", [65_537, 1_000_000])
async def test_a_frame_over_the_limit_ends_the_socket(app: SignalingServer, size: int) -> None:
    scene = app.shared_room()
    max_ = scene.caller(scene.max)
    await max_.join()
    # The server itself refuses it (1009, RFC 6455 §7.4.1) before the application sees it; some cut the connection,
    # and may do so before the whole frame is sent.
    with contextlib.suppress(ConnectionClosed):
        await max_.socket.send(" " * size)
    assert await max_.close_code() in (1009, 4009, 1006)


async def test_twenty_bad_messages_end_the_socket(app: SignalingServer) -> None:
    scene = app.shared_room()
    max_ = await scene.caller(scene.max).connect()
    for _ in range(20):
        await max_.socket.send("no message")
    assert await max_.close_code() == 4000
    assert len(max_.unread) == 19


async def test_ten_thousand_malformed_frames_leave_an_honest_pair_working(app: SignalingServer) -> None:
    scene = app.room()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)

    ended = 0

    async def attack() -> None:
        nonlocal ended
        for index in range(10_000 // 20):
            attacker = await scene.caller(scene.guests[0]).connect()
            for number in range(20):
                await attacker.socket.send(NO_MESSAGES[(index + number) % len(NO_MESSAGES)][:200])
            # 1006: on a busy machine the attacker has not read its close frame when the server hangs up.
            assert await attacker.close_code() in (4000, 1006)
            ended += 1

    attacking = asyncio.ensure_future(attack())
    waits = []
    while not attacking.done():
        before = ended
        await max_.relay(olga, '"ping"')
        await olga.expect("relay")
        waits.append(ended - before)
        await asyncio.wait([attacking], timeout=0.05)
    await attacking
    # No message of the two has waited for more than a few of the attacks.
    assert max(waits) <= 5, waits
    assert await olga.settled() == []
    await olga.close()
    await max_.close()


async def test_sending_too_fast_is_answered_with_a_warning_first(app: SignalingServer) -> None:
    scene = app.shared_room()
    max_ = await scene.caller(scene.max).connect()
    for number in range(300):
        await max_.send("ping", n=number)
    assert await max_.expect("error") == {"type": "error", "code": "slow_down", "about": ""}
    # Messages are taken again as soon as there are tokens: this ping is repeated until it is answered.
    answered = asyncio.ensure_future(max_.expect("pong", n=1000))
    while not answered.done():
        await max_.send("ping", n=1000)
        await asyncio.wait([answered], timeout=0.1)
    await max_.close()


async def test_a_flood_ends_with_its_socket_alone(app: SignalingServer) -> None:
    scene = app.room()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)
    before = app.resident_kb()
    frame = json.dumps({"type": "relay", "to": make_pid(), "body": "x" * 1000})

    async def flood() -> int:
        flooder = scene.caller(scene.guests[0])
        await flooder.connect()

        async def pour() -> None:
            try:
                while True:
                    await flooder.socket.send(frame)
                    await asyncio.sleep(0)  # let this client read its close frame too
            except ConnectionClosed:
                return

        pouring = asyncio.ensure_future(pour())
        code = await flooder.close_code()
        await pouring
        return code

    # One that listens between its floods learns why it was closed.
    listener = await scene.caller(scene.guests[0]).connect()
    closing = asyncio.ensure_future(listener.close_code())
    while not closing.done():
        with contextlib.suppress(ConnectionClosed):
            for _number in range(100):
                await listener.socket.send(frame)
        await asyncio.wait([closing], timeout=0.1)
    assert await closing == 4008
    # 1006: on a busy machine a flooder has not read its close frame two seconds later, when the server hangs up.
    codes = await asyncio.gather(*(flood() for _ in range(10)))
    assert set(codes) <= {4008, 1006}
    await max_.relay(olga, "1")
    assert (await olga.expect("relay"))["body"] == "1"
    assert app.resident_kb() - before < 100_000
    await olga.close()
    await max_.close()


async def test_a_peer_that_reads_nothing_is_dropped(app: SignalingServer) -> None:
    scene = app.room()
    olga, senders = scene.caller(scene.olga), [scene.caller(person) for person in (scene.max, *scene.guests)]
    await introduce(olga, *senders)
    before = app.resident_kb()
    olga.socket.transport.pause_reading()
    started = time.monotonic()
    body = "x" * 59_000

    async def send_until_she_is_gone(sender: object) -> None:
        async def talk() -> None:
            while True:
                await sender.relay(olga, body)  # type: ignore[attr-defined]
                await asyncio.sleep(0.03)  # the rate that the token bucket allows

        talking = asyncio.ensure_future(talk())
        await asyncio.wait_for(sender.expect("peer_left", pid=olga.pid), 15)  # type: ignore[attr-defined]
        talking.cancel()

    await asyncio.gather(*(send_until_she_is_gone(sender) for sender in senders))
    assert time.monotonic() - started < 15
    assert app.resident_kb() - before < 20_000
    # The others go on as if nothing had been.
    first, second = senders[:2]
    await first.relay(second, "still here")
    assert (await second.expect("relay", body="still here"))["from"] == first.pid
    # A client that resumes reading later finds a closed socket.
    olga.socket.transport.resume_reading()
    assert await olga.close_code() in (4014, 1006)
    for sender in senders:
        await sender.close()
