"""What `/metrics` counts during a story, who may read it, and that it names no one."""

import asyncio
from collections.abc import Iterator
from functools import partial

import pytest
from websockets.exceptions import InvalidStatus

from tests.operations.asking import ask, metrics
from tests.services import wait_until
from tests.signaling.world import SignalingServer, introduce

TOKEN = "mK3vQx8ZtR5wYb2NcD7fGh4JkLp9Ss6T"


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def app(request: pytest.FixtureRequest) -> Iterator[SignalingServer]:
    app = SignalingServer(request.param, settings={"METRICS_TOKEN": TOKEN, "SITE_ORIGINS": "https://meet.example.org"})
    app.migrate()
    with app:
        yield app


async def test_a_story_is_counted(app: SignalingServer) -> None:
    scene = app.room(people=2, guests=1)
    before = await asyncio.to_thread(metrics, app)

    def has_changed(name: str, by: float) -> bool:
        return metrics(app).get(name, 0) - before.get(name, 0) == by

    cast = (scene.olga, scene.max, scene.sam, scene.guests[0])
    olga, max_, sam, guest = (scene.caller(person) for person in cast)
    for who in (olga, max_, sam, guest):
        headers = {"Cookie": f"__Host-meetingpoint_session={who.session}"}
        await who.connect(origin="https://meet.example.org", additional_headers=headers)
    await introduce(olga, max_)
    await olga.relay(max_, '"hello"')
    await max_.expect("relay")
    await olga.send("relay", to="no-such-peer", body='"x"')
    await olga.expect("error")
    for refused, code in ((sam, 4003), (guest, 4007)):
        await refused.send("join", v=1, pid=refused.pid, hello="{}")
        assert await refused.close_code() == code
    now = await asyncio.to_thread(metrics, app)
    assert now["meetingpoint_sockets{kind=call}"] == 2
    assert now["meetingpoint_live_rooms"] == 1
    assert now["meetingpoint_live_members"] == 2
    for name, more in {
        "meetingpoint_joins_total{code=joined}": 2,
        "meetingpoint_joins_total{code=not_member}": 1,
        "meetingpoint_joins_total{code=room_full}": 1,
        "meetingpoint_join_seconds_count": 4,
        "meetingpoint_relayed_messages_total": 1,
        "meetingpoint_relayed_characters_total": 11,
        "meetingpoint_message_errors_total{code=unknown_peer}": 1,
        "meetingpoint_socket_closes_total{code=not_member}": 1,
        "meetingpoint_security_events_total{event=socket.refused}": 1,
    }.items():
        assert now.get(name, 0) - before.get(name, 0) == more, name
    await olga.send("leave", paths={"direct": 2, "relay_udp": 1})
    assert await olga.close_code() == 1000
    await max_.close()
    for name, more in {
        "meetingpoint_ice_outcomes_total{outcome=direct}": 2,
        "meetingpoint_ice_outcomes_total{outcome=relay_udp}": 1,
        "meetingpoint_socket_closes_total{code=normal}": 1,
        "meetingpoint_socket_closes_total{code=gone}": 1,
    }.items():
        await asyncio.to_thread(wait_until, partial(has_changed, name, more), 10, name)
    await asyncio.to_thread(
        wait_until, lambda: metrics(app)["meetingpoint_event_loop_lag_seconds_count"] > 0, 10, "a sample of the loop"
    )
    text = (await asyncio.to_thread(ask, app, "/metrics"))[1]
    people = [scene.slug, scene.olga[1], scene.max[1], scene.olga[0], "Olga", "example.org", "127.0.0.1"]
    assert [word for word in people if word in text] == []


async def test_a_page_and_a_refused_socket_are_counted(app: SignalingServer) -> None:
    scene = app.room(people=1, guests=0)
    with pytest.raises(InvalidStatus):
        await scene.caller(scene.olga).connect(origin="https://other.example")
    await asyncio.to_thread(pages_are_counted, app)


def pages_are_counted(app: SignalingServer) -> None:
    """Ask for a page, once with a name that is not the site's."""
    before = metrics(app)
    assert ask(app, "/how-it-works", Host="meet.example.org")[0] == 200
    assert ask(app, "/how-it-works", Host="other.example")[0] == 400
    now = metrics(app)
    for name in ("meetingpoint_http_requests_total{status=200}", "meetingpoint_http_requests_total{status=400}"):
        assert now[name] - before.get(name, 0) == 1
    assert now["meetingpoint_handshakes_refused_total{reason=origin}"] >= 1
    assert now["meetingpoint_ready"] == 1
    assert now["process_open_fds"] > 3


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "for=203.0.113.7"},
        {"Via": "1.1 proxy"},
        {"X-Real-IP": "127.0.0.1"},
        {"Host": "meet.example.org"},
        {"Host": "127.0.0.1.example.org"},
        {"Host": "[::1"},
        {"Host": "meet.example.org", "Authorization": "Bearer "},
        {"Host": "meet.example.org", "Authorization": f"Bearer {TOKEN}x"},
        {"Host": "meet.example.org", "Authorization": f"Basic {TOKEN}"},
    ],
    ids=str,
)
def test_who_comes_through_a_proxy_needs_the_token(app: SignalingServer, headers: dict[str, str]) -> None:
    status, text = ask(app, "/metrics", **headers)
    assert (status, "meetingpoint_" in text) == (404, False)


def test_with_the_token_it_is_read_from_anywhere(app: SignalingServer) -> None:
    status, text = ask(
        app, "/metrics", Host="meet.example.org", X_Forwarded_For="203.0.113.7", Authorization=f"Bearer {TOKEN}"
    )
    assert (status, "meetingpoint_sockets" in text) == (200, True)


def test_the_three_addresses_answer_any_host_and_only_to_questions(app: SignalingServer) -> None:
    assert ask(app, "/healthz", Host="127.0.0.1") == (200, "ok\n")
    assert ask(app, "/readyz", Host="10.0.0.7:8000")[0] == 200
    assert ask(app, "/healthz", method="HEAD") == (200, "")
    for path in ("/healthz", "/readyz", "/metrics"):
        assert ask(app, path, method="POST")[0] == 405
