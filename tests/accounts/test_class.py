"""A class signs up at once, behind one address, while the mail server hangs: everyone gets in, and then every code."""

import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.app_server import AppServer
from tests.services import PostgresServer, wait_until
from tests.smtp_server import SmtpServer


@pytest.fixture(scope="module")
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer("hang") as server:
        yield server


@pytest.fixture
def app(postgres_server: PostgresServer, mail_server: SmtpServer, connections: str) -> Iterator[AppServer]:
    """A site whose process has so many connections to its database, with the limits as they come."""
    app = AppServer(
        settings={
            "DATABASE_URL": postgres_server.create_database(),
            "DATABASE_CONNECTIONS": connections,
            "EMAIL_URL": mail_server.url,
            "LIMIT_FACTOR": "1",
        }
    )
    app.migrate()
    with app:
        yield app
    assert "Traceback" not in app.logged()


class Browser:
    """One person's browser, without pages."""

    def __init__(self, app: AppServer) -> None:
        self.app = app
        self.cookies = urllib.request.HTTPCookieProcessor()
        self.opener = urllib.request.build_opener(self.cookies)

    def get(self, path: str) -> str:
        with self.opener.open(self.app.origin + path, timeout=120) as answer:
            text: str = answer.read().decode()
        return text

    def post(self, path: str, **form: str) -> str:
        """Send the form of a page; return the path to which it leads."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path))
        assert found
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1], **form}).encode()
        with self.opener.open(self.app.origin + path, body, timeout=120) as answer:
            return urllib.parse.urlsplit(answer.geturl()).path


@pytest.mark.parametrize(("size", "connections"), [(6, "1"), pytest.param(60, "8", marks=pytest.mark.long)])
def test_a_class_signs_up_at_once_while_the_mail_server_hangs(
    app: AppServer, mail_server: SmtpServer, size: int
) -> None:
    mail_server.behaviour = "hang"
    mail_server.accepted.clear()
    addresses = [f"pupil{number}@class{size}.example.org" for number in range(size)]
    browsers = [Browser(app) for _address in addresses]

    def sign_up(browser: Browser, address: str) -> str:
        return browser.post("/accounts/signup/", email=address, password1="correct horse battery")

    with ThreadPoolExecutor(size) as pool:
        assert set(pool.map(sign_up, browsers, addresses)) == {"/accounts/confirm-email/"}
    assert not mail_server.accepted

    mail_server.behaviour = "accept"
    wait_until(lambda: len(mail_server.accepted) >= size, 120, "every code arrives")
    waiting = "from accounts.models import Mail; result = Mail.objects.count()"
    wait_until(lambda: app.run_python(waiting) == 0, 30, "the outbox is empty")
    assert sorted(mail_server.receivers()) == sorted(addresses)  # each once

    codes = {}
    for letter in mail_server.accepted:
        part = letter.get_body(("plain",))
        assert part is not None
        (codes[str(letter["To"])],) = re.findall(r"^\s+(\d{6})\s*$", part.get_content(), re.MULTILINE)
    with ThreadPoolExecutor(size) as pool:
        confirmed = pool.map(
            lambda browser, address: browser.post("/accounts/confirm-email/", code=codes[address]), browsers, addresses
        )
        assert set(confirmed) == {"/rooms/first"}
