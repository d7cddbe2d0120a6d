"""`manage.py doctor`: what is wrong, and what to do."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from meetingpoint_site.operations.doctor import calls, clock, reach, services
from meetingpoint_site.operations.doctor.finding import Check, Finding, Result, wrong

CHECKS: Final[dict[str, Check]] = {
    "settings": services.check_settings,
    "services": services.check_services,
    "disk": services.check_disk,
    "clock": clock.check_clock,
    "timers": services.check_timers,
    "mail": services.check_mail,
    "outbox": services.check_outbox,
    "name": reach.check_name,
    "certificate": reach.check_certificate,
    "page": reach.check_page,
    "socket": reach.check_socket,
    "STUN": calls.check_stun,
    "relay": calls.check_relay,
}
SIGNS: Final = {Result.OK: "ok   ", Result.HINT: "hint ", Result.WRONG: "WRONG"}


class Command(BaseCommand):
    """Tries what the site needs, one after the other, and changes nothing that people see."""

    help = (
        "Try what this site needs, as its users and browsers do, and say in plain words what is wrong and what helps: "
        f"{', '.join(CHECKS)}. Exit code 0: nothing is wrong (hints may be there); 1: something is. For a certificate "
        "authority of your own set SSL_CERT_FILE."
    )
    requires_system_checks: list[str] = []  # the doctor reports them itself

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Write one JSON array of all findings.")
        parser.add_argument(
            "--only", action="append", choices=list(CHECKS), metavar="CHECK", help="Only this check (can be repeated)."
        )
        parser.add_argument(
            "--without", action="append", choices=list(CHECKS), metavar="CHECK", help="Leave a check out (the same)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [name for name in options["only"] or CHECKS if name not in (options["without"] or ())]
        findings = []
        for name in chosen:
            finding = run(name)
            findings.append(finding)
            if not options["json"]:
                self.show(finding)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=1))
        self.stdout.flush()  # what follows goes another way, and could be read first
        bad = [finding.name for finding in findings if finding.result is Result.WRONG]
        if bad:
            raise CommandError(f"Not as it should be: {', '.join(bad)}.", returncode=1)
        if not options["json"]:
            self.stdout.write("Nothing is wrong.")

    def show(self, finding: Finding) -> None:
        """Write a finding in two or three lines."""
        self.stdout.write(f"{SIGNS[finding.result]} {finding.name}: {finding.says}")
        if finding.do:
            self.stdout.write(f"      tried: {finding.tried}")
            self.stdout.write(f"      do:    {finding.do}")


def run(name: str) -> Finding:
    """Run a check; one that fails itself is a finding, too."""
    try:
        return CHECKS[name]()
    except Exception as error:
        return wrong(
            name, "run the check", f"it failed: {type(error).__name__}", "Report this, with what the log says."
        )
