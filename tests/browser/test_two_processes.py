"""Two server processes over PostgreSQL and Redis: the owner on one, the guest on the other, and Redis goes away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer, make_account
from tests.browser.meeting import Meet
from tests.browser.person import PASSWORD
from tests.services import PostgresServer, RedisServer, free_port


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis that this test may end."""
    with RedisServer() as server:
        yield server


@pytest.fixture
def processes(postgres_server: PostgresServer, redis: RedisServer) -> Iterator[list[AppServer]]:
    """Two processes that share everything but their port."""
    ports = [free_port(), free_port()]
    settings = {
        "DATABASE_URL": postgres_server.create_database(),
        "REDIS_URL": redis.url,
        "SITE_ORIGINS": ",".join(f"http://localhost:{port}" for port in ports),
        "SECRET_KEY": "the same in both processes, as an operator would set it; long enough",
        "WEB_PROCESSES": "2",
    }
    first, second = (AppServer(port, settings) for port in ports)
    first.migrate()
    make_account(first, "olga@example.org", "Olga", PASSWORD)
    with first, second:
        yield [first, second]


def test_people_on_two_processes_meet_and_redis_may_go(
    person: Meet, processes: list[AppServer], redis: RedisServer
) -> None:
    first, second = processes
    olga, guest, sam = person("Olga", server=first), person("Guest", server=second), person("Sam", server=second)
    olga.sign_in()
    slug = olga.make_room()
    link = olga.make_link(lets_in="one person").replace(first.origin, second.origin)

    # Olga is on the first process, the guest on the second.
    olga.join(slug)
    guest.accept(link)
    guest.join()
    for who in (olga, guest):
        who.see_others(1)
        who.see_and_hear(1)

    # One use is one use, whichever process is asked.
    sam.follow(link)
    expect(sam.page.get_by_role("heading", name="This link is used up")).to_be_visible()

    # Redis goes and comes back empty: the call goes on, and afterwards both are still in one room.
    redis.kill()
    for who in (olga, guest):
        who.see_and_hear(1)
    redis.start()
    for process in processes:
        assert process.ready()
    guest.page.reload()
    guest.join()
    for who in (olga, guest):
        who.see_others(1, seconds=30)
        who.see_and_hear(1, seconds=30)

    # What is done on one process is seen by people on the other within two seconds.
    olga.page.get_by_role("button", name="Leave").click()
    expect(guest.page.locator("mp-tile[data-self='false']")).to_have_count(0, timeout=2000)
    olga.go(f"/rooms/{slug}/")
    olga.page.get_by_role("button", name="Close the room").click()
    expect(guest.page.get_by_role("heading", name="The room is closed")).to_be_visible(timeout=2000)
