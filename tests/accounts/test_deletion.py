"""A person downloads their data and deletes the account: then no table holds a trace of them."""

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.conf import settings

from tests.second_factor import digits
from tests.services import PostgresServer
from tests.signaling.world import Caller, SignalingServer, make_pid, post

# Wanda has a row in every table that can name a person, and everything of hers has "unmistak" in it.
LIVE = """
from datetime import timedelta
from importlib import import_module
from uuid import uuid4
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from accounts import optional_mail
from accounts.models import Mail, MailKind, User
from allauth.socialaccount.models import SocialAccount
from rooms.flows.keys import set_room_key
from rooms.flows.rooms import create_room
from rooms.models import Ban, Invite, Membership, Redemption, WaitingTransfer
from rooms.moderation.models import AuditEntry, Report

Store = import_module(settings.SESSION_ENGINE).SessionStore

def person(name, **fields):
    email = f"{name.split()[0].lower()}@{name.split()[-1].lower()}.example.org"
    user = User.objects.create_user(email, "a long password", display_name=name, **fields)
    address = EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    EmailConfirmation.objects.create(email_address=address, key=f"{name}-{uuid4().hex}"[:64])
    return user

def signed_in(user, browser, agent="Unmistakium"):
    session = Store()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["guest_id"] = str(browser)
    session.create()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="192.0.2.77", user_agent=agent)
    return session.session_key

wanda = person("Wanda Unmistakable", is_staff=True)
staff, olga = person("Ada Admin", is_staff=True, is_superuser=True), person("Olga Other")
wanda.groups.add(Group.objects.create(name="choir"))
wanda.user_permissions.add(Permission.objects.first())
TOTP.activate(wanda, "UNMISTAKSECRET234567AAAA")
browser = uuid4()
here, there = signed_in(wanda, browser), signed_in(wanda, uuid4())

def link(room, by, **fields):
    return Invite.objects.create(
        room=room, created_by=by, token_hash=uuid4().bytes * 2, expires_at=timezone.now() + timedelta(days=1), **fields
    )

mine = create_room(wanda, "Unmistakable evenings")
others = create_room(olga, "Mondays")
set_room_key(others, 1, b"k" * 16)
third = create_room(olga, "Tuesdays")
link(mine, wanda, label="unmistakable friends")
link(others, wanda, label="unmistakable colleagues")
place = Membership.objects.create(room=others, user=wanda, role="moderator")
others.pending_owner = wanda
others.save(update_fields=["pending_owner"])
guests = link(third, olga)
guest_place = Membership.objects.create(room=third, guest_id=browser, invite=guests)
Redemption.objects.create(invite=guests, guest_id=browser)
Ban.objects.create(guest_id=browser)
olgas = Membership.objects.create(room=mine, user=olga, role="member")
WaitingTransfer.objects.create(
    id=uuid4(), sender=olgas, receiver=mine.memberships.get(user=wanda), expires_at=timezone.now() + timedelta(days=1)
)
WaitingTransfer.objects.create(
    id=uuid4(), sender=place, receiver=others.memberships.get(user=olga), expires_at=timezone.now() + timedelta(days=1)
)
Report.objects.create(room=others, owner=olga, reporter=wanda, category="other", description="She sang out of tune.")
Report.objects.create(
    room=mine, owner=wanda, subject_membership=place, subject_user=wanda, reporter=olga, category="other",
    description="Ow",
)
Report.objects.create(room=third, owner=olga, reporter_guest_id=browser, subject_guest_id=browser, category="other")
AuditEntry.objects.create(actor=wanda, action="close", target_kind="room", target=str(others.pk), reason="too late")
SocialAccount.objects.create(user=wanda, provider="https://id.example.org", uid="unmistakable-7")
optional_mail.opt_out(MailKind.WAITING, optional_mail.hash_address(wanda.email))
Mail.objects.create(
    purpose="warning", content="unmistakable", address_hash=optional_mail.hash_address(wanda.email),
    created_at=timezone.now(), useful_until=timezone.now() + timedelta(days=3), problem="SMTPRecipientsRefused 550",
)
people = ContentType.objects.get_for_model(User)
LogEntry.objects.create(user=wanda, content_type=people, object_id=str(olga.pk), object_repr="Olga", action_flag=CHANGE)
LogEntry.objects.create(
    user=staff, content_type=people, object_id=str(wanda.pk), object_repr=str(wanda), action_flag=CHANGE
)
result = {
    "pk": wanda.pk, "here": here, "there": there, "olga": signed_in(olga, uuid4(), "Lynx"), "mine": mine.slug,
    "others": others.slug, "place": place.pk.hex, "olgas": olgas.pk.hex,
    "traces": [
        "unmistak", optional_mail.hash_address(wanda.email), here, there, str(browser), browser.hex, place.pk.hex,
        str(place.pk), guest_place.pk.hex,
    ],
}
"""

# Every column of every table: what is there to read, the inside of sessions included, and each reference to the person.
SCAN = """
from django.contrib.sessions.models import Session
from accounts.authentication.sessions import SessionStore
from django.db import connection
found = set()
with connection.cursor() as cursor:
    tables = connection.introspection.table_names(cursor)
    for table in tables:
        keys = connection.introspection.get_relations(cursor, table)
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        columns = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            for column, value in zip(columns, row):
                if isinstance(value, (bytes, memoryview)):
                    text = bytes(value).hex() + bytes(value).decode("latin-1")
                else:
                    text = str(value)
                named = any(trace in text.lower() for trace in traces)
                key = keys.get(column, ("", ""))[1] == "accounts_user" or (table, column) == ("accounts_user", "id")
                if named or (key and value == pk):
                    found.add(table)
for session in Session.objects.all():
    if any(trace in str(SessionStore().decode(session.session_data)).lower() for trace in traces):
        found.add("django_session")
result = [sorted(found), sorted(tables)]
"""
SECRET = "UNMISTAKSECRET234567AAAA"
NOT_ABOUT_PEOPLE = {
    "auth_group", "auth_group_permissions", "auth_permission", "django_content_type", "django_migrations",
    "sqlite_sequence", "accounts_sitepolicy", "rooms_turnedaway", "operations_job",
    "socialaccount_socialapp", "socialaccount_socialtoken",
}  # fmt: skip


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def app(request: pytest.FixtureRequest, postgres_server: PostgresServer) -> Iterator[SignalingServer]:
    """A server process on each of the two databases."""
    database = {"DATABASE_URL": postgres_server.create_database()} if request.param == "PostgreSQL" else {}
    app = SignalingServer(settings=database)
    app.migrate()
    with app:
        yield app
    assert "Traceback" not in app.logged()


def scan(app: SignalingServer, person: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Return the tables in which something is found of a person, and all tables."""
    found, tables = cast(list[list[str]], app.run_python(SCAN, **person))
    return set(found), set(tables)


def fetch(app: SignalingServer, session: str, path: str) -> bytes:
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}
    with urllib.request.urlopen(urllib.request.Request(app.origin + path, headers=cookie), timeout=10) as answer:
        body: bytes = answer.read()
    return body


async def test_export_then_delete_leaves_nothing_behind_and_ends_the_calls(app: SignalingServer) -> None:
    wanda: Any = app.run_python(LIVE)
    found, tables = scan(app, wanda)
    # A new table needs a row above, or belongs in NOT_ABOUT_PEOPLE.
    assert tables - found <= NOT_ABOUT_PEOPLE

    former = wanda["here"]
    post(app, former, "/accounts/reauthenticate/", password="a long password")
    wanda["here"] = post(app, former, "/accounts/2fa/reauthenticate/", code=digits(SECRET))
    text = fetch(app, wanda["here"], "/accounts/data/download").decode()
    exported = json.loads(text)
    assert exported["account"]["email"] == "wanda@unmistakable.example.org"
    assert [room["name"] for room in exported["rooms"]] == ["Unmistakable evenings"]
    assert {link["label"] for link in exported["invites"]} == {"unmistakable friends", "unmistakable colleagues"}
    assert sorted(place["room"] for place in exported["memberships"]) == ["Mondays", "Unmistakable evenings"]
    assert exported["reports_written"][0]["description"] == "She sang out of tune."
    directions = {(row["room"], row["direction"]) for row in exported["waiting_transfers"]}
    assert directions == {("Mondays", "sent"), ("Unmistakable evenings", "received")}
    assert all(exported.values())  # something of each row above
    for secret in ("UNMISTAKSECRET", "olga@other", '"Ow"', former, wanda["here"], wanda["there"]):
        assert secret not in text

    in_call = Caller(app, wanda["others"], wanda["there"], wanda["place"], make_pid())
    guest = Caller(app, wanda["mine"], wanda["olga"], wanda["olgas"], make_pid())
    await in_call.join()
    await guest.join()
    began = time.monotonic()
    post(app, wanda["here"], "/accounts/data/delete", confirm="yes")
    assert await in_call.close_code() == 4001
    assert await guest.close_code() == 4004
    assert time.monotonic() - began < 2 * 3  # 0.1 s, and 0.6 s on a machine with much else to do

    assert scan(app, wanda)[0] == set()
    asks_for_key = "from rooms.models import Room; result = Room.objects.get(name='Mondays').rekey_required"
    assert app.run_python(asks_for_key) is True
    assert "Your account and your rooms have been deleted" in app.mail_to("wanda@unmistakable.example.org")
