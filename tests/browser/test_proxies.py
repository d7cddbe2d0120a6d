"""A browser, Debian's nginx and Caddy with the files of deploy/ as they are, and the site, on a machine of their own.

No log of any part has the secret of a link, whatever a mail scanner made of its address, also while the site is away.
"""

import os
import secrets
import shlex
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from tests.app_server import migrated_database
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.deploy.machine import ROOT, Machine
from tests.services import find_binary

HOST = "meet.example.org"
# What is left of `/i#k=1<secret>` after mail scanners, people and other programs.
ADDRESSES = (
    *("/i#k=1{}", "/i%23k=1{}", "/i/%23k=1{}", "/i/k=1{}", "/i?k=1{}", "/i%2523k%3D1{}", "/I/%23k=1{}", "//i%23k=1{}"),
    *("/nowhere/%23k=1{}", "/accounts/login/?next=/i/%23k=1{}", "/%23k=1{}", "/r/%23k=1{}", "/unsubscribe/{}"),
)
OPENED = ("/i%23k=1{}", "/nowhere/%23k=1{}", "/accounts/login/?next=/i/%23k=1{}", "/unsubscribe/{}")
STORE = "/var/lib/caddy/.local/share/caddy/certificates/acme-v02.api.letsencrypt.org-directory"
UNIT = """
[Service]
WorkingDirectory={root}
Environment=ENV_FILE=/dev/null LOG_LEVEL=DEBUG SECRET_KEY={key} SITE_ORIGINS=https://{host} TRUSTED_PROXIES=1
Environment=DATABASE_URL=sqlite:////var/lib/meetingpoint/db.sqlite3
ExecStart={python} manage.py serve --port 8000
"""
ASK = "curl --silent --insecure --path-as-is --header 'Accept: text/html' --write-out '%{http_code}\\n'"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A server with a certificate for the name of the examples; the site does not run yet."""
    if os.geteuid() != 0:
        pytest.skip("namespaces need root")
    with Machine() as made:
        folder = tmp_path_factory.mktemp("certificates")
        made.certify(folder, HOST)
        # Caddy takes what it got from its authority earlier.
        for name, content in (
            (f"{HOST}.crt", (folder / HOST / "certificate.pem").read_bytes()),
            (f"{HOST}.key", (folder / HOST / "key.pem").read_bytes()),
            (f"{HOST}.json", b'{"sans": ["meet.example.org"], "issuer_data": null}'),
        ):
            made.write(f"{STORE}/{HOST}/{name}", content, 0o600)
        made.write("/var/lib/meetingpoint/db.sqlite3", migrated_database().read_bytes())
        unit = UNIT.format(root=ROOT, key=secrets.token_urlsafe(50), host=HOST, python=sys.executable)
        made.write("/etc/systemd/system/meetingpoint.service", unit)
        made.run(
            "systemctl daemon-reload\n"
            "chown -R caddy: /var/lib/caddy\n"
            "rm /etc/nginx/sites-enabled/default\n"
            f"cp {ROOT}/deploy/nginx.conf /etc/nginx/conf.d/meetingpoint.conf\n"
            f"cp {ROOT}/deploy/Caddyfile /etc/caddy/Caddyfile"
        )
        yield made


@pytest.fixture(scope="module")
def browser(machine: Machine, driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium in the machine's network."""
    program = tmp_path_factory.mktemp("program") / "chromium"
    enter = f"exec nsenter --target {machine.pid} --net --"
    program.write_text(f'#!/bin/sh\n{enter} {find_binary("chromium-headless-shell")} "$@"\n')
    program.chmod(0o755)
    there = driver.chromium.launch(
        executable_path=program, args=[*CHROMIUM_ARGUMENTS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]
    )
    yield there
    there.close()


@pytest.mark.parametrize("proxy", ["nginx", pytest.param("caddy", marks=pytest.mark.long)])
def test_the_secret_of_a_link_is_in_no_log(machine: Machine, browser: Browser, proxy: str) -> None:
    ready = (
        f"curl --silent --fail --retry 60 --retry-delay 1 --retry-connrefused -H 'Host: {HOST}' localhost:8000/readyz"
    )
    machine.run(f"systemctl start {proxy} meetingpoint && {ready}")
    secret = secrets.token_urlsafe(16)
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    referers: set[str] = set()
    page.on("request", lambda request: referers.add(request.all_headers().get("referer", "")))
    for address in OPENED:
        page.goto(f"https://{HOST}{address.format(secret)}")
        page.goto("about:blank")
    context.close()
    urls = [f"{scheme}://{HOST}{address.format(secret)}" for scheme in ("http", "https") for address in ADDRESSES]
    ask = " -o /dev/null ".join([ASK, *(shlex.quote(url) for url in urls), f"https://{HOST}/ws/rooms"])
    found = machine.run(f"{ask}\nsystemctl stop meetingpoint\n{ask}").split()
    assert found.count("301") == 2 * len(ADDRESSES)
    assert found.count("502") == len(ADDRESSES) + 1
    logs = machine.run(f"systemctl stop {proxy} && journalctl --quiet --output=cat --all && cat /var/log/nginx/*")
    # The logs say what happened, in other words, and what is wrong.
    assert {"nginx": '"GET /accounts/..." 502', "caddy": '"uri":"/accounts/"'}[proxy] in logs
    assert "refused" in logs
    assert [line for line in logs.splitlines() if secret in line] == []
    assert [referer for referer in referers if secret in referer] == []
