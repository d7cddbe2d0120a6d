"""The cookies of a site on HTTPS in a real browser, and the script that reads one of them."""

from playwright.sync_api import Browser

from tests.app_server import AppServer, make_account
from tests.browser.person import PASSWORD
from tests.services import free_port


def test_signing_in_and_a_scripts_request_work_with_host_cookies(chromium: Browser) -> None:
    port = free_port()
    # Browsers treat http://localhost as they do https, the prefix of cookies included.
    app = AppServer(port, {"SITE_ORIGINS": f"https://localhost:{port},http://localhost:{port}", "HSTS_SECONDS": "0"})
    app.migrate()
    make_account(app, "olga@example.org", "Olga", PASSWORD)
    with app:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{app.origin}/accounts/login/")
        page.get_by_label("Email").fill("olga@example.org")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/rooms/**")
        answered = page.evaluate(
            """async (body) => {
              const module = new URL("../lib/request.js", document.querySelector("script[type=module]").src);
              return (await (await import(module)).postJson("/accounts/time-zone", body)).status;
            }""",
            {"zone": "Europe/Berlin"},
        )
        assert answered == 204, "the script has not found the token in the cookie"
        cookies = {cookie["name"]: cookie for cookie in context.cookies()}
        assert {"__Host-meetingpoint_session", "__Host-csrftoken"} <= set(cookies)
        assert all(cookie["secure"] and cookie["path"] == "/" for cookie in cookies.values())
        assert cookies["__Host-meetingpoint_session"]["httpOnly"]
        context.close()
