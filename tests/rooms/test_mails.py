"""Mails that rooms send: what is in them, who gets them, how often, and how one is rid of them."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import optional_mail
from accounts.models import MailKind, MailOptOut, User
from common import ratelimit
from rooms.flows.invites import revoke_invite
from rooms.flows.mails import mail_hosts_about_knock
from rooms.flows.rooms import create_room
from rooms.models import Membership, Role, Room

from .conftest import make_link, post_json, signed_in

pytestmark = pytest.mark.django_db
LINK = "http://localhost:8000/i#k=2AAECAwQFBgcICQoLDA0ODw"
STOP = re.compile(r"<http://localhost:8000(/unsubscribe/[^>]+)>")


@pytest.fixture(autouse=True)
def _origin(settings) -> None:
    settings.SITE_ORIGINS = ["http://localhost:8000"]


def send(client: Client, room: Room, address: str = "ada@example.net", **body: object):
    _token, invite = make_link(room, role=body.pop("role", Role.GUEST))
    return post_json(client, f"/rooms/{room.slug}/invites/{invite.pk}/mail", {"address": address, **body})


def sent() -> list[EmailMessage]:
    return mail.outbox


def test_an_invitation_without_the_secret_leads_to_the_page_that_asks_for_it(room: Room, olga: User) -> None:
    assert send(signed_in(olga), room).status_code == 204
    [letter] = sent()
    assert letter.to == ["ada@example.net"]
    assert letter.subject == "Olga has invited you to “Monday stand-up”"
    assert "http://localhost:8000/i\n" in letter.body
    assert "#k=" not in letter.body
    assert "a code from Olga" in letter.body


def test_an_invitation_holds_the_whole_link_when_the_sender_says_so(room: Room, max_: User) -> None:
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    link = f"{LINK}&n=Caf%C3%A9%20_-&by=Max"
    assert send(signed_in(max_), room, link=link, role=Role.MEMBER).status_code == 204
    assert link in sent()[0].body
    assert "You'll need an account" in sent()[0].body


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/i#k=1AAECAwQFBgcICQoLDA0ODw",
        LINK + "x",
        LINK + "\nhttps://evil.example",
        LINK[:-1],
        "",
        f"{LINK}&n=",
        f"{LINK}&n=a.b",
        f"{LINK}&n=%zz",
        f"{LINK}&x=1",
        f"{LINK}&by=A&n=B",
        f"{LINK}&n=A B",
        f"{LINK}&n={'a' * 2000}",
    ],
)
def test_nothing_else_can_be_sent_as_a_link(room: Room, olga: User, link: str) -> None:
    assert send(signed_in(olga), room, link=link).status_code == 400
    assert sent() == []


@pytest.mark.parametrize(
    "address", ["ada", "ada@example.net\nBcc: x@example.net", "a@b@c", "ada@example.net,x@example.net"]
)
def test_an_address_is_one_address(room: Room, olga: User, address: str) -> None:
    assert send(signed_in(olga), room, address).status_code == 409
    assert sent() == []


@pytest.mark.parametrize(
    "link",
    ["https://evil.example", "www.evil.example", "evil.example", "evil\u3002example", "evil\uff0eexample", "a@evil"],
)
def test_names_that_would_become_links_are_left_out(room: Room, olga: User, link: str) -> None:
    Room.objects.update(name=f"Win at {link}")
    User.objects.filter(pk=olga.pk).update(display_name=f"{link} wins")
    assert send(signed_in(olga), room).status_code == 204
    assert "evil" not in f"{sent()[0].subject} {sent()[0].body}"


def test_other_names_with_dots_stay(room: Room, olga: User) -> None:
    for name in ("Release 2.0, part 1.b ...", "Stand-up 2026-11-26", "Class 7b, 26.11.2026, room 12"):
        Room.objects.update(name=name)
        assert send(signed_in(olga), room).status_code == 204
        assert name in sent()[-1].subject


def test_only_those_who_may_invite_send_and_only_links_that_work(room: Room, olga: User, max_: User, sam: User) -> None:
    assert send(signed_in(max_), room).status_code == 403
    assert send(signed_in(sam), room).status_code == 404
    _token, invite = make_link(room)
    revoke_invite(invite)
    path = f"/rooms/{room.slug}/invites/{invite.pk}/mail"
    assert post_json(signed_in(olga), path, {"address": "ada@example.net"}).status_code == 409
    assert sent() == []


def test_one_address_gets_five_invitations_and_one_account_sends_twenty(room: Room, olga: User) -> None:
    User.objects.update(date_joined=timezone.now() - timedelta(days=2))
    client = signed_in(olga)
    spellings = ["ada@example.net", "ada+1@example.net", "Ada+news@Example.net"] * 3
    assert [send(client, room, spelling).status_code for spelling in spellings] == [204] * 5 + [429] * 4
    gmail = [
        "max@gmail.com",
        "m.a.x@gmail.com",
        "max@googlemail.com",
        "ma.x+1@gmail.com",
        "max@gmail.com",
        "m.ax@gmail.com",
    ]
    assert [send(client, room, spelling).status_code for spelling in gmail] == [204] * 5 + [429]
    others = [send(client, room, f"ada{n}@example.net").status_code for n in range(12)]
    assert others == [204] * 10 + [429] * 2
    assert len(sent()) == 20


def test_an_account_in_its_first_day_sends_five_and_a_network_forty(room: Room, olga: User, max_: User) -> None:
    answers = [send(signed_in(olga), room, f"ada{n}@example.net").status_code for n in range(6)]
    assert answers == [204] * 5 + [429]
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    for _token in range(ratelimit.MAIL_FROM_NETWORK.burst - 5):
        ratelimit.consume(ratelimit.MAIL_FROM_NETWORK, "127.0.0.1")
    assert send(signed_in(max_), room, "mia@example.net").status_code == 429


@pytest.mark.parametrize(
    "number",
    ["+49 151 2345678", "0800-555-0199", "(0)8.0.0.5.5.5.1", "\uff10\uff18\uff10\uff10555 0199", "\u0660\u0668" * 4],
)
def test_names_with_a_number_to_call_are_left_out(room: Room, olga: User, number: str) -> None:
    Room.objects.update(name=f"Account locked, call {number}")
    User.objects.filter(pk=olga.pk).update(display_name=f"Support {number}")
    assert send(signed_in(olga), room).status_code == 204
    assert "Account locked" not in f"{sent()[0].subject} {sent()[0].body}"
    assert "Support" not in f"{sent()[0].subject} {sent()[0].body}"


def test_who_wants_no_invitations_gets_none_under_a_spelling_of_their_address(room: Room, olga: User) -> None:
    optional_mail.opt_out(MailKind.INVITATION, optional_mail.hash_address("ada@example.net"))
    assert send(signed_in(olga), room, "ada+1@example.net").status_code == 409
    assert sent() == []


def stop_link() -> str:
    letter = sent()[-1]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = STOP.fullmatch(letter.extra_headers["List-Unsubscribe"])
    assert found
    assert found[1] in letter.body
    assert letter.to[0] not in found[1]
    assert len(f"https://meet.example.org{found[1]}") < 78  # on one line
    return found[1]


def test_a_person_without_an_account_unsubscribes_with_one_click(room: Room, olga: User) -> None:
    send(signed_in(olga), room)
    link, program = stop_link(), Client(enforce_csrf_checks=True)
    assert "Unsubscribe from these emails?" in program.get(link).content.decode()
    assert send(signed_in(olga), room).status_code == 204  # a look changes nothing

    assert program.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    answer = send(signed_in(olga), room, "Ada@example.net")
    assert (answer.status_code, answer.json()["reason"]) == (409, "not_possible")
    assert send(signed_in(olga), room, "grace@example.net").status_code == 204
    assert "ada" not in str(MailOptOut.objects.values())


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1],
        lambda t: f"w{t[1:]}",
        lambda t: f"x{t[1:]}",
        lambda t: t + "A",
        lambda _t: "x",
        lambda _t: "é" * 39,
    ],
)
def test_a_link_that_was_changed_stops_nothing(client: Client, change) -> None:
    token = optional_mail.make_token(MailKind.INVITATION, "ada@example.net")
    for path in ("/unsubscribe/", "/accounts/mails/unsubscribe/"):
        assert client.post(path + change(token)).status_code == 404
    assert not MailOptOut.objects.exists()


def test_the_links_of_earlier_emails_still_unsubscribe(client: Client) -> None:
    long_hash = salted_hmac("accounts.optional_mail", "ada@example.net", algorithm="sha256").hexdigest()
    token = Signer(salt="accounts.optional_mail", sep=".").sign(f"invitation.{long_hash}")
    assert client.post(f"/accounts/mails/unsubscribe/{token}").status_code == 200
    assert not optional_mail.is_wanted(MailKind.INVITATION, "Ada@example.net")
    assert optional_mail.is_wanted(MailKind.WAITING, "ada@example.net")


@pytest.mark.parametrize(("reply", "reply_to"), [(False, []), (True, ["olga@example.org"])])
def test_an_answer_goes_to_the_sender_only_if_they_wish_it(
    room: Room, olga: User, reply: bool, reply_to: list[str]
) -> None:
    assert send(signed_in(olga), room, reply=reply).status_code == 204
    [letter] = sent()
    assert letter.reply_to == reply_to
    assert ("your answer goes to Olga" in letter.body) == reply
    assert (olga.email in letter.message().as_string()) == reply


def test_without_the_box_no_one_replies_to_the_sender(room: Room, olga: User) -> None:
    assert send(signed_in(olga), room).status_code == 204
    assert sent()[0].reply_to == []
    assert send(signed_in(olga), room, reply="yes").status_code == 400


def test_hosts_get_an_email_about_a_knock_once_in_a_while(room: Room, olga: User, max_: User) -> None:
    Membership.objects.filter(user=max_).update(role=Role.MODERATOR)
    mail_hosts_about_knock(room.pk)
    mail_hosts_about_knock(room.pk)
    assert [letter.to for letter in sent()] == [[olga.email], [max_.email]]
    assert f"/r/{room.slug}" in sent()[0].body


def test_owners_are_told_a_day_before_the_end_once_for_each_end(room: Room, olga: User) -> None:
    brief = create_room(olga, "Brief", expires_at=timezone.now() + timedelta(hours=3))
    Room.objects.exclude(pk=brief.pk).update(created_at=timezone.now() - timedelta(days=5))

    def reminders_sent(hours: float) -> int:
        Room.objects.filter(pk=room.pk).update(expires_at=timezone.now() + timedelta(hours=hours))
        before = len(sent())
        for _ in range(2):
            call_command("remind", verbosity=0)
        return len(sent()) - before

    assert reminders_sent(25) == 0
    assert reminders_sent(23) == 1
    assert sent()[-1].to == [olga.email]
    assert sent()[-1].subject == "“Monday stand-up” expires within a day"
    assert reminders_sent(30) == 0
    assert reminders_sent(20) == 1


def test_each_kind_is_switched_off_in_the_settings_and_stays_off_under_a_new_address(room: Room, olga: User) -> None:
    client = signed_in(olga)
    assert client.get("/accounts/").content.decode().count(" checked>") == 3
    client.post("/accounts/mails/", {"kind": ["invitation", "expiring", "nonsense"]})
    assert client.get("/accounts/").content.decode().count(" checked>") == 2
    mail_hosts_about_knock(room.pk)
    assert sent() == []

    optional_mail.transfer_opt_outs(olga.email, "olga@new.example.org")
    assert not optional_mail.is_wanted(MailKind.WAITING, "olga@new.example.org")
    assert optional_mail.is_wanted(MailKind.WAITING, olga.email)
    client.post("/accounts/mails/", {"kind": MailKind.values})
    optional_mail.transfer_opt_outs("olga@new.example.org", olga.email)
    assert not optional_mail.is_wanted(MailKind.WAITING, olga.email)
