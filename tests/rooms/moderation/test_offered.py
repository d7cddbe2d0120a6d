"""What the admin site offers can be done, and what was done is in one log."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from rooms.flows.rooms import close_room
from rooms.models import Membership, Room
from rooms.moderation.models import AuditEntry, Report
from tests.rooms.conftest import make_link, signed_in

from .conftest import FORM, action_url, make_moderator, make_superuser

pytestmark = pytest.mark.django_db


def offered(client: Client, path: str) -> set[str]:
    """Return the actions to which a page has links."""
    return set(re.findall(r'href="/admin/action/([a-z-]+)/\?', client.get(path).content.decode()))


def test_no_one_is_offered_to_warn_or_suspend_themselves_or_staff_above_them(desk: Client, mona: User) -> None:
    nora, ada = make_moderator("Nora"), make_superuser()
    assert offered(desk, f"/admin/accounts/user/{mona.pk}/change/") == set()
    for colleague in (nora, ada):
        assert offered(desk, f"/admin/accounts/user/{colleague.pk}/change/") == {"warn"}
    assert offered(signed_in(ada), f"/admin/accounts/user/{nora.pk}/change/") == {
        "warn",
        "suspend",
        "reset-second-factor",
    }
    assert offered(signed_in(ada), f"/admin/accounts/user/{ada.pk}/change/") == set()


def test_a_report_about_the_moderator_offers_nothing_against_their_own_account(desk: Client, mona: User) -> None:
    room = Room.objects.create(name="Mona's", slug="monas", owner=mona)
    report = Report.objects.create(room=room, owner=mona, subject_user=mona, about_person=True, category="other")
    assert offered(desk, f"/admin/moderation/report/{report.pk}/change/") == {"close-room", "dismiss"}


def test_every_offered_action_is_possible_in_every_state(
    desk: Client, report: Report, room: Room, guests: Membership, max_: User
) -> None:
    """Go through states of the room, the guest, a link and the report; do each action that a page offers."""
    link = make_link(room)[1]
    pages = (
        f"/admin/moderation/report/{report.pk}/change/", f"/admin/rooms/room/{room.pk}/change/",
        f"/admin/rooms/membership/{guests.pk}/change/", f"/admin/rooms/invite/{link.pk}/change/",
        f"/admin/accounts/user/{max_.pk}/change/",
    )  # fmt: skip
    done: set[str] = set()
    for _round in range(3):
        for page in pages:
            for url in re.findall(r'href="(/admin/action/[^"]+)"', desk.get(page).content.decode()):
                name = url.split("/")[3]
                if f'href="{url}"' not in desk.get(page).content.decode():
                    continue  # another action has changed what can be done
                answer = desk.post(html.unescape(url), FORM, follow=True).content.decode()
                assert "Left out:" not in answer, f"{page} offered {name}"
                done.add(name)
    assert done >= {"close-room", "reopen-room", "suspend", "reinstate", "remove", "ban-guest", "dismiss", "reopen"}


def test_of_chosen_rows_the_question_names_those_that_are_left_out(desk: Client, room: Room, mona: User) -> None:
    close_room(room, by_moderator=True)
    other = Room.objects.create(name="Other", slug="other", owner=mona)
    url = f"/admin/action/close-room/?rows={room.pk},{other.pk}"
    question = desk.get(url).content.decode()
    assert "Not possible for these, so they are left out" in question
    assert f"<bdi>{room.name}</bdi>: A moderator has closed it already." in question
    desk.post(url, FORM)
    assert [entry.target for entry in AuditEntry.objects.all()] == [str(other.pk)]
    nothing = desk.get(url).content.decode()
    assert "This can't be done" in html.unescape(nothing)
    assert '<form class="mp-confirm"' not in nothing


def test_a_superuser_deletes_a_room_and_an_account_with_what_belongs_to_them(
    report: Report, room: Room, max_: User
) -> None:
    ada = signed_in(make_superuser())
    for path, row in ((f"/admin/rooms/room/{room.pk}/", room), (f"/admin/accounts/user/{max_.pk}/", max_)):
        assert f'href="{path}delete/' in ada.get(f"{path}change/").content.decode()
        question = ada.get(f"{path}delete/").content.decode()
        assert "doesn't have permission" not in html.unescape(question)
        if row == room:
            assert "Memberships: 3" in question
            assert "Invite links: 1" in question
        assert ada.post(f"{path}delete/", {"post": "yes"}).status_code == 302
        assert not type(row)._default_manager.filter(pk=row.pk).exists()
    assert set(AuditEntry.objects.values_list("action", "target_kind")) == {("delete", "room"), ("delete", "person")}
    assert Report.objects.get().room is None


def test_what_superusers_change_is_in_the_log_and_on_the_rows_history(room: Room) -> None:
    ada = signed_in(make_superuser())
    data = {"name": "Hall", "max_people": 6, "expires_at": ""}
    ada.post(f"/admin/rooms/room/{room.pk}/change/", data)
    ada.post("/admin/auth/group/add/", {"name": "Helpers"})
    ada.post(action_url("close-room", room), FORM)
    assert list(AuditEntry.objects.order_by("at").values_list("action", "target_kind")) == [
        ("change", "room"), ("add", "group"), ("close-room", "room"),
    ]  # fmt: skip
    overview = ada.get("/admin/").content.decode()
    assert "Latest actions" in overview
    assert "Helpers" in overview.partition("Latest actions")[2]
    assert "Recent actions" not in overview
    history = ada.get(f"/admin/rooms/room/{room.pk}/history/").content.decode()
    assert history.index("Close the room") < history.index("Changed Name")
    assert "Seen it myself." in history
    assert "Helpers" not in history
    quiet = ada.get(f"/admin/auth/group/{Group.objects.get(name='Moderators').pk}/history/").content.decode()
    assert "Nothing has been done here yet." in quiet


def test_groups_offer_only_rights_that_have_an_effect_and_keep_the_others(db: None) -> None:
    ada = signed_in(make_superuser())
    moderators = Group.objects.get(name="Moderators")
    before = set(moderators.permissions.values_list("pk", flat=True))
    page = ada.get(f"/admin/auth/group/{moderators.pk}/change/").content.decode()
    assert "Reports: act on reports, rooms, links and people" in html.unescape(page)
    assert "Invite links: delete" not in page
    ada.post(f"/admin/auth/group/{moderators.pk}/change/", {"name": "Moderators", "permissions": sorted(before)})
    assert set(moderators.permissions.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("moderation/report/", "Reports"), ("moderation/auditentry/", "Audit log"), ("rooms/room/", "Rooms"),
        ("rooms/invite/", "Invite links"), ("rooms/membership/", "Memberships"), ("rooms/ban/", "Banned guests"),
        ("accounts/user/", "People"), ("auth/group/", "Groups"), ("accounts/sitepolicy/1/change/", "Site settings"),
        ("rooms/room/add/", "New room"), ("auth/group/add/", "New group"),
    ],
)  # fmt: skip
def test_pages_have_plain_titles(db: None, path: str, title: str) -> None:
    page = signed_in(make_superuser()).get(f"/admin/{path}").content.decode()
    assert f"<title>{title} · Meeting Point administration</title>" in page
    assert re.findall(r"<h1>(.*?)</h1>", page) == [title]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("moderation/auditentry/", "Nothing has been done yet."), ("rooms/room/", "No rooms yet."),
        ("rooms/invite/", "No invite links yet."), ("rooms/membership/", "No members or guests yet."),
        ("rooms/ban/", "No guest is banned."),
    ],
)  # fmt: skip
def test_empty_lists_say_that_they_are_empty(desk: Client, path: str, words: str) -> None:
    page = desk.get(f"/admin/{path}").content.decode()
    assert words in page
    assert 'name="action"' not in page


def test_the_old_pages_of_the_admin_lead_to_the_sites_own(desk: Client) -> None:
    assert desk.get("/admin/password_change/").headers["Location"] == "/accounts/password/change/"
    assert desk.get("/admin/rooms/").headers["Location"] == "/admin/"
    assert desk.post("/admin/logout/").headers["Location"] == "/"


def test_times_are_in_the_readers_zone_and_the_page_names_it(desk: Client, mona: User, room: Room) -> None:
    at = datetime(2026, 11, 22, 15, 56, tzinfo=UTC)
    Report.objects.create(room=room, owner=room.owner, category="other", created_at=at)
    for zone, shown, foot in (
        ("Europe/Berlin", "22 Nov 2026, 16:56 CET", "Times are in Europe/Berlin (CET)."),
        ("Asia/Kolkata", "22 Nov 2026, 21:26 IST", "Times are in Asia/Kolkata (IST)."),
        ("", "22 Nov 2026, 15:56 UTC", "Times are in UTC."),
    ):
        User.objects.filter(pk=mona.pk).update(time_zone=zone)
        page = desk.get("/admin/moderation/report/").content.decode()
        assert shown in page
        assert foot in page
