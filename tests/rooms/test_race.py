"""Many people press Join at the same instant, on both databases."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.app_server import migrate

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def race(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_server").create_database()
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('race') / 'db.sqlite3'}"
    migrate(url)
    environment = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": "x" * 60, "SITE_ORIGINS": "http://testserver"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.rooms.race"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_the_last_use_admits_exactly_one(race: dict[str, Any]) -> None:
    assert race["last_use"] == {"answers": {"200": 1, "410 used_up": 49}, "uses": 1, "places": 1}


def test_racing_clicks_of_one_browser_take_one_use(race: dict[str, Any]) -> None:
    assert race["clicks"] == {"answers": {"200": 8}, "uses": 1, "places": 1}


def test_one_person_in_four_browsers_takes_one_use(race: dict[str, Any]) -> None:
    assert race["one_person"] == {"answers": {"200": 4}, "uses": 1, "places": 1}
