"""The ticket by which a guest's open socket learns room and session: for one browser, and for half a minute."""

import time

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.authentication.encryption import SESSION_CONTENT, encrypt
from accounts.models import User
from rooms import guest_ticket
from rooms.guest_ticket import GuestTicket, read_ticket
from rooms.models import Role, Room

from .conftest import join, make_link, signed_in


def csrf_cookie(client: Client) -> str:
    """Visit the page of a link, which brings the cookie."""
    client.get("/i")
    return client.cookies[settings.CSRF_COOKIE_NAME].value


def test_it_names_the_session_that_the_answer_brings_and_the_room(
    room: Room, guest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = csrf_cookie(guest)
    ticket = join(guest, make_link(room)[0]).json()["ticket"]
    session = guest.cookies[settings.SESSION_COOKIE_NAME].value
    assert read_ticket(ticket, cookie) == GuestTicket(session, room.slug)
    assert Session.objects.get().session_key == session
    assert session not in ticket
    for other in ("", cookie[:-1], cookie + "x"):
        assert read_ticket(ticket, other) is None
    for wrong in ("", "e1", ticket[:-2], encrypt("[]", SESSION_CONTENT)):
        assert read_ticket(wrong, cookie) is None
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + guest_ticket.SECONDS + 1)
    assert read_ticket(ticket, cookie) is None


def test_a_guest_who_was_here_before_keeps_their_session(room: Room, guest: Client) -> None:
    cookie = csrf_cookie(guest)
    token, _invite = make_link(room)
    first, second = (read_ticket(join(guest, token).json()["ticket"], cookie) for _try in range(2))
    assert first == second is not None
    assert Session.objects.count() == 1


def test_who_joins_with_an_account_or_without_cookies_gets_none(room: Room, sam: User, guest: Client) -> None:
    member = signed_in(sam)
    csrf_cookie(member)
    for client in (member, guest):
        assert join(client, make_link(room, role=Role.GUEST)[0]).json()["ticket"] is None
