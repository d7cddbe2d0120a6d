"""A class signs up at once, behind one address, while the mail server hangs: everyone gets in, and then every code."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.app_server import AppServer
from tests.plain_browser import CONFIRM, PlainBrowser
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


@pytest.mark.parametrize(("size", "connections"), [(6, "1"), pytest.param(60, "8", marks=pytest.mark.long)])
def test_a_class_signs_up_at_once_while_the_mail_server_hangs(
    app: AppServer, mail_server: SmtpServer, size: int
) -> None:
    mail_server.behaviour = "hang"
    mail_server.accepted.clear()
    addresses = [f"pupil{number}@class{size}.example.org" for number in range(size)]
    browsers = [PlainBrowser(app) for _address in addresses]
    with ThreadPoolExecutor(size) as pool:
        assert all(pool.map(PlainBrowser.sign_up, browsers, addresses))
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
        confirmed = pool.map(lambda browser, address: browser.post(CONFIRM, code=codes[address]), browsers, addresses)
        assert set(confirmed) == {"/rooms/first"}
