"""No page, search, join or timer reads more of a large site than of a small one: the plans of PostgreSQL for 12,000."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.app_server import migrate
from tests.services import PostgresServer

ROOT = Path(__file__).resolve().parents[2]
MOST_STATEMENTS = 80


def test_no_page_search_join_or_timer_reads_a_large_part_of_a_table(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()
    migrate(url)
    environment = {
        **os.environ, "DATABASE_URL": url, "SECRET_KEY": "x" * 60, "SITE_ORIGINS": "http://testserver",
        # A table costs as much to read whole as if it had half a million rows.
        "PGOPTIONS": "-c seq_page_cost=40",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.rooms.plans"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    much = [f"{name}: {rows} rows: {sql}" for name, plan in found.items() for rows, sql in plan["much"]]
    assert not much, "\n".join(much)
    many = {name: plan["statements"] for name, plan in found.items() if plan["statements"] > MOST_STATEMENTS}
    assert not many, many
