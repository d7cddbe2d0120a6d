"""When sessions end: unused, old, or because something about signing in has changed."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import flows
from accounts.authentication.session_use import keep_sessions
from accounts.authentication.sessions import OF_STAFF, SIGNED_IN_AT
from accounts.models import User
from tests.second_factor import digits, forget_digits

from .conftest import PASSWORD, confirm, give_second_factor, make_person, sign_in, sign_in_to_admin

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def row(client: Client) -> Session:
    """Return the row of the session of a browser."""
    return Session.objects.get(session_key=client.session.session_key)


def pass_time(client: Client, gone: timedelta) -> None:
    """Act as if the session had been opened, and last used, that much earlier."""
    session = client.session
    session[SIGNED_IN_AT] -= gone.total_seconds()
    end = row(client).expire_date - gone
    session.save()
    UserSession.objects.filter(session_key=session.session_key).update(created_at=timezone.now() - gone)
    Session.objects.filter(session_key=session.session_key).update(expire_date=end)


def is_signed_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def test_a_session_ends_two_weeks_after_its_last_use(olga):
    client = sign_in(olga)
    assert abs(row(client).expire_date - timezone.now() - 14 * DAY) < timedelta(minutes=1)
    for _ in range(2):
        pass_time(client, 13 * DAY)
        assert is_signed_in(client)
    assert abs(row(client).expire_date - timezone.now() - 4 * DAY) < timedelta(minutes=1)  # 30 days since signing in
    pass_time(client, 4 * DAY)
    assert not is_signed_in(client)


def test_a_session_that_is_not_used_ends(olga):
    client = sign_in(olga)
    pass_time(client, 14 * DAY)
    assert not is_signed_in(client)


def test_a_session_that_is_used_every_week_ends_all_the_same(olga):
    client = sign_in(olga)
    days = 0
    while is_signed_in(client):
        days += 6
        assert days < 40
        pass_time(client, 6 * DAY)
    assert days == 30


def test_the_session_of_staff_ends_after_an_hour_without_use_and_after_a_day(staff, settings):
    client = sign_in_to_admin(staff)
    assert client.session[OF_STAFF] is True
    pass_time(client, timedelta(minutes=59))
    assert client.get("/admin/").status_code == 200
    pass_time(client, timedelta(minutes=61))
    assert not is_signed_in(client)
    again = sign_in(make_person("Ida", is_staff=True))
    settings.STAFF_SESSION_IDLE_MINUTES = 9 * 60
    hours = 0
    while is_signed_in(again):
        hours += 8
        assert hours < 30
        pass_time(again, timedelta(hours=8))
    assert hours == 24


def test_who_becomes_staff_has_the_shorter_times_from_the_next_page_on(olga):
    client = sign_in(olga)
    olga.is_staff = True
    olga.save()
    assert is_signed_in(client)
    assert row(client).expire_date - timezone.now() < timedelta(minutes=61)


def test_a_page_moves_the_end_and_nothing_else_and_not_each_time(olga):
    client = sign_in(olga)
    before = row(client)
    client.get("/accounts/")
    assert row(client).expire_date == before.expire_date
    pass_time(client, DAY)
    stored = row(client).session_data
    client.get("/accounts/")
    assert row(client).session_data == stored
    assert row(client).expire_date > before.expire_date - timedelta(minutes=1)


def test_what_a_script_fetches_is_no_use(olga):
    client = sign_in(olga)
    pass_time(client, 3 * DAY)
    before = row(client).expire_date
    assert client.get("/accounts/", headers={"sec-fetch-mode": "cors"}).status_code == 200
    assert row(client).expire_date == before
    client.get("/accounts/", headers={"sec-fetch-mode": "navigate"})
    assert row(client).expire_date > before + 2 * DAY


def test_the_browser_keeps_the_cookie_as_long_as_the_session_can_last(olga):
    client = Client()
    client.post("/accounts/login/", {"login": olga.email, "password": PASSWORD})
    assert abs(client.cookies[site.SESSION_COOKIE_NAME]["max-age"] - 30 * 86400) < 60


def test_a_session_from_before_gets_its_clock_from_signing_in(olga):
    client = sign_in(olga)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 20 * 86400
    del session[SIGNED_IN_AT]
    session.save()
    assert is_signed_in(client)
    assert abs(row(client).expire_date - timezone.now() - 10 * DAY) < timedelta(minutes=1)


def test_a_call_keeps_the_session_and_learns_that_one_has_ended(olga, staff, max_):
    clients = [sign_in(olga), sign_in(max_), sign_in(staff)]
    pass_time(clients[0], 15 * DAY)
    pass_time(clients[1], 2 * DAY)
    pass_time(clients[2], timedelta(minutes=50))
    keys = [str(client.session.session_key) for client in clients]
    keys[0] = UserSession.objects.get(user=olga).session_key
    assert keep_sessions([*keys, "unknown"]) == {keys[0], "unknown"}
    assert abs(row(clients[1]).expire_date - timezone.now() - 14 * DAY) < timedelta(minutes=1)
    assert abs(row(clients[2]).expire_date - timezone.now() - timedelta(hours=1)) < timedelta(minutes=1)
    pass_time(clients[2], timedelta(hours=23, minutes=30))
    Session.objects.filter(session_key=keys[2]).update(expire_date=timezone.now() + timedelta(minutes=1))
    keep_sessions(keys)
    assert row(clients[2]).expire_date < timezone.now() + timedelta(minutes=31)


def test_signing_in_again_where_a_session_has_ended_begins_a_new_one(staff):
    client = sign_in(staff)
    pass_time(client, 2 * DAY)  # the page for signing in is open in another tab
    client.post("/accounts/login/", {"login": staff.email, "password": PASSWORD})
    assert is_signed_in(client)
    [session] = UserSession.objects.filter(user=staff)
    assert timezone.now() - session.created_at < timedelta(minutes=1)
    assert keep_sessions([session.session_key]) == set()
    assert is_signed_in(client)


def test_a_new_password_does_not_begin_a_new_session(olga):
    client = sign_in(olga)
    pass_time(client, 10 * DAY)
    change_password(client)
    [session] = UserSession.objects.filter(user=olga)
    assert session.session_key == client.session.session_key
    assert abs(timezone.now() - session.created_at - 10 * DAY) < timedelta(minutes=1)


def test_the_oldest_session_ends_when_there_are_too_many(olga, monkeypatch):
    monkeypatch.setattr(flows, "MAX_SESSIONS", 2)
    first, second, third = sign_in(olga), sign_in(olga), sign_in(olga)
    assert [is_signed_in(client) for client in (first, second, third)] == [False, True, True]


def add_app(client: Client) -> None:
    new = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": digits(new)})


def change_password(client: Client) -> None:
    new = "another long password"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})


CHANGES = {
    "app added": add_app,
    "app removed": lambda client: client.post("/accounts/2fa/totp/deactivate/"),
    "codes renewed": lambda client: client.post("/accounts/2fa/recovery-codes/generate/"),
    "password": change_password,
}


@pytest.mark.parametrize("change", CHANGES)
def test_other_sessions_end_when_what_signing_in_asks_for_changes(olga, change, django_capture_on_commit_callbacks):
    secret = give_second_factor(olga) if change in {"app removed", "codes renewed"} else ""
    here, there = sign_in(olga), sign_in(olga)
    for client in (here, there) if secret else ():
        forget_digits()
        client.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    confirm(here)
    assert is_signed_in(there)
    before = what_signs_in(olga)
    with django_capture_on_commit_callbacks(execute=True):
        CHANGES[change](here)
    assert what_signs_in(olga) != before
    assert not is_signed_in(there)
    assert is_signed_in(here)


def what_signs_in(user: User) -> str:
    """Return the password's hash and the factors."""
    return str([User.objects.get(pk=user.pk).password, *Authenticator.objects.filter(user=user).values("type", "pk")])
