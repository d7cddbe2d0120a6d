"""Emails wait in the database, encrypted, until a mail server has accepted them; what fails is tried again or said."""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import optional_mail
from accounts.deletion import delete_account
from accounts.models import Mail, MailKind, User
from accounts.outbox import queue, sender
from accounts.pruning import prune
from common.mail import compose
from tests.smtp_server import SmtpServer

from .conftest import PASSWORD, sign_in, sign_in_to_admin

pytestmark = pytest.mark.django_db

SIGN_UP = {"email": "olga@example.org", "password1": PASSWORD}
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _outbox(settings: Any) -> None:
    """Use the outbox as a site does, with a list of the sent emails as its mail server."""
    settings.EMAIL_BACKEND, settings.MAIL_TRANSPORT = sender.OUTBOX, LOCMEM


@pytest.fixture
def server(settings: Any) -> Iterator[SmtpServer]:
    """A mail server to which the outbox sends."""
    with SmtpServer() as server:
        settings.MAIL_TRANSPORT = "accounts.outbox.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 60
        yield server


@pytest.fixture
def send() -> Callable[[], None]:
    """Send what is due, as a thread of a server process does."""
    return sender.Sender().send_due


def post(address: str = "olga@example.org", purpose: str = "warning") -> Mail:
    """Let an email with a secret wait, and return its row."""
    message = compose("mails/warning.html", [address], {"name": "Olga", "message": "The secret is 271828."})
    message.purpose = purpose
    message.send()
    return Mail.objects.latest("pk")


def test_a_code_waits_unreadable_and_is_gone_once_it_is_sent(client: Client, send: Callable[[], None]) -> None:
    assert client.post("/accounts/signup/", SIGN_UP).status_code == 302
    assert mail.outbox == []
    row = Mail.objects.get()
    assert (row.purpose, row.tries) == ("email_confirmation_signup", 0)
    assert row.useful_until - row.created_at == timedelta(minutes=10)
    stored = " ".join(str(value) for value in Mail.objects.values().get().values())
    send()
    (letter,) = mail.outbox
    (code,) = re.findall(r"^\s+(\d{6})\s*$", str(letter.body), re.MULTILINE)
    assert letter.to == ["olga@example.org"]
    assert "olga" not in stored
    assert code not in stored
    assert "<html" in letter.message().as_string()
    assert not Mail.objects.exists()
    assert client.post("/accounts/confirm-email/", {"code": code}).headers["Location"] == "/rooms/first"


def test_what_is_rolled_back_sends_nothing(send: Callable[[], None]) -> None:
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    send()
    assert mail.outbox == []


def test_an_email_goes_out_as_it_was_written(server: SmtpServer, send: Callable[[], None]) -> None:
    message = compose(
        "mails/warning.html", ["Olga <olga@example.org>"], {"name": "Ölga", "message": "·Grüße·"},
        headers={"List-Unsubscribe": "<https://meet.example.org/u>"}, reply_to=["max@example.org"],
    )  # fmt: skip
    message.send()
    send()
    (letter,) = server.accepted
    assert letter["To"] == "Olga <olga@example.org>"
    assert (letter["Reply-To"], letter["List-Unsubscribe"]) == ("max@example.org", "<https://meet.example.org/u>")
    for kind in ("plain", "html"):
        part = letter.get_body((kind,))
        assert part is not None
        assert "·Grüße·" in part.get_content()


def test_many_go_over_one_connection(server: SmtpServer, send: Callable[[], None]) -> None:
    for number in range(20):
        post(f"p{number}@example.org")
    send()
    assert sorted(server.receivers()) == sorted(f"p{number}@example.org" for number in range(20))
    assert server.conversations == 1


def test_a_receiver_that_is_refused_is_given_up_and_the_others_are_sent(
    server: SmtpServer, send: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    refused, later, fine = post("gone@example.org"), post("full@example.org"), post("max@example.org")
    server.refuse = {"gone@example.org": "550 no gone@example.org here", "full@example.org": "452 mailbox full"}
    with caplog.at_level(logging.INFO):
        send()
    assert server.receivers() == ["max@example.org"]
    refused.refresh_from_db()
    later.refresh_from_db()
    assert not Mail.objects.filter(pk=fine.pk).exists()
    assert (refused.next_try_at, refused.problem) == (None, "SMTPRecipientsRefused 550")
    assert later.next_try_at is not None
    assert later.next_try_at > timezone.now()
    assert (later.problem, later.tries) == ("SMTPRecipientsRefused 452", 1)
    assert "SMTPRecipientsRefused 550" in caplog.text
    assert "@example.org" not in caplog.text
    found = queue.state()
    assert (found.waiting, found.given_up) == (1, 1)


def test_each_further_try_waits_twice_as_long(server: SmtpServer, send: Callable[[], None]) -> None:
    row = post("full@example.org")
    server.refuse = {"full@example.org": "451 later"}
    pauses = []
    for _try in range(12):
        began = timezone.now()
        send()
        row.refresh_from_db()
        assert row.next_try_at is not None
        pauses.append(round((row.next_try_at - began).total_seconds(), -1))
        Mail.objects.update(next_try_at=began)
    assert pauses[:4] == [20, 40, 80, 160]
    assert pauses[-1] == 3600


@pytest.mark.parametrize("behaviour", ["refused", "drip"])
def test_a_mail_server_that_is_away_costs_no_email_a_try(
    server: SmtpServer, send: Callable[[], None], settings: Any, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    row = post()
    if behaviour == "refused":
        settings.EMAIL_PORT = 9  # no one listens
    else:  # a byte now and then: no timeout of a socket ever ends it
        server.behaviour = behaviour
        monkeypatch.setattr(sender, "LONGEST_SECONDS", 0.3)
    with pytest.raises(sender.ServerAway):
        send()
    row.refresh_from_db()
    assert row.tries == 0
    assert row.next_try_at is not None
    assert row.next_try_at <= timezone.now()
    server.behaviour, settings.EMAIL_PORT = "accept", server.port
    monkeypatch.undo()
    send()
    assert server.receivers() == ["olga@example.org"]


def test_what_comes_too_late_is_not_sent_and_forgotten(send: Callable[[], None]) -> None:
    row = post()
    Mail.objects.update(useful_until=timezone.now())
    send()
    assert mail.outbox == []
    assert queue.drop_useless() == 1
    row.refresh_from_db()
    assert (row.content, row.next_try_at) == ("", None)
    assert prune(timezone.now())["unsent emails"] == 0
    assert prune(timezone.now() + timedelta(days=7))["unsent emails"] == 1


def test_a_newer_code_replaces_the_one_that_waits(client: Client, clock: Callable[[float], None]) -> None:
    for _time in range(3):
        client.post("/accounts/password/reset/", {"email": "stranger@example.org"})
        clock(3600)
    assert Mail.objects.filter(purpose="unknown_account").count() == 1


def test_an_email_is_taken_by_one_and_by_another_only_when_that_one_died() -> None:
    row = post()
    assert queue.take() == row
    assert queue.take() is None
    Mail.objects.update(next_try_at=timezone.now())  # the lease is over
    again = queue.take()
    assert again is not None
    assert (again.pk, again.tries) == (row.pk, 2)
    assert queue.message_of(again).extra_headers == queue.message_of(row).extra_headers  # the same Message-ID


def test_with_another_key_an_email_is_given_up(settings: Any, send: Callable[[], None]) -> None:
    row = post()
    settings.SECRET_KEY, former = "another" * 10, settings.SECRET_KEY
    send()
    row.refresh_from_db()
    assert (row.next_try_at, row.problem) == (None, "NotReadable")
    settings.SECRET_KEY_FALLBACKS = [former]
    queue.try_again([row])
    send()
    assert len(mail.outbox) == 1


def test_emails_that_wait_follow_another_key(settings: Any, send: Callable[[], None]) -> None:
    row = post()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    call_command("encrypt_again", stdout=(said := StringIO()))
    assert "Encrypted again: 1." in said.getvalue()
    settings.SECRET_KEY_FALLBACKS = []
    row.refresh_from_db()
    send()
    assert len(mail.outbox) == 1


def test_with_an_account_and_with_a_choice_go_the_emails_that_wait(olga: User, send: Callable[[], None]) -> None:
    post(olga.email)
    post("max@example.org", purpose="invitation")
    optional_mail.opt_out(MailKind.INVITATION, optional_mail.hash_address("max@example.org"))
    delete_account(olga)
    send()
    (letter,) = mail.outbox
    assert "deleted" in letter.subject


def test_staff_see_why_and_try_again_but_not_what_it_says(
    olga: User, staff: User, server: SmtpServer, send: Callable[[], None]
) -> None:
    post("gone@example.org")
    server.refuse = {"gone@example.org": "550 unknown"}
    send()
    assert sign_in(olga).get("/admin/accounts/mail/").status_code == 302
    desk = sign_in_to_admin(staff)
    row = Mail.objects.get(purpose="warning")
    page = desk.get("/admin/accounts/mail/?state=given-up").content.decode()
    assert "Warning by a moderator" in page
    assert "SMTPRecipientsRefused 550" in page
    assert "271828" not in page
    assert "gone@example.org" not in page
    assert row.content not in page
    server.refuse = {}
    chosen = {"_selected_action": [row.pk]}
    page = desk.post("/admin/accounts/mail/", {"action": "try_again", **chosen}, follow=True).content.decode()
    assert "1 email is being sent." in page
    send()
    assert "gone@example.org" in server.receivers()
    row = post("other@example.org")
    chosen = {"_selected_action": [row.pk]}
    page = desk.post("/admin/accounts/mail/", {"action": "discard", **chosen}, follow=True).content.decode()
    assert "1 email was deleted." in page
    assert not Mail.objects.exists()


def test_the_oldest_email_that_waits_is_known() -> None:
    assert queue.state() == queue.State(0, 0, 0.0)
    Mail.objects.filter(pk=post().pk).update(created_at=timezone.now() - timedelta(hours=1))
    post()
    found = queue.state()
    assert found.waiting == 2
    assert 3600 <= found.oldest_waiting_seconds < 3700
