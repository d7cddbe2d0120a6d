"""The scripts of deploy/install: written with care, and what they refuse before they change anything.

What they do on a server is in test_install.py.
"""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.services import find_binary

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "deploy" / "install"
SCRIPTS = sorted(FOLDER.glob("*.sh"))


def test_shellcheck_finds_nothing() -> None:
    names = [str(path.relative_to(ROOT)) for path in (*SCRIPTS, *(ROOT / "deploy").glob("*.sh"))]
    done = subprocess.run([find_binary("shellcheck"), "--external-sources", *names], cwd=ROOT, capture_output=True)
    assert done.stdout.decode() == ""
    assert done.returncode == 0


def test_every_place_that_is_made_is_removed() -> None:
    places = re.findall(r"^([A-Z]+)=(/\S+)", (FOLDER / "common.sh").read_text(), re.MULTILINE)
    assert len(places) >= 7
    undone = (FOLDER / "uninstall.sh").read_text() + (FOLDER / "programs.sh").read_text()
    removed = " ".join(re.findall(r"\brm -r?f (.*)", undone))
    assert [name for name, _path in places if f"${name}" not in removed and name not in {"CHANGES"}] == []
    made = (ROOT / "deploy/install/install.sh").read_text() + (FOLDER / "services.sh").read_text()
    others = set(re.findall(r"(?:/etc|/var/www)/[\w./-]*meetingpoint[\w.-]*", made))
    assert [path for path in others - {path for _name, path in places} if path not in undone] == []


def test_packages_and_services_are_named_on_both_sides() -> None:
    packages = set(re.findall(r"packages\+=\(([\w -]+)\)", (FOLDER / "install.sh").read_text()))
    assert packages == {"caddy", "nginx", "certbot", "coturn", "postgresql", "redis-server"}
    undone = (FOLDER / "programs.sh").read_text()
    assert set(re.findall(r"^PROGRAMS=\((.*)\)", undone, re.MULTILINE)[0].split()) == packages
    for name in packages:
        assert re.search(rf"^    {name}\) echo /etc/", undone, re.MULTILINE), name


def functions_of(script: str) -> str:
    """Return a script of deploy/install without the call of its `main`, for bash in the folder of the project."""
    text = (FOLDER / script).read_text().rpartition("\nmain\n")[0]
    return text.replace('source "$(dirname "${BASH_SOURCE[0]}")/common.sh"', "source deploy/install/common.sh")


def run_choices(**words: str) -> subprocess.CompletedProcess[str]:
    """Call `read_choices` of install.sh with these words and print what they become."""
    shown = 'read_choices; echo "$DOMAIN $DATABASE $PROCESSES $PROXY $TLS $RELAY"'
    environment = {"PATH": os.environ["PATH"], **words}
    command = ["bash", "-c", f"{functions_of('install.sh')}\nCHOICES=/nonexistent\n{shown}"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "become"),
    [
        ({"DOMAIN": "meet.family.test"}, "meet.family.test sqlite 1 caddy acme yes"),
        ({"DOMAIN": "Meet.Family.test."}, "meet.family.test sqlite 1 caddy acme yes"),
        ({"DOMAIN": "bücher.test", "RELAY": "no"}, "xn--bcher-kva.test sqlite 1 caddy acme no"),
        ({"DOMAIN": "a.test", "PROCESSES": "3", "PROXY": "nginx"}, "a.test postgresql 3 nginx acme yes"),
        ({"DOMAIN": "a.test", "TLS": "https://ca.test/d"}, "a.test sqlite 1 caddy https://ca.test/d yes"),
    ],
)
def test_what_is_not_said_is_derived(words: dict[str, str], become: str) -> None:
    assert run_choices(**words).stdout.strip() == become


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "DOMAIN=meet.example.org"),
        ({"DOMAIN": "https://meet.family.test"}, "no https://"),
        ({"DOMAIN": "meet.family.test/rooms"}, "no path"),
        ({"DOMAIN": "meet.family.test:8443"}, "no port"),
        ({"DOMAIN": "192.0.2.7"}, "no address"),
        ({"DOMAIN": "localhost"}, "a name such as"),
        ({"DOMAIN": "a.test; reboot"}, "a name such as"),
        ({"DOMAIN": f"{'x' * 64}.test"}, "not a host name"),
        # Browsers go to xn--strae-oqa.test, older programs to strasse.test.
        ({"DOMAIN": "straße.test"}, "xn--"),
        ({"DOMAIN": "STRAẞE.test"}, "xn--"),
        ({"DOMAIN": "νόμος.test"}, "xn--"),
        ({"DOMAIN": "a.test", "PROCESSES": "many"}, "PROCESSES is a number"),
        ({"DOMAIN": "a.test", "PROCESSES": "2", "DATABASE": "sqlite"}, "need DATABASE=postgresql"),
        ({"DOMAIN": "a.test", "DATABASE": "mysql"}, "one of: sqlite postgresql"),
        ({"DOMAIN": "a.test", "PROXY": "apache"}, "one of: caddy nginx none"),
        ({"DOMAIN": "a.test", "TLS": "http://ca.test/d"}, "TLS is acme"),
    ],
)
def test_a_word_that_does_not_fit_is_refused_before_anything_happens(words: dict[str, str], said: str) -> None:
    done = run_choices(**words)
    assert done.returncode == 1
    assert said in done.stderr


def run_functions(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script of bash after what the scripts share."""
    sourced = f"source deploy/install/common.sh\nsource deploy/install/programs.sh\n{script}"
    return subprocess.run(["bash", "-c", sourced], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    there = tmp_path / "settings"
    there.write_text("as it was\n")
    disk_is_full = "cat() { head -c 4; return 1; }"
    done = run_functions(f"{disk_is_full}\nplace {there} 600 {os.getuid()}:{os.getgid()} <<< 'something new' || true")
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert there.read_text() == "as it was\n"
    assert list(tmp_path.iterdir()) == [there]


def test_a_file_may_be_the_first_in_its_folder(tmp_path: Path) -> None:
    """Debian's certbot makes the folder of its hooks when it first runs, which is after the hook is written."""
    hook = tmp_path / "renewal-hooks" / "deploy" / "meetingpoint"
    done = run_functions(f"place {hook} 755 {os.getuid()}:{os.getgid()} <<< 'exec true'")
    assert done.returncode == 0, done.stderr
    assert hook.read_text() == "exec true\n"


def test_the_scripts_read_settings_as_the_site_does(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text(
        "PORT=8000\nSITE_ORIGINS='https://meet.example.org'\nexport ADMIN_ORIGIN=https://admin.example.org\n"
        'SITE_NAME="Meet us"\nEMERGENCY_CONTACT=it\'s Olga\n#DEBUG=on\nPORT=8100\nOIDC_NAME=\n'
    )
    code = f"from environ import Env; Env.ENVIRON = {{}}; Env.read_env({str(file)!r}); print(Env.ENVIRON)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    read = ast.literal_eval(done.stdout)
    assert read["PORT"] == "8100"
    for name in (*read, "DEBUG"):
        assert run_functions(f"SETTINGS={file}; setting {name}").stdout.removesuffix("\n") == read.get(name, "")

    place = f"place() {{ cat > {file}.new; mv {file}.new {file}; }}; SETTINGS={file}; SITE_USER=root"
    run_functions(f"{place}; default_setting PORT 8000; put_setting PORT 8200; put_setting ADMIN_ORIGIN ''")
    assert re.findall(r"(?:PORT|ADMIN_ORIGIN)=.*", file.read_text()) == ["PORT=8200", "ADMIN_ORIGIN="]


def test_what_a_person_changed_since_is_known_and_what_was_there_before_comes_back(tmp_path: Path) -> None:
    there = tmp_path / "Caddyfile"
    there.write_text("before\n")
    record = f"RECORD={tmp_path}/record\nplace() {{ cat > $1; }}\nkeep {there}; echo ours > {there}; remember {there}\n"
    said = f"if changed_by_hand {there}; then echo changed; else echo ours; fi\n"
    assert run_functions(record + said).stdout == "ours\n"
    done = run_functions(f"{record}echo 'and a shop' >> {there}\n{said}give_back {there}\n{said}")
    assert done.stdout == "changed\nours\n"
    assert there.read_text() == "before\n"


def test_secrets_are_made_once_and_only_root_reads_them(tmp_path: Path) -> None:
    make = ["sh", str(ROOT / "deploy" / "make-secrets.sh"), str(tmp_path / "secrets")]
    contents = []
    for _run in range(2):
        subprocess.run(make, check=True, capture_output=True)
        files = sorted((tmp_path / "secrets").iterdir())
        contents.append({path.name: path.read_text() for path in files})
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert contents[0] == contents[1]


@pytest.mark.skipif(os.geteuid() != 0, reason="the command is for root")
def test_the_command_uses_the_settings_of_the_server_and_no_others(tmp_path: Path) -> None:
    """Root's shell may have a DATABASE_URL of another program, and a DJANGO_SETTINGS_MODULE."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/secret_key").write_text("a $key\n")
    command = (FOLDER / "command.sh").read_text()
    for there, here in (("/opt/meeting-point/current", ROOT), ("/etc/meetingpoint/secrets", tmp_path / "secrets")):
        command = command.replace(there, str(here))
    (tmp_path / "meetingpoint").write_text(command)
    stray = {
        "DATABASE_URL": "postgres://shop",
        "REDIS_URL_FILE": "/shop",
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "shop",
    }
    stray |= {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": "/shop",
        "DJANGO_SUPERUSER_PASSWORD": "new",
        "SECRET_KEY": "shop",
    }
    script = f'eval "$(bash {tmp_path}/meetingpoint --environment)"; env; set | grep ^SECRET_KEY='
    done = subprocess.run(["bash", "-ac", script], env=stray, capture_output=True, text=True, check=True)
    found = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert found["SECRET_KEY"] == "'a $key'"
    assert found["ENV_FILE"] == "/etc/meetingpoint.env"
    assert found["DJANGO_SUPERUSER_PASSWORD"] == "new"
    assert sorted(found.keys() & stray.keys()) == ["DJANGO_SUPERUSER_PASSWORD", "PATH", "SECRET_KEY"]


@pytest.mark.parametrize("openssl", [None, "exit 1", "exit 0"])
def test_secrets_are_not_empty_when_openssl_is_not_there_or_fails(tmp_path: Path, openssl: str | None) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "mkdir", "cat", "cut", "rm"):
        (programs / name).symlink_to(find_binary(name))
    if openssl:
        (programs / "openssl").write_text(f"#!/bin/sh\n{openssl}\n")
        (programs / "openssl").chmod(0o755)
    command = [programs / "sh", ROOT / "deploy" / "make-secrets.sh", tmp_path / "secrets"]
    done = subprocess.run(command, env={"PATH": str(programs)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "openssl" in done.stderr
    assert not (tmp_path / "secrets").exists() or list((tmp_path / "secrets").iterdir()) == []


def test_an_empty_secret_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    subprocess.run(["sh", str(ROOT / "deploy" / "make-secrets.sh"), str(tmp_path)], check=True, capture_output=True)
    assert len((tmp_path / "secret_key").read_text()) > 60


# Of the machine: systemd starts whatever it is asked to, and everything that a script writes is in one folder.
IN_A_FOLDER = """
ETC={folder} RECORD={folder}/record SETTINGS={folder}/env SECRETS={folder}/secrets UNITS={folder} PROGRAM={folder}
STARTED={folder}/started POLICY={folder}/policy-rc.d
mkdir -p "$SECRETS"
systemctl() {{ :; }}
is_ready() {{ :; }}
chown() {{ :; }}
"""


@pytest.mark.parametrize("change", ["echo SITE_NAME=Ours >> $SETTINGS", "echo new > $SECRETS/email_url", "release two"])
def test_a_change_starts_the_site_again_and_nothing_else_does(tmp_path: Path, change: str) -> None:
    """Also one whose call was interrupted before the processes started again, and one that a person wrote before it."""
    script = f"""{functions_of("install.sh")}{IN_A_FOLDER.format(folder=tmp_path)}
release() {{ ln -sfn releases/$1 $PROGRAM/current; }}
said() {{ if runs_like_this; then echo "$1: runs"; else echo "$1: starts again"; fi; }}
release one
echo SITE_NAME=Theirs > $SETTINGS
said before
restart_web >/dev/null
said same
{change}
said changed
said "and asked again"
restart_web >/dev/null
said after"""
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "before: starts again",
        "same: runs",
        "changed: starts again",
        "and asked again: starts again",
        "after: runs",
    ]


def test_the_way_back_leads_to_the_release_that_ran(tmp_path: Path) -> None:
    """And to none that was only about to, when a call was interrupted."""
    script = f"""{functions_of("install.sh")}{IN_A_FOLDER.format(folder=tmp_path)}
goes_to() {{ switch_to $1; echo "$1: back to $(cat $ETC/former_release 2>/dev/null || echo none)" >&3; }}
exec 3>&1 >/dev/null
goes_to one; restart_web
goes_to two
goes_to three
goes_to one; restart_web
goes_to two; restart_web
goes_to one; restart_web
echo "runs $(running_release)" >&3"""
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "one: back to none",
        "two: back to one",
        "three: back to one",
        "one: back to one",
        "two: back to one",
        "one: back to two",
        "runs one",
    ]


def test_packages_of_a_call_that_was_killed_are_remembered(tmp_path: Path) -> None:
    """No trap runs then, and services that may not start must not stay so."""
    apt = 'case "$*" in *update | *--fix-broken*) ;; *) echo "unpacked caddy" >> $LIST; kill -KILL $$ ;; esac'
    setting = f"""{functions_of("install.sh")}{IN_A_FOLDER.format(folder=tmp_path)}
LIST={tmp_path}/list
dpkg() {{ sed -i s/unpacked/installed/ $LIST; }}
dpkg-query() {{ if [ "${{4:-}}" ]; then sed -n "s/ $4$//p" $LIST; else cat $LIST; fi; }}
apt-get() {{ {apt}; }}
"""
    (tmp_path / "list").write_text("installed bash\n")
    for script, code in (("need_packages caddy", -9), ("settle_packages; need_packages caddy bash", 0)):
        done = subprocess.run(["bash", "-c", setting + script], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert (tmp_path / "policy-rc.d").exists() == (code != 0)
    assert (tmp_path / "record/packages").read_text() == "caddy\n"


PACKAGE = """Package: {name}
Status: install ok installed
Maintainer: Olga <olga@example.org>
Architecture: all
Version: 1
"""


@pytest.mark.parametrize(
    ("others", "goes"),
    [
        ({}, "coturn libevent perl"),
        ({"shop": "Recommends: coturn"}, "perl"),
        ({"shop": "Depends: coturn"}, "perl"),
        ({"shop": "Recommends: perl"}, "coturn libevent perl"),
        ({"shop": "Depends: perl"}, "coturn libevent"),
        ({"shop": "Suggests: coturn"}, "coturn libevent perl"),
    ],
    ids=str,
)
def test_a_program_that_another_package_asks_for_stays(tmp_path: Path, others: dict[str, str], goes: str) -> None:
    """What apt itself says of a server where coturn came with us: it needs libevent, and merely recommends perl."""
    ours = {"coturn": "Depends: libevent\nRecommends: perl", "libevent": "", "perl": ""}
    for folder in (
        "state/lists/partial",
        "cache/archives/partial",
        "etc/apt.conf.d",
        "dpkg/info",
        "dpkg/updates",
        "record",
    ):
        (tmp_path / folder).mkdir(parents=True)
    described = [PACKAGE.format(name=name) + (f"{lines}\n" if lines else "") for name, lines in (ours | others).items()]
    (tmp_path / "dpkg/status").write_text("\n".join(f"{text}Description: a part\n" for text in described))
    (tmp_path / "record/packages").write_text("".join(f"{name}\n" for name in ours))
    (tmp_path / "apt.conf").write_text(
        f'Dir "{tmp_path}"; Dir::State "state"; Dir::State::status "{tmp_path}/dpkg/status"; Dir::Cache "cache"; '
        'Dir::Etc "etc"; Debug::NoLocking "1";'
    )
    look = f'[[ " $* " != *" purge "* ]] || {{ echo "${{@: -{len(ours)}}}" > {tmp_path}/goes; return; }}'
    script = f'RECORD={tmp_path}/record\napt-get() {{ {look}; command apt-get "$@"; }}\nremove_packages'
    environment = {
        "PATH": os.environ["PATH"],
        "APT_CONFIG": str(tmp_path / "apt.conf"),
        "DPKG_ADMINDIR": str(tmp_path / "dpkg"),
    }
    done = subprocess.run(
        ["bash", "-c", functions_of("uninstall.sh") + "\n" + script],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set((tmp_path / "goes").read_text().split()) & ours.keys() == set(goes.split())
