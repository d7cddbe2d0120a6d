"""One installed server for all stories about it: its installation takes minutes."""

import os
from collections.abc import Iterator

import pytest

from tests.deploy.bare import make_bare
from tests.deploy.machine import Machine, inside
from tests.lab.installed.server import NETWORK, InstalledServer, NameServer
from tests.lab.network import Internet
from tests.smtp_server import SmtpServer


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    """An internet of public addresses."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    with Internet(NETWORK) as net, inside(f"/run/netns/{net.relay.name}", NameServer):
        yield net


@pytest.fixture(scope="session")
def installed(internet: Internet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InstalledServer]:
    """A bare Debian after `make install`."""
    files, profile = (tmp_path_factory.mktemp(name) for name in ("bare", "profile"))
    with Machine(make_bare(files / "root")) as machine, machine.inside(SmtpServer) as mail:
        server = InstalledServer(machine, mail, profile)
        server.connect(internet)
        said = server.install()
        assert f"Meeting Point is at {server.origin}" in said
        assert "Nothing is wrong." in said
        server.trust()
        yield server


@pytest.fixture
def lab_app(installed: InstalledServer) -> InstalledServer:
    """The site that people of the lab use."""
    return installed
