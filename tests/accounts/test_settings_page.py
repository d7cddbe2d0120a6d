"""The settings of an account: the name, the address, the password."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from .conftest import PASSWORD, code_in_mail, sign_in

pytestmark = pytest.mark.django_db


def test_a_stranger_is_sent_to_sign_in(client: Client):
    assert client.get("/accounts/").headers["Location"] == "/accounts/login/?next=/accounts/"


def test_a_person_changes_their_name(olga):
    client = sign_in(olga)
    assert "olga@example.org" in client.get("/accounts/").content.decode()
    client.post("/accounts/", {"display_name": "Olga\u2066 von\tT\u00fcr"})
    olga.refresh_from_db()
    assert olga.display_name == "Olga von T\u00fcr"


def test_a_name_that_is_too_long_is_refused_with_its_length(olga):
    response = sign_in(olga).post("/accounts/", {"display_name": "x" * 61})
    assert "60 characters or fewer (you have 61)" in response.content.decode()
    olga.refresh_from_db()
    assert olga.display_name == "Olga"


def test_a_new_address_counts_once_its_code_was_entered(olga):
    client = sign_in(olga)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"email": "olga@new.example.org", "action_add": ""})
    assert EmailAddress.objects.get_primary(olga).email == "olga@example.org"
    assert mail.outbox[-1].to == ["olga@new.example.org"]

    client.post("/accounts/confirm-email/", {"code": code_in_mail()})
    olga.refresh_from_db()
    assert olga.email == "olga@new.example.org"


def test_an_old_session_alone_does_not_change_the_address(olga):
    client = sign_in(olga)
    session = client.session
    session["account_authentication_methods"] = []  # as after a quarter of an hour
    session.save()
    answer = client.post("/accounts/email/", {"action_add": "", "email": "sam@example.org"})
    assert "/accounts/reauthenticate/" in answer.headers["Location"]
    assert EmailAddress.objects.filter(user=olga).count() == 1
    assert not mail.outbox


def test_a_new_password_keeps_this_browser_and_signs_out_the_others(olga):
    client, elsewhere = sign_in(olga), sign_in(olga)
    new = "a new and longer one"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert client.get("/accounts/").status_code == 200
    assert elsewhere.get("/accounts/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/sessions/",
        "/accounts/data/",
    ],
)
def test_every_settings_page_has_the_navigation_and_no_inline_script_or_style(olga, path):
    page = sign_in(olga).get(path).content.decode()
    assert 'aria-current="page"' in page.split('class="account-nav"')[1].split("</nav>")[0]
    assert "style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
