"""Authenticator apps, recovery codes and passkeys."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.second_factor import digits

from .conftest import PASSWORD, give_second_factor, sign_in

pytestmark = pytest.mark.django_db


def signed_in_and_sure(user) -> Client:
    """Sign in and confirm the password once more, as the pages that change protection ask."""
    client = sign_in(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_setting_up_an_app_and_signing_in_with_it(olga):
    client = signed_in_and_sure(olga)
    page = client.get("/accounts/2fa/totp/activate/")
    assert "data:image/svg+xml" in page.content.decode()
    secret = page.context["form"].secret
    response = client.post("/accounts/2fa/totp/activate/", {"code": digits(secret)})
    assert response.headers["Location"] == "/accounts/2fa/recovery-codes/"

    # From now on the password alone leads to the question for the digits.
    other = sign_in(olga)
    assert "_auth_user_id" not in other.session
    assert "One more step" in other.get("/accounts/2fa/authenticate/").content.decode()
    # The digits that set it up are used up; a recovery code is not.
    code = RecoveryCodes(Authenticator.objects.get(user=olga, type="recovery_codes")).get_unused_codes()[0]
    response = other.post("/accounts/2fa/authenticate/", {"code": code})
    assert response.headers["Location"] == "/rooms/"


def test_recovery_codes_say_on_paper_whose_they_are_and_since_when(olga, settings):
    settings.SITE_NAME, settings.SITE_ORIGINS = "Meet", ["https://meet.example.org"]
    client = signed_in_and_sure(olga)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    page = client.post("/accounts/2fa/totp/activate/", {"code": digits(secret)}, follow=True).content.decode()
    on_paper = page.split('<p class="print-only">')[1].split("</p>")[0]
    assert on_paper.startswith(f"Meet, https://meet.example.org<br>{olga.email}<br>Printed on ")
    assert str(timezone.now().year) in on_paper


def test_the_digits_sign_in_and_wrong_ones_do_not(olga):
    secret = give_second_factor(olga)
    client = sign_in(olga)
    assert client.get("/accounts/").status_code == 302
    right = digits(secret)
    client.post("/accounts/2fa/authenticate/", {"code": "000000" if right != "000000" else "111111"})
    assert "_auth_user_id" not in client.session
    client.post("/accounts/2fa/authenticate/", {"code": right})
    assert client.session["_auth_user_id"] == str(olga.pk)


def test_digits_count_once_for_as_long_as_they_are_right(olga):
    right = digits(give_second_factor(olga))
    first, second = sign_in(olga), sign_in(olga)
    first.post("/accounts/2fa/authenticate/", {"code": right})
    assert first.session["_auth_user_id"] == str(olga.pk)
    # allauth forgets after half a minute which digits were used, and takes them for longer.
    cache.delete(f"allauth.mfa.totp.used?user={olga.pk}&code={right}")
    second.post("/accounts/2fa/authenticate/", {"code": right})
    assert "_auth_user_id" not in second.session


def test_setting_up_asks_for_the_password_again(olga):
    client = sign_in(olga)
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    assert "/accounts/reauthenticate/" in client.get("/accounts/2fa/totp/activate/").headers["Location"]


@pytest.mark.parametrize(
    "path", ["/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/totp/activate/"]
)
def test_the_pages_load_and_run_no_inline_script(olga, path):
    response = signed_in_and_sure(olga).get(path)
    assert response.status_code == 200
    for script in response.content.decode().split("<script")[1:]:
        head = script.split(">")[0]
        assert "src=" in head or "application/json" in head, head


def test_the_passkey_page_names_the_site_and_the_person(olga):
    page = signed_in_and_sure(olga).get("/accounts/2fa/webauthn/add/")
    creation = page.context["js_data"]["creation_options"]["publicKey"]
    assert creation["rp"]["name"] == "Meeting Point"
    assert creation["user"]["displayName"] == "Olga"
    assert creation["user"]["name"] == "olga@example.org"


def test_signing_in_with_a_passkey_begins_with_a_challenge(client: Client):
    response = client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    assert json.loads(response.content)["request_options"]["publicKey"]["challenge"]


def test_a_made_up_passkey_signs_no_one_in(client: Client, olga):
    client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    response = client.post("/accounts/2fa/webauthn/login/", {"credential": '{"id": "AAAA"}'})
    assert response.status_code in {200, 302}
    assert "_auth_user_id" not in client.session
