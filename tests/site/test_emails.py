"""Every email in one table: text and HTML with the same links, nothing from elsewhere, names that stay text."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.conf import settings as django_settings
from django.utils import translation

from common.mail import compose

ORIGIN = "https://meet.example.org"
HOSTILE = """<b>Eve</b> & "co" it's\r\nBcc: x@evil.example"""
SECURITY = {"timestamp": datetime(2026, 11, 22, 15, 56, tzinfo=UTC), "ip": "2001:db8::7", "user_agent": HOSTILE}
OPTIONAL = {"opt_out_url": f"{ORIGIN}/unsubscribe/iAIjuazhJErVCizUB1vlOLg-V3oQvfHPFXJCRX5"}
INVITATION = {"sender": HOSTILE, "room": HOSTILE, "until": HOSTILE, "code_url": f"{ORIGIN}/i", **OPTIONAL}
LINK = f"{ORIGIN}/i#k=1AAECAwQFBgcICQoLDA0ODw&n=Caf%C3%A9%20%26%20tea&by=Olga"
MAILS: dict[str, dict[str, Any]] = {
    "account/email/account_already_exists": {"email": "olga@example.org"},
    "account/email/account_deleted": {},
    "account/email/email_changed": {**SECURITY, "from_email": "olga@example.org", "to_email": HOSTILE},
    "account/email/email_confirm": SECURITY,
    "account/email/email_confirmation": {"code": "906317"},
    "account/email/email_confirmation_signup": {"code": "906317"},
    "account/email/email_deleted": {**SECURITY, "deleted_email": HOSTILE},
    "account/email/password_changed": SECURITY,
    "account/email/password_reset": SECURITY,
    "account/email/password_reset_code": {"code": "906317"},
    "account/email/password_set": SECURITY,
    "account/email/second_factor_reset": {},
    "account/email/unknown_account": {"email": HOSTILE},
    "mails/expiring": {"room": HOSTILE, "until": HOSTILE, "days": 30, "url": f"{ORIGIN}/rooms/tea-4k2m/", **OPTIONAL},
    "mails/invitation": {**INVITATION, "link": LINK},
    "mails/invitation, the code apart": {**INVITATION, "link": None, "account": True, "reply": True},
    "mails/waiting": {"room": HOSTILE, "url": f"{ORIGIN}/r/tea-4k2m", **OPTIONAL},
    "mails/warning": {"name": HOSTILE, "message": f"{HOSTILE}\n\nhttp://evil.example/ <script>"},
    "mfa/email/recovery_codes_generated": SECURITY,
    "mfa/email/totp_activated": SECURITY,
    "mfa/email/totp_deactivated": SECURITY,
    "mfa/email/webauthn_added": SECURITY,
    "mfa/email/webauthn_removed": SECURITY,
    "socialaccount/email/account_connected": {**SECURITY, "provider": {"name": HOSTILE}},
}
# Allauth's ways of signing in and resetting a password that this site does not offer.
NOT_SENT = {
    "account/email/login_code",
    "account/email/password_reset_key",
    "socialaccount/email/account_disconnected",
}
BASES = {"mails/base", "account/email/base_notification", "account/email/base"}


class Page(HTMLParser):
    """The tags, links and text of an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def links(self) -> set[str]:
        return {value for name, value in self.attributes if name == "href"}


def written(name: str) -> EmailMessage:
    """Return an email as a mail program reads it."""
    template = name.partition(",")[0]
    sent = compose(f"{template}.html", ["ada@example.net"], MAILS[name])
    return message_from_bytes(sent.message().as_bytes(), policy=default)


def parts(message: EmailMessage) -> tuple[str, str]:
    """Return the text and the HTML."""
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return text.get_content(), html.get_content()


@pytest.fixture(autouse=True)
def _origin(settings) -> None:
    settings.SITE_ORIGINS = [ORIGIN]


def test_the_table_has_every_email_that_can_be_sent() -> None:
    root = Path(django_settings.BASE_DIR, "templates")
    found = {
        str(path.relative_to(root).with_suffix(""))
        for folder in ("mails", "account/email", "mfa/email", "socialaccount/email")
        for path in (root / folder).glob("*.html")
    }
    assert found - BASES == {name.partition(",")[0] for name in MAILS}
    theirs = Path(allauth.__file__).parent / "templates"
    used = {
        str(path.relative_to(theirs)).removesuffix("_message.txt")
        for folder in ("account/email", "mfa/email", "socialaccount/email")
        for path in (theirs / folder).glob("*_message.txt")
    }
    assert used - NOT_SENT - BASES <= found


@pytest.mark.parametrize("name", MAILS)
def test_both_parts_say_the_same_and_lead_only_to_this_site(name: str) -> None:
    text, html = parts(written(name))
    page = Page(html)
    assert page.links
    assert all(link == ORIGIN or link.startswith(f"{ORIGIN}/") for link in page.links)
    # What a person wrote is shown, and becomes no link of ours.
    said = re.findall(r"https?://\S+", text.replace("http://evil.example/", ""))
    assert set(said) == page.links
    assert "906317" in page.text if "906317" in text else "906317" not in page.text
    shown = " ".join(page.text.split())
    for line in filter(None, map(str.strip, text.splitlines())):
        if not re.match(r"https?://|-- ?$", line) and not line.endswith(":"):
            assert " ".join(line.split()) in shown, line


@pytest.mark.parametrize("name", MAILS)
def test_reading_an_email_requests_nothing_from_the_network(name: str) -> None:
    _text, html = parts(written(name))
    page = Page(html)
    allowed = set("html head meta title style body table tr td div h1 p a span br".split())  # noqa: SIM905
    assert set(page.tags) <= allowed
    assert not {attribute for attribute, _value in page.attributes} & {"src", "srcset", "background", "poster", "data"}
    assert not re.search(r"url\(|@import|@font-face", html)
    assert len(html.encode()) < 20_000  # Gmail cuts at 102 kB


@pytest.mark.parametrize("name", MAILS)
def test_names_stay_text_and_headers_stay_ours(name: str) -> None:
    message = written(name)
    text, html = parts(message)
    assert "<b>" not in html
    assert "<script" not in html
    assert "&amp;lt;" not in html
    assert "&lt;" not in text
    assert "&#x27;" not in text
    assert "{{" not in text + html
    assert "{%" not in text + html
    assert "Bcc" not in message
    assert message["To"].addresses == (Address("", "ada", "example.net"),)
    assert message["Subject"]
    if "<b>Eve</b>" in text:
        assert "&lt;b&gt;Eve&lt;/b&gt;" in html
    assert max(map(len, written(name).as_bytes().splitlines())) < 998  # RFC 5322 §2.1.1


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("de", "ltr"), ("ar", "rtl")])
def test_the_html_part_names_its_language_and_is_light_or_dark(language: str, direction: str) -> None:
    with translation.override(language):
        _text, html = parts(written("account/email/email_confirmation"))
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme: dark)" in html
