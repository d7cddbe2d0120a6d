"""Every page has its limit, by the one mechanism."""

import logging

import pytest
from allauth.account import app_settings as account
from allauth.mfa import app_settings as mfa
from django.test import Client
from django.urls import reverse

from accounts.limits import VIEW_LIMITS
from common import ratelimit

from .conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db

# What allauth would limit by itself, and what limits it here: the names of addresses in `VIEW_LIMITS`, or of limits.
TAKEN_OVER = {
    "change_password": {"account_change_password", "account_set_password"},
    "change_phone": set(),  # no one has a telephone number here
    "confirm_email": {"code-mail", "code-mailbox", "code-mail-from"},
    "login": {"account_login"},
    "login_failed": {"wrong-password", "wrong-password-account", "wrong-password-from", "factor", "factor-long"},
    "manage_email": {"account_email"},
    "reauthenticate": {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"},
    "request_login_code": set(),  # no one signs in by a code from a mail
    "reset_password": {"account_reset_password"},
    "reset_password_from_key": {"account_complete_password_reset"},
    "signup": {"account_signup"},
    "verify_phone": set(),
    "webauthn_login": {"mfa_login_webauthn"},
}


def test_what_the_library_limits_is_limited_here(settings) -> None:
    assert account.RATE_LIMITS == mfa.RATE_LIMITS == {}
    settings.ACCOUNT_RATE_LIMITS, settings.MFA_RATE_LIMITS = {}, {}
    assert set(TAKEN_OVER) == {*account.RATE_LIMITS, *mfa.RATE_LIMITS}
    names = {name for taken in TAKEN_OVER.values() for name in taken}
    assert names <= {*VIEW_LIMITS, *(limit.name for limit in ratelimit.LIMITS)}


@pytest.mark.parametrize("name", sorted(VIEW_LIMITS))
def test_a_page_that_costs_much_answers_so_often(name: str, olga, caplog, clock) -> None:
    anonymous = name.startswith(("account_signup", "account_login", "account_reset", "mfa_login", "organisation"))
    client, limits = Client() if anonymous else sign_in(olga), VIEW_LIMITS[name]
    path = reverse(name)
    ask = client.get if name == "account_download" else client.post
    answers: list[int] = []
    with caplog.at_level(logging.WARNING, "security"):
        while 429 not in answers and len(answers) < 200:
            answers.append(ask(path, {"email": "sam@example.org"} if ask == client.post else {}).status_code)
    assert answers[-1] == 429
    assert len(answers) - 1 == min(limit.burst for limit, _whom in limits)
    [line] = [record for record in caplog.records if "limit.exceeded" in record.getMessage()]
    assert any(f"limit={limit.name}" in line.getMessage() for limit, _whom in limits)
    # It is said once, whatever follows.
    caplog.clear()
    ask(path, {"email": "sam@example.org"} if ask == client.post else {})
    assert "limit.exceeded" not in caplog.text


def test_everything_that_changes_something_has_a_limit(olga, max_, clock) -> None:
    client = sign_in(olga)
    while not ratelimit.consume(ratelimit.WRITE, olga.pk):
        pass
    for path in ("/accounts/", "/accounts/mails/", "/accounts/time-zone", "/rooms/new", "/accounts/logout/"):
        assert client.post(path).status_code == 429
        assert client.get(path).status_code != 429
    assert sign_in(max_).post("/accounts/mails/").status_code == 302
    while not ratelimit.consume(ratelimit.WRITE_FROM, "127.0.0.1"):
        pass
    assert Client().post("/accounts/login/", {"login": max_.email, "password": PASSWORD}).status_code == 429
