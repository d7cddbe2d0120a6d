"""Of many guesses at the same instant, as many are compared with a secret as one after the other would be."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

import pytest
from allauth.account import app_settings
from django.core import mail
from django.test import Client

from accounts.code_tries import CodeTries
from accounts.models import User
from common import ratelimit
from tests.app_server import ROOT, migrated_database

from .conftest import PASSWORD, code_in_mail, make_person

RESET = "/accounts/password/reset/"


@pytest.fixture(scope="module")
def guessed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("guessing") / "db.sqlite3"
    shutil.copy(migrated_database(), path)
    settings = {"DATABASE_URL": f"sqlite:///{path}", "SECRET_KEY": "x" * 60, "SITE_ORIGINS": "http://testserver"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.accounts.guessing"],
        cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_of_200_codes_for_a_new_password_three_are_compared(guessed: dict[str, Any]) -> None:
    assert guessed["reset"]["compared"] == 3
    assert sum(guessed["reset"]["answers"].values()) == 200
    assert not guessed["reset"]["taken"]  # by the right code, afterwards


def test_of_codes_for_an_address_three_are_compared(guessed: dict[str, Any]) -> None:
    assert guessed["sign_up"]["compared"] == 3
    assert guessed["sign_up"]["after"] == "/accounts/login/"
    assert not guessed["sign_up"]["taken"]


def test_of_digits_and_of_passwords_five_are_compared(guessed: dict[str, Any]) -> None:
    assert guessed["factor"]["compared"] == 5
    assert guessed["password"]["compared"] == 5


def test_codes_are_the_only_ones_that_mails_bring() -> None:
    """Others of allauth's processes would count their tries in the session."""
    assert not app_settings.LOGIN_BY_CODE_ENABLED
    assert {"email"} == app_settings.LOGIN_METHODS
    assert app_settings.PASSWORD_RESET_BY_CODE_TIMEOUT == app_settings.EMAIL_VERIFICATION_BY_CODE_TIMEOUT == 600


def wrong_code() -> str:
    return "000000" if code_in_mail() != "000000" else "111111"


@pytest.mark.django_db
def test_new_codes_to_one_address_have_few_tries_together(clock) -> None:
    make_person("Olga")
    compared = 0
    for _code in range(6):
        client = Client(REMOTE_ADDR=f"192.0.2.{_code}")
        client.post(RESET, {"email": "olga@example.org"})
        for _try in range(3):
            page = client.post(RESET + "confirm/", {"code": wrong_code()}, follow=True).content.decode()
            compared += "Use the code from the latest email" in page or "Too many attempts" in page
            refused = "Too many wrong codes" in page
    assert (compared, refused) == (ratelimit.CODE_ADDRESS.burst, True)
    # The code keeps its tries: an hour later, or where a code for another purpose was asked for, it counts.
    clock(ratelimit.CODE_ADDRESS.every)
    assert client.post(RESET + "confirm/", {"code": code_in_mail()}).headers["Location"] == RESET + "complete/"


@pytest.mark.django_db
def test_a_network_that_guesses_waits_and_others_do_not() -> None:
    for number in range(40):
        make_person(f"P{number}")
        client = Client(REMOTE_ADDR="192.0.2.1")
        client.post(RESET, {"email": f"p{number}@example.org"}, REMOTE_ADDR=f"198.51.100.{number}")
        page = client.post(RESET + "confirm/", {"code": wrong_code()}).content.decode()
    assert "Too many wrong codes" in page
    answer = client.post(RESET + "confirm/", {"code": code_in_mail()}, REMOTE_ADDR="192.0.2.2")
    assert answer.headers["Location"] == RESET + "complete/"


@pytest.mark.django_db
def test_a_copy_of_the_session_has_no_tries_of_its_own(olga) -> None:
    client = Client()
    client.post(RESET, {"email": olga.email})
    copy = dict(client.session.items())
    for _try in range(3):
        client.post(RESET + "confirm/", {"code": wrong_code()})
    other = Client()
    session = other.session
    session.update(copy)
    session.save()
    assert other.post(RESET + "confirm/", {"code": code_in_mail()}).headers["Location"] == "/accounts/login/"
    assert other.get(RESET + "complete/").status_code == 302


@pytest.mark.django_db
def test_a_right_code_costs_an_address_nothing(olga) -> None:
    state = {"email": olga.email, "at": 1.0}
    for _time in range(20):
        tries = CodeTries.of(Client().get("/").wsgi_request, "reset", {**state, "at": state["at"] + _time})
        with tries.one():
            pass


@pytest.mark.django_db
def test_right_passwords_and_codes_behind_one_address_wait_for_others_and_count_as_nothing(
    olga, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    client.post(RESET, {"email": olga.email})
    sign_in = "/accounts/login/", {"login": olga.email, "password": PASSWORD}, "/rooms/"
    use_code = RESET + "confirm/", {"code": code_in_mail()}, RESET + "complete/"
    for (path, form, after), limit in ((use_code, ratelimit.CODE_FROM), (sign_in, ratelimit.WRONG_PASSWORD_FROM)):
        with ExitStack() as others:
            for _person in range(limit.burst):
                others.enter_context(ratelimit.one_try((limit, "127.0.0.1")))
            monkeypatch.setattr("common.ratelimit.time.sleep", lambda _seconds: others.close())
            assert client.post(path, form).headers["Location"] == after
        assert ratelimit.consume_all(*[(limit, "127.0.0.1")] * limit.burst) == 0  # the bucket is full


@pytest.mark.django_db
def test_failures_on_one_network_lock_no_one_out_elsewhere(olga) -> None:
    wrong, right = {"login": olga.email, "password": "not it"}, {"login": olga.email, "password": PASSWORD}
    attacker, owner = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    for _try in range(6):
        page = attacker.post("/accounts/login/", wrong).content.decode()
    assert "Too many attempts" in page
    assert owner.post("/accounts/login/", right).status_code == 302
    # Many networks together wait, too; a mailed code for a new password ends that.
    for network in range(3, 15):
        for _try in range(5):
            Client(REMOTE_ADDR=f"192.0.2.{network}").post("/accounts/login/", wrong)
    assert "Too many attempts" in Client(REMOTE_ADDR="192.0.2.2").post("/accounts/login/", right).content.decode()
    assert owner.post("/accounts/logout/").status_code == 302
    owner.post(RESET, {"email": olga.email})
    owner.post(RESET + "confirm/", {"code": code_in_mail()})
    new = {"password1": "a new and longer one", "password2": "a new and longer one"}
    assert owner.post(RESET + "complete/", new).status_code == 302
    again = Client(REMOTE_ADDR="192.0.2.99").post("/accounts/login/", {**right, "password": new["password1"]})
    assert again.status_code == 302


@pytest.mark.django_db
def test_mails_with_codes_are_few_from_one_network() -> None:
    for number in range(ratelimit.CODE_MAIL_FROM.burst + 5):
        client = Client(REMOTE_ADDR="192.0.2.1")
        form = {"email": f"p{number}@example.org", "password1": PASSWORD}
        ratelimit.forget(ratelimit.SIGN_UP, "192.0.2.1")
        answer = client.post("/accounts/signup/", form)
    assert answer.status_code == 429
    assert len(mail.outbox) == ratelimit.CODE_MAIL_FROM.burst
    assert User.objects.count() == ratelimit.CODE_MAIL_FROM.burst  # and no account is left without a code
