"""The cast of the account stories, and what they do with their mail."""

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.second_factor import digits

PASSWORD = "correct horse battery"


def make_person(name: str, **fields) -> User:
    """Make a person with a verified address `<name>@example.org`."""
    email = f"{name.lower()}@example.org"
    user = User.objects.create_user(email, PASSWORD, display_name=name, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def sign_in(user: User, **headers) -> Client:
    """Sign in over the page, as a browser of its own, and return it."""
    client = Client(**headers)
    response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302, response.content.decode()
    return client


def code_in_mail() -> str:
    """Return the six digits of the newest mail."""
    found = re.search(r"^\s+(\d{6})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def give_second_factor(user: User) -> str:
    """Set up an authenticator app for a person and return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def sign_in_to_admin(user: User) -> Client:
    """Return the browser of a member of staff who signed in with a second factor."""
    secret = give_second_factor(user)
    client = sign_in(user)
    client.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    return client


def confirm(client: Client) -> None:
    """Enter the password again, as pages ask before something important."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """The clock of the limits, which a test moves forward, in seconds; it stands still otherwise."""
    now = [1_800_000_000.0]
    monkeypatch.setattr("common.buckets.monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


@pytest.fixture
def olga(db) -> User:
    """A person with an account."""
    return make_person("Olga")


@pytest.fixture
def max_(db) -> User:
    """Another person with an account."""
    return make_person("Max")


@pytest.fixture
def staff(db) -> User:
    """A superuser."""
    return make_person("Ada", is_staff=True, is_superuser=True)
