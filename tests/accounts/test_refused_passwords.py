"""Which passwords are refused when an account is created, and when a password is changed or reset."""

import hashlib
import re

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from accounts.passwords.breached import FILE, SIZE, digest, is_breached
from accounts.passwords.validators import context_words

from .conftest import PASSWORD, code_in_mail
from .test_second_factor import signed_in_and_sure

OLGA = User(email="olga.miller@kids-club.example.org", display_name="Olga Miller")
# Known from breaches; Django's own list of 20,000 has none of those after the first two.
BREACHED = ["iloveyou1", "Iloveyou1", "Passw0rd2", "Ainslie1", "146Dudley", "Yorkshire1", "ＡＩＮＳＬＩＥ１"]
OF_CONTEXT = [
    *("MeetingPoint", "meeting-point-1", "M33t1ngP01nt!", "Welcome2026", "videocall99", "P@ssw0rd-room"),
    *("olgamiller1987", "Miller.Olga", "0lga-miller", "kidsclub2024", "KIDS-CLUB-olga"),
]
GOOD = [
    PASSWORD,
    "quite another sentence",
    "the meeting was postponed",
    "olga likes sour apples",
    "x7#kQ9!vLm2p",
    "カラオケの夜は長い",
]


def code_of(password: str, user: User | None = OLGA) -> str:
    """Return the code of the first complaint, or "" for a password that is accepted."""
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        return str(refusal.error_list[0].code)
    return ""


@pytest.mark.parametrize("password", BREACHED)
def test_a_password_from_a_breach_is_refused(password):
    assert is_breached(password)
    assert code_of(password) in {"password_breached", "password_too_common"}


@pytest.mark.parametrize("password", OF_CONTEXT)
def test_a_password_made_of_words_of_the_site_or_the_person_is_refused(password, settings):
    settings.SITE_NAME, settings.SITE_ORIGINS = "Meeting Point", ["https://meet.example.org"]
    assert code_of(password)
    with pytest.raises(ValidationError):
        validate_password(password, OLGA)


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_is_accepted_even_with_such_a_word_in_it(password, settings):
    settings.SITE_NAME, settings.SITE_ORIGINS = "Meeting Point", ["https://meet.example.org"]
    assert code_of(password) == ""


def test_the_words_come_from_the_subject_the_site_and_the_person(settings):
    settings.SITE_NAME, settings.SITE_ORIGINS = "Choir of Köln", ["https://sing.choir.example"]
    words = context_words(OLGA)
    assert {"meeting", "password", "choir", "köln", "sing", "olga", "miller", "kids", "club"} <= words
    assert not {"of", "org", "example.org"} & words
    assert context_words(None) >= {"choir", "sing"}


def test_the_file_is_the_one_that_the_document_describes():
    content = FILE.read_bytes()
    description = (FILE.parent / "README.md").read_text()
    assert f"{len(content) // SIZE:,} digests of {SIZE} bytes" in description
    assert f"`{hashlib.sha256(content).hexdigest()}`" in description
    digests = [content[at : at + SIZE] for at in range(0, len(content), SIZE)]
    assert digests == sorted(set(digests))
    assert {is_breached(f"not in any list {number}") for number in range(500)} == {False}
    assert digest("A") == digest("ａ")


def complaint(page: str) -> str:
    """Return what the page says about the password."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.django_db
def test_every_form_that_takes_a_new_password_refuses_it(olga):
    known = "known from a data breach"
    page = Client().post("/accounts/signup/", {"email": "sam@example.org", "password1": "146Dudley"})
    assert known in complaint(page.content.decode())
    assert not User.objects.filter(email="sam@example.org").exists()

    client = signed_in_and_sure(olga)
    passwords = {"oldpassword": PASSWORD, "password1": "146Dudley", "password2": "146Dudley"}
    assert known in complaint(client.post("/accounts/password/change/", passwords).content.decode())

    forgetful = Client()
    forgetful.post("/accounts/password/reset/", {"email": olga.email})
    forgetful.post("/accounts/password/reset/confirm/", {"code": code_in_mail()})
    passwords = {"password1": "146Dudley", "password2": "146Dudley"}
    assert known in complaint(forgetful.post("/accounts/password/reset/complete/", passwords).content.decode())
    olga.refresh_from_db()
    assert olga.check_password(PASSWORD)
