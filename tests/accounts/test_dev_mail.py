"""Mail in development: files, and a page to read them."""

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client
from django.urls import NoReverseMatch, reverse


def send(subject: str, body: str) -> None:
    connection = get_connection("accounts.dev_mail.EmailBackend")
    EmailMessage(subject, body, "a@example.org", ["olga@example.org"], connection=connection).send()


@pytest.mark.urls("accounts.dev_urls")
@pytest.mark.django_db
def test_mails_are_shown_newest_first(settings, tmp_path, rf):
    from accounts.dev_mail import newest_mails

    settings.DEV_MAIL_DIR = str(tmp_path / "mail")
    assert newest_mails() == []
    send("First", "one")
    send("Zweite: Grüße", "zwei ÄÖÜ\n\n    123456\n")
    mails = newest_mails()
    assert [m["subject"] for m in mails] == ["Zweite: Grüße", "First"]
    assert mails[0]["to"] == "olga@example.org"
    assert "zwei ÄÖÜ" in mails[0]["text"]


def test_outside_development_there_is_no_such_page(client: Client, settings):
    assert not settings.DEV_MAIL
    assert client.get("/dev/mail/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("dev_mail")
