"""Cookies that stay on their host, redirects of pages only, and the administration on a host of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client, RequestFactory

from common.message_storage import MessageStorage
from meetingpoint_site.security import with_charset
from tests.accounts.conftest import PASSWORD, make_person, sign_in_to_admin

ROOT = Path(settings.BASE_DIR)
QUESTION = """
import json, django
django.setup()
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from common.message_storage import NamedCookieStorage
page = Client(headers={"host": "meet.example.org"}).get("/robots.txt", secure=True)
print(json.dumps({
    "cookies": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, NamedCookieStorage.cookie_name],
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE],
    "scope": [settings.SESSION_COOKIE_DOMAIN, settings.CSRF_COOKIE_DOMAIN, settings.SESSION_COOKIE_PATH],
    "hsts": page.headers.get("Strict-Transport-Security"),
    "csrf_on": settings.CSRF_TRUSTED_ORIGINS,
    "hosts": settings.ALLOWED_HOSTS,
}))
"""


def answer(**variables: str) -> dict:
    """Return what a site with these variables has."""
    environment = {**os.environ, "ENV_FILE": "/dev/null", "DJANGO_SETTINGS_MODULE": "meetingpoint_site.settings"}
    environment |= {"SECRET_KEY": "k" * 60, "DATABASE_URL": "sqlite://:memory:", **variables}
    done = subprocess.run([sys.executable, "-c", QUESTION], env=environment, cwd=ROOT, capture_output=True, check=True)
    return json.loads(done.stdout)


def test_on_https_every_cookie_belongs_to_its_host_alone_and_all_hosts_below_are_https():
    site = answer(SITE_ORIGINS="https://meet.example.org", ADMIN_ORIGIN="https://admin.example.org")
    assert site["cookies"] == ["__Host-meetingpoint_session", "__Host-csrftoken", "__Host-messages"]
    assert site["secure"] == [True, True]
    assert site["scope"] == [None, None, "/"]
    assert site["hsts"] == "max-age=31536000; includeSubDomains"
    assert site["hosts"] == ["admin.example.org", "meet.example.org"]
    assert site["csrf_on"] == ["https://meet.example.org"]


def test_hosts_are_compared_as_browsers_send_them():
    site = answer(
        SITE_ORIGINS="https://Bücher.Example:443,https://[2001:DB8:0:0::1]:8443/", ADMIN_ORIGIN="https://[::1]"
    )
    assert site["hosts"] == ["[2001:db8::1]", "[::1]", "xn--bcher-kva.example"]
    assert site["csrf_on"] == ["https://xn--bcher-kva.example", "https://[2001:db8::1]:8443"]


def test_on_localhost_they_have_names_that_work_without_https():
    site = answer(SITE_ORIGINS="http://localhost:8000,http://meet.example.org", HSTS_INCLUDE_SUBDOMAINS="off")
    assert site["cookies"] == ["meetingpoint_session", "csrftoken", "messages"]
    assert site["hsts"] is None


def test_messages_are_in_the_cookie_with_that_name():
    request = RequestFactory().get("/")
    request.session = SessionStore()
    storage = MessageStorage(request)
    storage.add(messages.INFO, "Saved.")
    response = HttpResponse()
    storage.update(response)
    assert list(response.cookies) == [settings.MESSAGE_COOKIE_NAME]


def test_the_browsers_script_reads_both_names():
    script = (ROOT / "static" / "js" / "lib" / "request.js").read_text()
    assert re.findall(r"; \)([\w-]+)=", script) == ["__Host-csrftoken", "csrftoken"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/html; charset=utf-8", "text/html; charset=utf-8"),
        ("text/css; Charset=ISO-8859-1", "text/css; Charset=ISO-8859-1"),
        ("image/svg+xml", "image/svg+xml; charset=utf-8"),
        ("application/xml", "application/xml; charset=utf-8"),
        ("application/json", "application/json"),
        ("image/png", "image/png"),
    ],
)
def test_text_and_xml_say_how_they_are_encoded(given, expected):
    assert with_charset(given) == expected


class TestPlainHttp:
    """With SSL_REDIRECT on."""

    @pytest.fixture(autouse=True)
    def _redirect(self, settings):
        settings.SECURE_SSL_REDIRECT = True

    @pytest.mark.parametrize("path", ["/", "/how-it-works", "/accounts/login/"])
    def test_a_page_is_redirected(self, client: Client, path):
        response = client.get(path, headers={"accept": "text/html,*/*;q=0.8"})
        assert (response.status_code, response.headers["Location"]) == (301, f"https://testserver{path}")

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize(
        "path", ["/invites/look", "/connection-test/servers", "/accounts/login/", "/accounts/data/download"]
    )
    def test_what_scripts_and_programs_send_is_refused(self, client: Client, method, path):
        response = getattr(client, method)(path, headers={"accept": "application/json"})
        assert response.status_code == 403
        assert "Location" not in response.headers

    def test_a_form_is_refused_even_from_a_page(self, client: Client):
        response = client.post("/accounts/login/", {"login": "a"}, headers={"accept": "text/html"})
        assert response.status_code == 403


@pytest.mark.django_db
class TestAdminHost:
    """With ADMIN_ORIGIN."""

    @pytest.fixture(autouse=True)
    def _host(self, settings):
        settings.SITE_ORIGINS, settings.ADMIN_ORIGIN = ["http://meet.example.org"], "http://admin.example.org"
        settings.ALLOWED_HOSTS = ["meet.example.org", "admin.example.org", "testserver"]

    def test_the_administration_is_only_there(self):
        ada = make_person("Ada", is_staff=True, is_superuser=True)
        client = sign_in_to_admin(ada)
        there, here = {"host": "admin.example.org"}, {"host": "meet.example.org"}
        assert client.get("/admin/", headers=there).status_code == 200
        for path in ("/admin/", "/admin/accounts/user/", "/admin/search/", "/admin/login/", "/admin/action/warn/"):
            assert client.get(path, headers=here).status_code == 404

    def test_nothing_else_is_there_but_signing_in(self, client: Client):
        there = {"host": "admin.example.org"}
        for path in ("/rooms/new", "/r/room-00000000000", "/i", "/how-it-works", "/invites/look", "/received"):
            assert client.get(path, headers=there).status_code == 404
        assert client.get("/accounts/login/", headers=there).status_code == 200
        assert client.get("/robots.txt", headers=there).status_code == 200
        for path in ("/", "/rooms/"):
            assert client.get(path, headers=there).headers["Location"] == "/admin/"

    def test_a_page_of_the_site_cannot_post_to_it(self):
        make_person("Ada", is_staff=True)
        client = Client(headers={"host": "admin.example.org"})
        form = {"login": "ada@example.org", "password": PASSWORD}
        other = client.post("/accounts/login/", form, headers={"origin": "http://meet.example.org"})
        assert other.status_code == 403
        own = client.post("/accounts/login/", form, headers={"origin": "http://admin.example.org"})
        assert own.status_code == 302

    def test_a_foreign_host_is_refused_as_ever(self, client: Client):
        assert client.get("/admin/", headers={"host": "evil.example.org"}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/.git/config", "/.git/HEAD", "/.env", "/manage.py", "/static/../.git/HEAD", "/.github/"]
)
def test_no_file_of_the_program_is_served(client: Client, path):
    assert client.get(path).status_code == 404
    assert client.get(f"{settings.STATIC_URL}..{path}").status_code == 404
