"""From the sign-up form over the code in the mail to the first room, or to where the person was going."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User

from .conftest import PASSWORD, code_in_mail, make_person

pytestmark = pytest.mark.django_db
FORM = {"email": "olga@example.org", "password1": PASSWORD}


def test_a_person_signs_up_and_confirms_the_address_by_a_code(client: Client):
    page = client.get("/accounts/signup/").content.decode()
    assert re.findall(r'<input type="(?!hidden)[^>]*name="(\w+)"', page) == ["email", "password1"]
    assert 'autocomplete="email"' in page
    assert 'autocomplete="new-password"' in page

    # The form leads to the page that asks for the code; no one is signed in yet.
    response = client.post("/accounts/signup/", FORM)
    assert response.headers["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session
    assert mail.outbox[-1].to == ["olga@example.org"]

    # The code signs them in and brings them to their first room.
    assert 'autocomplete="one-time-code"' in client.get("/accounts/confirm-email/").content.decode()
    response = client.post("/accounts/confirm-email/", {"code": code_in_mail()})
    assert response.headers["Location"] == "/rooms/first"
    user = User.objects.get(email="olga@example.org")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.display_name == "Olga"


def test_a_wrong_code_lets_no_one_in_and_three_end_the_attempt(client: Client):
    client.post("/accounts/signup/", FORM)
    right = code_in_mail()
    wrong = "000000" if right != "000000" else "111111"
    response = client.post("/accounts/confirm-email/", {"code": wrong})
    assert "Use the code from the latest email" in response.content.decode()
    client.post("/accounts/confirm-email/", {"code": wrong})
    client.post("/accounts/confirm-email/", {"code": wrong})
    client.post("/accounts/confirm-email/", {"code": right})
    assert "_auth_user_id" not in client.session


def test_a_person_who_was_going_somewhere_gets_there(client: Client):
    assert 'value="/i"' in client.get("/accounts/signup/?next=/i").content.decode()
    client.post("/accounts/signup/", {**FORM, "next": "/i"})
    response = client.post("/accounts/confirm-email/", {"code": code_in_mail()})
    assert response.headers["Location"] == "/i"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("olga.van-dyk+work@example.org", "Olga Van Dyk"),
        ("max_99@example.org", "Max"),
        ("12345@example.org", "12345"),
        ("o'neill@example.org", "O'neill"),
    ],
)
def test_the_name_is_suggested_from_the_address(client: Client, address: str, name: str):
    client.post("/accounts/signup/", {**FORM, "email": address})
    assert User.objects.get().display_name == name


def test_signing_up_with_a_taken_address_looks_the_same_and_mails_its_owner(client: Client):
    make_person("Olga")
    response = client.post("/accounts/signup/", {**FORM, "password1": "something else 42"})
    assert response.headers["Location"] == "/accounts/confirm-email/"
    assert "already" in mail.outbox[-1].subject
    assert User.objects.count() == 1


def test_the_mail_says_what_it_is_for_in_our_words(client: Client, settings):
    client.post("/accounts/signup/", FORM)
    code = code_in_mail()
    assert mail.outbox[-1].subject == f"{code} is your Meeting Point code"
    assert settings.SITE_ORIGINS[0] in mail.outbox[-1].body
    assert "{{" not in mail.outbox[-1].body
