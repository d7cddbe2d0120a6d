"""What people and the server keep secret is in no log of an installed server: of the site, Caddy, coturn, systemd."""

import re

import pytest

from tests.browser.person import PASSWORD
from tests.lab.calls import meet
from tests.lab.conftest import Settle
from tests.lab.installed.server import InstalledServer

pytestmark = pytest.mark.long


def test_no_secret_is_in_any_log(settle: Settle, installed: InstalledServer) -> None:
    """Of passwords, codes, links, sessions and the secrets of the server: after a sign-up, a sign-in and a call."""
    olga, guest = settle("Olga", "symmetric"), settle("Guest", "symmetric")
    olga.address = f"{olga.home.name}@example.org"
    olga.sign_up()
    code = re.search(r"\b\d{6}\b", installed.mail_to(olga.address))
    assert code
    call = meet(olga, guest)
    secrets = [PASSWORD, call.link.partition("#k=")[2], installed.mail.password]
    cookies = [str(cookie["value"]) for who in call.people for cookie in who.context.cookies()]
    secrets += [value for value in cookies if len(value) > 15]
    for who in call.people:
        who.leave()
    machine = installed.machine
    machine.write("/run/secrets", "\n".join(secrets) + "\n", 0o600)
    machine.run(
        "cat /etc/meetingpoint/secrets/* >> /run/secrets && sed -i '/^$/d' /run/secrets\n"
        "journalctl --all --output=export --no-pager > /run/journal\n"
        "test $(wc --bytes < /run/journal) -gt 10000"
    )
    assert len(secrets) > 4
    assert all(len(secret) > 15 for secret in secrets)
    assert "turnserver" in machine.run("grep --text _COMM= /run/journal | sort --unique")
    found = machine.run("grep --recursive --text --fixed-strings --file=/run/secrets /run/journal /var/log || true")
    assert found == ""
    # Six digits are in many a number of the journal's own: only what programs wrote is looked at.
    assert machine.run(f"journalctl --all --output=cat --no-pager | grep --word-regexp {code[0]} || true") == ""
