"""Every address by which an account can be entered is one of the ways that docs/authentication.md describes."""

from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.organisation.adapter import OrganisationAdapter

# The names of pages on which a session can become that of an account, and its way in the document.
WAYS = {
    "account_login": "Password",
    "mfa_authenticate": "Password",
    "mfa_login_webauthn": "Passkey",
    "organisation_sign_in": "Organisation",
    "organisation_callback": "Organisation",
    "organisation_confirm": "Confirming",
    "account_signup": "Sign-up",
    "account_email_verification_sent": "Sign-up",
    "account_reset_password": "Forgotten password",
    "account_confirm_password_reset_code": "Forgotten password",
    "account_complete_password_reset": "Forgotten password",
    "account_reauthenticate": "Confirming",
    "mfa_reauthenticate": "Confirming",
    "mfa_reauthenticate_webauthn": "Confirming",
}
# allauth's pages that need a person who is signed in, or that the settings switch off.
NOT_WAYS = {
    "account_logout", "account_change_password", "account_set_password", "account_inactive", "account_email",
    "account_password_reset_completed", "account_confirm_login_code",
    "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn",
    "mfa_edit_webauthn", "mfa_remove_webauthn", "usersessions_list",
}  # fmt: skip
OURS = {
    "account_settings", "account_data", "account_download", "account_delete", "account_deleted", "account_time_zone",
    "account_mails", "account_end_session",
}  # fmt: skip


def names(resolver: URLResolver) -> set[str]:
    found = set()
    for part in resolver.url_patterns:
        if isinstance(part, URLResolver):
            found |= names(part) if part.app_name != "admin" else set()
        elif isinstance(part, URLPattern) and part.name:
            found.add(part.name)
    return found


def test_every_page_of_accounts_is_a_way_of_the_document_or_none() -> None:
    pages = {
        name
        for name in names(get_resolver())
        if name.startswith(("account", "mfa", "organisation", "usersessions", "social", "openid"))
    }
    assert pages - OURS == set(WAYS) | NOT_WAYS
    text = (settings.BASE_DIR / "docs" / "authentication.md").read_text()
    for way in set(WAYS.values()):
        assert f"| {way} |" in text


def test_the_page_for_a_sign_in_by_mail_alone_is_closed(client: Client, db: None) -> None:
    assert client.get(reverse("account_confirm_login_code")).headers["Location"] == reverse("account_login")


def test_there_is_one_backend_and_no_other_site_vouches_for_anyone_unless_an_organisation_is_set() -> None:
    assert settings.AUTHENTICATION_BACKENDS == ["allauth.account.auth_backends.AuthenticationBackend"]
    assert [app for app in settings.INSTALLED_APPS if "social" in app or "token" in app] == ["allauth.socialaccount"]
    assert settings.OIDC_ISSUER == ""
    assert OrganisationAdapter().list_apps(HttpRequest()) == []
    assert settings.MFA_SUPPORTED_TYPES == ["webauthn", "totp", "recovery_codes"]


def test_there_are_no_accounts_from_the_start(db: None) -> None:
    assert not User.objects.exists()
