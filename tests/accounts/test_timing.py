"""The time of an answer does not say who has an account.

Measured is the processor time of the thread that answers: what else the machine does makes no difference. The passwords
are hashed as on a real site.
"""

import time
from collections.abc import Callable
from itertools import count
from statistics import median

import pytest
from django.conf import settings as site
from django.test import Client

from accounts.models import User
from common import ratelimit

from .conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db
ROUNDS = 3
SHORT = 0.35  # of answers that take milliseconds, in which one more query is seen and the machine's noise is not
NUMBERS = count()
HASHERS = list(site.PASSWORD_HASHERS)


@pytest.fixture(autouse=True)
def _slow_passwords(_quick_passwords: None, settings) -> None:
    settings.PASSWORD_HASHERS = HASHERS


def medians(*ways: Callable[[], object]) -> list[float]:
    """Go each way in turn, several times; return the median of each, in seconds of this thread."""
    for way in ways:
        way()  # what is imported and compiled at the first time
    times: list[list[float]] = [[] for _way in ways]
    for _round in range(ROUNDS):
        for way, seconds in zip(ways, times, strict=True):
            ratelimit.forget_all()
            began = time.thread_time()
            way()
            seconds.append(time.thread_time() - began)
    return [median(seconds) for seconds in times]


def post(path: str, **form: str) -> None:
    assert Client().post(path, form).status_code in {200, 302}


def unknown() -> str:
    return f"new{next(NUMBERS)}@example.org"


def test_signing_up_takes_as_long_for_an_address_with_an_account() -> None:
    olga = make_person("Olga")
    with_account, without = medians(
        lambda: post("/accounts/signup/", email=olga.email, password1=PASSWORD),
        lambda: post("/accounts/signup/", email=unknown(), password1=PASSWORD),
    )
    assert without > 0.05  # it hashes
    assert with_account == pytest.approx(without, rel=0.1)


def test_signing_in_takes_as_long_without_an_account_or_a_password() -> None:
    olga, mia = make_person("Olga"), make_person("Mia")
    User.objects.filter(pk=mia.pk).update(password="!unusable")
    times = medians(
        *(
            lambda address=address: post("/accounts/login/", login=address or unknown(), password="not it")
            for address in (olga.email, mia.email, "")
        )
    )
    assert max(times) < 1.1 * min(times)


def test_codes_are_asked_for_in_the_same_time() -> None:
    olga = make_person("Olga")
    with_account, without = medians(
        lambda: post("/accounts/password/reset/", email=olga.email),
        lambda: post("/accounts/password/reset/", email=unknown()),
    )
    assert with_account == pytest.approx(without, rel=SHORT)


def test_another_address_is_named_in_the_same_time(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    olga = make_person("Olga")
    newcomers = [Client() for _way in range(2 * (ROUNDS + 1))]
    for newcomer in newcomers:
        newcomer.post("/accounts/signup/", {"email": unknown(), "password1": PASSWORD})
        ratelimit.forget_all()

    def change(address: str) -> None:
        form = {"action": "change", "email": address or unknown()}
        assert newcomers.pop().post("/accounts/confirm-email/", form).status_code == 302

    with_account, without = medians(lambda: change(olga.email), lambda: change(""))
    assert with_account == pytest.approx(without, rel=SHORT)
