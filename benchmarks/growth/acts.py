"""Run as a program: do what it is asked to on one database (DATABASE_URL), and say how much time each took.

It is the time of the processor that this process and its connections to PostgreSQL used, so that it does not depend on
what else the machine does. Reads lines of JSON, `[name of the act, number of the round]`, and answers each with the
seconds. The first line that it writes has the names of all acts.
"""

import json
import os
import re
import secrets
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from time import process_time
from typing import Any

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")
django.setup()

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.deletion import delete_account  # noqa: E402
from accounts.models import User  # noqa: E402
from accounts.personal_data import export  # noqa: E402
from benchmarks.meter import processor_seconds  # noqa: E402
from common.json_body import encode_base64url  # noqa: E402
from rooms.flows.invites import create_invite  # noqa: E402
from rooms.flows.rooms import delete_room  # noqa: E402
from rooms.models import Invite, Room  # noqa: E402
from rooms.signaling import admission  # noqa: E402
from tests.second_factor import show_second_factor  # noqa: E402

LISTS = (
    *("accounts/user", "rooms/room", "rooms/invite", "rooms/membership"),
    *("moderation/report", "moderation/auditentry"),
)
# One person, one room; words that a fourth of all have, and so a page of a small list; none; two letters, one.
SEARCHES = ("abel.87@", "room-87-x", "Costa", "Physics", "zzyzx", "co", "a")
Act = Callable[[int], Callable[[], object]]


class Acts:
    """What people, sockets, staff and timers do. Each act gets the number of a round and returns what is measured."""

    def __init__(self) -> None:
        self.olga = User.objects.get(pk=100)
        self.room = Room.objects.get(owner=self.olga)
        self.browser, self.desk = Client(), Client()
        self.browser.force_login(self.olga)
        self.key = self.browser.session.session_key or ""
        ada = User.objects.create_superuser("ada@example.org", display_name="Ada")
        TOTP.activate(ada, generate_totp_secret())
        self.desk.force_login(ada)
        show_second_factor(self.desk, ada)

    def all(self) -> dict[str, Act]:
        """Return all acts by name."""
        page = f"/rooms/{self.room.slug}/"
        found: dict[str, Act] = {}
        for path in ("/rooms/", page, f"{page}?find=ada", f"/r/{self.room.slug}", f"{page}invites", "/accounts/",
                     "/accounts/sessions/"):  # fmt: skip
            found[f"GET {path}"] = self.get(self.browser, path)
        for path in ("/", "/accounts/login/", "/i"):
            found[f"GET {path} (signed out)"] = self.get(Client(), path)
        found["join"] = lambda _round: partial(admission._authorize_join, self.key, self.room.slug, False)
        found["watch rooms"] = lambda _round: partial(admission._authorize_watcher, self.key)
        found |= {"new link": self.new_link, "look at a link": self.look, "redeem a link": self.redeem}
        found["export"] = lambda _round: partial(export, self.olga)
        found["remind"] = lambda _round: partial(call_command, "remind", verbosity=0)
        found["prune"] = lambda _round: partial(call_command, "prune", verbosity=0)
        found["delete a room"] = lambda number: partial(delete_room, Room.objects.get(pk=120 + number))
        found["delete an account"] = lambda number: partial(delete_account, User.objects.get(pk=150 + number))
        return found | self.of_staff()

    def of_staff(self) -> dict[str, Act]:
        """Return what staff do: lists by every filter and order that they offer, searches, pages of a row."""
        paths = ["/admin/", f"/admin/accounts/user/{self.olga.pk}/change/", f"/admin/rooms/room/{self.room.pk}/change/"]
        for place in LISTS:
            address = f"/admin/{place}/"
            links = re.findall(r'href="(\?[^"]+)"', self.desk.get(address).content.decode())
            offered = {link.replace("&amp;", "&") for link in links}
            paths += [address, *(address + link for link in sorted(offered) if not re.search(r"\d{4}-|__|p=", link))]
            paths += [f"{address}?q={word}" for word in SEARCHES]
        paths += [f"/admin/search/?q={word}" for word in SEARCHES]
        return {f"GET {path}": self.get(self.desk, path) for path in paths}

    def get(self, client: Client, path: str) -> Act:
        """Return the act of reading a page."""

        def read() -> None:
            response = client.get(path)
            if response.status_code != 200:
                raise AssertionError(f"{path}: {response.status_code}")

        return lambda _round: read

    def new_link(self, _round: int) -> Callable[[], object]:
        """Make a link."""
        return partial(self.make_link, secrets.token_bytes(32))

    def make_link(self, token: bytes) -> Invite:
        """Make a link with this token."""
        ends = timezone.now() + timedelta(days=5)
        return create_invite(
            self.room, self.olga, token_hash=sha256(token).digest(), wrapped_key=None, epoch=self.room.epoch,
            expires_at=ends, max_uses=None,
        )  # fmt: skip

    def look(self, round_: int) -> Callable[[], object]:
        """Look at a link without using it."""
        return self.post("look")

    def redeem(self, round_: int) -> Callable[[], object]:
        """Use a link, as a new guest."""
        return self.post("redeem")

    def post(self, what: str) -> Callable[[], object]:
        token = secrets.token_bytes(32)
        self.make_link(token)
        guest = Client()
        body = {"token": encode_base64url(token)}

        def send() -> None:
            response = guest.post(f"/invites/{what}", body, content_type="application/json")
            if response.status_code >= 300:
                raise AssertionError(f"{what}: {response.status_code} {response.content[:200]!r}")

        return send


class Meter:
    """Reads the processor time of this process and of its connections."""

    def __init__(self) -> None:
        url = os.environ["DATABASE_URL"]
        self._connection = psycopg.connect(url, autocommit=True) if connection.vendor == "postgresql" else None

    def read(self) -> dict[int, float]:
        """Return the seconds so far, by process."""
        found = {os.getpid(): process_time()}
        if self._connection is not None:
            asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            found |= {pid: processor_seconds(pid) for (pid,) in self._connection.execute(asked)}
        return found


def main() -> None:
    """Answer until the input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr  # commands say what they did
    acts = Acts().all()
    print(json.dumps(list(acts)), file=answers, flush=True)
    meter = Meter()
    for line in sys.stdin:
        name, number = json.loads(line)
        measured: Any = acts[name](number)
        before = meter.read()
        measured()
        after = meter.read()
        used = sum(seconds - before.get(process, 0.0) for process, seconds in after.items())
        print(json.dumps(used), file=answers, flush=True)


if __name__ == "__main__":
    main()
