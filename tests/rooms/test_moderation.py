"""Moderators: what they can do, and nothing else; each act sent to those concerned and written down."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import SitePolicy, User
from accounts.site_policy import site_policy
from rooms.flows.rooms import create_room
from rooms.live.close_codes import CloseCode
from rooms.live.events import AnyEvent, Close, Scope
from rooms.models import Ban, Invite, Membership, Role, Room
from rooms.moderation.actions import ACTS, ALL, Kind
from rooms.moderation.models import AppendOnly, Deed, Report

from .conftest import join, make_link, make_person, signed_in

pytestmark = pytest.mark.django_db
LISTS = ("accounts/user", "rooms/room", "rooms/invite", "rooms/membership", "moderation/report", "moderation/deed",
         "rooms/ban")  # fmt: skip


def make_moderator(name: str, *, second_factor: bool = True) -> User:
    """Make somebody as the README says: staff, in the group, with a second factor."""
    user = make_person(name, is_staff=True)
    user.groups.add(Group.objects.get(name="Moderators"))
    if second_factor:
        TOTP.activate(user, generate_totp_secret())
    return user


@pytest.fixture
def mona(db: None) -> User:
    """A moderator."""
    return make_moderator("Mona")


@pytest.fixture
def desk(mona: User) -> Client:
    """Mona's browser."""
    return signed_in(mona)


@pytest.fixture
def guests(room: Room, guest: Client) -> Membership:
    """A guest's place in the room."""
    join(guest, make_link(room, max_uses=None, label="For guests")[0])
    return Membership.objects.get(role=Role.GUEST)


@pytest.fixture
def report(room: Room, guests: Membership, max_: User) -> Report:
    """Max reports the guest."""
    signed_in(max_).post(f"/rooms/{room.slug}/report", {"category": "hate", "words": "Bad.", "about": guests.pk.hex})
    return Report.objects.get()


@pytest.fixture
def targets(report: Report, room: Room, guests: Membership, max_: User) -> dict[Kind, Any]:
    """A row for each kind of act."""
    ban = Ban.objects.create(guest_id="00000000-0000-4000-8000-00000000beef")
    link = Invite.objects.get()
    return {
        Kind.PERSON: max_, Kind.ROOM: room, Kind.LINK: link, Kind.PLACE: guests, Kind.BAN: ban, Kind.REPORT: report,
    }  # fmt: skip


def address(name: str, row: Any, report: Report | None = None) -> str:
    return f"/admin/act/{name}/?rows={row.pk}" + (f"&report={report.pk}" if report else "")


WORDS = {"reason": "Seen it myself.", "words": "Please be kind."}


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────


def test_the_group_has_exactly_these_rights(db: None) -> None:
    call_command("migrate", verbosity=0)  # Django's own permissions come after ours and must not double them
    rights = Group.objects.get(name="Moderators").permissions.values_list("content_type__app_label", "codename")
    assert set(rights) == {
        ("accounts", "view_user"),
        ("rooms", "view_room"),
        ("rooms", "view_invite"),
        ("rooms", "view_membership"),
        ("moderation", "view_report"),
        ("moderation", "moderate"),
        ("rooms", "view_ban"),
        ("moderation", "view_deed"),
    }


@pytest.mark.parametrize("act", ALL, ids=lambda act: act.name)
def test_a_moderator_does_every_act_and_leaves_a_row(
    desk: Client, mona: User, targets: dict[Kind, Any], act: Any
) -> None:
    row = targets[act.kind]
    page = desk.get(address(act.name, row))
    assert page.status_code == 200
    assert str(act.means) in html.unescape(page.content.decode())
    assert not Deed.objects.exists()
    assert desk.post(address(act.name, row), WORDS).status_code == 302
    deed = Deed.objects.get()
    number = row.pk.hex if hasattr(row.pk, "hex") else str(row.pk)
    assert (deed.by, deed.act, deed.kind, deed.target) == (mona, act.name, act.kind, number)
    assert deed.reason == "Seen it myself."
    assert abs((timezone.now() - deed.at).total_seconds()) < 60
    trail = desk.get("/admin/moderation/deed/").content.decode()
    assert str(act.label) in trail
    assert "Seen it myself." in trail


@pytest.mark.parametrize("act", ALL, ids=lambda act: act.name)
def test_plain_staff_and_other_people_do_none_of_them(targets: dict[Kind, Any], olga: User, act: Any) -> None:
    clerk = make_person("Cleo", is_staff=True)
    TOTP.activate(clerk, generate_totp_secret())
    weak = make_moderator("Wilma", second_factor=False)
    for user in (clerk, weak, olga, None):
        client = signed_in(user) if user else Client()
        for answer in (
            client.get(address(act.name, targets[act.kind])),
            client.post(address(act.name, targets[act.kind]), WORDS),
        ):
            assert answer.status_code in {302, 403}
            assert "/login/" in answer.headers.get("Location", "/login/")
    assert not Deed.objects.exists()
    assert not mail.outbox


@pytest.mark.parametrize("place", LISTS)
def test_a_moderator_looks_and_edits_nothing(desk: Client, targets: dict[Kind, Any], mona: User, place: str) -> None:
    desk.post(address("warn", targets[Kind.PERSON]), WORDS)
    row = {
        "accounts/user": mona, "rooms/room": targets[Kind.ROOM], "rooms/invite": targets[Kind.LINK],
        "rooms/membership": targets[Kind.PLACE], "moderation/report": targets[Kind.REPORT],
        "moderation/deed": Deed.objects.get(), "rooms/ban": targets[Kind.BAN],
    }[place]  # fmt: skip
    assert desk.get(f"/admin/{place}/").status_code == 200
    assert desk.get(f"/admin/{place}/{row.pk}/change/").status_code == 200
    assert desk.get(f"/admin/{place}/add/").status_code == 403
    assert desk.post(f"/admin/{place}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    changed = desk.post(f"/admin/{place}/{row.pk}/change/", {"is_superuser": "on", "name": "x", "is_staff": "on"})
    assert changed.status_code == (200 if place == "moderation/report" else 403)
    mona.refresh_from_db()
    assert not mona.is_superuser


def test_the_rules_and_the_groups_are_not_for_moderators(desk: Client) -> None:
    for place in ("accounts/sitepolicy/", "accounts/sitepolicy/1/change/", "auth/group/", "nothing/here/"):
        assert desk.get(f"/admin/{place}").status_code in {403, 404}


def test_a_second_factor_is_asked_of_moderators() -> None:
    client = signed_in(make_moderator("Wilma", second_factor=False))
    page = client.get("/admin/", follow=True)
    assert page.status_code == 403
    assert "Two-step verification required" in page.content.decode()
    assert client.get("/admin/search/?q=olga").status_code == 302


def test_plain_staff_see_neither_numbers_nor_search(db: None) -> None:
    clerk = make_person("Cleo", is_staff=True)
    TOTP.activate(clerk, generate_totp_secret())
    client = signed_in(clerk)
    assert "Live rooms" not in client.get("/admin/").content.decode()
    assert client.get("/admin/search/?q=olga").status_code == 403
    assert client.get("/admin/moderation/report/").status_code == 403


def test_moderators_do_not_suspend_each_other_nor_staff(desk: Client, mona: User) -> None:
    for victim in (make_moderator("Nora"), make_person("Ada", is_staff=True, is_superuser=True), mona):
        page = desk.post(address("suspend", victim), WORDS, follow=True).content.decode()
        assert f"You may not do this to {victim.email}." in page
        victim.refresh_from_db()
        assert victim.suspended_at is None
    assert not Deed.objects.exists()


# ── What the acts do ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "kind", "scope", "code"),
    [
        ("close-room", Kind.ROOM, Scope.ROOM, CloseCode.ROOM_CLOSED),
        ("suspend", Kind.PERSON, Scope.USER, CloseCode.SUSPENDED),
        ("remove", Kind.PLACE, Scope.MEMBERSHIP, CloseCode.REMOVED),
        ("ban-guest", Kind.PLACE, Scope.MEMBERSHIP, CloseCode.REMOVED),
    ],
)
def test_open_sockets_are_closed(
    desk: Client, targets: dict[Kind, Any], published: list[AnyEvent],
    django_capture_on_commit_callbacks: Callable[..., Any], name: str, kind: Kind, scope: Scope, code: CloseCode,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(address(name, targets[kind]), WORDS)
    key = targets[kind].pk
    assert Close(scope, key.hex if scope is Scope.MEMBERSHIP else str(key), code) in published


def test_a_banned_guest_comes_in_nowhere_until_the_ban_is_lifted(
    desk: Client, guest: Client, guests: Membership, room: Room, sam: User
) -> None:
    other = create_room(sam, "Elsewhere")
    join(guest, make_link(other)[0])
    desk.post(address("ban-guest", guests), WORDS)
    assert guest.get(f"/r/{room.slug}").status_code == guest.get(f"/r/{other.slug}").status_code == 403
    token, _invite = make_link(room, max_uses=None)
    answer = join(guest, token)
    assert (answer.status_code, answer.json()) == (410, {"reason": "banned"})
    assert join(Client(), token).status_code == 200

    # Who has an account answers for it: the ban is of guests.
    desk.post(address("lift-ban", Ban.objects.get()), WORDS)
    assert join(guest, token).status_code == 200


def test_an_account_is_not_banned_as_a_guest(desk: Client, room: Room, max_: User) -> None:
    page = desk.post(address("ban-guest", Membership.objects.get(user=max_)), WORDS, follow=True).content.decode()
    assert "suspend it instead" in page
    assert not Ban.objects.exists()
    assert not Deed.objects.exists()


def test_a_warning_carries_the_moderators_words_and_nothing_of_the_report(
    desk: Client, report: Report, max_: User
) -> None:
    desk.post(address("warn", max_, report), {**WORDS, "words": "Please be <b>kind</b> & calm."})
    (letter,) = mail.outbox
    assert letter.to == [max_.email]
    assert letter.subject == "A warning from the moderators of Meeting Point"
    assert "Please be <b>kind</b> & calm." in letter.body
    assert "Seen it myself." not in letter.body
    assert report.words not in letter.body


def test_a_mail_that_cannot_be_sent_is_said_and_not_noted(
    desk: Client, max_: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("rooms.moderation.actions.send_mail", refuse)
    assert "The mail could not be sent" in desk.post(address("warn", max_), WORDS, follow=True).content.decode()
    assert not Deed.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "\u202e\u200b", "x" * 501])
def test_without_a_reason_nothing_happens(desk: Client, room: Room, reason: str) -> None:
    assert desk.post(address("close-room", room), {"reason": reason}).status_code == 400
    room.refresh_from_db()
    assert room.closed_at is None


@pytest.mark.parametrize(
    "path", ["close-room/", "close-room/?rows=", "close-room/?rows=x,7777,%00", "make-tea/?rows=1"]
)
def test_what_is_not_there_is_404(desk: Client, path: str) -> None:
    assert desk.get(f"/admin/act/{path}").status_code == 404


# ── The queue ────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_shows_what_waits_with_its_context(desk: Client, report: Report, room: Room, max_: User) -> None:
    Report.objects.create(room=room, owner=room.owner, category="fraud", settled_at=timezone.now())
    queue = desk.get("/admin/moderation/report/").content.decode()
    assert f"#{report.pk}" in queue
    assert "Fraud" not in queue.split("changelist-filter")[0].split("result_list")[1]
    assert re.search(r'field-before">1<', queue)
    assert "Fraud" in desk.get("/admin/moderation/report/?state=settled").content.decode()
    page = desk.get(f"/admin/moderation/report/{report.pk}/change/").content.decode()
    for shown in (
        "Bad.",
        room.name,
        room.owner.email,
        max_.email,
        "a guest",
        "For guests",
        "the same room",
        "Room key on",
    ):
        assert shown in page, shown
    assert "Ban the guest" in page
    for secret in (report.about_browser, bytes(Invite.objects.get().token_hash).hex()):
        assert str(secret) not in page


def test_an_act_from_a_report_is_shown_there_and_settles_it(desk: Client, report: Report, room: Room) -> None:
    page = desk.get(f"/admin/moderation/report/{report.pk}/change/").content.decode()
    link = re.search(r'href="(/admin/act/close-room/[^"]+)"', page)
    assert link
    done = desk.post(html.unescape(link[1]), {"reason": "Hatred.", "settle": "on"}, follow=True)
    assert done.redirect_chain[-1][0] == f"/admin/moderation/report/{report.pk}/change/"
    text = done.content.decode()
    assert "Close the room" in text
    assert "Reopen the room" in text
    assert "Hatred." in text
    report.refresh_from_db()
    room.refresh_from_db()
    assert report.settled_at
    assert room.closed_by_site
    assert set(report.deeds.values_list("act", flat=True)) == {"close-room", "settle"}


def test_many_reports_are_dismissed_at_once(desk: Client, room: Room) -> None:
    rows = [Report.objects.create(room=room, owner=room.owner, category="other") for _ in range(3)]
    asked = desk.post("/admin/moderation/report/", {"action": "dismiss", "_selected_action": [row.pk for row in rows]})
    desk.post(asked.headers["Location"], {"reason": "One prank."})
    assert not Report.objects.filter(settled_at__isnull=True).exists()
    assert Deed.objects.count() == 3


# ── The trail ────────────────────────────────────────────────────────────────────────────────────


def test_the_filters_of_the_trail_are_in_words(desk: Client, guests: Membership) -> None:
    desk.post(address("ban-guest", guests), WORDS)
    desk.post(address("lift-ban", Ban.objects.get()), WORDS)
    page = desk.get("/admin/moderation/deed/").content.decode()
    filters = page[page.index('id="changelist-filter"') :]
    for words in ("Ban the guest", "Lift the ban", "place in a room", "banned guest"):
        assert words in filters
    assert ">ban-guest<" not in filters
    only = desk.get("/admin/moderation/deed/?act=lift-ban").context["cl"].result_list
    assert [deed.act for deed in only] == ["lift-ban"]


def test_the_trail_is_written_once(mona: User) -> None:
    deed = Deed.objects.create(by=mona, act="warn", kind="person", target="7", reason="First.")
    deed.reason = "Second."
    for change in (
        deed.save, deed.delete, Deed.objects.all().delete, lambda: Deed.objects.update(reason="x"),
        lambda: Deed.objects.filter(pk=deed.pk).delete(),
    ):  # fmt: skip
        with pytest.raises(AppendOnly):
            change()
    superuser = make_person("Ada", is_staff=True, is_superuser=True)
    TOTP.activate(superuser, generate_totp_secret())
    client = signed_in(superuser)
    assert client.post(f"/admin/moderation/deed/{deed.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/moderation/deed/{deed.pk}/change/", {"reason": "x"}).status_code == 403
    assert Deed.objects.get().reason == "First."


def test_the_trail_keeps_a_number_and_no_name_of_who_is_deleted(desk: Client, mona: User, max_: User) -> None:
    desk.post(address("suspend", max_), WORDS)
    number = max_.pk
    max_.delete()
    page = desk.get("/admin/moderation/deed/").content.decode()
    assert f"person {number} (no longer there)" in page
    mona.delete()
    assert Deed.objects.get().by is None


# ── The numbers, the search, the rules ───────────────────────────────────────────────────────────


def test_the_numbers_are_plain(desk: Client, report: Report) -> None:
    page = desk.get("/admin/").content.decode()
    for words in (
        "Live rooms",
        "People in calls",
        "Open reports",
        "Connections by type",
        "No one is in a call.",
    ):
        assert words in page
    assert re.search(r"Open reports</dt><dd><a [^>]+>1</a>", page)


@pytest.mark.parametrize(
    ("asked", "found"), [("max@", "max@example.org"), ("Monday", "Monday stand-up"), ("For gu", "For guests")]
)
def test_one_search_finds_people_rooms_and_links(desk: Client, report: Report, asked: str, found: str) -> None:
    page = desk.get("/admin/search/", {"q": asked}).content.decode()
    assert f"<bdi>{found}</bdi></a>" in page
    assert found not in desk.get("/admin/search/", {"q": "\0%_zz"}).content.decode()


def test_the_rules_of_the_site_are_changed_by_superusers_and_written_down(db: None) -> None:
    ada = make_person("Ada", is_staff=True, is_superuser=True)
    TOTP.activate(ada, generate_totp_secret())
    client = signed_in(ada)
    assert client.get("/admin/accounts/sitepolicy/").headers["Location"] == "/admin/accounts/sitepolicy/1/change/"
    assert client.get("/admin/accounts/sitepolicy/1/change/").status_code == 200
    assert not SitePolicy.objects.exists()
    assert site_policy().sign_up_open
    saved = client.post("/admin/accounts/sitepolicy/1/change/", {"room_creators": "verified", "group": ""})
    assert saved.status_code == 302
    assert (site_policy().sign_up_open, site_policy().room_creators) == (False, "verified")
    deed = Deed.objects.get()
    assert (deed.act, deed.by) == ("rules", ada)
    assert "sign_up_open: False" in deed.reason
    assert "site settings" in client.get("/admin/moderation/deed/").content.decode()
    group = client.post("/admin/accounts/sitepolicy/1/change/", {"room_creators": "group", "group": ""})
    assert "Choose the group" in group.content.decode()


def test_every_act_is_named_once() -> None:
    assert len(ACTS) == len(ALL)
