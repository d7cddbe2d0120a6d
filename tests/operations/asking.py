"""Asking a server for what its operator looks at."""

import json
import urllib.error
import urllib.request
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.app_server import AppServer


def ask(app: AppServer, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Return status and body of a request over the loopback address."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{app.port}{path}", headers=named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def metrics(app: AppServer) -> dict[str, float]:
    """Return every sample of `/metrics` by its name and labels: `name{label=value}`."""
    status, text = ask(app, "/metrics")
    assert status == 200, text
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sample.labels.items())
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def readiness(app: AppServer) -> tuple[int, dict[str, Any]]:
    """Return the status of `/readyz` and what it says."""
    status, text = ask(app, "/readyz")
    return status, json.loads(text)
