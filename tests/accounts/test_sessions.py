"""The list of sessions, and ending them."""

import pytest
from allauth.account.signals import authentication_step_completed
from allauth.usersessions.models import UserSession
from django.test import Client, RequestFactory

from accounts.events import session_rekeyed

from .conftest import PASSWORD, confirm, sign_in

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML) Version/18.0 Safari/604.1"


def test_the_list_names_browsers_in_words_and_marks_this_one(olga):
    here = sign_in(olga, HTTP_USER_AGENT=FIREFOX)
    sign_in(olga, HTTP_USER_AGENT=IPHONE)
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert page.count("This browser") == 1
    assert str(here.session.session_key) not in page


def test_a_person_ends_one_other_session(olga):
    here, there, third = sign_in(olga), sign_in(olga), sign_in(olga)
    session = UserSession.objects.get(session_key=there.session.session_key)
    confirm(here)
    assert here.post(f"/accounts/sessions/{session.pk}/end/").headers["Location"] == "/accounts/sessions/"
    assert there.get("/accounts/").status_code == 302
    assert third.get("/accounts/").status_code == 200
    assert here.get("/accounts/").status_code == 200


def test_a_person_ends_all_other_sessions(olga):
    here, there = sign_in(olga), sign_in(olga)
    confirm(here)
    here.post("/accounts/sessions/")
    assert there.get("/accounts/").status_code == 302
    assert here.get("/accounts/").status_code == 200


def test_no_one_ends_the_session_of_someone_else(olga, max_):
    olgas = sign_in(olga)
    session = UserSession.objects.get(user=olga)
    client = sign_in(max_)
    confirm(client)
    assert client.post(f"/accounts/sessions/{session.pk}/end/").status_code == 404
    assert olgas.get("/accounts/").status_code == 200


def test_ending_needs_a_post(olga):
    client = sign_in(olga)
    assert client.get(f"/accounts/sessions/{UserSession.objects.get().pk}/end/").status_code == 405


def test_entering_the_password_again_gives_the_session_another_key(olga, settings):
    client = sign_in(olga)
    first = client.session.session_key
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    copied = Client()
    copied.cookies[settings.SESSION_COOKIE_NAME] = str(first)
    assert copied.get("/accounts/").status_code == 302
    assert client.get("/accounts/").status_code == 200
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [client.session.session_key]


def test_open_sockets_follow_the_key_however_often_a_request_changes_it(olga, settings):
    client = sign_in(olga)
    request = RequestFactory().post("/accounts/reauthenticate/")
    request.session = client.session
    keys = [client.session.session_key]
    request.COOKIES[settings.SESSION_COOKIE_NAME] = str(keys[0])

    def follow(sender, old_key, new_key, **_):
        assert old_key == keys[-1]
        keys.append(new_key)

    session_rekeyed.connect(follow)
    try:
        for _ in range(2):
            authentication_step_completed.send(
                None, request=request, user=olga, method="password", reauthenticated=True
            )
    finally:
        session_rekeyed.disconnect(follow)
    assert len(keys) == 3
    assert keys[-1] == request.session.session_key


def test_a_copied_cookie_is_worth_nothing_after_signing_out(olga, settings):
    client, copied = sign_in(olga), Client()
    copied.cookies[settings.SESSION_COOKIE_NAME] = str(client.session.session_key)
    assert copied.get("/accounts/").status_code == 200
    client.post("/accounts/logout/")
    assert copied.get("/accounts/").status_code == 302


def test_nothing_is_known_of_a_browser_after_signing_out(olga):
    browser = sign_in(olga)
    assert UserSession.objects.get().session_key == browser.session.session_key
    browser.post("/accounts/logout/")
    assert not UserSession.objects.exists()
