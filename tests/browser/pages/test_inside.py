"""Who is inside, on the page before the call: as it is now, under the names that they have now."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.meeting import make_meeting
from tests.browser.person import Person


def test_the_page_before_the_call_says_who_is_inside_now(company: Callable[..., Person]) -> None:
    meeting = make_meeting(company, "Max")
    olga, (max_,) = meeting.olga, meeting.guests
    inside = olga.page.locator("#inside")
    expect(inside).to_have_text("No one is here yet.")
    max_.join()
    expect(inside).to_have_text("Max is here.")

    # The server has only the sealed name, also of one that has changed.
    max_.use("Change my name")
    max_.page.get_by_label("New name").fill("Mina")
    max_.page.keyboard.press("Enter")
    expect(inside).to_have_text("Mina is here.")
    olga.join()
    olga.see_others(1)
    expect(olga.page.locator("mp-tile .tile__name", has_text="Mina")).to_have_count(1)

    # Who leaves is no longer inside.
    olga.go(f"/r/{meeting.slug}")
    expect(inside).to_have_text("Mina is here.")
    max_.leave()
    expect(inside).to_have_text("No one is here yet.")
