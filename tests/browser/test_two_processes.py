"""Two server processes over PostgreSQL and Redis: the owner on one, the guest on the other, and Redis goes away."""

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.browser.meeting import Meet, call_on_two
from tests.browser.person import see_and_hear
from tests.services import RedisServer


# The servers' part is in tests/signaling/test_several_processes.py, and calls across two processes in other stories.
@pytest.mark.long
def test_people_on_two_processes_meet_and_redis_may_go(
    person: Meet, processes: list[AppServer], redis: RedisServer
) -> None:
    call = call_on_two(person, processes)
    olga, guest, sam = call.olga, call.guests[0], person("Sam", server=processes[1])

    # One use is one use, whichever process is asked.
    sam.follow(call.link)
    expect(sam.page.get_by_role("heading", name="This link has already been used")).to_be_visible()

    # Redis goes and comes back empty: the call goes on, and afterwards both are still in one room.
    redis.kill()
    see_and_hear((olga, guest), 1)
    redis.start()
    for process in processes:
        assert process.ready()
    guest.page.reload()
    guest.join()
    for who in (olga, guest):
        who.see_others(1, seconds=30)
    see_and_hear((olga, guest), 1, seconds=30)

    # What is done on one process is seen by people on the other within two seconds.
    olga.page.get_by_role("button", name="Leave").click()
    expect(guest.page.locator("mp-tile[data-self='false']")).to_have_count(0, timeout=2000)
    olga.go(f"/rooms/{call.slug}/")
    olga.open_section("end")
    olga.page.get_by_role("button", name="Close room").click()
    expect(guest.page.get_by_role("heading", name="The room is closed")).to_be_visible(timeout=2000)
