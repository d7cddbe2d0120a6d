"""The commands of the manual: the fences of docs/deployment.md and docs/operating.md."""

import re
from pathlib import Path

from tests.app_server import ROOT

DOCUMENT, OPERATING = ROOT / "docs" / "deployment.md", ROOT / "docs" / "operating.md"
FENCE = re.compile(r"(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.M | re.S)


def steps(document: Path = DOCUMENT) -> list[tuple[str, str, str]]:
    """Return kind, text and the reason not to run it, "" for none, of each fence."""
    return [(found["kind"], found["text"], found["reason"] or "") for found in FENCE.finditer(document.read_text())]


def commands(text: str) -> list[str]:
    """Return the commands of a fence without the remarks behind them."""
    return [re.sub(r"\s+#.*", "", line) for line in text.splitlines()]


def operating(first: str) -> list[str]:
    """Return the commands of the fence of docs/operating.md that begins so."""
    (text,) = (text for kind, text, _ in steps(OPERATING) if kind == "sh" and text.startswith(first))
    return commands(text)
