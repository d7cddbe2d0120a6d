"""Confirming that it is them, before something important: it takes all steps of signing in."""

import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.authentication.steps import missing_step
from accounts.models import User
from tests.second_factor import digits, forget_digits

from .conftest import PASSWORD, confirm, give_second_factor, sign_in

pytestmark = pytest.mark.django_db
IMPORTANT = (
    "/accounts/2fa/totp/activate/", "/accounts/2fa/totp/deactivate/", "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/recovery-codes/download/",
    "/accounts/data/download", "/accounts/data/delete",
)  # fmt: skip


def let_it_grow_old(client: Client, seconds: float = 3600) -> None:
    """Act as if everything that the session has shown had been shown that much earlier."""
    session = client.session
    for record in session[RECORDS]:
        record["at"] -= seconds
    session.save()


@pytest.fixture
def secret(olga: User) -> str:
    """The secret of Olga's authenticator app. She has recovery codes, too."""
    RecoveryCodes.activate(olga)
    return give_second_factor(olga)


@pytest.fixture
def client(olga: User, secret: str) -> Client:
    """Olga's browser, in which she signed in with both steps an hour ago."""
    client = sign_in(olga)
    client.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    let_it_grow_old(client)
    forget_digits()
    return client


def is_asked(client: Client) -> bool:
    answer = client.get("/accounts/data/download")
    return answer.status_code == 302 and "reauthenticate" in answer.headers["Location"]


@pytest.mark.parametrize("path", IMPORTANT)
def test_what_is_important_is_asked_for(client, path):
    assert client.get(path).headers["Location"].startswith("/accounts/reauthenticate/?next=")


def test_it_takes_the_password_and_then_the_second_factor(client, secret):
    assert is_asked(client)
    first = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/data/download"})
    assert first.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Faccounts%2Fdata%2Fdownload"
    assert is_asked(client)
    key = client.session.session_key
    second = client.post(first.headers["Location"], {"code": digits(secret), "next": "/accounts/data/download"})
    assert second.headers["Location"] == "/accounts/data/download"
    assert not is_asked(client)
    assert client.session.session_key != key


def test_the_second_factor_alone_is_not_enough(client, secret):
    answer = client.post("/accounts/2fa/reauthenticate/", {"code": digits(secret)})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert is_asked(client)


def test_a_step_from_before_a_quarter_of_an_hour_does_not_count(client, secret):
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    let_it_grow_old(client, 901)
    client.post("/accounts/2fa/reauthenticate/", {"code": digits(secret)})
    assert is_asked(client)


def test_a_wrong_code_leaves_it_at_one_step(client):
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.post("/accounts/2fa/reauthenticate/", {"code": "000000"}).status_code == 200
    assert is_asked(client)


def test_without_a_second_factor_the_password_is_all(max_):
    client = sign_in(max_)
    assert is_asked(client)
    confirm(client)
    assert not is_asked(client)


@pytest.mark.parametrize(("verified", "missing"), [(True, None), (False, "password")])
def test_a_passkey_is_enough_only_if_it_verified_the_person(olga, verified, missing):
    key = Authenticator.objects.create(user=olga, type="webauthn", data={"name": "Laptop", "credential": {}})
    client = sign_in(olga)
    session = client.session
    session[RECORDS] = [
        {"method": "mfa", "type": "webauthn", "id": key.pk, "at": time.time(), "passwordless": verified}
    ]
    session.save()
    request = RequestFactory().get("/")
    request.session = session
    assert missing_step(request, olga) == missing


def test_a_person_who_is_asked_to_confirm_loses_nothing_they_sent(client, secret, olga):
    UserSession.objects.create(user=olga, session_key="elsewhere", ip="192.0.2.1")
    asked = client.post(f"/accounts/sessions/{UserSession.objects.get(session_key='elsewhere').pk}/end/")
    then = client.post(asked.headers["Location"], {"password": PASSWORD})
    client.post(then.headers["Location"], {"code": digits(secret)})
    assert not UserSession.objects.filter(session_key="elsewhere").exists()


def test_ending_sessions_asks_first(client, olga):
    UserSession.objects.create(user=olga, session_key="elsewhere", ip="192.0.2.1")
    row = UserSession.objects.get(session_key="elsewhere")
    for path in (reverse("usersessions_list"), reverse("account_end_session", args=[row.pk])):
        assert client.post(path).headers["Location"].startswith("/accounts/reauthenticate/")
    assert UserSession.objects.filter(session_key="elsewhere").exists()


def test_another_address_needs_it_too(client, olga):
    answer = client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert list(olga.emailaddress_set.values_list("email", flat=True)) == [olga.email]
