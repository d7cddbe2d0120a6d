"""No step of signing in, signing up or getting a new password can be skipped or done in another browser."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from accounts.models import User

from .conftest import PASSWORD, code_in_mail, give_second_factor, sign_in

pytestmark = pytest.mark.django_db
NEW = "a new and longer one"


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def reset_by_code(client: Client, user: User) -> None:
    """Get a new password by a code that was sent to the person."""
    client.post("/accounts/password/reset/", {"email": user.email})
    client.post("/accounts/password/reset/confirm/", {"code": code_in_mail()})
    client.post("/accounts/password/reset/complete/", {"password1": NEW, "password2": NEW})


def test_a_reset_does_not_replace_the_second_factor(client: Client, olga: User) -> None:
    give_second_factor(olga)
    reset_by_code(client, olga)
    olga.refresh_from_db()
    assert olga.check_password(NEW)
    assert not is_signed_in(client)
    assert client.get("/rooms/").status_code == 302
    assert Authenticator.objects.filter(user=olga, type="totp").exists()


def test_a_code_counts_only_in_the_browser_that_asked_for_it(client: Client, olga: User) -> None:
    thief = Client()
    client.post("/accounts/password/reset/", {"email": olga.email})
    code = code_in_mail()
    thief.post("/accounts/password/reset/confirm/", {"code": code})
    thief.post("/accounts/password/reset/", {"email": olga.email})
    newer = code_in_mail()
    if newer != code:
        thief.post("/accounts/password/reset/confirm/", {"code": code})
    thief.post("/accounts/password/reset/complete/", {"password1": NEW, "password2": NEW})
    olga.refresh_from_db()
    assert olga.check_password(PASSWORD)


def test_a_new_password_needs_the_code_first(client: Client, olga: User) -> None:
    client.post("/accounts/password/reset/", {"email": olga.email})
    client.post("/accounts/password/reset/complete/", {"password1": NEW, "password2": NEW})
    olga.refresh_from_db()
    assert olga.check_password(PASSWORD)
    assert not is_signed_in(client)


def test_a_code_counts_once(client: Client, olga: User) -> None:
    client.post("/accounts/password/reset/", {"email": olga.email})
    code = code_in_mail()
    client.post("/accounts/password/reset/confirm/", {"code": code})
    client.post("/accounts/password/reset/complete/", {"password1": NEW, "password2": NEW})
    client.post("/accounts/logout/")
    client.post("/accounts/password/reset/confirm/", {"code": code})
    client.post("/accounts/password/reset/complete/", {"password1": PASSWORD, "password2": PASSWORD})
    olga.refresh_from_db()
    assert olga.check_password(NEW)


def test_an_address_that_is_not_confirmed_signs_no_one_in(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "sam@example.org", "password1": PASSWORD})
    assert not is_signed_in(client)
    other = Client()
    other.post("/accounts/login/", {"login": "sam@example.org", "password": PASSWORD})
    assert not is_signed_in(other)
    assert other.get("/rooms/").status_code == 302


def test_the_second_factor_is_not_skipped(olga: User) -> None:
    give_second_factor(olga)
    client = sign_in(olga)
    for path in ("/rooms/", "/accounts/", "/accounts/sessions/", "/accounts/data/", "/accounts/2fa/"):
        assert client.get(path).status_code == 302
    assert not is_signed_in(client)


def test_a_recovery_code_counts_once(olga: User) -> None:
    give_second_factor(olga)
    codes = RecoveryCodes.activate(olga)
    code = codes.get_unused_codes()[0]
    first, second = sign_in(olga), sign_in(olga)
    assert first.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    second.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_signed_in(first)
    assert not is_signed_in(second)
