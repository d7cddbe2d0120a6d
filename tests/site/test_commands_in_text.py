"""Commands in running text, `like this`: each is one that its program takes.

What begins with the name of a program counts as a command. Those of this project are read by their own parsers, rules
of the firewall are tried in a network of their own, and for the few of other programs `ELSEWHERE` says which test runs
them. Fences are for tests/deploy/test_document.py.
"""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, get_commands, load_command_class
from django.core.management.base import BaseCommand

ROOT = Path(settings.BASE_DIR)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
# A time of cron, a folder to be in, variables, and who runs it: what is before the command itself.
BEFORE = re.compile(r"^(?:[\d*/,-]+ ){5}|^cd \S+ && |^[A-Z][A-Z_]*=\S+ |^sudo |^\.venv/bin/(?:python (?=manage\.py))?")
PROGRAMS = (
    "apt apt-get certbot curl docker git iptables ip6tables journalctl make manage.py meetingpoint node openssl pip "
)
PROGRAMS += "psql pytest python redis-cli systemctl timedatectl write_config check"

ELSEWHERE = {
    "git checkout <version>": ("tests/deploy/test_document.py", '"<version>"'),
    "git archive": ("tests/deploy/bare.py", 'left_out = (".git"'),
    "curl localhost:8000/readyz": ("tests/operations/test_metrics.py", "answer_any_host"),
    "git pull": ("tests/deploy/test_install.py", "checkout(machine, "),
    "certbot certonly --webroot -w /var/www/meetingpoint-acme -d meet.example.org "
    "--deploy-hook 'systemctl reload nginx'": (
        "deploy/install/services.sh",  # which test_install.py runs
        "certbot certonly",
    ),
    "journalctl -u 'meetingpoint@*' -f": ("deploy/systemd/meetingpoint@.service", "[Service]"),
    "node --test": ("scripts/run_tests.py", '"--test"'),
}


def spans() -> set[str]:
    """Return what stands in backticks in the documents, fences aside."""
    files = (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))
    return {" ".join(span.split()) for file in files for span in SPAN.findall(FENCE.sub("", file.read_text()))}


def stripped(span: str) -> str:
    """Return the command without what is before it."""
    while (rest := BEFORE.sub("", span)) != span:
        span = rest
    return span


def is_command(text: str) -> bool:
    """Say whether it calls a program with something: names of programs and of packages alone do not."""
    name, _, arguments = text.partition(" ")
    return bool(arguments) and (
        name in PROGRAMS.split() or (name.startswith("-") is False and bool(shutil.which(name)))
    )


FOUND = sorted({stripped(span) for span in spans() if is_command(stripped(span))})
# Lists of Debian's packages, of which the first is a program, too.
PACKAGES = [text for text in FOUND if re.fullmatch(r"git make python3-venv[\w -]*", text)]
OTHERS = [text for text in FOUND if text not in PACKAGES and text not in ELSEWHERE]


def ours(name: str, arguments: list[str]) -> None:
    """Let the command's own parser read what is written; a name alone names it. Raises `CommandError`."""
    app = get_commands()[name]
    command = app if isinstance(app, BaseCommand) else load_command_class(app, name)
    parser = command.create_parser("manage.py", name)
    parser.called_from_command_line = False  # type: ignore[attr-defined]  # of Django
    if arguments:
        parser.parse_args(arguments)


def try_rule(arguments: list[str]) -> None:
    """Add a rule of the firewall where nothing else is."""
    if os.geteuid() != 0:
        pytest.skip("a network of its own needs root")
    subprocess.run(["unshare", "--net", *arguments], check=True, capture_output=True)


def try_module(name: str, arguments: list[str]) -> None:
    """See that the module is there, and that its source has each option."""
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent if found.submodule_search_locations else Path(found.origin)
    source = "".join(file.read_text() for file in ([folder] if folder.is_file() else folder.rglob("*.py")))
    assert [option for option in arguments if option.startswith("-") and f'"{option}"' not in source] == []


def try_pytest(arguments: list[str]) -> None:
    """See that the tests that it names are there."""
    place, *rest = arguments
    files = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("test_*.py"))
    words = rest[1:] if rest[:1] == ["-k"] else [""]
    text = "\n".join(file.read_text() for file in files)
    # In the name of a test, or in that of one of its cases.
    assert all(re.search(rf'def test_\w*{word}|"[^"\n]*{word}[^"\n]*"', text) for word in words)


def try_pip(arguments: list[str]) -> None:
    """See that the packages are among those that are tested, and that files are there."""
    names = [word for word in arguments if not word.startswith("-")]
    known = (ROOT / "requirements-dev.txt").read_text()
    assert [name for name in names if f"\n{name}==" not in known and not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("command", OTHERS)
def test_a_command_in_the_text_is_one_that_works(command: str) -> None:
    name, *arguments = shlex.split(command)
    match name:
        case "manage.py" | "meetingpoint" if arguments[0] != "COMMAND":
            ours(arguments[0], arguments[1:])
        case "write_config" | "check":
            ours(name, arguments)
        case "make":
            known = (ROOT / "Makefile").read_text()
            assert [
                word for word in arguments if "=" in word and not re.search(rf"\b{word.split('=')[0]}\b", known)
            ] == []
            subprocess.run(["make", "--dry-run", *arguments], cwd=ROOT, check=True, capture_output=True)
        case "iptables" | "ip6tables":
            try_rule([name, *arguments])
        case "python" if arguments[0] == "-m" and arguments[1] == "pytest":
            try_pytest(arguments[2:])
        case "python" if arguments[0] == "-m":
            try_module(arguments[1], arguments[2:])
        case "pytest":
            try_pytest(arguments)
        case "pip" if arguments[0] == "install":
            try_pip(arguments[1:])
        case "meetingpoint":
            pass
        case _:
            pytest.fail(f"no test knows what becomes of `{command}`: run it in one, and name that in ELSEWHERE")


def test_the_same_limit_for_ipv6() -> None:
    """`ip6tables`, of which the text says only in what it differs."""
    (rule,) = (text for text in OTHERS if text.startswith("iptables") and "connlimit" in text)
    assert "`ip6tables`" in (ROOT / "docs/deployment.md").read_text()
    try_rule(shlex.split(rule.replace("iptables", "ip6tables").replace("mask 32", "mask 64")))


def test_commands_of_other_programs_run_in_another_test() -> None:
    assert [command for command in ELSEWHERE if command not in FOUND] == []
    for command, (file, said) in ELSEWHERE.items():
        assert said in (ROOT / file).read_text(), command


def test_packages_in_the_text_are_those_that_the_server_gets() -> None:
    (first,) = PACKAGES
    fetched = (ROOT / "tests/deploy/bare.py").read_text()
    assert [name for name in first.split() if name not in ("git", "make") and name not in fetched] == []


def test_settings_and_units_in_the_text_are_there() -> None:
    """NAME=value, and the names of systemd's units."""
    settings_there = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    options = set(re.findall(r"^OPTIONS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[0].split())
    known = settings_there | options | {"ENV_FILE", "SSL_CERT_FILE", "PEOPLE", "ROUNDS"}
    assigned = {name for span in spans() for name in re.findall(r"^([A-Z][A-Z_]+)=", span)}
    files = (ROOT / "README.md", *ROOT.glob("docs/*.md"))
    fences = "".join(
        text for file in files for text in re.findall(r"^```env\n(.*?)^```$", file.read_text(), re.M | re.S)
    )
    assigned |= set(re.findall(r"^([A-Z][A-Z_]+)=", fences, re.MULTILINE))
    assert {name for name in assigned if name.removesuffix("_FILE") not in known | {"SSL_CERT"}} == set()

    units = {path.stem for path in (ROOT / "deploy/systemd").iterdir()}
    named = {span for span in spans() if re.fullmatch(r"meetingpoint[@-][\w@.-]*", span)}
    assert len(named) >= 2
    assert {name for name in named if re.sub(r"@\d*$", "@", name.removesuffix(".service")) not in units} == set()


def test_a_command_that_is_not_there_is_noticed() -> None:
    for command in (
        "manage.py backup --foldr /x",
        "make instal",
        "python -m benchmarks.scale --bench",
        "pip install uvicon",
    ):
        with pytest.raises((CommandError, AssertionError, subprocess.CalledProcessError)):
            test_a_command_in_the_text_is_one_that_works(command)
    assert is_command(stripped("5 3 * * * sudo ENV_FILE=/x .venv/bin/python manage.py prune"))
    assert not is_command("default-src 'none'")
