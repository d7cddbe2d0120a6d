"""What a page offers can be done: every link, form and address for scripts, for every role and kind of site."""

from copy import deepcopy
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from accounts.models import RoomCreators, SitePolicy
from common import ratelimit
from rooms.flows.rooms import create_room
from rooms.models import Membership, Role, Room
from tests.accounts.conftest import make_person, sign_in, sign_in_to_admin
from tests.rooms.conftest import join, make_link

pytestmark = pytest.mark.django_db

PAGES = (
    "/",
    "/how-it-works",
    "/connection-test",
    "/i",
    "/rooms/",
    "/rooms/new",
    "/rooms/{room}/",
    "/r/{room}",
    "/rooms/{room}/report",
    "/rooms/{room}/leave",
    "/rooms/{room}/delete",
    "/accounts/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/data/",
    "/accounts/email/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
)
# What says no although its status is 200.
REFUSALS = ("<h1>Sign-up is closed", "<h1>You can't create rooms here")


class Offers(HTMLParser):
    """The addresses that a page leads to, its forms with what they send, and where its scripts send JSON.

    What is hidden is not offered: a script shows it once it can be done.
    """

    VOID = frozenset(
        {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
    )

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: list[tuple[str | None, dict[str, str]]] = []
        self.scripts: set[str] = set()
        self._form: dict[str, str] | None = None
        self._hidden: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {key: value or "" for key, value in attrs}
        if tag not in self.VOID and (self._hidden or "hidden" in of or tag in {"template", "dialog"}):
            self._hidden.append(tag)
        if self._hidden:
            return
        if tag == "a" and "href" in of:
            self.links.add(of["href"])
        self.scripts |= {
            value for key, value in of.items() if key.startswith("data-") and key.endswith("url") and value
        }
        if tag == "form" and of.get("method") == "post":
            self._form = {}
            self.forms.append((of.get("action"), self._form))
        elif tag == "form":
            self._form = None
        sent = of.get("type") in {"hidden", "submit"} or (of.get("type") == "radio" and "checked" in of)
        if self._form is not None and tag in {"input", "button"} and of.get("name") and sent:
            self._form.setdefault(of["name"], of.get("value", ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:  # the shapes of an icon may or may not have an end tag
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag not in self.VOID:
            assert self._hidden.pop() == tag


def refused(response: Any) -> bool:
    if response.status_code in {401, 403, 404, 405, 410} or response.status_code >= 500:
        return True
    return any(text in response.content.decode(errors="replace") for text in REFUSALS)


def walk(client: Client, room: Room) -> list[str]:
    """Return what pages offer and then refuse."""
    found: list[str] = []
    seen: set[str] = set()

    def note(page: str, what: str, response: Any) -> None:
        if refused(response):
            found.append(f"{page} offers {what}: {response.status_code}")

    for path in PAGES:
        page = path.format(room=room.slug)
        response = client.get(page)
        if response.status_code == 302:
            continue
        offers = Offers(response.content.decode())
        for href in sorted(offers.links):
            address = urlsplit(urljoin(page, href))
            if (
                address.netloc
                or address.scheme
                or href.startswith(("#", "mailto:"))
                or (key := f"GET {address.path}") in seen
            ):
                continue
            seen.add(key)
            note(path, key, client.get(f"{address.path}?{address.query}", follow=True))
        for action, data in offers.forms:
            target = urljoin(page, action or "")
            by_script = "credential" in data  # the answer of a passkey
            if by_script or (key := f"POST {target} {data}") in seen:
                continue
            seen.add(key)
            cookies = deepcopy(client.cookies)
            with transaction.atomic():
                answer = client.post(target, data)
                note(path, f"POST {target}", answer)
                if answer.status_code == 302:
                    after = client.get(answer.headers["Location"], follow=True).content.decode()
                    if '"notice notice--error">' in after:
                        error = after.split('"notice notice--error">')[1].split("<")[0]
                        found.append(f"{path} offers POST {target} {data}, and it fails: {error}")
                transaction.set_rollback(True)
            client.cookies = cookies
            cache.clear()
            ratelimit.forget_all()
        for target in sorted(offers.scripts):
            if "SLUG" not in target and (key := f"JSON {target}") not in seen:
                seen.add(key)
                with transaction.atomic():
                    answer = client.post(target, {}, content_type="application/json")
                    if answer.status_code == 405:
                        answer = client.get(target)
                    note(path, key, answer)
                    transaction.set_rollback(True)
    return found


@pytest.fixture(autouse=True)
def _without_limits(settings):
    settings.LIMIT_FACTOR = 1000.0


@pytest.mark.parametrize("role", ["stranger", "guest", "member", "moderator", "owner", "staff", "outsider"])
def test_what_a_role_is_offered_it_may_do(role):
    olga, max_, mia = make_person("Olga"), make_person("Max"), make_person("Mia")
    room = create_room(olga, "Monday")
    Membership.objects.create(room=room, user=max_, role=Role.MEMBER)
    Membership.objects.create(room=room, user=mia, role=Role.MODERATOR)
    guest = Client()
    join(guest, make_link(room)[0])
    who = {
        "stranger": Client,
        "guest": lambda: guest,
        "member": lambda: sign_in(max_),
        "moderator": lambda: sign_in(mia),
        "owner": lambda: sign_in(olga),
        "staff": lambda: sign_in_to_admin(make_person("Ada", is_staff=True, is_superuser=True)),
        "outsider": lambda: sign_in(make_person("Sam")),
    }
    assert walk(who[role](), room) == []


@pytest.mark.parametrize("role", ["stranger", "member", "outsider"])
def test_a_site_that_is_closed_offers_neither_accounts_nor_rooms(role):
    SitePolicy.objects.create(sign_up_open=False, room_creators=RoomCreators.STAFF)
    olga, max_ = make_person("Olga"), make_person("Max")
    room = create_room(olga, "Monday")
    Membership.objects.create(room=room, user=max_, role=Role.MEMBER)
    client = {"stranger": Client, "member": lambda: sign_in(max_), "outsider": lambda: sign_in(make_person("Sam"))}[
        role
    ]()
    assert walk(client, room) == []


@pytest.mark.parametrize("relay", [True, False])
def test_addresses_can_be_hidden_only_where_there_is_a_relay(settings, relay):
    settings.TURN_URLS = ["turn:turn.example.org"] if relay else []
    olga = make_person("Olga")
    room = create_room(olga, "Monday")
    client = sign_in(olga)
    for path, name in (
        ("/accounts/", "hide_ip_address"),
        ("/rooms/new", "relay_only"),
        (f"/rooms/{room.slug}/", "relay_only"),
    ):
        assert (f'name="{name}"' in client.get(path).content.decode()) == relay, path


@pytest.mark.parametrize("is_open", [True, False])
def test_a_mail_offers_an_account_only_while_sign_up_is_open(is_open):
    SitePolicy.objects.create(sign_up_open=is_open)
    Client().post("/accounts/password/reset/", {"email": "no-one@example.org"})
    assert ("/accounts/signup/" in str(mail.outbox[-1].body)) == is_open
