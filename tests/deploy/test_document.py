"""docs/deployment.md: each of its fences says whether it is run, and those that are run are scripts and settings.

A fence `sh` is a script of root, a fence `env` is added to /etc/meetingpoint.env, and `<!-- not run: reason -->` above
a fence says why it is left out.
"""

import re
import subprocess

from tests.app_server import ROOT

DOCUMENT = ROOT / "docs" / "deployment.md"
FENCE = re.compile(r"(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.M | re.S)


def steps() -> list[tuple[str, str, str]]:
    """Return kind, text and the reason not to run it, "" for none, of each fence."""
    return [(found["kind"], found["text"], found["reason"] or "") for found in FENCE.finditer(DOCUMENT.read_text())]


def test_every_fence_says_what_it_is_and_is_a_script() -> None:
    found = steps()
    assert len(found) > 10
    assert len(found) == len(re.findall(r"^```\w", DOCUMENT.read_text(), re.MULTILINE))
    assert {kind for kind, _, _ in found} <= {"sh", "env"}
    for kind, text, _ in found:
        if kind == "sh":
            script = text.replace("<this repository>", "here").replace("<version>", "v1")
            subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        else:
            assert all(re.fullmatch(r"[A-Z_]+=.+|#.*", line) for line in text.splitlines()), text
