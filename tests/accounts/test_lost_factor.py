"""A person who has lost their second factor, and what staff and the command line can do to sessions."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.flows import NotAllowed, reset_second_factor
from tests.second_factor import digits

from .conftest import PASSWORD, code_in_mail, give_second_factor, make_person, sign_in

pytestmark = pytest.mark.django_db


def test_after_a_reset_the_password_and_a_code_by_mail_are_needed(
    staff, olga, max_, django_capture_on_commit_callbacks
):
    olgas, maxs = sign_in(olga), sign_in(max_)
    give_second_factor(olga)
    RecoveryCodes.activate(olga)
    with django_capture_on_commit_callbacks(execute=True):
        reset_second_factor(olga, staff)
    assert not Authenticator.objects.filter(user=olga).exists()
    assert olgas.get("/accounts/").status_code == 302
    assert maxs.get("/accounts/").status_code == 200
    assert mail.outbox[-1].to == [olga.email]
    assert "Two-step verification was turned off" in mail.outbox[-1].subject

    client = sign_in(olga)  # the password is right …
    assert client.get("/accounts/").status_code == 302  # … and not enough
    client.post("/accounts/confirm-email/", {"code": code_in_mail()})
    assert client.get("/accounts/").status_code == 200
    assert EmailAddress.objects.get(user=olga).verified


def test_only_a_superuser_resets_it_and_not_their_own(staff, olga):
    give_second_factor(olga)
    clerk = make_person("Cleo", is_staff=True)
    for user, by in ((olga, clerk), (olga, olga), (staff, staff), (staff, clerk)):
        with pytest.raises(NotAllowed):
            reset_second_factor(user, by)
    assert Authenticator.objects.filter(user=olga).exists()


def test_a_new_password_by_mail_does_not_skip_the_second_factor(olga):
    secret = give_second_factor(olga)
    client = sign_in(make_person("Nora"))
    client.logout()
    client.post("/accounts/password/reset/", {"email": olga.email})
    client.post("/accounts/password/reset/confirm/", {"code": code_in_mail()})
    new = "a wholly different one"
    answer = client.post("/accounts/password/reset/complete/", {"password1": new, "password2": new}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/2fa/authenticate/")
    assert client.get("/accounts/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    assert client.get("/accounts/").status_code == 200


def test_the_command_line_resets_a_factor(olga, django_capture_on_commit_callbacks):
    give_second_factor(olga)
    with django_capture_on_commit_callbacks(execute=True):
        call_command("reset_second_factor", "OLGA@example.org", stdout=StringIO())
    assert not Authenticator.objects.filter(user=olga).exists()
    assert mail.outbox
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "no.one@example.org")


def test_the_command_line_ends_the_sessions_of_one_person_or_of_everyone(olga, max_):
    olgas, maxs = sign_in(olga), sign_in(max_)
    for wrong in ([], ["olga@example.org", "--everyone"], ["no.one@example.org"]):
        with pytest.raises(CommandError):
            call_command("end_sessions", *wrong)
    out = StringIO()
    call_command("end_sessions", "Olga@example.org", stdout=out)
    assert (olgas.get("/accounts/").status_code, maxs.get("/accounts/").status_code) == (302, 200)
    sign_in(olga)
    call_command("end_sessions", "--everyone", stdout=out)
    assert out.getvalue() == "Ended: 1 sessions.\nEnded: 2 sessions.\n"
    assert maxs.get("/accounts/").status_code == 302
    assert not UserSession.objects.exists()


def test_the_page_of_the_second_step_says_what_to_do_without_it(olga):
    give_second_factor(olga)
    client = sign_in(olga)
    page = client.get("/accounts/2fa/authenticate/").content.decode()
    assert "Lost your phone or key?" in page
    assert client.post("/accounts/login/", {"login": olga.email, "password": PASSWORD}).status_code == 302
