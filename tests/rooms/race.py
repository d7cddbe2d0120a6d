"""Run as a program: many threads redeem links at the same instant on the database that DATABASE_URL names.

A program of its own, because threads need committed rows and connections of their own. Prints one JSON object.
"""

import hashlib
import json
import os
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import django


def main() -> None:
    """Prepare the database, run the races, print what came out."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps({"last_use": last_use(), "clicks": clicks(), "one_person": one_person()}))  # noqa: T201


def new_link(max_uses: int) -> tuple[str, int]:
    from django.utils import timezone

    from accounts.models import User
    from common.json_body import encode_base64url
    from rooms.flows.invites import create_invite
    from rooms.flows.rooms import create_room

    owner = User.objects.create_user(f"{secrets.token_hex(8)}@example.org", display_name="Olga")
    room, token = create_room(owner, "Race"), secrets.token_bytes(32)
    invite = create_invite(
        room,
        owner,
        token_hash=hashlib.sha256(token).digest(),
        wrapped_key=None,
        epoch=0,
        expires_at=timezone.now() + timedelta(hours=1),
        max_uses=max_uses,
    )
    return str(encode_base64url(token)), invite.pk


def new_browser(secret: str | None = None):
    """Return a browser that has opened the page of the link, with its CSRF cookie or the one given."""
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.get("/i")
    if secret:
        client.cookies["csrftoken"] = secret
    return client


def all_at_once(browsers: list, token: str, link: int) -> dict[str, object]:
    from django.db import connections

    from common import ratelimit
    from rooms.models import Invite, Membership

    ratelimit.forget_all()  # every race begins with a full token bucket
    answers: Counter[str] = Counter()
    barrier, lock = threading.Barrier(len(browsers)), threading.Lock()

    def press_join(client) -> None:
        headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
        barrier.wait(30)
        response = client.post("/invites/redeem", {"token": token}, content_type="application/json", headers=headers)
        with lock:
            answers[f"{response.status_code} {response.json().get('reason', '')}".strip()] += 1
        connections.close_all()

    run_threads([partial(press_join, client) for client in browsers])
    invite = Invite.objects.get(pk=link)
    places = Membership.objects.filter(room=invite.room).exclude(role="owner").count()
    return {"answers": answers, "uses": invite.uses, "places": places}


def run_threads(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def last_use() -> dict[str, object]:
    """Fifty guests press Join on a link for one."""
    token, link = new_link(1)
    return all_at_once([new_browser() for _guest in range(50)], token, link)


def clicks() -> dict[str, object]:
    """One browser, not yet with a session, presses Join eight times at once."""
    token, link = new_link(100)
    secret = new_browser().cookies["csrftoken"].value
    return all_at_once([new_browser(secret) for _click in range(8)], token, link)


def one_person() -> dict[str, object]:
    """One account presses Join in four browsers at once."""
    from accounts.models import User

    token, link = new_link(100)
    max_ = User.objects.create_user("max@example.org", display_name="Max")
    browsers = [new_browser() for _browser in range(4)]
    for browser in browsers:
        browser.force_login(max_, backend="allauth.account.auth_backends.AuthenticationBackend")
    return all_at_once(browsers, token, link)


if __name__ == "__main__":
    main()
