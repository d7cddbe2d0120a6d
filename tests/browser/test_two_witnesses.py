"""A browser stores a room key only when two witnesses agree: a browser of the call, and the server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_core import faultless_world, harness

__all__ = ["harness"]


@pytest.fixture(scope="module")
def page(chromium: Browser, harness: str) -> Iterator[Page]:
    """A tab whose peers and server say what the test lets them say; no error may go unnoticed."""
    with faultless_world(chromium, harness, "epochs") as page:
        yield page


def test_a_moderator_alone_changes_nothing_in_another_browser(page: Page) -> None:
    seen = page.evaluate("epochs.poison()")
    assert len(seen) == 10
    for sent, outcome in seen.items():
        assert outcome == [True, "fits", 1, 0], sent


def test_the_key_that_both_name_is_stored_whatever_came_before(page: Page) -> None:
    seen = page.evaluate("epochs.witnesses()")
    assert seen == dict.fromkeys(seen, True)
    assert len(seen) == 5


def test_only_those_who_were_there_when_it_became_due_get_the_next_key(page: Page) -> None:
    host, guest, late, removed = ("h" * 22, "g" * 22, "l" * 22, "m" * 22)
    seen = page.evaluate("epochs.recipients()")
    assert seen == {"given": [host, guest], "disconnected": [late, removed], "later": 2}


def test_no_one_alone_opens_a_room_where_guests_knock(page: Page) -> None:
    seen = page.evaluate("epochs.joinRules()")
    taken = sorted(case for case, taken in seen.items() if taken)
    assert len(seen) == 12
    assert taken == [
        "false knock true", "false locked false", "false locked true", "false open false",
        "true knock true", "true locked true", "true open false",
    ]  # fmt: skip


def test_a_link_that_holds_a_key_never_leads_into_a_room_without_one(page: Page) -> None:
    assert page.evaluate("epochs.links()") == {
        "a link with a key, a room without": ["keyless", 0],
        "a link that does not say, a room without": ["joined", 0],
        "a link with a key": ["joined", 2],
        "a link from before with a key": ["joined", 2],
        "a link with the next key": ["joined", 2],
        "a link with a former key": ["key_misfit", 3],
        "a link with another key of this epoch": ["key_conflict", 2],
        "a link with this key": ["joined", 2],
        "a link that does not say, where there was a key": ["key_misfit", 1],
    }


def test_a_host_and_a_link_alone_give_a_guest_no_room_key(page: Page) -> None:
    assert page.evaluate("epochs.admission()") == {
        "all agree": ["admitted", 2],
        "the host sends another": ["admission", 0],
        "link and host are false": ["admission", 0],
        "the server names another": ["admission", 0],
    }


def test_the_store_goes_forward_only(page: Page) -> None:
    assert page.evaluate("epochs.store()") == {
        "an earlier one": "KeyConflict",
        "another of this epoch": "KeyConflict",
        "the same": "stored",
        "both at once": "KeyConflict,stored",
        "over one of another suite": "Error",
        "one of another suite": "storage",
    }
    assert page.evaluate("epochs.rollBack()") == {"state": "downgrade", "epoch": 3}


def test_the_owner_replaces_a_false_later_key_and_only_on_their_wish(page: Page) -> None:
    assert page.evaluate("epochs.lostKey()") == {
        "alone": "the room has a later key",
        "asked": True,
        "epoch": 4,
        "state": "fits",
        "posted": 1,
        "pending": None,
    }


def test_the_news_of_a_key_may_come_before_the_answer_to_the_browser_that_set_it(page: Page) -> None:
    assert page.evaluate("epochs.earlyNews()") == {"mine": True, "epoch": 1, "pending": None}
