"""The dashboard, the document and the program name the same counts."""

import json
import re
from pathlib import Path

from django.conf import settings
from prometheus_client.registry import Collector

from common.metrics import REGISTRY
from meetingpoint_site.operations.gauges import Gauges
from meetingpoint_site.operations.readiness import Readiness

ROOT = Path(settings.BASE_DIR)
OUTBOX = ("mails_waiting", "mails_given_up", "mail_oldest_waiting_seconds")
NAME = re.compile(r"\b(?:meetingpoint|process)_[a-z_]+[a-z]\b")


def counted() -> set[str]:
    """Return the names of all series, without those of a histogram's parts."""
    gauges = Gauges()
    gauges.found = Readiness({"database": "ok"}, dict.fromkeys(OUTBOX, 0.0), {"prune": 0.0})
    collectors: list[Collector] = [REGISTRY, gauges]
    families = [family for collector in collectors for family in collector.collect()]
    endings = {"counter": "_total", "info": "_info"}
    return {f"{family.name}{endings.get(family.type, '')}" for family in families}


def test_each_panel_asks_for_something_that_is_counted() -> None:
    dashboard = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    assert len(asked) > 15
    names = {re.sub(r"_(bucket|sum|count)$", "", name) for query in asked for name in NAME.findall(query)}
    assert names - counted() == set()
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_the_document_lists_all_counts() -> None:
    table = (ROOT / "docs" / "operating.md").read_text().split("\n## Counts\n")[1].split("\n## ")[0]
    listed = {
        name for line in table.splitlines() if line.startswith("| `") for name in NAME.findall(line.split(" | ")[0])
    }
    own = {name for name in counted() if name.startswith("meetingpoint_")}
    assert listed - {"process_"} == own
