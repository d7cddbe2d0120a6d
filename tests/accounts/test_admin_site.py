"""Who gets into the admin site."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from .conftest import sign_in, sign_in_to_admin

pytestmark = pytest.mark.django_db


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
    Authenticator.objects.create(user=staff, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x", "used_mask": 0})
    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_with_a_second_factor_get_in(staff):
    assert sign_in_to_admin(staff).get("/admin/").status_code == 200


def test_its_scripts_run_under_the_same_policy_but_for_trusted_types(staff, client: Client):
    inside = sign_in_to_admin(staff).get("/admin/").headers["Content-Security-Policy"]
    outside = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert outside == f"{inside}; require-trusted-types-for 'script'"


def test_in_development_the_password_is_enough(staff, settings):
    settings.DEBUG = True
    assert sign_in(staff).get("/admin/").status_code == 200
