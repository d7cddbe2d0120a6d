"""`make install` in a hurry: killed at three moments, called again, and then with another name and another setting."""

from pathlib import Path

import pytest

from tests.deploy.bare import ASK, HOST, LIST, SOURCE, checkout, start_mail_server
from tests.deploy.machine import Machine
from tests.services import wait_until

pytestmark = pytest.mark.long

WORDS = f"DOMAIN={HOST} TLS=internal PROXY=nginx RELAY=no EMAIL_URL=smtp://127.0.0.1:25"
OTHER = "talk.example.org"
# What is there first while apt unpacks, while pip installs, and when the new release is the current one.
MOMENTS = (
    "dpkg-query -W -f '${db:Status-Status}' nginx | grep -E 'unpacked|half'",
    "test -e /opt/meeting-point/releases/*/.venv/bin/pip",
    "test -L /opt/meeting-point/current",
)
PAGE = f"python3 -c '{ASK}' /etc/meetingpoint/tls/fullchain.pem"


def kill_at(machine: Machine, moment: str, number: int) -> None:
    """Call `make install` and kill it with all that it has started, as a machine does that loses its power."""
    unit = f"call{number}"
    machine.run(f"systemd-run --quiet --unit={unit} make -C {SOURCE} install {WORDS}")
    wait_until(lambda: machine.run(f"{moment} >/dev/null 2>&1 && echo yes || true") == "yes\n", 400, moment)
    machine.run(f"systemctl is-active {unit} && systemctl kill --signal=KILL {unit}")
    wait_until(lambda: "failed" in machine.run(f"systemctl is-active {unit} || true"), 30, "it has ended")


def test_a_call_that_was_killed_goes_on_and_other_words_count(bare: Path) -> None:
    with Machine(bare) as machine:
        machine.run(f"echo 127.0.0.1 {OTHER} >> /etc/hosts")
        checkout(machine)
        start_mail_server(machine)
        before = machine.run(LIST)
        for number, moment in enumerate(MOMENTS):
            kill_at(machine, moment, number)
        said = machine.run(f"make -C {SOURCE} install {WORDS}", seconds=900)
        assert f"Meeting Point is at https://{HOST}" in said
        assert machine.run(f"{PAGE} /readyz").startswith("200")
        assert machine.run("ls /usr/sbin/policy-rc.d 2>/dev/null || true") == ""
        assert "Nothing was changed." in machine.run(f"make -C {SOURCE} install", seconds=300)
        # A line in the settings, then another name.
        machine.run(f"echo 'SITE_NAME=\"Our house\"' >> /etc/meetingpoint.env && make -C {SOURCE} install", seconds=300)
        assert "Our house" in machine.run(f"{PAGE} /")
        said = machine.run(f"make -C {SOURCE} install DOMAIN={OTHER}", seconds=300)
        assert f"Meeting Point is at https://{OTHER}" in said
        assert "Our house" in machine.run(f"{PAGE} /".replace(HOST, OTHER))
        assert OTHER in machine.run("grep ^DEFAULT_FROM_EMAIL= /etc/meetingpoint.env")
        assert "Nothing was changed." in machine.run(f"make -C {SOURCE} install", seconds=300)
        machine.run(f"make -C {SOURCE} uninstall", seconds=600)
        after = machine.run(LIST)
        assert sorted(set(after.splitlines()) ^ set(before.splitlines())) == []


def test_what_was_killed_can_be_taken_back_at_once(bare: Path) -> None:
    with Machine(bare) as machine:
        checkout(machine)
        before = machine.run(LIST)
        kill_at(machine, MOMENTS[0], 0)
        machine.run(f"make -C {SOURCE} uninstall", seconds=600)
        after = machine.run(LIST)
        assert sorted(set(after.splitlines()) ^ set(before.splitlines())) == []
