"""Refuse commits whose message does not say what the change is: `area: Imperative sentence.`, at most 72 characters.

Looks at the commits since the rule came in, where the history is there to look at. Exits 1 if one is wrong.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SINCE = "1f98fe81"  # the last commit before the rule
SUBJECT = re.compile(r"[a-z][a-z0-9 ,-]*: [A-Z].*\.")


def complaint(subject: str, body: str, folders: set[str]) -> str | None:
    """Return what is wrong with a commit, or None."""
    if len(subject) > 72:
        return "the subject has more than 72 characters"
    if not SUBJECT.fullmatch(subject) or ";" in subject:
        return "the subject is not `area: Imperative sentence.`"
    if len(folders) > 1 and not body.strip():
        return "it changes several folders, and no body says why"
    return None


def main() -> int:
    """Check each commit; return 1 if one is wrong."""
    git = ["git", "-c", "core.quotePath=false"]
    known = subprocess.run([*git, "cat-file", "-e", f"{SINCE}^{{commit}}"], cwd=ROOT, capture_output=True, check=False)
    if known.returncode:
        return 0  # a shallow clone
    listed = subprocess.run(
        [*git, "log", "--no-merges", "--name-only", "--format=%x00%h%x01%s%x01%b%x01", f"{SINCE}..HEAD"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    wrong = 0
    for entry in filter(None, listed.stdout.split("\0")):
        name, subject, body, files = entry.split("\x01")
        folders = {path.split("/")[0] for path in files.split("\n") if "/" in path}
        if why := complaint(subject, body, folders - {"tests", "docs"}):
            sys.stdout.write(f"{name} {subject}: {why}\n")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
