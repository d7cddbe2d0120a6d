"""No page, join or timer reads a whole table of a large site: the plans of PostgreSQL for 6,000 of each."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.services import PostgresServer

ROOT = Path(__file__).resolve().parents[2]

# Once a day every row may be looked at.
DAILY = "prune"


def test_no_page_join_or_timer_reads_a_whole_table(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()
    environment = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": "x" * 60, "SITE_ORIGINS": "http://testserver"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.rooms.plans"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    whole = [(name, table, sql) for name, plan in found.items() for table, sql in plan["whole"] if name != DAILY]
    assert not whole, "\n".join(f"{name}: {table}: {sql}" for name, table, sql in whole)
