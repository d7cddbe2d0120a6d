"""A passkey of the browser's own (virtual) authenticator: added, then used in place of the password."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.browser.person import PASSWORD, Person

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
# Acts as if all that sessions have shown had been shown an hour earlier.
AN_HOUR_LATER = """
from django.contrib.sessions.models import Session
from accounts.authentication.sessions import SessionStore
for key in Session.objects.values_list("session_key", flat=True):
    store = SessionStore(key)
    for record in store.get("account_authentication_methods", []):
        record["at"] -= 3600
    store.save()
"""


def test_a_passkey_signs_in_without_a_password_and_a_refusal_is_said_in_words(
    person: Callable[..., Person], own_app: AppServer
) -> None:
    # A server of its own: Max is asked for the passkey from then on.
    max_ = person("Max", server=own_app)
    page = max_.page
    devtools = max_.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    authenticator = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    # Max adds one.
    max_.sign_in_with_password()
    max_.go("/accounts/2fa/webauthn/add/")
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name of the passkey").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    max_.go("/accounts/2fa/webauthn/")
    expect(page.get_by_text("Laptop")).to_be_visible()
    expect(page.get_by_text("Signs you in without a password")).to_be_visible()

    # Signed out, the passkey alone brings Max back to his rooms.
    max_.go("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    max_.go("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/rooms/")

    # An hour later, the passkey alone confirms that it is him, because it checks his finger …
    own_app.run_python(AN_HOUR_LATER)
    max_.go("/accounts/data/delete")
    page.get_by_role("link", name="Use a security key").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Delete your account?")).to_be_visible()
    # … and one that does not is only the second of two steps.
    own_app.run_python(AN_HOUR_LATER)
    [passkey] = devtools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    blind = {**AUTHENTICATOR, "hasUserVerification": False, "isUserVerified": False}
    authenticator = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": blind})["authenticatorId"]
    devtools.send("WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": passkey})
    max_.go("/accounts/data/delete")
    page.get_by_role("link", name="Use a security key").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Delete your account?")).to_be_visible()

    # Another device without it gets an explanation, and nothing happens.
    max_.go("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    max_.go("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("this device has no passkey for this site")
