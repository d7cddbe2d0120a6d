"""Who gets into the admin site."""

import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from tests.second_factor import digits, forget_digits, show_second_factor

from .conftest import PASSWORD, give_second_factor, sign_in, sign_in_to_admin

pytestmark = pytest.mark.django_db
HOUR = 3600.0


def test_a_stranger_is_sent_to_the_sites_own_sign_in_page(client: Client):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_a_person_who_is_not_staff_is_refused(olga):
    assert sign_in(olga).get("/admin/", follow=True).status_code == 403


def test_staff_without_a_second_factor_read_how_to_set_one_up(staff):
    response = sign_in(staff).get("/admin/", follow=True)
    assert response.status_code == 403
    page = response.content.decode()
    assert "Two-step verification required" in page
    assert 'href="/accounts/2fa/"' in page


def test_recovery_codes_are_no_second_factor(staff):
    client = sign_in(staff)
    RecoveryCodes.activate(staff)
    show_second_factor(client, staff)
    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_with_a_second_factor_get_in(staff):
    assert sign_in_to_admin(staff).get("/admin/").status_code == 200


def test_a_session_from_before_the_second_factor_has_to_show_it(staff):
    old = sign_in(staff)
    secret = give_second_factor(staff)
    asked = old.get("/admin/accounts/user/", follow=True)
    assert asked.redirect_chain[-1][0] == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    assert "Confirm it" in asked.content.decode()
    assert old.post("/admin/accounts/user/", {"action": "suspend", "_selected_action": [staff.pk]}).status_code == 302
    # The password was entered at signing in, a moment ago. The code is what is left.
    answer = old.post(asked.redirect_chain[-1][0], {"code": digits(secret), "next": "/admin/accounts/user/"})
    assert answer.headers["Location"] == "/admin/accounts/user/"
    assert old.get("/admin/accounts/user/").status_code == 200


def test_a_second_factor_opens_the_administration_for_some_hours(staff, settings):
    client = sign_in_to_admin(staff)
    settings.ADMIN_FACTOR_HOURS = 2
    show_second_factor(client, staff, ago=1.9 * HOUR)
    assert client.get("/admin/").status_code == 200
    show_second_factor(client, staff, ago=2.1 * HOUR)
    # Then both steps are asked for: first the password.
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/accounts/reauthenticate/?next=%2Fadmin%2F"
    assert client.get("/accounts/2fa/reauthenticate/?next=/admin/").headers["Location"].startswith("/accounts/reauth")
    forget_digits()
    on = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/admin/"})
    assert on.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"
    assert client.get("/admin/").status_code == 302


def test_a_factor_that_was_removed_opens_nothing(staff):
    client = sign_in_to_admin(staff)
    Authenticator.objects.filter(user=staff).delete()
    give_second_factor(staff)
    assert client.get("/admin/").status_code == 302


def test_the_records_of_one_person_do_not_open_it_for_another(staff, olga):
    olga.is_staff = True
    olga.save()
    give_second_factor(olga)
    client = sign_in_to_admin(staff)
    stolen = client.session[RECORDS]
    client.logout()
    client.force_login(olga)
    session = client.session
    session[RECORDS] = stolen
    session.save()
    assert client.get("/admin/").status_code == 302
    assert stolen[-1]["at"] > time.time() - HOUR


def test_the_way_back_leads_nowhere_else(staff):
    client = sign_in(staff)
    give_second_factor(staff)
    answer = client.get("/admin/login/?next=https://evil.example/")
    assert answer.headers["Location"].endswith("/?next=%2Fadmin%2F")


def test_its_scripts_run_under_the_same_policy_but_for_trusted_types(staff, client: Client):
    inside = sign_in_to_admin(staff).get("/admin/").headers["Content-Security-Policy"]
    outside = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert outside == f"{inside}; require-trusted-types-for 'script'"


def test_in_development_the_password_is_enough(staff, settings):
    settings.DEBUG = True
    assert sign_in(staff).get("/admin/").status_code == 200
