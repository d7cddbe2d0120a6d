"""What the database holds of secrets, and how the key is replaced."""

import time
from importlib import import_module
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.signing import BadSignature
from django.db import connection
from django.template import Context, Template
from django.test import Client

from accounts import optional_mail
from accounts.authentication.encryption import (
    FACTOR_SECRETS,
    SESSION_CONTENT,
    NotReadable,
    decrypt,
    encrypt,
    is_current,
)
from accounts.authentication.factor_secrets import Counts, encrypt_again, is_up_to_date
from accounts.models import MailKind
from tests.second_factor import digits, forget_digits

from .conftest import give_second_factor, sign_in

OLD, NEW = "o" * 25 + "ld-secret-key-of-this-site-1", "n" * 25 + "ew-secret-key-of-this-site-2"


def test_what_is_encrypted_is_read_only_with_the_key_and_for_its_purpose(settings):
    sealed = encrypt("JBSWY3DPEHPK3PXP", FACTOR_SECRETS)
    assert "JBSWY3DP" not in sealed
    assert encrypt("JBSWY3DPEHPK3PXP", FACTOR_SECRETS) != sealed
    assert decrypt(sealed, FACTOR_SECRETS) == "JBSWY3DPEHPK3PXP"
    flipped = sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB")
    for text in (flipped, sealed[:-8], sealed.replace("e1.", "e2."), "", "e1.", "plain"):
        with pytest.raises(NotReadable):
            decrypt(text, FACTOR_SECRETS)
    with pytest.raises(NotReadable):
        decrypt(sealed, SESSION_CONTENT)
    settings.SECRET_KEY = NEW
    with pytest.raises(NotReadable):
        decrypt(sealed, FACTOR_SECRETS)


def test_a_former_key_still_reads_and_no_longer_writes(settings):
    settings.SECRET_KEY = OLD
    sealed = encrypt("äöü ✓", FACTOR_SECRETS)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert decrypt(sealed, FACTOR_SECRETS) == "äöü ✓"
    assert not is_current(sealed, FACTOR_SECRETS)
    assert is_current(encrypt("äöü ✓", FACTOR_SECRETS), FACTOR_SECRETS)


def test_a_page_shows_nothing_in_the_place_of_what_it_cannot_read():
    def broken() -> str:
        raise NotReadable

    assert Template("[{{ secret }}]").render(Context({"secret": broken})) == "[]"


@pytest.mark.django_db
def test_no_table_holds_the_secret_of_a_factor(olga):
    secret = give_second_factor(olga)
    codes = RecoveryCodes.activate(olga).get_unused_codes()
    assert len(codes) == 10
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert stored.count("'e1.") == 2
    client = sign_in(olga)
    client.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    assert client.session["_auth_user_id"] == str(olga.pk)


@pytest.mark.django_db
def test_no_table_holds_a_secret_that_is_being_set_up(olga):
    client = sign_in(olga)
    client.post("/accounts/reauthenticate/", {"password": "correct horse battery"})
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    assert client.session["mfa.totp.secret"] == secret
    row = Session.objects.get()
    assert row.get_decoded() == {}  # Django's own reader
    assert row.session_data.startswith("e1.")


@pytest.mark.django_db
def test_a_secret_that_cannot_be_read_lets_no_one_in_and_breaks_no_page(olga, settings):
    settings.SECRET_KEY = OLD
    secret = give_second_factor(olga)
    RecoveryCodes.activate(olga)
    settings.SECRET_KEY = NEW
    client = sign_in(olga)
    for code in (digits(secret), "000000"):
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
        assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_codes_that_cannot_be_read_are_said_so_and_replaced(olga, settings):
    settings.SECRET_KEY = OLD
    give_second_factor(olga)
    RecoveryCodes.activate(olga)
    settings.SECRET_KEY = NEW
    client = Client()
    client.force_login(olga)
    session = client.session
    session["account_authentication_methods_user"] = str(olga.pk)
    session["account_authentication_methods"] = [{"method": "steps", "at": time.time(), "reauthenticated": True}]
    session.save()
    for path in ("/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/generate/"):
        page = client.get(path, follow=True)
        assert page.redirect_chain == [("/accounts/2fa/", 302)]
        assert "be read any more" in page.content.decode()
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=olga).exists()


@pytest.mark.django_db
def test_a_new_key_takes_over_without_anyone_noticing(olga, settings):
    """The steps of docs/deployment.md: the former key becomes a fallback, all is encrypted again, it is removed."""
    settings.SECRET_KEY = OLD
    secret = give_second_factor(olga)
    codes = RecoveryCodes.activate(olga).get_unused_codes()
    client = sign_in(olga)
    client.post("/accounts/2fa/authenticate/", {"code": digits(secret)})

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert client.get("/accounts/").status_code == 200  # and the session is saved under the new key
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes() == codes
    out = StringIO()
    call_command("encrypt_again", stdout=out)
    assert out.getvalue() == "Encrypted again: 2. Not readable with any key: 0.\n"
    call_command("prune", stdout=out)
    assert "Encrypted again: 0." in out.getvalue()

    settings.SECRET_KEY_FALLBACKS = []
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes() == codes
    forget_digits()
    later = sign_in(olga)
    later.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    assert later.session["_auth_user_id"] == str(olga.pk)


@pytest.mark.django_db
def test_secrets_from_before_work_and_are_encrypted(olga):
    data = {"seed": "ab" * 40, "used_mask": 0, "migrated_codes": ["11111111", "22222222"]}
    codes = Authenticator.objects.create(user=olga, type="recovery_codes", data=data)
    app = Authenticator.objects.create(user=olga, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    assert app.wrap().validate_code(digits("JBSWY3DPEHPK3PXP"))
    call_command("prune", stdout=StringIO())
    for row in (codes, app):
        row.refresh_from_db()
        assert is_up_to_date(row.data)
    assert codes.data["used_mask"] == 0
    assert codes.wrap().get_unused_codes() == ["11111111", "22222222"]


@pytest.mark.django_db
def test_a_secret_that_no_key_reads_is_counted_and_left_alone(olga, settings):
    settings.SECRET_KEY = OLD
    give_second_factor(olga)
    before = Authenticator.objects.get().data
    settings.SECRET_KEY = NEW
    assert encrypt_again() == Counts(changed=0, not_readable=1)
    assert Authenticator.objects.get().data == before


@pytest.mark.django_db
def test_the_migration_encrypts_what_is_there_and_can_be_undone(olga):
    # Its own steps alone: a test that migrates a database leaves it empty for the others.
    migration = import_module("accounts.migrations.0004_encrypt_factor_secrets")
    Authenticator.objects.create(user=olga, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    passkey = Authenticator.objects.create(user=olga, type="webauthn", data={"name": "Laptop"})
    migration.encrypt_all(apps, connection.schema_editor())
    assert is_up_to_date(Authenticator.objects.get(type="totp").data)
    passkey.refresh_from_db()
    assert passkey.data == {"name": "Laptop"}
    migration.decrypt_all(apps, connection.schema_editor())
    assert Authenticator.objects.get(type="totp").data == {"secret": "JBSWY3DPEHPK3PXP"}


@pytest.mark.django_db
def test_a_new_key_keeps_who_turned_off_which_mails(settings):
    settings.SECRET_KEY = OLD
    optional_mail.set_preferences("olga@example.org", {MailKind.INVITATION})
    token = optional_mail.make_token(MailKind.INVITATION, "max@example.org")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    optional_mail.opt_out(*optional_mail.read_token(token))  # by the link of a mail from before
    others = set(MailKind) - {MailKind.INVITATION}
    for who, wanted in (("olga@example.org", {MailKind.INVITATION}), ("max@example.org", others)):
        assert {kind for kind in MailKind if optional_mail.is_wanted(kind, who)} == wanted
    settings.SECRET_KEY_FALLBACKS = []
    assert not optional_mail.is_wanted(MailKind.WAITING, "olga@example.org")
    assert not optional_mail.is_wanted(MailKind.INVITATION, "max@example.org")
    with pytest.raises(BadSignature):
        optional_mail.read_token(token)
