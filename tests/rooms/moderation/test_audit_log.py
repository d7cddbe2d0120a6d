"""The audit log: complete, readable, and never changed."""

import re
from datetime import UTC, datetime

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import User
from rooms.models import Ban, Membership
from rooms.moderation.actions import ACTIONS, ACTIONS_BY_NAME
from rooms.moderation.models import AppendOnly, AuditEntry
from tests.rooms.conftest import make_person, signed_in

from .conftest import FORM, action_url

pytestmark = pytest.mark.django_db


def test_the_filters_of_the_trail_are_in_words(desk: Client, guests: Membership) -> None:
    desk.post(action_url("ban-guest", guests), FORM)
    desk.post(action_url("lift-ban", Ban.objects.get()), FORM)
    page = desk.get("/admin/moderation/auditentry/").content.decode()
    filters = page[page.index('id="changelist-filter"') :]
    for words in ("Ban the guest", "Lift the ban", "member or guest", "banned guest"):
        assert words in filters
    assert ">ban-guest<" not in filters
    only = desk.get("/admin/moderation/auditentry/?action=lift-ban").context["cl"].result_list
    assert [entry.action for entry in only] == ["lift-ban"]


def test_the_trail_is_written_once(mona: User) -> None:
    entry = AuditEntry.objects.create(actor=mona, action="warn", target_kind="person", target="7", reason="First.")
    entry.reason = "Second."
    for change in (
        entry.save, entry.delete, AuditEntry.objects.all().delete, lambda: AuditEntry.objects.update(reason="x"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
    ):  # fmt: skip
        with pytest.raises(AppendOnly):
            change()
    superuser = make_person("Ada", is_staff=True, is_superuser=True)
    TOTP.activate(superuser, generate_totp_secret())
    client = signed_in(superuser)
    assert client.post(f"/admin/moderation/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/moderation/auditentry/{entry.pk}/change/", {"reason": "x"}).status_code == 403
    assert AuditEntry.objects.get().reason == "First."


def test_the_trail_keeps_a_number_and_no_name_of_who_is_deleted(desk: Client, mona: User, max_: User) -> None:
    desk.post(action_url("suspend", max_), FORM)
    number = max_.pk
    max_.delete()
    page = desk.get("/admin/moderation/auditentry/").content.decode()
    assert f"person {number} (deleted)" in page
    mona.delete()
    assert AuditEntry.objects.get().actor is None


def test_every_action_has_a_name_of_its_own() -> None:
    assert len(ACTIONS_BY_NAME) == len(ACTIONS)


def test_the_trail_is_opened_by_dates_from_its_first_entry_to_its_last(desk: Client, mona: User) -> None:
    for year, month, day in ((2024, 12, 31), (2026, 1, 30), (2026, 3, 1)):
        at = datetime(year, month, day, 12, tzinfo=UTC)
        AuditEntry.objects.create(actor=mona, action="warn", target_kind="person", target="7", reason="x", at=at)

    def offered(query: str) -> list[str]:
        page = desk.get(f"/admin/moderation/auditentry/{query}").content.decode()
        dates = page.partition('class="toplinks"')[2].partition("</nav>")[0]
        return [link.replace("&amp;", "&") for link in re.findall(r'href="\?([^"]*)"', dates)]

    assert offered("") == ["at__year=2024", "at__year=2025", "at__year=2026"]
    assert offered("?at__year=2026") == ["", *(f"at__month={month}&at__year=2026" for month in (1, 2, 3))]
    one_day = "at__day=30&at__month=1&at__year=2026"
    assert offered("?at__year=2026&at__month=1") == ["at__year=2026", one_day]
    assert offered("?q=x") == []
