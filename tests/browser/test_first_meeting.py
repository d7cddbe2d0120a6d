"""The whole way: an account, a room, a link, a guest, a call; and a third person who comes too late."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.person import Person, see_and_hear

Meet = Callable[..., Person]


@pytest.mark.parametrize("guests_browser", [pytest.param("chromium", marks=pytest.mark.long), "firefox"])
def test_an_owner_and_a_guest_meet_and_a_third_comes_too_late(
    person: Meet, guests_browser: str, request: pytest.FixtureRequest
) -> None:
    browser: Browser = request.getfixturevalue(guests_browser)
    nora = person("Nora" if guests_browser == "chromium" else "Nina")  # has no account yet
    guest = person("Guest", browser=browser)
    sam = person("Sam")

    # Nora makes an account, a room and a link for one person.
    nora.sign_up()
    slug = nora.create_room("Monday meeting")
    link = nora.create_link(lasts="1 hour", lets_in="One person")
    assert "/i#k=2" in link

    # Both enter; the secret is gone from the guest's address bar.
    nora.join(slug)
    guest.follow(link)
    expect(guest.page.get_by_role("heading", name=f"{nora.name} invites you to Monday meeting")).to_be_visible()
    guest.join()
    assert guest.page.url == f"{guest.app.origin}/r/{slug}"

    # They see and hear each other.
    for who in (nora, guest):
        who.see_others(1)
    see_and_hear((nora, guest), 1)
    expect(nora.page.locator("mp-tile[data-self='false'] .tile__name")).to_have_text("Guest")

    # Sam has the same link, and sees why it does not work.
    sam.follow(link)
    expect(sam.page.get_by_role("heading", name="This link has already been used")).to_be_visible()

    # The guest leaves: Nora sees it at once.
    guest.leave()
    expect(nora.page.locator("mp-tile[data-self='false']")).to_have_count(0, timeout=2000)
