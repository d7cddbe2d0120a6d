"""The queue of reports, and what is done from there."""

import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from rooms.models import Invite, Room
from rooms.moderation.models import AuditEntry, Report

pytestmark = pytest.mark.django_db


def test_the_queue_shows_what_waits_with_its_context(desk: Client, report: Report, room: Room, max_: User) -> None:
    Report.objects.create(room=room, owner=room.owner, category="fraud", resolved_at=timezone.now())
    queue = desk.get("/admin/moderation/report/").content.decode()
    assert f"#{report.pk}" in queue
    assert "Fraud or impersonation" not in queue.split("result_list")[1]
    assert re.search(r'field-others"[^>]*><div class="mp-cell">1<', queue)
    assert "Fraud or impersonation" in desk.get("/admin/moderation/report/?state=resolved").content.decode()
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
    for secret in (report.subject_guest_id, bytes(Invite.objects.get().token_hash).hex()):
        assert str(secret) not in page


def test_an_act_from_a_report_is_shown_there_and_settles_it(desk: Client, report: Report, room: Room) -> None:
    page = desk.get(f"/admin/moderation/report/{report.pk}/change/").content.decode()
    link = re.search(r'href="(/admin/action/close-room/[^"]+)"', page)
    assert link
    done = desk.post(html.unescape(link[1]), {"reason": "Hatred.", "resolve": "on"}, follow=True)
    assert done.redirect_chain[-1][0] == f"/admin/moderation/report/{report.pk}/change/"
    text = done.content.decode()
    assert "Close the room" in text
    assert "Reopen the room" in text
    assert "Hatred." in text
    report.refresh_from_db()
    room.refresh_from_db()
    assert report.resolved_at
    assert room.closed_by_moderator
    assert set(report.audit_entries.values_list("action", flat=True)) == {"close-room", "resolve"}


def test_many_reports_are_dismissed_at_once(desk: Client, room: Room) -> None:
    rows = [Report.objects.create(room=room, owner=room.owner, category="other") for _ in range(3)]
    asked = desk.post("/admin/moderation/report/", {"action": "dismiss", "_selected_action": [row.pk for row in rows]})
    desk.post(asked.headers["Location"], {"reason": "One prank."})
    assert not Report.objects.filter(resolved_at__isnull=True).exists()
    assert AuditEntry.objects.count() == 3
