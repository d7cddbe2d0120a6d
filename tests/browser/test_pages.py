"""Every page: nothing to find for axe, no sideways scrolling, no browser errors, in light and in dark."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.meeting import Meet

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}

UNREACHABLE_PATHS = ["/", "/how-it-works", "/accounts/signup/", "/accounts/login/", "/accounts/password/reset/", "/i"]
ACCOUNT_PATHS = [
    "/rooms/new",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/sessions/",
    "/accounts/logout/",
]


def examine(page: Page) -> list[str]:
    """Return what is wrong with the page as it is, each with the first element that it is about."""
    wrong = [
        f"{v['id']}: {v['nodes'][0]['html'][:120]} {v['nodes'][0]['failureSummary'][:200]}" for v in violations(page)
    ]
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if width[0] > width[1]:
        wrong.append(f"{width[0]} pixels wide on a screen of {width[1]}")
    return [f"{page.url}: {each}" for each in wrong]


@pytest.mark.parametrize(
    "screen", [pytest.param(DESKTOP, marks=pytest.mark.long, id="desktop"), pytest.param(PHONE, id="phone")]
)
def test_every_page_is_accessible(person: Meet, screen: dict[str, object]) -> None:
    wrong: list[str] = []

    # What a stranger sees, error pages included.
    sam = person("Sam", **screen)
    for path in [*UNREACHABLE_PATHS, "/no-such-page", "/r/no-such-room"]:
        sam.go(path)
        wrong += examine(sam.page)
    sam.page.goto(f"{sam.app.origin}/i#k=1AAECAwQFBgcICQoLDA0ODw")
    expect(sam.page.get_by_role("heading", name="Invalid link")).to_be_visible()
    wrong += examine(sam.page)

    # What an owner sees.
    olga = person("Olga", **screen)
    olga.sign_in_with_password()
    olga.go("/rooms/")
    wrong += examine(olga.page)
    for path in ACCOUNT_PATHS:
        olga.go(path)
        wrong += examine(olga.page)
    slug = olga.create_room()
    olga.create_link(label="Ada and Grace")
    for section in ("people", "join-rule", "key", "settings", "end"):
        olga.open_section(section)
    wrong += examine(olga.page)
    olga.page.get_by_role("link", name="Delete").click()
    wrong += examine(olga.page)
    olga.go("/rooms/")
    wrong += examine(olga.page)

    # Before, in and after a call.
    olga.go(f"/r/{slug}")
    olga.see_call_state("prejoin")
    wrong += examine(olga.page)
    olga.join()
    wrong += examine(olga.page)
    olga.use("Invite")
    expect(olga.page.get_by_role("dialog", name="Invite someone")).to_be_visible()
    wrong += examine(olga.page)
    olga.page.keyboard.press("Escape")
    olga.use("People")
    wrong += examine(olga.page)
    olga.use("People")
    olga.leave()
    wrong += examine(olga.page)

    assert wrong == []
