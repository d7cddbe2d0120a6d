"""The admin site, empty and full, on a desk and a phone: nothing to find for axe, nothing cut off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_server import AppServer, make_account
from tests.browser.axe import violations
from tests.browser.conftest import Cast, server_with
from tests.browser.person import PASSWORD

ADA = "ada@meet.example"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LISTS = (
    "moderation/report/", "moderation/report/?state=all", "moderation/auditentry/", "rooms/room/", "rooms/invite/",
    "rooms/membership/", "rooms/ban/", "accounts/user/", "auth/group/",
)  # fmt: skip
# A list and what its first row leads to.
FIRST_ROWS = (
    "moderation/report/",
    "rooms/room/",
    "rooms/invite/",
    "rooms/membership/",
    "accounts/user/",
    "auth/group/",
)
MAKE_DEMO = """
from django.core.management import call_command
from accounts.models import User
User.objects.all().delete()
call_command("demo", verbosity=0)
"""
CUT_OFF = """
[...document.querySelectorAll('main *')]
    .filter(element => !element.matches('.visually-hidden, .visually-hidden *') && element.clientWidth)
    .filter(element => element.scrollWidth > element.clientWidth + 1)
    .filter(element => getComputedStyle(element).overflowX !== 'visible')
    .map(element => `${element.tagName} ${element.className}: ${element.scrollWidth} in ${element.clientWidth}`)
"""


def examine(page: Page) -> list[str]:
    """Return what is wrong with the page as it is, on a desk and on a phone."""
    wrong = []
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wrong += [
            f"{v['id']}: {v['nodes'][0]['html'][:120]} {v['nodes'][0]['failureSummary'][:160]}"
            for v in violations(page)
        ]
        wrong += page.evaluate(CUT_OFF)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append("wider than the screen")
    return [f"{page.url}: {each}" for each in wrong]


@pytest.fixture
def full(cast: Cast) -> Iterator[AppServer]:
    """A server with the demo site, in development settings: there no second factor is needed."""
    with server_with(cast, DEBUG="1") as server:
        server.run_python(MAKE_DEMO)
        yield server


@pytest.fixture
def empty(cast: Cast) -> Iterator[AppServer]:
    """A server on which no one has done anything yet, with one superuser."""
    with server_with(cast, DEBUG="1") as server:
        server.run_python("from accounts.models import User; User.objects.all().delete()")
        make_account(server, ADA, "Ada", PASSWORD, staff=True)
        yield server


def open_admin(browser: Browser, server: AppServer, password: str, scheme: str) -> Page:
    """Sign in as the superuser and open the overview."""
    page = browser.new_context(color_scheme=scheme, viewport=DESK).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(30_000)
    page.goto(f"{server.origin}/accounts/login/?next=/admin/")
    page.get_by_label("Email address").fill(ADA)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=30_000)
    return page


def visit(page: Page, server: AppServer, path: str) -> list[str]:
    """Open a page of the admin site and return what is wrong with it."""
    answer = page.goto(f"{server.origin}/admin/{path}")
    assert answer
    return examine(page) if answer.status == 200 else [f"{path}: {answer.status}"]


@pytest.mark.long
def test_the_queue_of_reports_is_accessible_and_whole(chromium: Browser, full: AppServer) -> None:
    page = open_admin(chromium, full, "meeting-point-demo", "dark")
    wrong = examine(page)
    wrong += visit(page, full, "moderation/report/")
    expect(page.locator("#result_list tbody tr").first).to_contain_text("A child is in danger")
    page.get_by_text("What to do now").click()
    menu = page.locator(".mp-filter", has_text="Category").locator("summary")
    menu.click()
    wrong += examine(page)
    menu.click()
    page.locator("#result_list tbody a").first.click()
    expect(page.get_by_role("heading", name="A child may be in danger: do this first")).to_be_visible()
    wrong += examine(page)
    page.get_by_role("link", name="Close the room…").click()
    page.get_by_role("button", name="Close the room").click()  # without a reason
    wrong += examine(page)
    assert wrong == []


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_whole(chromium: Browser, full: AppServer, empty: AppServer, scheme: str) -> None:
    page = open_admin(chromium, full, "meeting-point-demo", scheme)
    wrong = examine(page)
    pages = [*LISTS, "accounts/user/?q=zzz", "accounts/user/?state=suspended", "search/?q=a", "search/?q=zzz"]
    pages += ["accounts/sitepolicy/1/change/", "rooms/room/add/", "auth/group/add/"]
    for path in pages:
        wrong += visit(page, full, path)
    for path in FIRST_ROWS:
        page.goto(f"{full.origin}/admin/{path}")
        page.locator("#result_list tbody th a").first.click()
        page.wait_for_url("**/change/**")  # with its styles
        wrong += examine(page)
        row = page.url.removeprefix(f"{full.origin}/admin/").partition("?")[0].removesuffix("change/")
        wrong += visit(page, full, f"{row}history/")
        if path in {"rooms/room/", "accounts/user/", "auth/group/"}:
            wrong += visit(page, full, f"{row}delete/")
    for action in ("suspend", "warn"):
        everyone = ",".join(str(number) for number in full.run_python(ALL_PEOPLE))  # type: ignore[attr-defined]
        wrong += visit(page, full, f"action/{action}/?rows={everyone}")

    page = open_admin(chromium, empty, PASSWORD, scheme)
    wrong += examine(page)
    for path in LISTS:
        wrong += visit(page, empty, path)
    assert wrong == []


ALL_PEOPLE = "from accounts.models import User; result = list(User.objects.values_list('pk', flat=True)[:20])"
