"""The site settings in the admin."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.models import SitePolicy
from accounts.site_policy import site_policy
from rooms.moderation.models import AuditEntry
from tests.rooms.conftest import make_person, signed_in

pytestmark = pytest.mark.django_db


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
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("site-policy", ada)
    assert "sign_up_open: False" in entry.reason
    assert "site settings" in client.get("/admin/moderation/auditentry/").content.decode()
    group = client.post("/admin/accounts/sitepolicy/1/change/", {"room_creators": "group", "group": ""})
    assert "Choose the group" in group.content.decode()
