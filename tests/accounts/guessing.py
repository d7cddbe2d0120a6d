"""Run as a program: an attacker guesses in many requests at the same instant, on the database that DATABASE_URL names.

A program of its own, because threads need committed rows and connections of their own. Prints one JSON object: of each
secret, how many guesses were compared with it, and what came of them.
"""

import json
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from typing import Any

import django

AT_ONCE = 200  # guesses of a code for a new password
FEWER = 30  # of the other secrets: each is a request to a page
PASSWORD = "correct horse battery"


def main() -> None:
    """Run the attacks, print what came out."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    setup_test_environment()
    count_comparisons()
    print(json.dumps({"sign_up": sign_up(), "reset": reset(), "factor": factor(), "password": password()}))  # noqa: T201


compared: Counter[str] = Counter()


def count_comparisons() -> None:
    """Count what is compared, in front of what compares it."""
    from allauth.account import forms
    from allauth.mfa.totp.internal import auth

    from accounts.models import User

    def counted(name: str, function: Any) -> Any:
        def count(*args: Any, **kwargs: Any) -> Any:
            compared[name] += 1
            return function(*args, **kwargs)

        return count

    forms.compare_user_code = counted("codes", forms.compare_user_code)
    auth.validate_totp_code = counted("totp", auth.validate_totp_code)
    User.check_password = counted("passwords", User.check_password)  # type: ignore[method-assign]


def make_person(address: str) -> Any:
    from allauth.account.models import EmailAddress

    from accounts.models import User

    user = User.objects.create_user(address, PASSWORD, display_name="Olga")
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    return user


def code_in_mail() -> str:
    from django.core import mail

    found = re.search(r"^\s+(\d{6})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def at_once(path: str, forms: Iterable[dict[str, str]], cookies: Any = None) -> Counter[int]:
    """Post all the forms at the same instant, each from a browser with these cookies; return the status codes."""
    from django.db import connections
    from django.test import Client

    forms = list(forms)
    barrier = threading.Barrier(len(forms))

    def post(form: dict[str, str]) -> int:
        client = Client(raise_request_exception=False)
        if cookies:
            client.cookies = cookies
        barrier.wait(60)
        status = client.post(path, form).status_code
        connections.close_all()
        return status

    with ThreadPoolExecutor(len(forms)) as pool:
        return Counter(pool.map(post, forms))


def wrong_codes(number: int, right: set[str]) -> list[dict[str, str]]:
    """Return so many forms with other codes."""
    wrong = (f"{code:06}" for code in count())
    return [{"code": code} for code in islice((code for code in wrong if code not in right), number)]


def sign_up() -> dict[str, object]:
    """Guess the code of a sign-up with another person's address."""
    from allauth.account.models import EmailAddress
    from django.test import Client

    client = Client()
    client.post("/accounts/signup/", {"email": "olga@example.org", "password1": PASSWORD})
    compared.clear()
    answers = at_once("/accounts/confirm-email/", wrong_codes(FEWER, {code_in_mail()}), client.cookies)
    after = client.post("/accounts/confirm-email/", {"code": code_in_mail()}).headers.get("Location")
    verified = EmailAddress.objects.filter(email="olga@example.org", verified=True).exists()
    return {"compared": compared["codes"], "answers": answers, "after": after, "taken": verified}


def reset() -> dict[str, object]:
    """Guess the code that allows a new password."""
    from django.test import Client

    make_person("max@example.org")
    client = Client()
    client.post("/accounts/password/reset/", {"email": "max@example.org"})
    compared.clear()
    answers = at_once("/accounts/password/reset/confirm/", wrong_codes(AT_ONCE, {code_in_mail()}), client.cookies)
    client.post("/accounts/password/reset/confirm/", {"code": code_in_mail()})
    taken = client.get("/accounts/password/reset/complete/").status_code == 200
    return {"compared": compared["codes"], "answers": answers, "taken": taken}


def factor() -> dict[str, object]:
    """Guess the digits of an authenticator app, with the right password."""
    from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
    from django.test import Client

    user, secret = make_person("mia@example.org"), generate_totp_secret()
    TOTP.activate(user, secret)
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    compared.clear()
    right = {format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)) for step in range(-2, 5)}
    answers = at_once("/accounts/2fa/authenticate/", wrong_codes(FEWER, right), client.cookies)
    return {"compared": compared["totp"], "answers": answers}


def password() -> dict[str, object]:
    """Guess a password."""
    user = make_person("kim@example.org")
    compared.clear()
    forms = [{"login": user.email, "password": f"guess {number}"} for number in range(FEWER)]
    return {"answers": at_once("/accounts/login/", forms), "compared": compared["passwords"]}


if __name__ == "__main__":
    main()
