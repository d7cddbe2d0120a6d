"""Run as a program: say how much of a large PostgreSQL database (DATABASE_URL) pages, joins and commands read.

Prints one JSON object: for each thing that was done, how many statements it took, and those that read more than
`MOST_READ` rows of tables and indexes, as [rows, statement].
"""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import django

ROWS = 12_000
NEWEST = 1_000  # rows that are searched without an index
KEYS = 500  # that `prune` looks up at once
MOST_READ = 2_500
LISTS = (
    *("accounts/user", "rooms/room", "rooms/invite", "rooms/membership"),
    *("moderation/report", "moderation/auditentry"),
)
# One person, one room; a word that a fourth of the rows have; all; none; several words, one of them rare; a beginning.
SEARCHES = ("p877@", "costa", "example", "zzyzx", "link costa room-8771", "an")

# Of each large table as many rows as of people: one room, two memberships, a link, a session, a report for each. Links
# after the first 7,000 have expired, rooms after the first 11,400.
FILL = """
INSERT INTO accounts_user (password, is_superuser, email, display_name, hide_ip_address, time_zone, time_zone_chosen,
  is_staff, is_active, date_joined)
  SELECT '', false, 'p' || n || '@example.org',
  (array['Ada Costa', 'Bruno Demir', 'Chen Abel', 'Dana Bauer'])[1 + n % 4], false, '', false, false, true,
  now() - n * interval '1 minute' FROM generate_series(1, {rows}) n;
INSERT INTO account_emailaddress (user_id, email, verified, "primary")
  SELECT id, email, true, true FROM accounts_user;
INSERT INTO rooms_room (name, slug, owner_id, max_people, created_at, closed_by_moderator, epoch, rekey_required,
  join_rule, requires_host, hosts_hand_out_key, relay_only, expires_at)
  SELECT (array['Choir ', 'Chess ', 'Physics '])[1 + id % 3] || id, 'room-' || id, id, 4,
  now() - id * interval '1 minute', false, 0, false, 'open', false, false,
  false, now() + (11400 - id) * interval '1 hour' FROM accounts_user;
INSERT INTO rooms_invite (room_id, created_by_id, label, role, token_hash, wrapped_key, holds_lobby_key, epoch, uses,
  created_at, expires_at)
  SELECT id, owner_id, (array['Link Costa ', 'Link '])[1 + id % 2] || id, 'guest',
  sha256(slug::bytea), CASE WHEN id < 7000 THEN slug::bytea END, false, 0, 0, now() - id * interval '1 minute',
  now() + (7000 - id) * interval '1 minute' FROM rooms_room;
INSERT INTO rooms_membership (id, room_id, user_id, role, created_at, readmit_when_locked)
  SELECT gen_random_uuid(), id, owner_id, 'owner', created_at, false FROM rooms_room;
INSERT INTO rooms_membership (id, room_id, guest_id, role, invite_id, created_at, expires_at, readmit_when_locked)
  SELECT gen_random_uuid(), room_id, gen_random_uuid(), 'guest', id, created_at, expires_at, false FROM rooms_invite;
INSERT INTO rooms_redemption (invite_id, guest_id, created_at)
  SELECT invite_id, guest_id, created_at FROM rooms_membership WHERE guest_id IS NOT NULL;
INSERT INTO rooms_waitingtransfer (id, sender_id, receiver_id, created_at, expires_at)
  SELECT gen_random_uuid(), a.id, b.id, now(), now() + interval '5 days' FROM rooms_membership a
  JOIN rooms_membership b ON b.room_id = a.room_id AND b.role = 'guest' WHERE a.role = 'owner';
INSERT INTO rooms_turnedaway (room_id, invite_id, reason, tries, last_at)
  SELECT room_id, id, 'expired', 1, now() - id * interval '1 minute' FROM rooms_invite;
INSERT INTO django_session (session_key, session_data, expire_date)
  SELECT 'key' || id, '', now() + id * interval '1 minute' FROM accounts_user;
INSERT INTO usersessions_usersession (user_id, created_at, ip, last_seen_at, session_key, user_agent, data)
  SELECT id, now(), '127.0.0.1', now(), 'key' || id, '', '{{}}' FROM accounts_user;
INSERT INTO moderation_report (room_id, owner_id, about_person, category, description, created_at, reporter_id,
  resolved_at)
  SELECT id, owner_id, false, 'hate', 'Words in ' || id, created_at, owner_id,
  CASE WHEN id % 300 = 0 THEN NULL ELSE created_at + interval '1 day' END
  FROM rooms_room;
INSERT INTO moderation_auditentry (id, at, action, target_kind, target, reason)
  SELECT gen_random_uuid(), created_at, CASE WHEN id % 3000 = 5 THEN 'ban' ELSE 'warn' END,
  CASE WHEN id % 3000 = 5 THEN 'ban' ELSE 'person' END, owner_id::text, 'Because of ' || id FROM rooms_room;
ANALYZE;
"""


def main() -> None:
    """Fill the database, do everything once, print what was read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(rows=ROWS))
    print(json.dumps({name: explained(act) for name, act in acts()}))  # noqa: T201


def explained(act: Callable[[], object]) -> dict[str, Any]:
    """Do it, and let PostgreSQL count the rows that each statement reads."""
    from django.db import connection

    statements: list[str] = []
    much: list[tuple[int, str]] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.split(" ")[0] in {"SELECT", "UPDATE", "DELETE"}:
            statements.append(sql)
            asked = context["cursor"].connection
            with asked.transaction(force_rollback=True), asked.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql, params)
                found = cursor.fetchone()[0]
            read = sum(rows_read(plan["Plan"]) for plan in (json.loads(found) if isinstance(found, str) else found))
            if read > MOST_READ:
                much.append((read, sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        act()
    return {"statements": len(statements), "much": much}


def rows_read(plan: dict[str, Any]) -> int:
    """Return how many rows of tables and entries of indexes a plan read, those that it left out included."""
    each = 0.0
    if plan["Node Type"].endswith("Scan") and ("Relation Name" in plan or "Index Name" in plan):
        each = (
            plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
        )
    return round(each * plan["Actual Loops"]) + sum(rows_read(part) for part in plan.get("Plans", []))


def acts() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what people, sockets, staff and timers do, by name."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from accounts.deletion import delete_account
    from accounts.models import User
    from accounts.personal_data import export
    from common import deletion
    from common.json_body import encode_base64url
    from rooms.flows.invites import create_invite
    from rooms.flows.rooms import delete_room
    from rooms.models import Room
    from rooms.moderation import search
    from rooms.signaling import admission
    from tests.second_factor import show_second_factor

    search.NEWEST, deletion.KEYS = NEWEST, KEYS
    olga = User.objects.get(email="p3000@example.org")
    room = Room.objects.get(owner=olga)
    client, guest, desk = Client(), Client(), Client()
    client.force_login(olga)
    key = client.session.session_key or ""
    page = f"/rooms/{room.slug}/"
    for name in ("/rooms/", page, f"/r/{room.slug}", f"{page}invites", "/accounts/", "/accounts/sessions/"):
        yield f"GET {name.replace(room.slug, '…')}", partial(get, client, name)
    yield "search for a member", partial(get, client, f"{page}?find=costa")
    yield "join", partial(admission._authorize_join, key, room.slug, False)
    yield "watch", partial(admission._authorize_watcher, key)

    token = secrets.token_bytes(32)
    digest, ends = hashlib.sha256(token).digest(), room.created_at + timedelta(days=60)
    yield (
        "new link",
        partial(
            create_invite, room, olga, token_hash=digest, wrapped_key=None, epoch=0, expires_at=ends, max_uses=None
        ),
    )
    body = {"token": encode_base64url(token)}
    for name in ("look", "redeem", "redeem"):
        yield f"POST {name}", partial(guest.post, f"/invites/{name}", body, content_type="application/json")
    yield "export", partial(export, olga)
    yield "remind", partial(call_command, "remind", verbosity=0)

    ada = User.objects.create_superuser("ada@example.org", display_name="Ada")
    TOTP.activate(ada, generate_totp_secret())
    desk.force_login(ada)
    show_second_factor(desk, ada)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for place in LISTS:
        address = f"/admin/{place}/"
        links = re.findall(r'href="(\?[^"]+)"', desk.get(address).content.decode())
        offered = {link.replace("&amp;", "&") for link in links}
        yield f"list of {place}", partial(get, desk, address)
        # Not those of the pages, nor the spans of time, which name the day of this test.
        for query in sorted(link for link in offered if not re.search(r"\d{4}-|day=|p=", link)):
            yield f"{place} {query}", partial(get, desk, address + query)
        for words in SEARCHES:
            yield f"{place} search for {words}", partial(get, desk, f"{address}?q={words}")
    for words in SEARCHES:
        yield f"search for {words}", partial(get, desk, f"/admin/search/?q={words}")
    yield "a person's page", partial(get, desk, f"/admin/accounts/user/{olga.pk}/change/")
    yield "a room's page", partial(get, desk, f"/admin/rooms/room/{room.pk}/change/")
    yield "prune", partial(call_command, "prune", verbosity=0)
    yield "delete a room", partial(delete_room, room)
    yield "delete an account", partial(delete_account, User.objects.get(email="p4000@example.org"))


def get(client: Any, path: str) -> None:
    """Read a page. Raises `AssertionError` if it is not there."""
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)


if __name__ == "__main__":
    main()
