"""Run as a program: explain what pages, joins and commands ask of a large PostgreSQL database (DATABASE_URL).

Prints one JSON object: for each thing that was done, how many statements it took, and each one that read a whole large
table, as [table, statement].
"""

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import django

ROWS = 6_000
LARGE = 3_000
LISTS = ("rooms/room", "rooms/invite", "rooms/membership", "moderation/report", "accounts/user")

# Of each large table as many rows as of people: one room, two memberships, a link, a session, a report for each.
FILL = """
INSERT INTO accounts_user (password, is_superuser, email, display_name, hide_ip_address, time_zone, time_zone_chosen,
  is_staff, is_active, date_joined)
  SELECT '', false, 'p' || n || '@example.org', 'Person ' || n, false, '', false, false, true,
  now() - n * interval '1 minute' FROM generate_series(1, {rows}) n;
INSERT INTO account_emailaddress (user_id, email, verified, "primary")
  SELECT id, email, true, true FROM accounts_user;
INSERT INTO rooms_room (name, slug, owner_id, max_people, created_at, closed_by_moderator, epoch, rekey_required,
  join_rule, requires_host, hosts_hand_out_key, relay_only, expires_at)
  SELECT 'Room ' || id, 'room-' || id, id, 4, now() - id * interval '1 minute', false, 0, false, 'open', false, false,
  false, now() + id * interval '1 hour' FROM accounts_user;
INSERT INTO rooms_invite (room_id, created_by_id, label, role, token_hash, holds_lobby_key, epoch, uses, created_at,
  expires_at)
  SELECT id, owner_id, 'Link ' || id, 'guest', sha256(slug::bytea), false, 0, 0, now() - id * interval '1 minute',
  now() + id * interval '1 minute' FROM rooms_room;
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
  SELECT id, owner_id, false, 'hate', '', created_at, owner_id, CASE WHEN id % 300 = 0 THEN NULL ELSE now() END
  FROM rooms_room;
INSERT INTO moderation_auditentry (id, at, action, target_kind, target, reason)
  SELECT gen_random_uuid(), created_at, 'warn', 'person', owner_id::text, '' FROM rooms_room;
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
    """Do it, and explain every statement as it is made."""
    from django.db import connection

    statements: list[str] = []
    whole: list[tuple[str, str]] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.split(" ")[0] in {"SELECT", "UPDATE", "DELETE"}:
            statements.append(sql)
            with context["cursor"].connection.cursor() as cursor:
                cursor.execute("EXPLAIN (FORMAT JSON) " + sql, params)
                found = cursor.fetchone()[0]
            for plan in json.loads(found) if isinstance(found, str) else found:
                whole.extend((table, sql) for table in scanned(plan["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        act()
    return {"statements": len(statements), "whole": whole}


def scanned(plan: dict[str, Any], limited: bool = False) -> Iterator[str]:
    """Yield the large tables that a plan reads from beginning to end, unless it takes the first rows as they come."""
    first_ones = limited and "Filter" not in plan
    if plan["Node Type"].endswith("Seq Scan") and not first_ones and is_large(plan["Relation Name"]):
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from scanned(part, plan["Node Type"] == "Limit")


def is_large(table: str) -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
        return bool(cursor.fetchone()[0] >= LARGE)


def acts() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what people, sockets, staff and timers do, by name."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.core.management import call_command
    from django.test import Client

    from accounts.deletion import delete_account
    from accounts.models import User
    from accounts.personal_data import export
    from common.json_body import encode_base64url
    from rooms.flows.invites import create_invite
    from rooms.flows.rooms import delete_room
    from rooms.models import Room
    from rooms.moderation import search
    from rooms.signaling import admission
    from tests.second_factor import show_second_factor

    search.NEWEST = LARGE
    olga = User.objects.get(email="p3000@example.org")
    room = Room.objects.get(owner=olga)
    client, guest, desk = Client(), Client(), Client()
    client.force_login(olga)
    key = client.session.session_key or ""
    page = f"/rooms/{room.slug}/"
    for name in ("/rooms/", page, f"/r/{room.slug}", f"{page}invites", "/accounts/", "/accounts/sessions/"):
        yield f"GET {name.replace(room.slug, '…')}", partial(get, client, name)
    yield "search for a member", partial(get, client, f"{page}?find=person")
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
    for place in LISTS:
        yield f"list of {place}", partial(get, desk, f"/admin/{place}/")
    for query in ("rooms/room/?state=closed", "rooms/invite/?state=revoked", "rooms/membership/?state=removed",
                  "rooms/membership/?role__exact=moderator", "accounts/user/?state=suspended",
                  "accounts/user/?is_staff__exact=1"):  # fmt: skip
        yield f"filter {query}", partial(get, desk, f"/admin/{query}")
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
