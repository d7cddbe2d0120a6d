"""Signing in with an organisation in a real browser: to another origin and back, under the site's policy."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.accounts.organisation.conftest import CALLBACK, IdentityServer
from tests.accounts.organisation.idp import PASSWORD
from tests.app_server import AppServer
from tests.browser.conftest import SECRET_KEY
from tests.browser.person import Person
from tests.services import free_port


@pytest.fixture
def school() -> Iterator[AppServer]:
    """A site whose people come from an organisation alone."""
    port = free_port()
    with IdentityServer(f"http://localhost:{port}{CALLBACK}") as organisation:
        organisation.say(name="Olga Example")
        settings = {**organisation.settings, "OIDC_NAME": "Example School", "LOCAL_SIGN_IN": "off"}
        server = AppServer(port, {"SECRET_KEY": SECRET_KEY, **settings})
        server.migrate()
        with server:
            yield server


def test_olga_goes_to_her_school_and_comes_back_signed_in_and_confirms_there(
    person: Callable[..., Person], school: AppServer
) -> None:
    olga = person("Olga", server=school)
    page = olga.page
    olga.go("/accounts/login/?next=/accounts/")
    expect(page.get_by_label("Password")).to_have_count(0)
    page.get_by_role("button", name="Sign in with Example School").click()
    page.get_by_label("Email").fill("olga@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign In").click()
    page.wait_for_url(f"{school.origin}/accounts/")
    expect(page.get_by_text("You sign in with Example School.")).to_be_visible()

    olga.go("/accounts/2fa/totp/activate/")
    page.get_by_role("button", name="Continue with Example School").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(f"{school.origin}/accounts/2fa/totp/activate/")

    olga.go(f"{CALLBACK}?error=access_denied")
    expect(page.get_by_role("heading", name="Signing in didn't work")).to_be_visible()
