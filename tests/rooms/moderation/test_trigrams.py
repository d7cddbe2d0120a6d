"""The indexes by which PostgreSQL finds parts of texts: a role that may not make them migrates all the same."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from tests.services import PostgresServer

ROOT = Path(__file__).resolve().parents[3]
# Migrates, makes the old rows and one new one, and says what the checks and a search of staff find.
STORY = """
import django, json
django.setup()
from django.core.checks import run_checks
from django.core.management import call_command
from accounts.models import User
from rooms.moderation import search
call_command("migrate", verbosity=0)
if not User.objects.exists():
    User.objects.create(email="anna@example.org", display_name="Anna", date_joined="2020-01-01T00:00Z")
    for number in range(5):
        User.objects.create(email=f"p{number}@example.org", display_name="Per Hanna")
search.NEWEST = 3
def found(word):
    rows, complete = search.Search().filter(User.objects.all(), [word], ["email", "display_name"])
    return [sorted({row.email for row in rows if row.email.startswith("anna")}), complete]
codes = {message.id for message in run_checks(include_deployment_checks=True)}
print(json.dumps({"warned": "meetingpoint.W031" in codes, **{word: found(word) for word in ("nna@", "anna@", "an")}}))
"""


def story(url: str) -> dict[str, Any]:
    """Run the story as the role of a database."""
    environment = {
        **os.environ, "DATABASE_URL": url, "SECRET_KEY": "x" * 60, "SITE_ORIGINS": "http://testserver",
        "DJANGO_SETTINGS_MODULE": "meetingpoint_site.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", STORY], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_role_that_may_not_make_them_migrates_and_gets_them_later(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()
    name = url.rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE small_{name} LOGIN")
        connection.execute(f"GRANT ALL ON SCHEMA public TO small_{name}")
    small = url.replace("meetingpoint@", f"small_{name}@")
    # Old rows are found by the beginning of what is unique, and no page says that it is all.
    found = ["anna@example.org"]
    assert story(small) == {"warned": True, "nna@": [[], False], "anna@": [found, False], "an": [found, False]}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
    assert story(small) == {"warned": False, "nna@": [found, True], "anna@": [found, True], "an": [found, False]}
