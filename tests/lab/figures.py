"""What the stories measured, as a table at the end of the run; a figure that is not met fails its story."""

from dataclasses import dataclass

FIGURES: list["Figure"] = []


@dataclass(frozen=True)
class Figure:
    """One measured value beside its limit, both in `unit`."""

    name: str
    value: float
    limit: float
    unit: str

    @property
    def met(self) -> bool:
        return self.value <= self.limit


def measure(name: str, value: float, limit: float, unit: str = "s") -> None:
    """Note a figure. Raises `AssertionError` when it is over its limit."""
    figure = Figure(name, value, limit, unit)
    FIGURES.append(figure)
    assert figure.met, f"{name}: {value:.2f} {unit}, limit {limit:g} {unit}"


def table() -> str:
    """Return all figures so far as text."""
    wide = max((len(figure.name) for figure in FIGURES), default=0)
    rows = [
        f"{f.name:<{wide}}  {f.value:8.2f} {f.unit:<4} limit {f.limit:g}  {'met' if f.met else 'NOT MET'}"
        for f in FIGURES
    ]
    return "\n".join(rows)
