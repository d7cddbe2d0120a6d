"""The lab: an internet for the run, people at home behind it."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Playwright

from tests.browser.camera import make_camera
from tests.browser.conftest import (
    CHROMIUM_ARGUMENTS,
    FIREFOX_PREFERENCES,
    SECRET_KEY,
    Cast,
    app,
    cast,
    chromium,
    driver,
    firefox_with,
    person,
    processes,
    redis,
)
from tests.browser.person import Person
from tests.lab import figures
from tests.lab.network import Home, Internet
from tests.lab.servers import LabApp, LabRelay
from tests.lab.sound import SoundServer
from tests.services import find_binary

__all__ = ["app", "cast", "chromium", "driver", "person", "processes", "redis"]
Settle = Callable[..., "Resident"]


class Resident(Person):
    """A person at a browser at home; `home` is their network."""

    home: Home


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    """Servers, and no homes yet."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    with Internet() as net:
        yield net


@pytest.fixture(scope="session")
def relay(internet: Internet) -> Iterator[LabRelay]:
    """TURN."""
    with LabRelay(internet.relay) as server:
        yield server


@pytest.fixture
def relay_settings(relay: LabRelay) -> dict[str, str]:
    """What the application knows of the relay."""
    return relay.settings


@pytest.fixture
def lab_app(internet: Internet, cast: Cast, relay_settings: dict[str, str]) -> Iterator[LabApp]:
    """The application, for one story."""
    server = LabApp(internet.server, cast.path, {"SECRET_KEY": SECRET_KEY, **relay_settings})
    server.sessions = deepcopy(cast.sessions)
    with server:
        yield server


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small picture for everyone's camera."""
    return make_camera(tmp_path_factory.mktemp("camera") / "camera.y4m")


@pytest.fixture
def settle(driver: Playwright, internet: Internet, lab_app: LabApp, camera: Path, tmp_path: Path) -> Iterator[Settle]:
    """Move people into homes: `settle("Olga", "symmetric")`."""
    residents: list[Resident] = []

    def make(name: str, nat: str = "cone", mobile: str | None = None) -> Resident:
        home = internet.home(nat, mobile)
        program = tmp_path / f"chromium-{home.name}"
        browse = f"{lab_app.browser_preparation}exec {find_binary('chromium-headless-shell')}"
        program.write_text(f'#!/bin/sh\nexec {" ".join(home.prefix)} sh -c \'{browse} "$@"\' browser "$@"\n')
        program.chmod(0o755)
        arguments = [*CHROMIUM_ARGUMENTS, f"--use-file-for-fake-video-capture={camera}", *lab_app.browser_arguments]
        environment: Any = {**os.environ, **lab_app.browser_environment}
        browser = driver.chromium.launch(executable_path=str(program), headless=True, args=arguments, env=environment)
        resident = Resident(browser, lab_app, name)
        resident.home = home
        residents.append(resident)
        return resident

    yield make
    for resident in residents:
        with suppress(Error):  # some stories end it before
            resident.page.context.browser.close()  # type: ignore[union-attr]
        resident.home.remove()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures."""
    if figures.FIGURES:
        terminalreporter.section("figures")
        terminalreporter.write_line(figures.table())


@pytest.fixture
def sound() -> Iterator[SoundServer]:
    """Two speakers; the first one is the system's default."""
    with SoundServer() as server:
        for name in ("Built-in", "Headset"):
            server.plug_in(name)
        yield server


@pytest.fixture
def loud_firefox(driver: Playwright, sound: SoundServer) -> Iterator[Browser]:
    """A Firefox that plays on the speakers of `sound`."""
    with firefox_with(driver, FIREFOX_PREFERENCES, {**sound.variables}) as browser:
        yield browser
