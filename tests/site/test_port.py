"""A development server on another port is an origin of its own, and its browsers may open sockets to it."""

import os
import subprocess
import sys

import pytest

SETTINGS = "from meetingpoint_site import settings; print(*settings.SITE_ORIGINS)"


def origins(**variables: str) -> list[str]:
    """Return what a fresh process takes for the site's origins."""
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "SECRET_KEY": "x" * 50, **variables}
    command = [sys.executable, "-c", SETTINGS]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("port", ["8000", "9000"])
def test_a_development_server_knows_its_own_port(port: str) -> None:
    assert origins(DEBUG="1", PORT=port) == [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]


def test_outside_development_only_what_is_named_is_an_origin() -> None:
    assert origins(SITE_ORIGINS="https://meet.example.org", PORT="9000") == ["https://meet.example.org"]
