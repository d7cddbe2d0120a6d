"""What a password may be, and that it is compared exactly as it was typed (OWASP ASVS 5.0, 6.2)."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User

from .conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db
SIGN_UP = "/accounts/signup/"
CHANGE = "/accounts/password/change/"


def change(client: Client, new: str, old: str = PASSWORD) -> bool:
    """Ask for another password and say whether it was accepted."""
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new}).status_code == 302


def signs_in(user: User, password: str) -> bool:
    client = Client()
    return client.post("/accounts/login/", {"login": user.email, "password": password}).status_code == 302


@pytest.mark.parametrize(
    "password",
    [
        "eightchr"[::-1],
        "only small letters here",
        "7391846205",
        "  spaces at both ends  ",
        "пароль из слов и букв",
        "🦄🐎🔋📎🧦🪁🛶🥨",
        "x" * 10 + "a long sentence that no one says twice " * 5,
        "Ａ wide A and é in two parts: e\u0301",
    ],
)
def test_any_characters_and_long_ones_are_taken_and_compared_exactly(olga, password):
    assert change(sign_in(olga), password)
    assert signs_in(olga, password)
    for other in (password.swapcase(), password.strip(), password[:64], password[:-1], f"{password} "):
        assert signs_in(olga, other) == (other == password), other


@pytest.mark.parametrize("password", ["", "short7!", "password1", "qwertyuiop", "1q2w3e4r5t", "iloveyou1"])
def test_short_and_common_ones_are_refused_at_both_places(olga, password):
    assert not change(sign_in(olga), password)
    answer = Client().post(SIGN_UP, {"email": "new@example.org", "password1": password})
    assert answer.status_code == 200
    assert not User.objects.filter(email="new@example.org").exists()
    assert answer.context["form"].errors["password1"]


def test_a_new_password_needs_the_old_one(olga):
    client = sign_in(olga)
    assert not change(client, "another correct horse", old="wrong")
    assert signs_in(olga, PASSWORD)
    assert change(client, "another correct horse")
    assert not signs_in(olga, PASSWORD)


def test_fields_hide_what_is_typed_and_let_password_managers_fill_it(olga):
    pages = {"/accounts/login/": Client(), SIGN_UP: Client(), CHANGE: sign_in(olga)}
    for path, client in pages.items():
        page = client.get(path).content.decode()
        fields = re.findall(r"<input[^>]*name=\"(?:old)?password\d?\"[^>]*>", page)
        assert fields, path
        for field in fields:
            assert 'type="password"' in field
            assert re.search(r'autocomplete="(current|new)-password"', field)
            assert not re.search(r"onpaste|readonly|maxlength|autocomplete=\"off\"", field)


def test_no_password_ages_and_no_question_replaces_one(olga):
    assert not [field.name for field in User._meta.fields if re.search(r"expir|question|answer|hint", field.name)]
    assert sign_in(olga).get(reverse("account_settings")).status_code == 200


def test_no_account_is_there_from_the_start(db):
    assert not User.objects.exists()
