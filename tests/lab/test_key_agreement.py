"""Which keys browsers agree on for a call: every pair of Chromium and Firefox, read from the handshake on the wire."""

import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import firefox
from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person
from tests.lab.dtls import Capture
from tests.services import free_port, make_certificate, wait_until

__all__ = ["firefox"]

# The UDP ports at which a page receives, of all its connections to peers.
PORTS = """async () => {
  const ports = [];
  for (const connection of globalThis.meetingPoint.mesh.peers.values()) {
    for (const entry of (await connection.getStats()).values()) {
      if (entry.type === "local-candidate" && entry.protocol === "udp") ports.push(entry.port);
    }
  }
  return ports;
}"""


@pytest.mark.skipif(os.geteuid() != 0, reason="reading packets needs root")
def test_every_pair_of_browsers_agrees_on_keys_that_a_quantum_computer_cannot_find(
    person: Meet, firefox: Browser
) -> None:
    with Capture() as capture:
        meeting = make_meeting(person)
        people = [meeting.olga, person("F1", browser=firefox), person("C2"), person("F2", browser=firefox)]
        # Who joins offers, and who was there is the client of the handshake: every pair is there in both roles.
        for index, who in enumerate(people):
            if index:
                who.redeem(meeting.link)
            who.go(f"/r/{meeting.slug}?files=only")
            who.join()
            for other in people[: index + 1]:
                other.see_others(index)
        ports = {port: who for who in people for port in who.page.evaluate(PORTS)}
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for agreed in capture.agreements():
        if agreed.client in ports and agreed.server in ports:
            pair = _browser(ports[agreed.client]), _browser(ports[agreed.server])
            found.setdefault(pair, set()).add((agreed.version, agreed.group))
    best = {("DTLS 1.3", "X25519MLKEM768")}
    assert found == {(client, server): best for client in ("chromium", "firefox") for server in ("chromium", "firefox")}


@pytest.mark.skipif(os.geteuid() != 0, reason="reading packets needs root")
def test_a_handshake_without_it_is_read_as_such(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    port = free_port()
    files = ["-cert", str(certificate), "-key", str(tmp_path / "key.pem")]
    server = ["openssl", "s_server", "-dtls1_2", "-accept", str(port), *files]
    client = ["openssl", "s_client", "-dtls1_2", "-connect", f"127.0.0.1:{port}"]
    with Capture() as capture, subprocess.Popen(server, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        assert process.stdout
        wait_until(lambda: b"ACCEPT" in process.stdout.readline(), 5, "openssl listens")  # type: ignore[union-attr]
        subprocess.run(client, input=b"Q\n", capture_output=True, check=False, timeout=10)
        wait_until(lambda: any(agreed.server == port for agreed in capture.agreements()), 5, "the handshake was seen")
        process.kill()
    assert {(agreed.version, agreed.group) for agreed in capture.agreements() if agreed.server == port} == {
        ("DTLS 1.2", "none")
    }


def _browser(who: Person) -> str:
    browser = who.page.context.browser
    assert browser
    return browser.browser_type.name
