"""Suspending and reinstating people."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from accounts import flows

from .conftest import PASSWORD, make_person, sign_in

pytestmark = pytest.mark.django_db


def test_a_suspended_person_is_signed_out_everywhere_and_refused_in_plain_words(client: Client, olga, staff):
    before = sign_in(olga)
    flows.suspend(olga, staff)
    assert before.get("/accounts/").status_code == 302
    assert not UserSession.objects.filter(user=olga).exists()

    response = client.post("/accounts/login/", {"login": olga.email, "password": PASSWORD})
    assert response.status_code == 403
    assert "Your account is suspended" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_does_not_tell_that_an_account_is_suspended(client: Client, olga, staff):
    flows.suspend(olga, staff)
    response = client.post("/accounts/login/", {"login": olga.email, "password": "not it"})
    assert "suspended" not in response.content.decode()


def test_a_new_password_is_no_way_round(client: Client, olga, staff):
    flows.suspend(olga, staff)
    client.post("/accounts/password/reset/", {"email": olga.email})
    assert not re.search(r"\d{6}", str(mail.outbox[-1].body))
    assert client.get("/accounts/password/reset/complete/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_reinstated_person_signs_in_again(olga, staff):
    flows.suspend(olga, staff)
    flows.reinstate(olga, staff)
    assert olga.suspended_at is None
    assert sign_in(olga).get("/accounts/").status_code == 200


def test_suspending_twice_keeps_the_first_date(olga, staff):
    flows.suspend(olga, staff)
    first = olga.suspended_at
    flows.suspend(olga, staff)
    assert olga.suspended_at == first


def test_who_may_not_suspend_whom(olga, max_, staff):
    clerk = make_person("Cleo", is_staff=True)
    for user, by in ((olga, max_), (staff, staff), (staff, clerk)):
        with pytest.raises(flows.NotAllowed):
            flows.suspend(user, by)
        user.refresh_from_db()
        assert user.is_active
    flows.suspend(olga, clerk)
    assert not olga.is_active
