"""Signing in, out, and with a new password."""

import pytest
from django.core import mail
from django.test import Client

from .conftest import PASSWORD, code_in_mail, sign_in

pytestmark = pytest.mark.django_db


def test_a_person_signs_in_and_out(client: Client, olga):
    assert "Sign in with a passkey" in client.get("/accounts/login/").content.decode()
    response = client.post("/accounts/login/", {"login": "Olga@Example.org", "password": PASSWORD})
    assert response.headers["Location"] == "/rooms/"
    assert client.session["_auth_user_id"] == str(olga.pk)

    assert client.get("/accounts/logout/").status_code == 200
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_does_not_say_which_half_was_wrong(client: Client, olga):
    wrong = client.post("/accounts/login/", {"login": olga.email, "password": "not it"})
    unknown = client.post("/accounts/login/", {"login": "sam@example.org", "password": "not it"})
    words = "Wrong email or password."
    assert words in wrong.content.decode()
    assert words in unknown.content.decode()


def test_after_five_failures_the_account_waits(client: Client, olga):
    for _ in range(5):
        client.post("/accounts/login/", {"login": olga.email, "password": "not it"})
    response = client.post("/accounts/login/", {"login": olga.email, "password": PASSWORD})
    assert "Too many attempts" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_session_cookie_is_out_of_reach_of_scripts_and_the_csrf_cookie_is_not(client: Client, olga):
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": olga.email, "password": PASSWORD})
    session, csrf = client.cookies["meetingpoint_session"], client.cookies["csrftoken"]
    assert session["httponly"]
    assert not csrf["httponly"]
    assert session["samesite"] == "Lax"


def test_a_forgotten_password_is_replaced_with_a_code_and_other_browsers_are_signed_out(client: Client, olga):
    elsewhere = sign_in(olga)
    assert client.post("/accounts/password/reset/", {"email": olga.email}).status_code == 302
    code = code_in_mail()
    response = client.post("/accounts/password/reset/confirm/", {"code": code}, follow=True)
    assert "Choose a new password" in response.content.decode()

    new = "a new and longer one"
    client.post("/accounts/password/reset/complete/", {"password1": new, "password2": new})
    assert client.session["_auth_user_id"] == str(olga.pk)
    olga.refresh_from_db()
    assert olga.check_password(new)
    assert elsewhere.get("/accounts/").status_code == 302
    assert "was reset" in mail.outbox[-1].subject


def test_a_wrong_reset_code_changes_nothing(client: Client, olga):
    client.post("/accounts/password/reset/", {"email": olga.email})
    wrong = "000000" if code_in_mail() != "000000" else "111111"
    response = client.post("/accounts/password/reset/confirm/", {"code": wrong})
    assert "Use the code from the latest email" in response.content.decode()
    assert client.get("/accounts/password/reset/complete/").status_code == 302


def test_asking_for_a_reset_of_an_unknown_address_looks_the_same(client: Client, olga):
    response = client.post("/accounts/password/reset/", {"email": "sam@example.org"})
    assert response.headers["Location"] == "/accounts/password/reset/confirm/"
    assert "No account" in mail.outbox[-1].subject
