"""What happens to an account gets one line in the security log, with its number and nothing else of the person."""

import json
import logging

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from accounts.models import User
from common.security_log import LOGGER, REFUSED
from meetingpoint_site.logs import JsonFormatter
from tests.second_factor import digits

from .conftest import PASSWORD, code_in_mail, sign_in, sign_in_to_admin
from .test_second_factor import signed_in_and_sure

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "quite another sentence"


@pytest.fixture
def events(caplog):
    """Return the events since the last call, as (event, account, detail), after a look for what must not be in them."""
    caplog.set_level(logging.INFO, LOGGER)

    def take():
        lines = [JsonFormatter().format(record) for record in caplog.records if record.name == LOGGER]
        caplog.clear()
        assert all("@" not in line and "olga" not in line.lower() and REFUSED not in line for line in lines), lines
        entries = [json.loads(line) for line in lines]
        # What a test runs at the end of its transaction is after the request.
        assert all(len(entry["network"]) == 16 for entry in entries if entry["event"] != "session.ended"), lines
        return [
            (entry["event"], entry.get("account"), entry.get("method") or entry.get("type") or entry.get("purpose"))
            for entry in entries
        ]

    return take


def test_signing_up_and_confirming_the_address(client: Client, events):
    client.post("/accounts/signup/", {"email": "olga@example.org", "password1": NEW_PASSWORD})
    olga = User.objects.get()
    code = code_in_mail()
    client.post("/accounts/confirm-email/", {"code": "000000" if code != "000000" else "111111"})
    client.post("/accounts/confirm-email/", {"code": code})
    assert events() == [
        ("sign_up.done", olga.pk, None),
        ("code.sent", olga.pk, "sign_up"),
        ("code.refused", olga.pk, None),
        ("address.confirmed", olga.pk, None),
        ("sign_in.done", olga.pk, None),
    ]
    Client().post("/accounts/signup/", {"email": "olga@example.org", "password1": NEW_PASSWORD})
    assert ("sign_up.known_address", None, None) in events()


def test_signing_in_and_out(olga, events):
    Client().post("/accounts/login/", {"login": olga.email, "password": "wrong"})
    Client().post("/accounts/login/", {"login": "no-one@example.net", "password": "wrong"})
    client = sign_in(olga)
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/logout/")
    assert events() == [
        ("sign_in.failed", olga.pk, "password"),
        ("sign_in.failed", None, "password"),
        ("sign_in.done", olga.pk, "password"),
        ("sign_in.confirmation_failed", olga.pk, "password"),
        ("sign_in.confirmed", olga.pk, "all_steps"),
        ("sign_out.done", olga.pk, None),
    ]


def test_the_second_factor(olga, events, django_capture_on_commit_callbacks):
    client = signed_in_and_sure(olga)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": digits(secret)})
    other = sign_in(olga)
    other.post("/accounts/2fa/authenticate/", {"code": "12345"})
    passkey = Client()
    passkey.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    passkey.post("/accounts/2fa/webauthn/login/", {"credential": '{"id": "AAAA"}'})
    code = RecoveryCodes(Authenticator.objects.get(user=olga, type="recovery_codes")).get_unused_codes()[0]
    other.post("/accounts/2fa/authenticate/", {"code": code})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")
    assert [event for event in events() if not event[0].startswith(("session.", "sign_in.confirmed"))] == [
        ("sign_in.done", olga.pk, "password"),
        ("factor.added", olga.pk, "totp"),
        ("factor.recovery_codes_created", olga.pk, "recovery_codes"),
        ("factor.failed", olga.pk, "totp"),
        ("factor.failed", None, "webauthn"),
        ("factor.recovery_code_used", olga.pk, None),
        ("sign_in.done", olga.pk, "password+recovery_codes"),
        ("factor.recovery_codes_created", olga.pk, "recovery_codes"),
        ("factor.removed", olga.pk, "totp"),
        ("factor.removed", olga.pk, "recovery_codes"),
    ]


def test_another_password_and_another_address(olga, events):
    client = signed_in_and_sure(olga)
    passwords = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post("/accounts/password/change/", passwords).status_code == 302
    client.post("/accounts/email/", {"email": "other@example.org", "action_add": ""})
    client.post("/accounts/confirm-email/", {"code": code_in_mail()})
    names = [name for name, account, _detail in events() if account == olga.pk and not name.startswith("session.")]
    assert names == [
        *("sign_in.done", "sign_in.confirmed", "password.changed"),
        *("code.sent", "address.added", "address.confirmed", "address.changed"),
    ]


def test_a_forgotten_password(olga, events):
    client = Client()
    client.post("/accounts/password/reset/", {"email": olga.email})
    Client().post("/accounts/password/reset/", {"email": "no-one@example.net"})
    code = next(found for found in mail.outbox if olga.email in found.to)
    mail.outbox = [code]
    client.post("/accounts/password/reset/confirm/", {"code": "nonsense"})
    client.post("/accounts/password/reset/confirm/", {"code": code_in_mail()})
    client.post("/accounts/password/reset/complete/", {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert [event for event in events() if not event[0].startswith("session.")] == [
        ("password.reset_asked", olga.pk, None),
        ("password.reset_asked", None, None),
        ("code.refused", olga.pk, None),
        ("password.reset", olga.pk, None),
        ("sign_in.done", olga.pk, "password_reset"),
    ]


def test_the_export_and_the_end_of_an_account(olga, events):
    client = signed_in_and_sure(olga)
    events()
    client.get("/accounts/data/download")
    client.post("/accounts/data/delete", {"confirm": "yes"})
    assert [event[:2] for event in events() if event[0].startswith("account.")] == [
        ("account.exported", olga.pk),
        ("account.deleted", olga.pk),
    ]


def test_the_end_of_sessions(olga, events):
    here, there = signed_in_and_sure(olga), sign_in(olga)
    session = UserSession.objects.get(session_key=there.session.session_key)
    events()
    here.post(f"/accounts/sessions/{session.pk}/end/")
    assert [event for event in events() if event[0].startswith("session.")] == [("session.ended", olga.pk, None)]


def test_what_a_moderator_does(olga, staff, events):
    client = sign_in_to_admin(staff)
    assert client.post(f"/admin/action/suspend/?rows={olga.pk}", {"reason": "Seen it myself."}).status_code == 302
    names = [event for event in events() if not event[0].startswith("sign_in.")]
    assert ("account.suspended", olga.pk, None) in names
    assert ("moderation.action", staff.pk, None) in names
