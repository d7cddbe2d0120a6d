"""Run the suites named on the command line one after the other and print one line with the totals.

The browser tests run separately: a synchronous Playwright test leaves an event loop in its thread,
after which pytest-asyncio's tests cannot run. Every suite runs even when an earlier one fails.
"""

import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var" / "test"
# The tests must not use the operator's own services and settings.
SETTINGS = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
ENVIRONMENT = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in SETTINGS}
ENVIRONMENT |= {"ENV_FILE": os.devnull, "PYTHONUNBUFFERED": "1"}
# The tests start hundreds of servers, each of which would compile the site again.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)


def run_pytest(name: str, paths: list[str], *, at_once: int = 1) -> tuple[bool, Counter[str]]:
    """Run pytest on `paths`; return whether it succeeded and the counts of passed, failed and skipped tests.

    `at_once` is how many files run at a time: servers mostly wait, browsers work. One is for tests that share the
    machine's network or measure something.
    """
    report = RESULTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "--quiet", "--durations=5", f"--junitxml={report}", *paths]
    if at_once > 1:
        command += [f"--numprocesses={at_once}", "--dist=loadfile", "--no-loadscope-reorder"]
    code = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=False).returncode
    counts: Counter[str] = Counter()
    if report.exists():
        for suite in ET.parse(report).getroot().iter("testsuite"):
            tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            counts.update(passed=tests - failed - skipped, failed=failed, skipped=skipped)
    return code == 0, counts


def run_node() -> tuple[bool, Counter[str]]:
    """Run the JavaScript tests with Node's own runner; return the same as `run_pytest`."""
    files = sorted(str(p.relative_to(ROOT)) for p in (ROOT / "tests" / "js").rglob("*.test.js"))
    report = RESULTS / "js.tap"
    report.unlink(missing_ok=True)
    command = ["node", "--test", "--test-concurrency=2"]
    for reporter, destination in (("spec", "stdout"), ("tap", str(report))):
        command += [f"--test-reporter={reporter}", f"--test-reporter-destination={destination}"]
    code = subprocess.run([*command, *files], cwd=ROOT, env=ENVIRONMENT, check=False).returncode
    counts: Counter[str] = Counter()
    if report.exists():
        sums = dict(re.findall(r"^# (pass|fail|skipped) (\d+)$", report.read_text(), re.MULTILINE))
        counts.update(
            passed=int(sums.get("pass", 0)), failed=int(sums.get("fail", 0)), skipped=int(sums.get("skipped", 0))
        )
    return code == 0, counts


SUITES: dict[str, Callable[[], tuple[bool, Counter[str]]]] = {
    "python": lambda: run_pytest("python", ["-m", "not long"], at_once=4),
    "js": run_node,
    "browser": lambda: run_pytest("browser", ["tests/browser", "-m", "not long"], at_once=2),
    "lab": lambda: run_pytest("lab", ["tests/lab", "-m", "short"]),
    "faults": lambda: run_pytest("faults", ["tests/lab"]),
    "operating": lambda: run_pytest("operating", ["-m", "long"]),
    "long": lambda: run_pytest("long", ["tests/browser", "-m", "long"]),
}


def main(names: list[str]) -> int:
    """Run the suites and return the exit code: 0 only if all of them succeeded and ran something."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    total: Counter[str] = Counter()
    broken = []
    for name in names:
        sys.stdout.write(f"\n── {name} ──\n")
        sys.stdout.flush()
        succeeded, counts = SUITES[name]()
        total += counts
        if not succeeded or not counts["passed"]:
            broken.append(name)
    # A suite that could not even start counts as one failure, so that the last line never looks good by mistake.
    failed = max(total["failed"], len(broken))
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    seconds = time.monotonic() - started
    if broken:
        sys.stdout.write(f"\nnot passed: {', '.join(broken)}")
    sys.stdout.write(f"\n{total['passed']} passed, {failed} failed{skipped} in {seconds:.0f} s\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(SUITES)))
