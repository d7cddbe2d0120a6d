"""What happens to calls when Redis or the database goes, and when many come at once: on this machine's own network."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.app_server import AppServer
from tests.browser.conftest import make_postgres_cast
from tests.browser.meeting import Meet, call_on_two, start_call
from tests.browser.person import PASSWORD, see_and_hear
from tests.browser.test_core import harness, open_world
from tests.lab.calls import longest_gap, watch
from tests.lab.figures import measure
from tests.services import PostgresServer, RedisServer, wait_until

__all__ = ["harness"]
LISTEN = """() => {
  globalThis.synced = false;
  meetingPoint.socket.addEventListener("roster", () => (globalThis.synced = true));
}"""


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL that a story may end."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def postgres_cast(postgres: PostgresServer) -> tuple[str, dict[str, list[str]]]:
    """The database that `processes` copy, under the PostgreSQL of the story."""
    return make_postgres_cast(postgres)


@pytest.mark.parametrize("seconds", [3, 60])
def test_redis_goes_and_comes_back(
    person: Meet, processes: list[AppServer], redis: RedisServer, seconds: float
) -> None:
    people = call_on_two(person, processes).people
    watch(*people)
    for who in people:
        who.page.evaluate(LISTEN)
    redis.kill()
    time.sleep(seconds)  # the fault itself
    redis.start()
    began = time.monotonic()
    for who in people:
        wait_until(lambda who=who: who.page.evaluate("synced"), 30, f"{who.name} has the roster again")  # type: ignore[misc]
    measure(f"F4 Redis away for {seconds} s: everyone's roster right", time.monotonic() - began, 10)
    for who in people:
        who.see_others(1)
    see_and_hear(people, 1)
    measure(f"F4 Redis away for {seconds} s: longest gap between frames", max(map(longest_gap, people)), 0.5)


@pytest.mark.parametrize("seconds", [0, 60])
def test_the_database_goes_and_comes_back(
    person: Meet, processes: list[AppServer], postgres: PostgresServer, seconds: float
) -> None:
    call = call_on_two(person, processes)
    people = call.people
    watch(*people)
    postgres.kill()
    time.sleep(seconds)  # the fault itself, and what follows takes a while, too
    stranger = person("Sam", server=processes[0])
    stranger.go("/accounts/login/")
    stranger.page.get_by_label("Email address").fill(stranger.address)
    stranger.page.get_by_label("Password").fill(PASSWORD)
    with stranger.page.expect_response("**/accounts/login/**") as answer:
        stranger.page.get_by_role("button", name="Sign in", exact=True).click()
    assert answer.value.status == 503
    expect(stranger.page.get_by_role("heading", name="We'll be right back")).to_be_visible()
    see_and_hear(people, 1)
    for who in people:
        who.see_others(1)
    postgres.start()
    began = time.monotonic()
    page = people[0].new_page()
    for server in processes:
        page.goto(f"{server.origin}/rooms/{call.slug}/")
        expect(page.get_by_role("heading", name="Invite people")).to_be_visible()
    measure(f"F5 the database was away for {seconds} s and more: pages back", time.monotonic() - began, 5)
    see_and_hear(people, 1)
    measure(
        f"F5 the database was away for {seconds} s and more: longest gap between frames",
        max(map(longest_gap, people)),
        0.5,
    )


def test_ten_reloads(person: Meet) -> None:
    call = start_call(person, "Guest")
    for _ in range(10):
        call.guests[0].page.reload()
        call.guests[0].join()
    began = time.monotonic()
    call.olga.see_others(1, seconds=30)
    measure("F9 reloaded ten times: one tile, and it is connected", time.monotonic() - began, 10)


def test_both_offer_at_once_a_thousand_times(chromium: Browser, harness: str) -> None:
    connected = 0
    for _ in range(20):
        page = open_world(chromium, harness)
        connected += page.evaluate("world.glare(50)")["rounds"]
        page.context.close()
    measure("F16 both offer at once, 1000 times: not connected", 1000 - connected, 0, "of")


def test_eight_come_within_fifty_milliseconds(chromium: Browser, harness: str) -> None:
    page = open_world(chromium, harness)
    began = time.monotonic()
    seen = page.evaluate("world.crowd(8, 50)")
    measure("F16 eight within 50 ms: everyone with everyone", time.monotonic() - began, 10)
    assert seen["connections"] == 28
