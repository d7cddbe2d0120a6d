"""Any setting can be in a file of its own: `SECRET_KEY_FILE=/run/secrets/secret_key`."""

import json
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from meetingpoint_site.environment import Environment, SecretFiles

ROOT = Path(settings.BASE_DIR)
SHOW = """
import json
from django.conf import settings as s
database = s.DATABASES["default"]
print(json.dumps([s.SECRET_KEY, database["PASSWORD"], s.REDIS_URL, s.EMAIL_HOST_PASSWORD, s.TURN_SECRET]))
"""
VALUES = {
    "SECRET_KEY": "k" * 20 + "0123456789" * 4,
    "DATABASE_URL": "postgres://site:d%2Fb@/meetingpoint",
    "REDIS_URL": "unix://site:r@/run/redis.sock",
    "EMAIL_URL": "smtp+tls://site:m@mail.example.org:587",
    "TURN_SECRET": "t" * 40,
}


def reading(**environment: str) -> Environment:
    class Own(Environment):
        ENVIRON = SecretFiles(environment)

    return Own()


def test_every_secret_can_come_from_a_file(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull}
    for name, value in VALUES.items():
        (tmp_path / name).write_text(f"{value}\n")
        environment[f"{name}_FILE"] = str(tmp_path / name)
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", SHOW]
    shown = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    assert json.loads(shown) == [VALUES["SECRET_KEY"], "d/b", VALUES["REDIS_URL"], "m", VALUES["TURN_SECRET"]]


@pytest.mark.parametrize("written", ["value", "value\n", "value\r\n"])
def test_a_line_end_is_no_part_of_the_value(tmp_path: Path, written: str) -> None:
    path = tmp_path / "secret"
    path.write_bytes(written.encode())
    assert reading(NAME_FILE=str(path), NAME="other").str("NAME") == "value"


def test_without_a_file_the_variable_counts_as_it_is() -> None:
    assert reading(NAME="value\n").str("NAME") == "value\n"
    assert reading(NAME="value", NAME_FILE="").str("NAME") == "value"
    assert reading().str("NAME", default="none") == "none"


@pytest.mark.parametrize("content", [None, b"\xff\xfe-not-shown"])
def test_a_file_that_cannot_be_read_is_an_error_with_its_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secret"
    if content:
        path.write_bytes(content)
    with pytest.raises(ImproperlyConfigured) as caught:
        reading(NAME_FILE=str(path)).str("NAME", default="a default must not hide it")
    assert str(caught.value).startswith(f"NAME_FILE names {path}: ")
    assert "not-shown" not in str(caught.value)


def test_the_settings_file_can_name_such_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("value\n")
    (tmp_path / "env").write_text(f"NAME_FILE={tmp_path / 'secret'}\n")
    env = reading()
    env.read_env(str(tmp_path / "env"))
    assert env.str("NAME") == "value"


@pytest.mark.parametrize("password", ["a+b", "a#b", "a/b", "a?b", "a@b", "a:b", "a b", "ü$&'\"", "p%ss"])
def test_a_password_in_an_address_has_any_character(password: str) -> None:
    mail = reading(EMAIL_URL=f"smtp+tls://me+tag@example.org:{password}@mail.example.org").email_url()
    assert mail["EMAIL_HOST_USER"] == "me+tag@example.org"
    assert [mail[f"EMAIL_{part}"] for part in ("HOST_PASSWORD", "HOST", "PORT")] == [password, "mail.example.org", 587]
    database = reading(DATABASE_URL=f"postgres://site:{password}@db:5433/name?sslmode=verify-full").db_url()
    assert [database[part] for part in ("PASSWORD", "HOST", "PORT", "NAME")] == [password, "db", 5433, "name"]


@pytest.mark.parametrize("name", ["EMAIL_URL", "DATABASE_URL"])
@pytest.mark.parametrize(
    "value", ["mail.example.org:587", "s3cret", "ftp://u:s3cret@h", "smtp+tls://u:s3cret@h:x", "smtp://u:s3cret@h\nx"]
)
def test_an_address_that_is_none_is_named_and_its_password_is_not(name: str, value: str) -> None:
    env = reading(**{name: value})
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is not an address such as") as error:
        env.email_url() if name == "EMAIL_URL" else env.db_url()
    assert "s3cret" not in "".join(traceback.format_exception(error.value))


def test_addresses_without_a_password_stay_as_they_are() -> None:
    assert reading(DATABASE_URL="sqlite:////srv/a@b/c:d.sqlite3").db_url()["NAME"] == "/srv/a@b/c:d.sqlite3"
    assert reading(DATABASE_URL="postgres://db:5432/name?sslrootcert=/a@b").db_url()["HOST"] == "db"
    assert reading(DATABASE_URL="postgres://site:d%2Fb@/name").db_url()["PASSWORD"] == "d/b"
    assert reading(EMAIL_URL="smtp+ssl://mail.example.org").email_url()["EMAIL_PORT"] == 465
