"""Locking a room: whatever happens to the answer, the room never has a key that nobody holds."""

from playwright.sync_api import Page, Route, expect

from tests.app_server import AppServer
from tests.browser.meeting import Meet

KEYLESS_ROOM = """
from accounts.models import User
from rooms.flows.rooms import create_room
result = create_room(User.objects.get(email="olga@example.org"), "Without a key").slug
"""


def make_a_link(page: Page) -> None:
    """Create an invite link once the page knows that the room is locked; only a browser that holds the key can."""
    expect(page.get_by_text("Room key on", exact=True)).to_be_visible()
    page.get_by_role("button", name="Create invite link").click()
    expect(page.get_by_text("Copy this link now.")).to_be_visible()


def test_a_lost_answer_costs_no_key(app: AppServer, person: Meet) -> None:
    slug = app.run_python(KEYLESS_ROOM)
    olga = person("Olga")
    olga.sign_in()
    olga.go(f"/rooms/{slug}/")
    lock = olga.page.get_by_role("button", name="Add a key")

    def lose_the_answer(route: Route) -> None:
        assert route.fetch().status == 200
        route.abort()

    olga.page.route("**/key", lose_the_answer, times=1)
    lock.click()
    expect(lock).to_be_enabled()
    lock.click()
    make_a_link(olga.page)


def test_two_tabs_that_lock_a_room_share_the_key(app: AppServer, person: Meet) -> None:
    slug = app.run_python(KEYLESS_ROOM)
    olga = person("Olga")
    olga.sign_in()
    olga.go(f"/rooms/{slug}/")
    second = olga.new_page()
    second.goto(olga.page.url)
    for page in (olga.page, second):
        page.get_by_role("button", name="Add a key").click()
        make_a_link(page)
