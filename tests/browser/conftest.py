"""Real browsers with fake cameras against real servers."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from scripts.bundle import BUNDLE, make_bundle
from tests.app_server import AppServer, make_account, once_in_a_run, sign_in_ahead
from tests.browser.camera import make_camera
from tests.browser.person import PASSWORD, Person
from tests.services import PostgresServer, RedisServer, find_binary, free_port

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
SECRET_KEY = "the same in all processes of the tests, as an operator would set it; long enough"
FIREFOX_PREFERENCES: dict[str, str | float | bool] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
}
# To paint a video costs a software renderer three times as much when it is scaled.
UNSCALED = """{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('video { object-fit: none !important }');
  document.adoptedStyleSheets.push(sheet);
}"""


def pytest_configure(config: pytest.Config) -> None:
    """Make the bundle that the servers of all tests send, once for all processes of a run.

    A busy machine may take long over what a quiet one does at once.
    """
    expect.set_options(timeout=15_000)
    if not hasattr(config, "workerinput"):
        make_bundle(BUNDLE)


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """Playwright itself."""
    with sync_playwright() as playwright:
        yield playwright


@contextmanager
def chromium_with(driver: Playwright, camera: Path) -> Iterator[Browser]:
    """Run Chromium without a window, with this file for a camera and a beeping microphone that need no permission."""
    browser = driver.chromium.launch(
        executable_path=find_binary("chromium-headless-shell"),
        headless=True,
        args=[*CHROMIUM_ARGUMENTS, f"--use-file-for-fake-video-capture={camera}"],
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def chromium(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a small camera picture."""
    with chromium_with(driver, make_camera(tmp_path_factory.mktemp("camera") / "camera.y4m")) as browser:
        yield browser


@contextmanager
def firefox_with(
    driver: Playwright, preferences: dict[str, str | float | bool], environment: dict[str, str] | None = None
) -> Iterator[Browser]:
    """Run the distribution's Firefox without a window, driven over WebDriver BiDi."""
    browser = driver.firefox.launch(
        channel="moz-firefox",
        executable_path=find_binary("firefox-esr"),
        headless=True,
        timeout=60_000,
        env=environment,  # type: ignore[arg-type]
        firefox_user_prefs=preferences,
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def firefox(driver: Playwright) -> Iterator[Browser]:
    """Firefox with a fake camera and microphone."""
    with firefox_with(driver, FIREFOX_PREFERENCES) as browser:
        yield browser


@dataclass
class Cast:
    """A database with accounts for Olga, Max and Sam, who have signed in; servers start from a copy of it."""

    path: Path
    sessions: dict[str, list[str]]


def make_cast(folder: Path) -> None:
    """Make the database of the cast, and the list of their sessions."""
    folder.mkdir()
    server = AppServer(settings={"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "SECRET_KEY": SECRET_KEY})
    server.migrate()
    sessions = {}
    for name, times in (("Olga", 200), ("Max", 40), ("Sam", 40)):
        address = f"{name.lower()}@example.org"
        make_account(server, address, name, PASSWORD)
        sessions[address] = sign_in_ahead(server, address, times)
    server.close()
    (folder / "sessions.json").write_text(json.dumps(sessions))


@pytest.fixture(scope="session")
def cast() -> Cast:
    """The cast of the tests of this run."""
    folder = once_in_a_run("cast", make_cast)
    return Cast(folder / "db.sqlite3", json.loads((folder / "sessions.json").read_text()))


def server_with(cast: Cast, **settings: str) -> AppServer:
    """Return a server, not started yet, with a copy of the cast's database."""
    server = AppServer(settings={"LOG_LEVEL": "DEBUG", "SECRET_KEY": SECRET_KEY, **settings})
    server.sessions = deepcopy(cast.sessions)
    shutil.copy(cast.path, server.folder / "db.sqlite3")
    return server


@pytest.fixture(scope="session")
def app(cast: Cast) -> Iterator[AppServer]:
    """One server for the tests that do not stop it, with accounts for Olga, Max and Sam."""
    with server_with(cast) as server:
        yield server


@pytest.fixture
def own_app(cast: Cast) -> Iterator[AppServer]:
    """A server of one test, which may stop it, kill it and read everything it has written."""
    with server_with(cast) as server:
        yield server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis that one test may stop."""
    with RedisServer() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> PostgresServer:
    """The PostgreSQL under `processes`."""
    return postgres_server


def make_postgres_cast(postgres: PostgresServer) -> tuple[str, dict[str, list[str]]]:
    """Make a database with accounts for Olga and Max; return its name, and the keys of their sessions."""
    url = postgres.create_database()
    server = AppServer(settings={"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY})
    server.migrate()
    sessions = {}
    for name in ("Olga", "Max"):
        address = f"{name.lower()}@example.org"
        make_account(server, address, name, PASSWORD)
        sessions[address] = sign_in_ahead(server, address, 5)
    server.close()
    return url.rsplit("/", 1)[-1], sessions


@pytest.fixture(scope="session")
def postgres_cast(postgres_server: PostgresServer) -> tuple[str, dict[str, list[str]]]:
    """The database that `processes` copy, under `postgres`."""
    return make_postgres_cast(postgres_server)


@pytest.fixture
def processes(
    postgres: PostgresServer, postgres_cast: tuple[str, dict[str, list[str]]], redis: RedisServer
) -> Iterator[list[AppServer]]:
    """Two server processes that share everything but their port, with accounts for Olga and Max."""
    database, sessions = postgres_cast
    ports = [free_port(), free_port()]
    settings = {
        "DATABASE_URL": postgres.create_database(database),
        "REDIS_URL": redis.url,
        "SITE_ORIGINS": ",".join(f"http://localhost:{port}" for port in ports),
        "SECRET_KEY": SECRET_KEY,
        "WEB_PROCESSES": "2",
    }
    first, second = (AppServer(port, settings) for port in ports)
    first.sessions = second.sessions = deepcopy(sessions)
    with first, second:
        yield [first, second]


@contextmanager
def without_complaints(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """Create people, each with a fresh profile; afterwards none of their browsers may have complained."""
    people: list[Person] = []
    devices_off = request.node.get_closest_marker("devices_off") is not None
    scaled_video = request.node.get_closest_marker("scaled_video") is not None

    def make(name: str, browser: Browser = chromium, server: AppServer | None = None, **context: object) -> Person:
        options = {"devices_off": devices_off, **context}
        people.append(Person(browser, server or request.getfixturevalue("app"), name, **options))
        if not scaled_video:
            people[-1].context.add_init_script(UNSCALED)
        return people[-1]

    yield make
    complaints = {who.name: who.complaints for who in people if who.complaints}
    for who in people:
        who.close()
    assert not complaints


@pytest.fixture
def person(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """Create people for one test."""
    with without_complaints(chromium, request) as make:
        yield make


@pytest.fixture(scope="module")
def company(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """Create people for all tests of a file that do not disturb each other: a call takes longer than most tests."""
    with without_complaints(chromium, request) as make:
        yield make


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add to a failure the last lines that the servers of the test wrote."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.failed:
        values = getattr(item, "funcargs", {}).values()
        servers = [s for value in values for s in (value if isinstance(value, list) else [value])]
        for server in servers:
            if isinstance(server, AppServer):
                report.sections.append((f"log of {server.origin}", "\n".join(server.logged().splitlines()[-40:])))
