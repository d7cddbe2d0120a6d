"""What only a browser proves of forms: focus, what stays typed, one press sends once; and times in the reader's way."""

import re
from itertools import cycle, islice

from playwright.sync_api import Browser, Request, expect

from common.ratelimit import SIGN_UP
from tests.browser.conftest import Cast, server_with
from tests.browser.person import Person

TYPED = {"#id_email": "nia@example.org"}


def test_nothing_that_was_typed_is_lost(chromium: Browser, cast: Cast) -> None:
    with server_with(cast, LIMIT_FACTOR="0.1") as app:
        nia = Person(chromium, app, "Nia", locale="de-DE", timezone_id="Europe/Berlin")
        page = nia.page
        sent: list[Request] = []
        page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)

        def expect_typed() -> None:
            for field, text in TYPED.items():
                expect(page.locator(field)).to_have_value(text)
            expect(page.locator("#id_password1")).to_have_value("")

        nia.go("/accounts/signup/")
        expect(page.locator("#id_email")).to_be_focused()
        for field, text in TYPED.items():
            page.fill(field, text)
        page.fill("#id_password1", "12345678")
        page.reload()
        expect_typed()
        # Refused: the first wrong field has the focus.
        # As often as the limit of signing up allows.
        for weak in islice(cycle(("12345678", "password", "qwertyuiop")), SIGN_UP.burst // 10):
            page.fill("#id_password1", weak)
            with page.expect_navigation():
                page.locator("main").get_by_role("button", name="Sign up").click()
            expect(page).to_have_title("Error: Sign up · Meeting Point")
            expect(page.locator("#id_password1")).to_be_focused()
            expect_typed()
        # Two presses in one go are one request, which is one too many here; afterwards the form is as it was.
        page.fill("#id_password1", "a long enough one")
        sent.clear()
        page.evaluate("document.querySelectorAll('main [type=submit]').forEach((one) => (one.click(), one.click()))")
        expect(page.get_by_role("heading", name="Too many attempts")).to_be_visible()
        assert len(sent) == 1
        nia.go("/accounts/signup/")
        expect_typed()

        # What is left unsent is not there when the form is opened again, as if it were saved.
        olga = Person(chromium, app, "Olga", locale="de-DE", timezone_id="Europe/Berlin")
        page = olga.page
        with page.expect_response(lambda response: response.url.endswith("/accounts/time-zone")) as zone:
            olga.sign_in_with_password()  # only such a session is in the list of devices
        olga.go("/accounts/")
        assert zone.value.status == 204
        page.get_by_label("Your name").fill("Someone else")
        page.get_by_role("link", name="Signed-in devices").or_(
            page.get_by_role("link", name="Manage devices")
        ).first.click()
        expect(page.locator("main time").first).to_have_attribute("title", re.compile(r"\d\. \w+ \d{4} um .* ME"))
        olga.go("/accounts/")
        expect(page.get_by_label("Your name")).to_have_value("Olga")
        expect(page.get_by_label("Time zone").locator("option").first).to_have_text("Automatic (Europe/Berlin)")
        for person in (nia, olga):
            assert not person.complaints
            person.context.close()
