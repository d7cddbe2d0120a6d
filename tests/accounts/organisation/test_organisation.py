"""Signing in with an organisation: against a real OpenID provider in a process of its own."""

import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import personal_data
from accounts.models import User
from accounts.organisation import checks
from accounts.organisation.groups import named_groups
from accounts.site_policy import can_create_rooms, clear_cache
from tests.accounts.conftest import PASSWORD, give_second_factor, make_person, sign_in
from tests.second_factor import digits

from .conftest import CALLBACK, IdentityServer, Traveller

pytestmark = pytest.mark.django_db
CONFIRM = "/accounts/organisation/confirm"


def test_a_new_person_comes_in_with_name_and_confirmed_address(traveller: Traveller, organisation: IdentityServer):
    organisation.say(name="Olga Example")
    way = traveller.leave()
    asked = parse_qs(urlsplit(way).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert asked["response_type"] == ["code"]
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    answer = traveller.come_back(traveller.sign_in_there(way))
    assert answer.headers["Location"] == "/rooms/first"

    user = User.objects.get()
    assert traveller.account == str(user.pk)
    assert (user.email, user.display_name, user.has_usable_password()) == ("olga@example.org", "Olga Example", False)
    assert EmailAddress.objects.get(user=user).verified
    assert (user.is_staff, user.is_superuser) == (False, False)
    link = SocialAccount.objects.get()
    assert (link.user, link.provider, link.extra_data) == (user, organisation.issuer, {}), "claims are not stored"
    assert not SocialToken.objects.exists()
    assert mail.outbox == [], "there is no code to send"

    again = Traveller()
    assert again.sign_in(next="/accounts/").headers["Location"] == "/accounts/"
    assert again.account == str(user.pk)
    assert User.objects.count() == 1
    assert "You sign in with Example School" in again.site.get("/accounts/").content.decode()


def test_an_account_with_the_confirmed_address_is_linked_and_the_person_reads_so(traveller: Traveller, olga: User):
    traveller.sign_in()
    assert traveller.account == str(olga.pk)
    assert SocialAccount.objects.get().user == olga
    assert "Example School" in mail.outbox[-1].subject
    olga.refresh_from_db()
    assert olga.has_usable_password()
    assert sign_in(olga), "the password still works"


@pytest.mark.parametrize("claim", [False, None, "false", 0])
def test_an_address_that_is_not_confirmed_leads_to_no_account(
    traveller: Traveller, organisation: IdentityServer, olga: User, claim: Any
):
    organisation.say(email_verified=claim)
    answer = traveller.sign_in()
    assert answer.status_code == 403
    assert "confirmed an email address" in answer.content.decode()
    assert traveller.account is None
    assert not SocialAccount.objects.exists()
    assert User.objects.get() == olga


def test_without_an_address_there_is_no_account(traveller: Traveller, organisation: IdentityServer):
    organisation.say(email=None, email_verified=None)
    assert traveller.sign_in().status_code == 403
    assert not User.objects.exists()


def test_who_took_the_address_before_without_confirming_it_is_locked_out(traveller: Traveller):
    stranger = User.objects.create_user("olga@example.org", PASSWORD, display_name="Stranger")
    EmailAddress.objects.create(user=stranger, email=stranger.email, verified=False, primary=True)
    answer = traveller.sign_in()
    assert answer.headers["Location"] == "/accounts/confirm-email/", "a code goes to the address, as at sign-up"
    assert traveller.account is None
    stranger.refresh_from_db()
    assert not stranger.has_usable_password()


def test_the_same_subject_of_another_issuer_is_another_person(
    traveller: Traveller, organisation: IdentityServer, max_: User
):
    SocialAccount.objects.create(user=max_, provider="https://former.example.org", uid="1")
    traveller.sign_in()
    assert traveller.account not in (None, str(max_.pk))


def test_a_second_factor_is_asked_for_all_the_same(traveller: Traveller, olga: User):
    secret = give_second_factor(olga)
    assert traveller.sign_in().headers["Location"] == "/accounts/2fa/authenticate/"
    assert traveller.account is None
    traveller.site.post("/accounts/2fa/authenticate/", {"code": digits(secret)})
    assert traveller.account == str(olga.pk)


def test_a_suspended_person_stays_out(traveller: Traveller, olga: User):
    traveller.sign_in()
    User.objects.filter(pk=olga.pk).update(is_active=False, suspended_at=timezone.now())
    again = Traveller()
    assert "suspended" in again.sign_in().content.decode()
    assert again.account is None


def test_the_organisation_decides_who_is_in_its_groups_and_no_others(
    traveller: Traveller, organisation: IdentityServer, settings: Any
):
    settings.OIDC_GROUPS, settings.ROOM_CREATORS = ["teachers", "office"], "group:teachers"
    clear_cache()
    organisation.say(groups=["/teachers", "admins"])
    Group.objects.create(name="admins")
    traveller.sign_in()
    user = User.objects.get()
    assert [group.name for group in user.groups.all()] == ["teachers"]
    assert can_create_rooms(user)
    user.groups.add(Group.objects.create(name="choir"))

    for claim in (["office"], "office", "/office"):
        organisation.say(groups=claim)
        Traveller().sign_in()
        assert {group.name for group in user.groups.all()} == {"office", "choir"}
        assert not can_create_rooms(user)
    organisation.say()
    Traveller().sign_in()
    assert {group.name for group in user.groups.all()} == {"choir"}, "a missing claim names no group"


def test_the_claim_of_groups_may_be_inside_of_another(settings: Any):
    settings.OIDC_GROUPS_CLAIM = "realm_access.roles"
    assert named_groups({"realm_access": {"roles": ["a", 5, "/b"]}}) == {"a", "b"}
    assert named_groups({"realm_access.roles": ["c"]}) == {"c"}
    malformed: tuple[dict[str, Any], ...] = ({}, {"realm_access": []}, {"realm_access": {"roles": {"a": 1}}})
    for claims in malformed:
        assert named_groups(claims) == set()


def test_confirming_takes_the_organisation_which_has_to_ask_again(traveller: Traveller, organisation: IdentityServer):
    traveller.sign_in()
    first = traveller.site.session.session_key
    page = "/accounts/2fa/totp/activate/"
    assert traveller.site.get(page).headers["Location"].startswith(CONFIRM), "no one is let through unasked"
    assert "Continue with Example School" in traveller.site.get(f"{CONFIRM}?next={page}").content.decode()

    way = traveller.leave(CONFIRM, next=page)
    assert {"prompt": ["login"], "max_age": ["0"]}.items() <= parse_qs(urlsplit(way).query).items()
    answer = traveller.come_back(traveller.sign_in_there(way))
    assert answer.headers["Location"] == page
    assert traveller.site.get(page).status_code == 200
    assert traveller.site.session.session_key != first, "the session has another key"
    assert traveller.site.get("/accounts/data/delete").status_code == 200


@pytest.mark.parametrize("asked", [None, "yesterday", 0])
def test_the_organisation_s_word_counts_that_it_has_asked(
    traveller: Traveller, organisation: IdentityServer, asked: Any
):
    traveller.sign_in()
    old = int(time.time()) - 3600 if asked == "yesterday" else asked
    organisation.say(auth_time=old)
    answer = traveller.come_back(traveller.sign_in_there(traveller.leave(CONFIRM)))
    assert answer.status_code == 403
    assert "didn't ask you to sign in again" in answer.content.decode()
    assert traveller.site.get("/accounts/2fa/totp/activate/").status_code == 302


def test_another_person_of_the_organisation_confirms_nothing(traveller: Traveller):
    traveller.sign_in("max")
    user = traveller.account
    other = Traveller()
    other.site = traveller.site
    answer = other.come_back(other.sign_in_there(other.leave(CONFIRM), "olga"))
    assert answer.status_code == 403
    assert traveller.account == user
    assert User.objects.count() == 1
    assert traveller.site.get("/accounts/2fa/totp/activate/").status_code == 302


def test_with_a_second_factor_confirming_takes_both(traveller: Traveller):
    traveller.sign_in()
    user = User.objects.get()
    secret = give_second_factor(user)
    page = "/accounts/2fa/recovery-codes/generate/"
    assert traveller.site.get(page).headers["Location"].startswith(CONFIRM)
    assert traveller.site.get("/accounts/2fa/reauthenticate/").headers["Location"].startswith(CONFIRM)
    answer = traveller.come_back(traveller.sign_in_there(traveller.leave(CONFIRM, next=page)))
    assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/"), "one step is not enough"
    assert traveller.site.get(page).status_code == 302
    last: Any = traveller.site.post(answer.headers["Location"], {"code": digits(secret), "next": page})
    assert last.headers["Location"] == page
    assert traveller.site.get(page).status_code == 200


def test_a_person_with_a_password_here_confirms_with_it(traveller: Traveller, olga: User):
    traveller.sign_in()
    assert (
        traveller.site.get("/accounts/2fa/totp/activate/").headers["Location"].startswith("/accounts/reauthenticate/")
    )


def test_an_answer_that_was_not_asked_for_signs_no_one_in(traveller: Traveller, organisation: IdentityServer):
    back = traveller.sign_in_there(traveller.leave())
    stranger = Traveller()
    assert stranger.come_back(back).status_code == 401, "a link to an answer: the state is of another browser"
    assert stranger.account is None
    parts = urlsplit(back)
    changed = {**{name: value[0] for name, value in parse_qs(parts.query).items()}, "code": "x" * 30}
    assert traveller.come_back(f"http://testserver{CALLBACK}?{urlencode(changed)}").status_code == 401
    assert traveller.come_back(back).status_code == 401, "a state is used once"
    cancelled = parse_qs(urlsplit(traveller.leave()).query)["state"][0]
    answer = traveller.come_back(f"http://testserver{CALLBACK}?error=access_denied&state={cancelled}")
    assert "You stopped signing in" in answer.content.decode()
    assert traveller.account is None
    assert not User.objects.exists()


def test_a_description_of_another_issuer_is_refused(traveller: Traveller, organisation: IdentityServer, settings: Any):
    settings.OIDC_ISSUER = f"http://127.0.0.1:{organisation.port}"
    answer = traveller.site.post("/accounts/organisation/")
    assert answer.status_code in (401, 503)
    assert "url=" not in answer.content.decode()


def test_while_the_organisation_is_away_people_read_so(traveller: Traveller, settings: Any):
    settings.OIDC_ISSUER = "http://localhost:9"
    answer = traveller.site.post("/accounts/organisation/")
    assert answer.status_code == 503
    assert "can't be reached" in answer.content.decode()


def test_only_a_form_of_the_site_begins(traveller: Traveller):
    assert traveller.site.get("/accounts/organisation/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/accounts/organisation/").status_code == 403
    way = traveller.leave(next="https://evil.example/")
    assert traveller.come_back(traveller.sign_in_there(way)).headers["Location"] == "/rooms/first"


def test_a_site_can_close_its_own_ways_in(traveller: Traveller, settings: Any, max_: User):
    page = Client().get("/accounts/login/").content.decode()
    assert "Sign in with Example School" in page
    assert "Forgot your password?" in page

    settings.LOCAL_SIGN_IN = False
    page = Client().get("/accounts/login/").content.decode()
    assert "Sign in with Example School" in page
    assert 'name="password"' not in page
    assert "passkey" not in page
    assert "Create an account" not in page
    stranger = Client()
    stranger.post("/accounts/login/", {"login": max_.email, "password": PASSWORD})
    assert "_auth_user_id" not in stranger.session
    for path in ("signup/", "password/reset/", "2fa/webauthn/login/", "password/change/", "password/set/"):
        for answer in (stranger.get(f"/accounts/{path}"), stranger.post(f"/accounts/{path}", {})):
            assert answer.headers["Location"] == "/accounts/login/", path
    assert "Create an account" not in stranger.get("/").content.decode()

    traveller.sign_in("max")
    assert traveller.account == str(max_.pk)
    assert "/accounts/password/" not in traveller.site.get("/accounts/").content.decode()
    assert traveller.site.get("/accounts/2fa/totp/activate/").headers["Location"].startswith(CONFIRM)


def test_without_an_organisation_there_is_nothing_of_it(settings: Any, db: None):
    settings.OIDC_ISSUER = ""
    client = Client()
    assert "organisation" not in client.get("/accounts/login/").content.decode()
    assert client.post("/accounts/organisation/").status_code == 404
    assert client.get(CALLBACK).status_code == 404
    user = make_person("Olga")
    SocialApp.objects.create(provider="organisation", provider_id="https://evil.example", client_id="x")
    assert client.post("/accounts/organisation/").status_code == 404, "a row makes no organisation"
    assert sign_in(user).post(CONFIRM).headers["Location"].startswith("/accounts/reauthenticate/")


def test_the_download_says_who_vouches_and_deleting_the_account_forgets_it(traveller: Traveller):
    traveller.sign_in()
    user = User.objects.get()
    assert personal_data.export(user)["organisations"][0]["issuer"] == SocialAccount.objects.get().provider
    user.delete()
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"OIDC_CLIENT_ID": "", "OIDC_CLIENT_SECRET": ""}, []),
        ({"OIDC_CLIENT_SECRET": ""}, ["W034"]),
        ({"OIDC_CLIENT_ID": ""}, ["W034"]),
        ({"OIDC_ISSUER": "https://login.example.org/realm"}, []),
        ({"OIDC_ISSUER": "http://localhost:9000"}, []),
        ({"OIDC_ISSUER": "http://login.example.org"}, ["E042"]),
        ({"OIDC_ISSUER": "login.example.org"}, ["E042"]),
        ({"OIDC_ISSUER": "https://login.example.org/.well-known/openid-configuration"}, ["E042"]),
        ({"OIDC_ISSUER": "https://login.example.org/" + "x" * 200}, ["E042"]),
        ({"OIDC_ISSUER": "https://a.example", "OIDC_CLIENT_ID": ""}, ["E043"]),
        ({"OIDC_ISSUER": "https://a.example", "OIDC_CLIENT_SECRET": ""}, ["E043"]),
        ({"LOCAL_SIGN_IN": False, "OIDC_CLIENT_ID": "", "OIDC_CLIENT_SECRET": ""}, ["E044"]),
        ({"LOCAL_SIGN_IN": False, "OIDC_ISSUER": "https://a.example"}, []),
        ({"OIDC_SCOPES": ["email"], "OIDC_ISSUER": "https://a.example"}, ["E045"]),
    ],
)
def test_check_finds_what_does_not_fit(settings: Any, values: dict[str, Any], problems: list[str]):
    quiet = {"OIDC_ISSUER": "", "OIDC_CLIENT_ID": "c", "OIDC_CLIENT_SECRET": "s", "LOCAL_SIGN_IN": True}
    for name, value in {**quiet, **values}.items():
        setattr(settings, name, value)
    assert [str(message.id)[-4:] for message in checks.organisation(None)] == problems
