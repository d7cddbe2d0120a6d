"""The time of an answer does not say who has an account.

Counted is what takes the time: passwords hashed, with how many rounds, and queries. A password takes hundreds of times
as long as a query, so beside one a few queries are not seen. The passwords are hashed as on a real site.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest
from django.conf import settings as site
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from common import ratelimit

from .conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db
FEW = 2  # queries, in an answer that hashes no password
NUMBERS = count()
HASHERS = list(site.PASSWORD_HASHERS)
ROUNDS = PBKDF2PasswordHasher.iterations


@dataclass
class Work:
    """What an answer took: the rounds of each password that was hashed, and the queries."""

    rounds: list[int] = field(default_factory=list)
    queries: int = 0


@pytest.fixture(autouse=True)
def _slow_passwords(_quick_passwords: None, settings) -> None:
    settings.PASSWORD_HASHERS = HASHERS


def work_of(*ways: Callable[[], object]) -> list[Work]:
    """Go each way once, and return what it took."""
    return [_work_of(way) for way in ways]


def _work_of(way: Callable[[], object]) -> Work:
    done = Work()
    encode = PBKDF2PasswordHasher.encode

    def counted(self: PBKDF2PasswordHasher, password: str, salt: str, iterations: int | None = None) -> str:
        done.rounds.append(iterations or self.iterations)
        return encode(self, password, salt, iterations)

    ratelimit.forget_all()
    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as captured:
        patch.setattr(PBKDF2PasswordHasher, "encode", counted)
        way()
    done.queries = len(captured)
    return done


def post(path: str, **form: str) -> None:
    assert Client().post(path, form).status_code in {200, 302}


def unknown() -> str:
    return f"new{next(NUMBERS)}@example.org"


def test_signing_up_takes_as_long_for_an_address_with_an_account() -> None:
    olga = make_person("Olga")
    work = work_of(
        lambda: post("/accounts/signup/", email=olga.email, password1=PASSWORD),
        lambda: post("/accounts/signup/", email=unknown(), password1=PASSWORD),
    )
    assert [way.rounds for way in work] == [[ROUNDS]] * 2


def test_signing_in_takes_as_long_without_an_account_or_a_password() -> None:
    olga, mia = make_person("Olga"), make_person("Mia")
    User.objects.filter(pk=mia.pk).update(password="!unusable")
    work = work_of(
        *(
            lambda address=address: post("/accounts/login/", login=address or unknown(), password="not it")
            for address in (olga.email, mia.email, "")
        )
    )
    assert [way.rounds for way in work] == [[ROUNDS]] * 3


def test_codes_are_asked_for_in_the_same_time() -> None:
    olga = make_person("Olga")
    with_account, without = work_of(
        lambda: post("/accounts/password/reset/", email=olga.email),
        lambda: post("/accounts/password/reset/", email=unknown()),
    )
    assert with_account.rounds == without.rounds == []
    assert abs(with_account.queries - without.queries) <= FEW


def test_another_address_is_named_in_the_same_time() -> None:
    olga = make_person("Olga")
    newcomers = [Client() for _way in range(3)]
    for newcomer in newcomers:
        newcomer.post("/accounts/signup/", {"email": unknown(), "password1": PASSWORD})
        ratelimit.forget_all()

    def change(address: str) -> None:
        form = {"action": "change", "email": address or unknown()}
        assert newcomers.pop().post("/accounts/confirm-email/", form).status_code == 302

    change("")  # the first finds nothing in the caches of this process
    with_account, without = work_of(lambda: change(olga.email), lambda: change(""))
    assert with_account.rounds == without.rounds == []
    assert abs(with_account.queries - without.queries) <= FEW
