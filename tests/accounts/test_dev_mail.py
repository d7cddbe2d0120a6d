"""Mail in development: files, and a page to read them."""

import pytest
from django.core.mail import EmailMessage, get_connection
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from accounts.dev_mail import dev_mail_html, newest_mails
from common.mail import compose


def send(subject: str, body: str) -> None:
    connection = get_connection("accounts.dev_mail.EmailBackend")
    EmailMessage(subject, body, "a@example.org", ["olga@example.org"], connection=connection).send()


@pytest.mark.urls("accounts.dev_urls")
@pytest.mark.django_db
def test_mails_are_shown_newest_first(settings, tmp_path, rf):
    settings.DEV_MAIL_DIR = str(tmp_path / "mail")
    assert newest_mails() == []
    send("First", "one")
    send("Zweite: Grüße", "zwei ÄÖÜ\n\n    123456\n")
    mails = newest_mails()
    assert [m["subject"] for m in mails] == ["Zweite: Grüße", "First"]
    assert mails[0]["to"] == "olga@example.org"
    assert "zwei ÄÖÜ" in mails[0]["text"]


def test_the_html_part_is_shown_without_scripts_and_other_hosts(rf: RequestFactory, settings, tmp_path):
    settings.DEV_MAIL_DIR = str(tmp_path / "mail")
    message = compose("account/email/email_confirmation.html", ["olga@example.org"], {"code": "906317"})
    message.connection = get_connection("accounts.dev_mail.EmailBackend")
    message.send()
    send("Text alone", "one")
    plain, both = newest_mails()
    assert "906317" in both["text"]
    page = dev_mail_html(rf.get("/"), both["name"])
    assert page.content.decode() == both["html"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    for name in (plain["name"], "7777"):
        with pytest.raises(Http404):
            dev_mail_html(rf.get("/"), name)


def test_outside_development_there_is_no_such_page(client: Client, settings):
    assert not settings.DEV_MAIL
    assert client.get("/dev/mail/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("dev_mail")
