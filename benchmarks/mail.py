"""What a mail server that hangs costs the people who use the site: pages while others sign up, side by side.

    python -m benchmarks.mail [--seconds 30]

Two sites of one process each, on one PostgreSQL. The mail server of one accepts emails, that of the other takes
connections and never says a word. On both, new people sign up all the time. One person fetches each page from both, one
after the other, and begins with another one each time: what else the machine does slows both alike.
"""

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from benchmarks.scale.steps import percentile
from tests.app_server import AppServer
from tests.plain_browser import PlainBrowser
from tests.services import PostgresServer, wait_until
from tests.smtp_server import SmtpServer

PAGES = ("/", "/accounts/login/", "/accounts/signup/", "/i")
SIGN_UP_EVERY = 1.0  # seconds, on each site
WAITING = "from accounts.models import Mail; result = Mail.objects.count()"


@dataclass
class Site:
    """A site and its mail server; `pages` and `sign_ups` are seconds, `failed` says what went wrong."""

    name: str
    mail: SmtpServer
    app: AppServer
    pages: list[float] = field(default_factory=list)
    sign_ups: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def time(self, act: Callable[[], object], seconds: list[float]) -> None:
        """Do something, and note how long it takes or that it fails."""
        began = time.monotonic()
        try:
            if act() is False:
                raise OSError("another page than expected")
        except OSError as error:
            self.failed.append(str(error))
        seconds.append(time.monotonic() - began)

    def sign_up(self, until: float) -> None:
        """Let people sign up at a steady rate."""
        while (began := time.monotonic()) < until:
            browser, address = PlainBrowser(self.app), f"person{len(self.sign_ups)}@{self.name}.example.org"
            self.time(partial(browser.sign_up, address), self.sign_ups)
            time.sleep(max(0.0, began + SIGN_UP_EVERY - time.monotonic()))

    def figures(self) -> str:
        """Return a line with what was measured."""
        parts = []
        for what, times in (("pages", self.pages), ("sign-ups", self.sign_ups)):
            p50, p99 = (percentile(times, share) * 1e3 for share in (0.5, 0.99))
            parts.append(f"{len(times)} {what}, p50 {p50:.0f} ms, p99 {p99:.0f} ms")
        return f"mail server {self.name}: {'; '.join(parts)}"


def read(sites: list[Site], until: float) -> None:
    """Fetch pages from all sites in turn."""
    readers = [(site, PlainBrowser(site.app)) for site in sites]
    while time.monotonic() < until:
        for page in PAGES:
            for site, browser in readers:
                site.time(partial(browser.get, page), site.pages)
            readers.reverse()
        readers.reverse()


def people_come(sites: list[Site], seconds: float) -> None:
    """Let people sign up on all sites and read their pages for a while."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(read, sites, until), *(pool.submit(site.sign_up, until) for site in sites)]:
            done.result()


def measure(works: Site, hangs: Site, seconds: float) -> list[str]:
    """Measure, print, and return what is wrong."""
    people_come([works, hangs], 2)  # caches fill
    works.pages.clear()
    hangs.pages.clear()
    people_come([works, hangs], seconds)
    for site in (works, hangs):
        print(site.figures())
    for what, share in (("p50", 0.5), ("p99", 0.99)):
        ratio = percentile(hangs.pages, share) / percentile(works.pages, share)
        print(f"pages while it hangs, {what}: {ratio:.2f} times as long")
    wait_until(lambda: len(works.mail.accepted) >= len(works.sign_ups), 20, "every code arrives")
    waiting = hangs.app.run_python(WAITING)
    print(f"emails: {len(works.mail.accepted)} have arrived; {waiting} wait, after {hangs.mail.conversations} tries")
    wrong = [f"mail server {site.name}: {what}" for site in (works, hangs) for what in site.failed]
    return wrong + ([] if waiting == len(hangs.sign_ups) else [f"{waiting} of {len(hangs.sign_ups)} emails wait"])


def main() -> int:
    """Start two sites, measure, and say with the exit code whether every page was answered."""
    parser = argparse.ArgumentParser(prog="benchmarks.mail", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="how long people come")
    seconds = parser.parse_args().seconds
    with PostgresServer() as postgres, SmtpServer() as good, SmtpServer("hang") as bad:
        sites = []
        for name, mail in (("works", good), ("hangs", bad)):
            settings = {"DATABASE_URL": postgres.create_database(), "EMAIL_URL": mail.url}
            sites.append(Site(name, mail, AppServer(settings=settings)))
            sites[-1].app.migrate()
        with sites[0].app, sites[1].app:
            wrong = measure(sites[0], sites[1], seconds)
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
