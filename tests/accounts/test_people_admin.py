"""People on the admin site: finding, suspending, changing and deleting them."""

import html
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from rooms.moderation.models import AuditEntry

from .conftest import give_second_factor, make_person, sign_in, sign_in_to_admin

pytestmark = pytest.mark.django_db


def test_people_are_found_by_name_and_address_and_filtered(staff, olga, max_):
    client = sign_in_to_admin(staff)
    page = client.get("/admin/accounts/user/?q=olga").content.decode()
    assert "olga@example.org" in page
    assert "max@example.org" not in page
    page = client.get("/admin/accounts/user/?second_factor=yes").content.decode()
    assert "ada@example.org" in page
    assert "olga@example.org" not in page
    assert "olga@example.org" not in client.get("/admin/accounts/user/?state=suspended").content.decode()


def test_no_secret_is_shown(staff, olga):
    secret = give_second_factor(olga)
    session_key = str(sign_in(staff).session.session_key)
    client = sign_in_to_admin(staff)
    page = client.get(f"/admin/accounts/user/{olga.pk}/change/").content.decode()
    for hidden in (olga.password, secret, session_key, 'name="password"', 'name="is_active"'):
        assert hidden not in page
    for model in (EmailAddress, Authenticator, UserSession):
        assert not admin.site.is_registered(model)


def do(client: Client, page: str, act: str) -> str:
    """Follow the link of an act on a page, give a reason, and return what the administration says then."""
    found = re.search(rf'href="(/admin/action/{act}/[^"]+)"', page)
    assert found, page
    return client.post(html.unescape(found[1]), {"reason": "Because."}, follow=True).content.decode()


def test_the_button_asks_for_a_reason_then_suspends_and_reinstates(staff, olga):
    olgas = sign_in(olga)
    client = sign_in_to_admin(staff)
    address = f"/admin/accounts/user/{olga.pk}/change/"
    done = do(client, client.get(address).content.decode(), "suspend")
    olga.refresh_from_db()
    assert olga.suspended_at
    assert "Suspend: done for olga@example.org." in done
    assert olgas.get("/accounts/").status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target, entry.reason) == (staff, "suspend", str(olga.pk), "Because.")

    do(client, client.get(address).content.decode(), "reinstate")
    olga.refresh_from_db()
    assert not olga.suspended_at


def test_looking_at_the_question_changes_nothing(staff, olga):
    client = sign_in_to_admin(staff)
    page = client.get(f"/admin/action/suspend/?rows={olga.pk}").content.decode()
    assert "They are signed out everywhere" in page
    assert client.post(f"/admin/action/suspend/?rows={olga.pk}", {"reason": " "}).status_code == 400
    olga.refresh_from_db()
    assert not olga.suspended_at


def test_the_action_suspends_many_but_not_oneself(staff, olga, max_):
    client = sign_in_to_admin(staff)
    chosen = {"action": "suspend", "_selected_action": [olga.pk, max_.pk, staff.pk]}
    asked = client.post("/admin/accounts/user/", chosen)
    question = client.get(asked.headers["Location"]).content.decode()
    assert "<bdi>ada@example.org</bdi>: This is your own account." in question
    page = client.post(asked.headers["Location"], {"reason": "Because."}, follow=True).content.decode()
    assert page.count("Suspend: done for ") == 2
    assert "Left out: ada@example.org. This is your own account." in page
    assert set(User.objects.filter(suspended_at__isnull=False)) == {olga, max_}
    assert AuditEntry.objects.count() == 2


def test_staff_who_are_no_superusers_cannot_make_themselves_one(db):
    clerk = make_person("Cleo", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client = sign_in_to_admin(clerk)
    page = client.get(f"/admin/accounts/user/{clerk.pk}/change/")
    assert page.status_code == 200
    client.post(f"/admin/accounts/user/{clerk.pk}/change/", {"display_name": "Cleo", "is_superuser": "on"})
    clerk.refresh_from_db()
    assert not clerk.is_superuser


def test_staff_who_are_no_superusers_neither_change_nor_delete_superusers(staff, olga):
    clerk = make_person("Cleo", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=("view_user", "change_user", "delete_user")))
    client = sign_in_to_admin(clerk)
    for person, may in ((olga, True), (staff, False)):
        client.post(f"/admin/accounts/user/{person.pk}/change/", {"display_name": "Renamed"})
        person.refresh_from_db()
        assert (person.display_name == "Renamed") is may
        assert client.post(f"/admin/accounts/user/{person.pk}/delete/", {"post": "yes"}).status_code == (
            302 if may else 403
        )
        assert User.objects.filter(pk=person.pk).exists() is not may


def test_no_one_deletes_themselves_there(staff):
    client = sign_in_to_admin(staff)
    assert client.post(f"/admin/accounts/user/{staff.pk}/delete/", {"post": "yes"}).status_code == 403
