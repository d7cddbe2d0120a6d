"""Whatever people type into the forms of the site is shown as text, or refused with a sentence."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from rooms.models import Invite, Membership, Room
from rooms.moderation.models import Report

from .conftest import join, make_link, make_person, signed_in
from .corpus import UNICODE, XSS
from .moderation.test_admin_corpus import Tags

pytestmark = pytest.mark.django_db
EVERYTHING = [*XSS, *UNICODE]
# Every form shows texts by the same mechanism, so that a third of them in each says whether one leaves it out.
texts_typed = pytest.mark.parametrize(
    "texts",
    [pytest.param(EVERYTHING[::3], id="a third"), pytest.param(EVERYTHING, id="all", marks=pytest.mark.long)],
)


@pytest.fixture(autouse=True)
def _made_quick(settings) -> None:
    settings.LIMIT_FACTOR = 1000


def is_harmless(answer, text: str) -> None:
    """Check an answer: a page on which nothing runs, or JSON, and never an error of ours."""
    assert answer.status_code < 500, text
    if "text/html" in answer.headers.get("Content-Type", ""):
        # The call has tiles; a hostile one would come with an address or a handler, which are looked for, too.
        assert set(Tags(answer.content.decode()).bad) <= {"video"}, text
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert "a" not in answer.cookies, text


@texts_typed
def test_the_forms_of_a_room(room: Room, olga: User, max_: User, texts: list[str]) -> None:
    browser, member = signed_in(olga), signed_in(max_)
    _token, link = make_link(room)
    here = f"/rooms/{room.slug}"
    for text in texts:
        is_harmless(browser.post(f"{here}/edit", {"name": text, "lasts": "", "max_people": text}, follow=True), text)
        fields = {"name": text, "lasts": "", "max_people": "4"}
        is_harmless(browser.post(f"{here}/edit", fields, follow=True), text)
        is_harmless(member.get(f"/r/{room.slug}"), text)
        is_harmless(member.post(f"{here}/report", {"category": text, "description": text, "subject": text}), text)
        is_harmless(member.post(f"{here}/report", {"category": "other", "description": text}), text)
        mailed = {"address": text, "link": text}
        is_harmless(browser.post(f"{here}/invites/{link.pk}/mail", mailed, content_type="application/json"), text)
    is_harmless(browser.get("/rooms/"), "the list of rooms")
    # Reports are kept as they were written, as far as people can read them.
    assert Report.objects.filter(description__contains="<script>xss7()</script>").count() > len(texts) // 20


@texts_typed
def test_the_names_of_people_and_links(room: Room, olga: User, texts: list[str]) -> None:
    browser = signed_in(olga)
    for number, text in enumerate(texts):
        is_harmless(browser.post("/accounts/", {"display_name": text}, follow=True), text)
        person = User.objects.create(email=f"p{number}@example.org", display_name=text[:60])
        Membership.objects.create(room=room, user=person, role="member")
        Invite.objects.create(
            room=room, created_by=olga, label=text[:60], token_hash=bytes([number]) * 32,
            expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    is_harmless(browser.get(f"/rooms/{room.slug}/"), "people and links")
    is_harmless(browser.get("/accounts/data/"), "what is known of oneself")


@texts_typed
def test_the_forms_of_an_account(texts: list[str]) -> None:
    stranger, guest = Client(), Client()
    known = make_person("Known", password="correct horse battery staple")
    browser = signed_in(known)
    for number, text in enumerate(texts):
        account = {"email": f"n{number}@example.org", "password1": text}
        is_harmless(Client().post("/accounts/signup/", account), text)
        is_harmless(stranger.post("/accounts/login/", {"login": text, "password": text}), text)
        is_harmless(stranger.post("/accounts/password/reset/", {"email": text}), text)
        is_harmless(stranger.get("/accounts/login/", {"next": text}), text)
        is_harmless(browser.post("/accounts/email/", {"email": text, "action_add": ""}, follow=True), text)
        is_harmless(join(guest, text), text)
        is_harmless(guest.get("/rooms/" + text.replace("/", "").replace("\n", "").replace("\r", "") + "/"), text)
    for message in mail.outbox:
        assert "\n" not in message.subject
        assert not any("xss7" in address for address in message.to)
        for part in getattr(message, "alternatives", []):
            assert Tags(part.content).bad == ["style"], message.subject  # the one of the dark variant
