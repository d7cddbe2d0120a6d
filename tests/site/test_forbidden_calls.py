"""What no module of the site does: run what a person sent, build SQL or HTML from strings, guess where it should not.

Read from the code itself, so that the first module that does it is noticed. Each list of exceptions says where a thing
is done and why it is safe there.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("accounts", "common", "rooms", "meetingpoint_site")


@cache
def modules() -> list[tuple[str, ast.Module]]:
    """Return what the site runs: no tests, no migrations, and not the demo, which refuses where people can reach it."""
    paths = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]
    named = [(path.relative_to(ROOT).as_posix(), path) for path in paths]
    run = [(name, path) for name, path in named if "/migrations/" not in name and "/demo/" not in name]
    return [(name, ast.parse(path.read_text())) for name, path in run]


@cache
def imported(tree: ast.Module) -> set[str]:
    """Return the modules that a module imports, and what it imports of them, dotted."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def called(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls of a module with the last name of what is called: `a.b.c()` is `c`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            yield function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", ""), node


def importers(*names: str) -> set[str]:
    """Return the modules that import one of these, or something in them."""
    return {
        name
        for name, tree in modules()
        if any(found == other or found.startswith(f"{other}.") for found in imported(tree) for other in names)
    }


def callers(*names: str) -> set[str]:
    """Return the modules that call a function of one of these names."""
    return {name for name, tree in modules() if any(function in names for function, _ in called(tree))}


def test_nothing_is_run_that_is_not_in_the_code() -> None:
    plain = {"eval", "exec", "__import__"}
    assert {
        name
        for name, tree in modules()
        if any(isinstance(call.func, ast.Name) and function in plain for function, call in called(tree))
    } == set()
    # `manage.py restore` starts `manage.py migrate`, and the doctor asks timedatectl: words of the code, no shell.
    runs = {"meetingpoint_site/operations/backup/sqlite.py", "meetingpoint_site/operations/doctor/clock.py"}
    assert importers("subprocess") <= runs
    assert importers("pty", "ctypes", "cffi", "runpy", "code") == set()
    for name, tree in modules():
        for function, call in called(tree):
            if name in runs and function == "run":
                assert ast.unparse(call.args[0]) == "command", name
                assert "shell" not in {word.arg for word in call.keywords}, name
    assert callers("system", "popen", "spawnv", "execv", "execve", "fork") == set()


def test_no_format_is_read_that_can_make_objects_or_fetch_entities() -> None:
    assert importers("pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle") == set()
    assert importers("xml", "lxml", "defusedxml", "html5lib") == set()
    assert importers("zipfile", "tarfile", "gzip", "zlib") == {
        "common/content_codings.py",  # compresses only
        "accounts/authentication/sessions.py",  # after its decryption has proved that this site wrote it
        "meetingpoint_site/operations/backup/archive.py",  # what an operator restores, with a checksum for each part
    }


def test_sql_is_made_by_the_orm() -> None:
    assert callers("raw", "extra", "RawSQL", "executescript", "executemany") == set()
    for name, tree in modules():
        statements = [call.args[0] for function, call in called(tree) if function == "execute" and call.args]
        if name == "rooms/compiled_query.py":  # what the ORM compiled, with its parameters apart
            assert [ast.unparse(statement) for statement in statements] == ["sql"]
        elif name == "meetingpoint_site/operations/backup/postgres.py":  # names of tables, quoted by psycopg
            composed = [ast.unparse(one) for one in statements if not isinstance(one, ast.Constant)]
            assert all(one.startswith(("sql.SQL(", "statement.format(")) for one in composed), composed
        elif name == "rooms/moderation/search.py":  # names of a model's own table and column, quoted
            (statement,) = statements
            values = [ast.unparse(one.value) for one in ast.walk(statement) if isinstance(one, ast.FormattedValue)]
            assert set(values) == {"column", "table"}
        else:
            assert all(isinstance(statement, ast.Constant) for statement in statements), name


def test_html_is_escaped_by_the_template_engine() -> None:
    # Each of these escapes what it is given, or builds from constants.
    assert callers("mark_safe", "SafeString") <= {
        "common/templatetags/fragments.py",
        "common/templatetags/mail.py",
        "rooms/moderation/templatetags/moderation.py",
    }
    assert callers("from_string") == set()
    # No template is built from a text: `Template` is only ever a type.
    assert {name for name, tree in modules() if any(function == "Template" for function, _ in called(tree))} == set()
    for path in (ROOT / "templates").rglob("*.html"):
        # Help texts are written in the code, some with markup (as in Django's own template).
        text = path.read_text().replace("{{ field.help_text|safe }}", "")
        assert not re.search(r"\|\s*(safe|safeseq)\b|autoescape\s+off", text), path


def test_format_strings_are_written_here() -> None:
    for name, tree in modules():
        for function, call in called(tree):
            if function == "format" and isinstance(call.func, ast.Attribute):
                of = call.func.value
                if name == "meetingpoint_site/operations/backup/postgres.py":  # psycopg's, which quotes
                    continue
                known = isinstance(of, ast.Constant) or (isinstance(of, ast.Call) and isinstance(of.func, ast.Name))
                # `super().format(record)` and constants, or a constant of the module.
                assert known or (isinstance(of, ast.Name) and of.id.isupper()), f"{name}:{call.lineno}"


def test_the_server_asks_no_other_host() -> None:
    """Mail, the database and Redis are reached by Django's own clients, at addresses from the settings."""
    clients = ("urllib.request", "http.client", "requests", "httpx", "aiohttp", "ftplib", "telnetlib", "ldap", "socket")
    # STUN answers who asks; its client is that of the operator's diagnosis.
    # `accounts.organisation` names the errors of allauth's client, which asks the organisation of the settings.
    assert importers(*clients) <= {
        "accounts/organisation/way.py",
        "accounts/outbox/smtp.py",  # ends a conversation with the mail server of the settings
        "meetingpoint_site/stun/server.py",
        "meetingpoint_site/management/commands/serve.py",  # tries its own port
        "meetingpoint_site/config_files/proxies.py",  # sees whether this machine has IPv6
        "meetingpoint_site/operations/doctor/reach.py",  # the operator's diagnosis, of the site's own addresses
        "meetingpoint_site/operations/doctor/clock.py",  # and of the time servers that the system is set to
        "meetingpoint_site/stun/client.py",
    }
    assert callers("urlopen", "create_connection", "open_connection") <= {
        "meetingpoint_site/operations/doctor/reach.py",
        "rooms/signaling/database/loop_reads.py",  # Django's, to the database
    }


def test_what_must_not_be_guessed_comes_from_the_system() -> None:
    assert importers("random") == set()
    scripts = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "static" / "js").rglob("*.js")
        if "Math.random" in path.read_text()
    }
    # Waiting times, so that browsers do not come at once, and an id within one page.
    assert scripts <= {
        "static/js/call/key-rotation.js",
        "static/js/signaling/reconnect-policy.js",
        "static/js/ui/stage/tile.js",
    }


def test_no_broken_hash_is_used() -> None:
    weak = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"md5", "sha1", "md4"}
    }
    assert weak <= {"rooms/ice.py"}  # HMAC-SHA-1, which the TURN REST API prescribes (docs/cryptography.md)
    assert all("sha1" not in path.read_text().lower() for path in (ROOT / "static" / "js").rglob("*.js"))


def browser_code() -> Iterator[tuple[str, str]]:
    """Yield our scripts without their comments."""
    for path in sorted((ROOT / "static").rglob("*.js")):
        name = path.relative_to(ROOT).as_posix()
        if "/vendor/" not in name:
            text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
            yield name, re.sub(r"(^|\s)//[^\n]*", r"\1", text)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write|createContextualFragment", id="HTML"),
        pytest.param(r"\beval\(|new Function\(|set(Timeout|Interval)\(\s*[\"'`]", id="code"),
        pytest.param(r"(?<![=!<>])[=!]=(?!=)", id="loose comparison"),
        pytest.param(
            r"__proto__|\.prototype(?!\.slice\b)\.|for\s*\((const|let) \w+ in\b",
            id="prototypes",
        ),
        pytest.param(
            r"window\.addEventListener\(\s*[\"'`]message|(?<![\w.])onmessage\s*=|window\.open\(", id="windows"
        ),
        pytest.param(r"document\.cookie\s*=|javascript:", id="cookies and script addresses"),
    ],
)
def test_what_no_script_does(pattern: str) -> None:
    assert [name for name, code in browser_code() if re.search(pattern, code)] == []


@pytest.mark.parametrize("text", ["a.innerHTML = b", "eval(x)", "if (a == b)", "x.__proto__", "window.open(u)"])
def test_the_patterns_see_what_they_are_for(text: str) -> None:
    patterns = [mark.values[0] for mark in test_what_no_script_does.pytestmark[0].args[1]]  # type: ignore[attr-defined]
    assert any(re.search(str(pattern), text) for pattern in patterns)
