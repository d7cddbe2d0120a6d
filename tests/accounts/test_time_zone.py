"""The reader's time zone: learned from the browser or chosen, and shown in pages, in the admin site and in emails."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from common.times import RENAMED, format_moment, known_zone, places, time_element
from rooms.flows.mails import send_expiry_reminders
from rooms.flows.rooms import create_room
from rooms.models import Room

from .conftest import PASSWORD, make_person, sign_in, sign_in_to_admin

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 11, 22, 15, 56, tzinfo=UTC)


def report(client: Client, zone: object) -> int:
    return client.post("/accounts/time-zone", {"zone": zone}, content_type="application/json").status_code


def stored(user: User) -> tuple[str, bool]:
    user.refresh_from_db()
    return user.time_zone, user.time_zone_chosen


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Europe/Berlin", "22 Nov 2026, 16:56 CET"),
        ("America/New_York", "22 Nov 2026, 10:56 EST"),
        ("Asia/Calcutta", "22 Nov 2026, 21:26 IST"),
        ("Asia/Dubai", "22 Nov 2026, 19:56 +04"),
        ("Pacific/Kiritimati", "23 Nov 2026, 05:56 +14"),
        ("", "22 Nov 2026, 15:56 UTC"),
        ("Mars/Olympus", "22 Nov 2026, 15:56 UTC"),
    ],
)
def test_a_moment_names_its_zone_and_cannot_be_misread(zone: str, written: str):
    assert format_moment(MOMENT, zone) == written


def test_what_browsers_call_a_zone_is_one_that_can_be_chosen():
    assert all(known_zone(old) == new for old, new in RENAMED.items())
    offered = {zone for zones in places().values() for zone, _place in zones}
    assert {"Europe/Kyiv", "Asia/Kolkata", "America/Argentina/Buenos_Aires"} <= offered
    assert not offered & {"Europe/Kiev", "Asia/Calcutta", "US/Eastern", "Etc/GMT+5", "EST"}


def test_the_browser_reports_its_zone_and_a_chosen_one_stands(olga):
    client = sign_in(olga)
    assert 'data-browser-zone=""' in client.get("/accounts/").content.decode()
    assert report(client, "Europe/Berlin") == 204
    assert stored(olga) == ("Europe/Berlin", False)
    page = client.get("/accounts/").content.decode()
    assert 'data-browser-zone="Europe/Berlin"' in page
    assert "Automatic (Europe/Berlin)" in page

    client.post("/accounts/", {"display_name": "Olga", "zone": "Asia/Tokyo"})
    assert report(client, "Europe/Berlin") == 204
    assert stored(olga) == ("Asia/Tokyo", True)
    page = client.get("/accounts/").content.decode()
    assert 'data-chosen-zone="Asia/Tokyo"' in page
    assert "data-browser-zone" not in page
    assert re.search(r'<option value="Asia/Tokyo" selected>', page)

    client.post("/accounts/", {"display_name": "Olga", "zone": ""})
    assert stored(olga) == ("Asia/Tokyo", False)
    assert report(client, "Asia/Calcutta") == 204
    assert stored(olga) == ("Asia/Kolkata", False)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe/Berlin\0", "x" * 200])
def test_what_is_no_zone_changes_nothing(olga, zone):
    client = sign_in(olga)
    assert report(client, "Europe/Berlin") == 204
    assert report(client, zone) == 204
    assert stored(olga) == ("Europe/Berlin", False)


@pytest.mark.parametrize("zone", [None, 5, ["UTC"], "x" * 400])
def test_a_malformed_report_is_refused(olga, zone):
    assert report(sign_in(olga), zone) == 400
    assert stored(olga) == ("", False)


def test_a_stranger_has_no_zone(client: Client, db):
    assert report(client, "Europe/Berlin") == 302


def test_a_zone_that_is_not_offered_is_refused(olga):
    page = sign_in(olga).post("/accounts/", {"display_name": "Olga", "zone": "Mars/Olympus"}).content.decode()
    assert "Select a valid choice" in page
    assert stored(olga) == ("", False)


def test_pages_show_times_in_the_readers_zone_for_browsers_without_scripts(olga):
    client = sign_in(olga)
    report(client, "Asia/Tokyo")
    signed_in = UserSession.objects.get(user=olga).created_at.astimezone(ZoneInfo("Asia/Tokyo"))
    page = client.get("/accounts/sessions/").content.decode()
    assert f'title="{signed_in.day} {signed_in:%b %Y, %H:%M} JST"' in page


def test_a_time_element_has_the_moment_for_machines():
    with timezone.override("Europe/Berlin"):
        written = time_element(MOMENT)
    text = "22 Nov 2026, 16:56 CET"
    assert written == f'<time datetime="2026-11-22T15:56:00Z" data-local="" title="{text}">{text}</time>'


def test_the_admin_site_is_in_the_moderators_zone(staff, olga):
    User.objects.filter(pk=staff.pk).update(time_zone="America/New_York")
    User.objects.filter(pk=olga.pk).update(date_joined=MOMENT)
    client = sign_in_to_admin(staff)
    page = client.get(f"/admin/accounts/user/{olga.pk}/change/").content.decode()
    assert "22 Nov 2026, 10:56 EST" in page
    # Its lists are cut by the days of that zone.
    page = client.get("/admin/accounts/user/").content.decode()
    assert re.search(r"date_joined__gte=\d{4}-\d\d-\d\d\+00%3A00%3A00-0[45]%3A00", page)


def test_mails_are_in_the_receivers_zone(olga, max_):
    expires = timezone.now().replace(microsecond=0) + timedelta(hours=20)
    for owner, zone, name in ((olga, "Asia/Tokyo", "JST"), (max_, "", "UTC")):
        User.objects.filter(pk=owner.pk).update(time_zone=zone)
        room = create_room(owner, "Monday", expires_at=expires)
        Room.objects.filter(pk=room.pk).update(created_at=expires - timedelta(days=5))
        local = expires.astimezone(ZoneInfo(zone or "UTC"))
        written = f"expires on {local.day} {local:%b %Y, %H:%M} {name}."
        assert send_expiry_reminders() == 1
        assert written in str(mail.outbox[-1].body)


def test_a_security_alert_is_in_the_persons_zone(settings):
    maya = make_person("Maya", time_zone="Asia/Tokyo")
    new = "a new and longer one"
    sign_in(maya).post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert re.search(r"Time: \d+ \w+ \d{4}, \d\d:\d\d JST", str(mail.outbox[-1].body))


def test_a_page_without_times_does_not_ask_who_reads_it(django_assert_num_queries, olga):
    client = sign_in(olga)
    with django_assert_num_queries(0):
        assert client.get("/i").status_code == 200
