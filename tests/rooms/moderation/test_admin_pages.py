"""What the pages of the administration show: what can be done to a row, and never a secret."""

import base64
import html
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import User
from rooms.flows.invites import revoke_invite
from rooms.flows.members import remove_member
from rooms.flows.rooms import close_room
from rooms.models import Ban, Invite, Membership, Role, Room
from rooms.moderation.actions import ACTIONS, TargetKind
from rooms.moderation.models import Report
from tests.rooms.conftest import join, make_link, make_person, signed_in

from .conftest import action_url, make_moderator

pytestmark = pytest.mark.django_db
PLACES = {
    TargetKind.PERSON: "accounts/user", TargetKind.ROOM: "rooms/room", TargetKind.INVITE: "rooms/invite",
    TargetKind.MEMBERSHIP: "rooms/membership", TargetKind.BAN: "rooms/ban", TargetKind.REPORT: "moderation/report",
}  # fmt: skip


@pytest.fixture
def link(room: Room, guest: Client) -> Invite:
    """A link by which a guest has come in."""
    token, link = make_link(room, max_uses=None, label="For guests")
    join(guest, token)
    return link


def test_no_page_shows_a_secret(room: Room, link: Invite, max_: User) -> None:
    """Read all pages of a superuser, who sees the most, for everything that is kept of keys, links and sessions."""
    ada = make_person("Ada", is_staff=True, is_superuser=True, password="correct horse battery staple")
    TOTP.activate(ada, generate_totp_secret())
    browser = signed_in(ada)
    Room.objects.update(epoch=1, key_check=bytes(range(16)))
    _token, sealed = make_link(room)
    guests = Membership.objects.get(role=Role.GUEST)
    assert guests.guest_id
    ban = Ban.objects.create(guest_id=guests.guest_id)
    reports = [
        Report.objects.create(
            room=room, owner=room.owner, subject_membership=guests, subject_guest_id=guests.guest_id, about_person=True,
            reporter=max_, category="hate",
        )
    ]  # fmt: skip
    secrets: dict[str, bytes | str] = {
        "hash of a link": bytes(sealed.token_hash),
        "sealed room key": bytes(sealed.wrapped_key or b""),
        "check of a key": bytes(range(16)),
        "browser of a guest": guests.guest_id.hex,
        "session": str(browser.session.session_key),
        "password": ada.password,
        "second factor": str(Authenticator.objects.get(user=ada).data["secret"]),
    }
    found = {}
    for name, secret in secrets.items():
        assert secret, name
        raw = secret if isinstance(secret, bytes) else secret.encode()
        spellings = {
            raw.hex(),
            base64.b64encode(raw).decode().rstrip("="),
            base64.urlsafe_b64encode(raw).decode().rstrip("="),
        }
        found[name] = spellings | ({secret} if isinstance(secret, str) else {repr(raw)[2:-1]})
    found["browser of a guest"].add(str(guests.guest_id))
    rows: dict[str, Any] = {
        "accounts/user": (ada, max_, room.owner), "rooms/room": (room,), "rooms/invite": (link, sealed),
        "rooms/membership": (guests,), "moderation/report": reports, "rooms/ban": (ban,),
    }  # fmt: skip
    paths = ["/admin/", "/admin/search/?q=o", "/admin/moderation/auditentry/"]
    paths += [action_url(action.name, rows[PLACES[action.target_kind]][0]) for action in ACTIONS]
    for place, some in rows.items():
        paths.append(f"/admin/{place}/?state=all" if place == "moderation/report" else f"/admin/{place}/")
        paths += [f"/admin/{place}/{row.pk}/{page}/" for row in some for page in ("change", "history")]
    for path in paths:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        page = html.unescape(answer.content.decode())
        shown = [name for name, spellings in found.items() if any(spelling in page for spelling in spellings)]
        assert shown == [], path


def test_the_page_of_a_row_offers_what_can_be_done_to_it(room: Room, link: Invite, max_: User) -> None:
    desk = signed_in(make_moderator("Mona"))
    guests = Membership.objects.get(role=Role.GUEST)

    def offered(place: str, row: Any) -> set[str]:
        page = desk.get(f"/admin/{place}/{row.pk}/change/").content.decode()
        return set(re.findall(r'href="/admin/action/([a-z-]+)/\?', page))

    assert offered("rooms/room", room) == {"close-room", "revoke-links"}
    assert offered("rooms/invite", link) == {"revoke-link"}
    assert offered("rooms/membership", guests) == {"remove", "ban-guest"}
    assert offered("rooms/membership", Membership.objects.get(user=max_)) == {"remove"}
    assert offered("rooms/membership", Membership.objects.get(role=Role.OWNER)) == set()
    assert offered("accounts/user", max_) == {"warn", "suspend"}
    close_room(room, by_moderator=True)
    revoke_invite(link)
    remove_member(guests)
    assert offered("rooms/room", room) == {"reopen-room"}
    assert offered("rooms/invite", link) == set()
    assert offered("rooms/membership", guests) == {"ban-guest"}
