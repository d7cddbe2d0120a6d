"""From the opened link to the first frame of the other person, on three lines, beside a plain page, in one run.

The site runs as its manual says, behind nginx with TLS and HTTP/2, in one network namespace with a person who is in the
call already; the visitor's browser is in another, and a user-space line joins them. Delays are round trips. The visitor
presses *Join* by script as soon as a person could. Run as root.
"""

import argparse
import hashlib
import json
import re
import signal
import statistics
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

from benchmarks.wire import shaped_line
from tests.app_server import AppServer, make_account
from tests.browser.camera import make_camera
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.browser.meeting import ANYONE
from tests.browser.person import PASSWORD, Person
from tests.services import Service, find_binary, make_certificate, wait_until

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "benchmarks" / "first_click_page"
HOST, PLAIN = "meet.example.org", "plain.example.org"
SERVER = "10.77.0.2"
APP_PORT, PLAIN_PORT = 8000, 8001
VISITORS = ("owner", "returning member", "new guest", "plain page")

# Beside the example of deploy/, which is used as it is but for the certificate's place.
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 1000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/meetingpoint.conf;
    server {{
        listen 443 ssl http2;
        server_name {plain};
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        gzip on;
        gzip_types text/javascript;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $meetingpoint_upgrade;
        location / {{ proxy_pass http://127.0.0.1:{plain_port}; }}
    }}
}}
"""


@dataclass(frozen=True)
class Line:
    """A line between the visitor and everything else: `delay` is a round trip in ms, `rate` bits a second each way.

    `most` is how many seconds the first frame may take.
    """

    name: str
    delay: float
    rate: float
    most: float | None = None


LINES = [
    Line("LAN", 0, 0, 1.0),
    Line("100 ms, 5 Mbit/s", 100, 5_000_000, 1.9),
    Line("300 ms, 1 Mbit/s", 300, 1_000_000),
]
MOST_BYTES, MOST_REQUESTS = 150_000, 30


@dataclass
class Figures:
    """What one kind of visitor met on a line, one entry a round: ms from the opened link, bytes, requests."""

    alive: list[float] = field(default_factory=list)
    frame: list[float] = field(default_factory=list)
    bytes: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)

    def add(self, watched: dict[str, Any]) -> None:
        """Take in what a page has measured."""
        for name in ("alive", "frame", "bytes", "requests"):
            getattr(self, name).append(watched[name])


class Site(AppServer):
    """The site on the far host."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        super().__init__(APP_PORT, {"SITE_ORIGINS": f"https://{HOST}", "TRUSTED_PROXIES": "1"})

    @property
    def origin(self) -> str:
        return f"https://{HOST}"

    def command(self) -> list[str]:
        return ["ip", "netns", "exec", self.namespace, *super().command()]

    def ready(self) -> bool:
        return answers(self.namespace, APP_PORT)


class PlainServer(Service):
    """The plain page on the far host."""

    name = "plain"

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        super().__init__(PLAIN_PORT)

    def command(self) -> list[str]:
        module = [sys.executable, "-m", "benchmarks.first_click_page.server", str(PLAIN_PORT)]
        return ["ip", "netns", "exec", self.namespace, *module]

    def ready(self) -> bool:
        return answers(self.namespace, PLAIN_PORT)


class Proxy(Service):
    """nginx on the far host."""

    name = "nginx"

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        super().__init__(443)
        certificate = make_certificate(self.folder, f"DNS:{HOST}", f"DNS:{PLAIN}")
        public = subprocess.run(
            ["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], capture_output=True, check=True
        ).stdout
        der = subprocess.run(
            ["openssl", "pkey", "-pubin", "-outform", "der"], input=public, capture_output=True, check=True
        )
        self.key_hash = b64encode(hashlib.sha256(der.stdout).digest()).decode()
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        text = re.sub(r"/etc/letsencrypt/\S+/fullchain\.pem", str(certificate), text)
        text = re.sub(r"/etc/letsencrypt/\S+/privkey\.pem", str(self.folder / "key.pem"), text)
        text = re.sub(r"\n +limit_(req|conn) .*", "", text)  # no person opens as many links in a minute
        (self.folder / "meetingpoint.conf").write_text(text)
        main = NGINX.format(folder=self.folder, plain=PLAIN, plain_port=PLAIN_PORT)
        (self.folder / "nginx.conf").write_text(main)
        self.folder.chmod(0o755)

    def command(self) -> list[str]:
        conf, log = self.folder / "nginx.conf", self.folder / "error.log"
        return ["ip", "netns", "exec", self.namespace, find_binary("nginx"), "-c", str(conf), "-e", str(log)]

    def ready(self) -> bool:
        return answers(self.namespace, 443)

    def drop_idle(self, visitors: str) -> None:
        """Close the connections that browsers in a namespace keep for later; the sockets of calls stay."""
        self.signal(signal.SIGHUP)
        left = ["ip", "netns", "exec", visitors, "ss", "-Htn", "state", "established", "dport = :443"]
        wait_until(
            lambda: not subprocess.run(left, capture_output=True, check=True).stdout, 20, "no connection is left"
        )


def answers(namespace: str, port: int) -> bool:
    """Say whether something listens at a port of a namespace."""
    listening = ["ip", "netns", "exec", namespace, "ss", "-Hltn", f"sport = :{port}"]
    return bool(subprocess.run(listening, capture_output=True, check=True).stdout)


@contextmanager
def chromium_in(driver: Playwright, folder: Path, namespace: str, key_hash: str) -> Iterator[Browser]:
    """Run Chromium in a namespace, where the site's name leads to the far host and its certificate is trusted."""
    program = folder / f"chromium-{namespace}"
    binary = find_binary("chromium-headless-shell")
    program.write_text(f'#!/bin/sh\nexec ip netns exec {namespace} {binary} "$@"\n')
    program.chmod(0o755)
    camera = make_camera(folder / f"{namespace}.y4m")
    more = [
        f"--use-file-for-fake-video-capture={camera}",
        f"--host-resolver-rules=MAP {HOST} {SERVER},MAP {PLAIN} {SERVER}",
        f"--ignore-certificate-errors-spki-list={key_hash}",
    ]
    browser = driver.chromium.launch(executable_path=str(program), headless=True, args=[*CHROMIUM_ARGUMENTS, *more])
    yield browser
    browser.close()


def open_link(context: BrowserContext, link: str, *, trace: bool) -> dict[str, Any]:
    """Open a link in a tab of its own and return what it measured, once the other person was seen."""
    page = context.new_page()
    page.add_init_script(path=PAGES / "watch.js")
    page.goto(link, wait_until="commit")
    try:
        page.wait_for_function("() => globalThis.watch?.frame", timeout=60_000, polling=200)
    except TooLate:  # say how far it came
        raise TooLate(f"{page.url}: {page.evaluate('() => watch.marks')}") from None
    watched: dict[str, Any] = page.evaluate("() => ({ ...watch, later: watch.all() })")
    page.close(run_before_unload=False)
    if trace:
        print("   ", json.dumps(watched), flush=True)
    return watched


class Bench:
    """The site with someone in the call, on one line at a time, and who visits it."""

    def __init__(self, near: Browser, far: Browser, site: Site, proxy: Proxy, namespace: str) -> None:
        self.near, self.proxy, self.namespace = near, proxy, namespace
        olga = self.olga = Person(near, site, "Olga")
        olga.sign_in_with_password()
        self.slug = olga.create_room()
        self.link = olga.create_link(lets_in=ANYONE)
        self.inside = Person(far, site, "Grace")
        self.inside.follow(self.link)
        self.inside.join()
        self.other = far.new_context().new_page()
        self.other.goto(f"https://{PLAIN}/")
        self.other.locator("button").click()
        self.max = Person(near, site, "Max")
        self.max.sign_in_with_password()
        self.max.follow(self.link)
        self.max.join()
        self.max.see_others(1)
        self.max.leave()
        for who in (olga, self.max):
            who.page.goto("about:blank")

    def visit(self, visitor: str, *, trace: bool) -> dict[str, Any]:
        """Open the link once as a kind of visitor."""
        self.inside.see_others(0)
        self.proxy.drop_idle(self.namespace)
        room = f"https://{HOST}/r/{self.slug}"
        if visitor == "owner":
            return open_link(self.olga.context, room, trace=trace)
        if visitor == "returning member":
            return open_link(self.max.context, room, trace=trace)
        with ExitStack() as stack:
            context = self.near.new_context()
            stack.callback(context.close)
            return open_link(context, self.link if visitor == "new guest" else f"https://{PLAIN}/", trace=trace)


def run(lines: list[Line], visitors: list[str], rounds: int, *, trace: bool) -> dict[str, dict[str, Figures]]:
    """Measure all visitors on all lines."""
    results: dict[str, dict[str, Figures]] = {}
    for line in lines:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="meetingpoint-click-")))
            names, change = stack.enter_context(shaped_line(delay=0, loss=0))
            near, far = names
            site, plain, proxy = Site(far), PlainServer(far), Proxy(far)
            site.migrate()
            for name in ("Olga", "Max"):
                make_account(site, f"{name.lower()}@example.org", name, PASSWORD)
            for service in (site, plain, proxy):
                stack.enter_context(service)
            driver = stack.enter_context(sync_playwright())
            browsers = [stack.enter_context(chromium_in(driver, folder, name, proxy.key_hash)) for name in names]
            bench = Bench(browsers[0], browsers[1], site, proxy, near)
            change(delay=line.delay / 2, rate=line.rate)
            for number in range(rounds):
                for visitor in visitors:
                    watched = bench.visit(visitor, trace=trace)
                    results.setdefault(line.name, {}).setdefault(visitor, Figures()).add(watched)
                    print(
                        f"{line.name}, {visitor}, {number + 1}: {watched['alive']} / {watched['frame']} ms", flush=True
                    )
    return results


def report(results: dict[str, dict[str, Figures]]) -> str:
    """Return the table and the targets as text."""
    said = [
        "| line | visitor | requests | KB | alive ms | first frame ms |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for line, visitors in results.items():
        for visitor, of in visitors.items():
            requests, size, alive, frame = (
                statistics.median(values) for values in (of.requests, of.bytes, of.alive, of.frame)
            )
            said.append(f"| {line} | {visitor} | {requests:.0f} | {size / 1000:.0f} | {alive:.0f} | {frame:.0f} |")
    return "\n".join([*said, "", "Targets:", *targets(results)])


def targets(results: dict[str, dict[str, Figures]]) -> list[str]:
    """Return one line a target: what was to be reached, what was."""
    said = []

    def judge(what: str, value: float, most: float) -> None:
        said.append(f"  {'reached' if value <= most else 'MISSED '} {what}: {value:.2f} (at most {most:.2f})")

    for line in LINES:
        for visitor, of in results.get(line.name, {}).items():
            if visitor == "plain page":
                continue
            if line.most is not None:
                judge(f"{line.name}, {visitor}: first frame, s", statistics.median(of.frame) / 1000, line.most)
            judge(f"{line.name}, {visitor}: KB before controls are alive", max(of.bytes) / 1000, MOST_BYTES / 1000)
            judge(f"{line.name}, {visitor}: requests before controls are alive", max(of.requests), MOST_REQUESTS)
    return said


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", nargs="*", choices=[line.name for line in LINES], help="only these")
    parser.add_argument("--visitors", nargs="*", choices=VISITORS, default=list(VISITORS), help="only these")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trace", action="store_true", help="print what happened when")
    options = parser.parse_args()
    lines = [line for line in LINES if not options.lines or line.name in options.lines]
    print(report(run(lines, options.visitors, options.rounds, trace=options.trace)))


if __name__ == "__main__":
    main()
