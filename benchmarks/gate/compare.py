"""Compares what was measured with the limits: what is more than 15 % above its limit fails, and is named."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

LIMITS = Path(__file__).resolve().parent.parent / "limits.toml"
TOLERANCE = 1.15

Figures = Mapping[str, float]


def read_limits(path: Path = LIMITS) -> dict[str, float]:
    """Return the limits by dotted names, as `page.call.requests`."""
    return dict(_flat("", tomllib.loads(path.read_text())))


def _flat(prefix: str, table: Mapping[str, object]) -> "list[tuple[str, float]]":
    found = []
    for name, value in table.items():
        if isinstance(value, Mapping):
            found += _flat(f"{prefix}{name}.", value)
        elif isinstance(value, int | float):
            found.append((f"{prefix}{name}", float(value)))
    return found


def exceeds(value: float, limit: float) -> bool:
    """Say whether a figure is worse than the limit allows."""
    return value > limit * TOLERANCE


def compare(figures: Figures, limits: Figures) -> tuple[list[str], list[str]]:
    """Return one line for each figure, and what is wrong: too high, without a limit, or not measured."""
    lines, wrong = [], []
    for name in sorted({*figures, *limits}):
        if name not in limits:
            wrong.append(f"{name} has no limit in {LIMITS.name}: it is {figures[name]:.4g} now")
        elif name not in figures:
            wrong.append(f"{name} is in {LIMITS.name}, and is not measured")
        else:
            value, limit = figures[name], limits[name]
            note = "WORSE" if exceeds(value, limit) else "better" if value * TOLERANCE < limit else ""
            lines.append(f"  {name:32} {value:10.4g}  limit {limit:10.4g}  {note}".rstrip())
            if exceeds(value, limit):
                by = f"by {value / limit - 1:.0%}" if limit else "and there should be none"
                wrong.append(f"{name} is {value:.4g}, above its limit of {limit:.4g} {by}")
    return lines, wrong
