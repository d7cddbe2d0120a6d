"""The connection test: anyone may open it, the relay is for people who could be in a call."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from common.ratelimit import RELAY_TEST
from rooms.flows.rooms import close_room, reopen_room
from rooms.models import Membership, Room
from rooms.views.connection_check import CREDENTIALS_TTL, kind_of

from .conftest import expire, join, make_link, signed_in

SERVERS = "/connection-test/servers"
URLS = ["turn:r.example.org:3478?transport=udp", "turn:r.example.org:3478?transport=tcp", "turns:r.example.org:5349"]


@pytest.fixture(autouse=True)
def _relay(settings: Any) -> None:
    settings.STUN_URLS, settings.TURN_URLS = ["stun:s.example.org"], URLS
    settings.TURN_SECRET, settings.TURN_TTL = "north", 43_200


@pytest.fixture
def guest(room: Room) -> Client:
    client = Client()
    join(client, make_link(room)[0])
    return client


def relays(client: Client) -> Any:
    return client.get(SERVERS).json()["relays"]


@pytest.mark.django_db
def test_a_stranger_learns_what_there_is_but_gets_no_way_to_the_relay() -> None:
    stranger = Client()
    page = stranger.get(reverse("rooms:connection_test"))
    assert page.status_code == 200
    assert "You aren't signed in" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert not stranger.cookies, "looking at the page makes a session"
    answer = stranger.get(SERVERS)
    assert answer.json() == {"stun": ["stun:s.example.org"], "kinds": ["udp", "tcp", "tls"], "relays": None}
    assert "r.example.org" not in answer.content.decode()


def test_olga_gets_credentials_for_each_way_to_the_relay_that_last_for_minutes(olga: User) -> None:
    before = timezone.now().timestamp()
    found = relays(signed_in(olga))
    assert {kind: relay["urls"] for kind, relay in found.items()} == {
        "udp": URLS[:1],
        "tcp": URLS[1:2],
        "tls": URLS[2:],
    }
    expiry, _, whom = found["udp"]["username"].partition(":")
    assert before + CREDENTIALS_TTL - 2 < int(expiry) < before + CREDENTIALS_TTL + 30
    assert UUID(whom).int == olga.pk
    assert "You aren't signed in" not in signed_in(olga).get(reverse("rooms:connection_test")).content.decode()


def test_a_suspended_account_gets_none(olga: User) -> None:
    client = signed_in(olga)
    User.objects.filter(pk=olga.pk).update(suspended_at=timezone.now())
    answer = client.get(SERVERS)
    assert answer.status_code != 200 or answer.json()["relays"] is None


def test_an_invited_guest_gets_them_for_as_long_as_the_place_lasts(guest: Client, room: Room) -> None:
    place = Membership.objects.get(room=room, user=None)
    assert relays(guest)["tls"]["username"].endswith(f":{place.pk.hex}")
    close_room(room)
    assert relays(guest) is None
    reopen_room(room)
    assert relays(guest) is not None
    Membership.objects.filter(pk=place.pk).update(removed_at=timezone.now())
    assert relays(guest) is None
    Membership.objects.filter(pk=place.pk).update(removed_at=None, expires_at=timezone.now() + timedelta(hours=1))
    assert relays(guest) is not None
    expire(Membership.objects.get(pk=place.pk))
    assert relays(guest) is None


def test_a_site_without_servers_says_so(olga: User, settings: Any) -> None:
    settings.STUN_URLS, settings.TURN_URLS = [], []
    assert signed_in(olga).get(SERVERS).json() == {"stun": [], "kinds": [], "relays": None}


def test_testing_all_the_time_is_rate_limited(olga: User, sam: User) -> None:
    client = signed_in(olga)
    assert all(client.get(SERVERS).status_code == 200 for _ in range(RELAY_TEST.burst))
    refused = client.get(SERVERS, headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["reason"]) == (429, "slow_down")
    assert signed_in(sam).get(SERVERS).status_code == 200


def test_the_transport_of_a_relay_is_read_from_its_address() -> None:
    kinds = {
        "turn:a": "udp",
        "turn:a?transport=udp": "udp",
        "turn:a:80?transport=tcp": "tcp",
        "turns:a?transport=tcp": "tls",
    }
    assert {url: kind_of(url) for url in kinds} == kinds
