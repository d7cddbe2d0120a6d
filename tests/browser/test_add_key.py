"""Adding a key to a room: a lost response or a second tab never leaves a room whose key no browser has."""

from playwright.sync_api import Page, Route, expect

from tests.app_server import AppServer
from tests.browser.meeting import Meet
from tests.browser.person import open_section

KEYLESS_ROOM = """
from accounts.models import User
from rooms.flows.rooms import create_room
result = create_room(User.objects.get(email="olga@example.org"), "Without a key").slug
"""


def create_link_on(page: Page) -> None:
    """Create an invite link once the page shows that the room has a key; only a browser that holds the key can."""
    expect(page.get_by_text("Room key on", exact=True)).to_be_visible()
    open_section(page, "links")
    page.get_by_role("button", name="Create invite link").click()
    expect(page.get_by_label("Invite link")).to_be_visible()


def test_a_lost_response_loses_no_key(app: AppServer, person: Meet) -> None:
    slug = app.run_python(KEYLESS_ROOM)
    olga = person("Olga")
    olga.sign_in()
    olga.go(f"/rooms/{slug}/")
    add_key = olga.page.get_by_role("button", name="Add a key")

    def lose_the_response(route: Route) -> None:
        assert route.fetch().status == 200
        route.abort()

    olga.page.route("**/key", lose_the_response, times=1)
    add_key.click()
    expect(add_key).to_be_enabled()
    add_key.click()
    create_link_on(olga.page)


def test_two_tabs_that_add_a_key_share_it(app: AppServer, person: Meet) -> None:
    slug = app.run_python(KEYLESS_ROOM)
    olga = person("Olga")
    olga.sign_in()
    olga.go(f"/rooms/{slug}/")
    second = olga.new_page()
    second.goto(olga.page.url)
    for page in (olga.page, second):
        page.get_by_role("button", name="Add a key").click()
        create_link_on(page)
