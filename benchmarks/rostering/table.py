"""One line for each center and method, with the target beside it."""

from __future__ import annotations

from dataclasses import dataclass

HEADINGS = (
    f"{'center':<16}{'method':<14}{'agents':>7}{'classes':>8}{'objective':>11}{'bound':>11}{'gap':>8}"
    f"{'under':>8}{'over':>8}{'seconds':>9}{'MB':>7}{'breaches':>9}  target, status"
)


@dataclass(frozen=True)
class Target:
    """Gap and seconds to reach on two cores; around the clock those of a prototype by column generation."""

    gap: float
    seconds: float


TARGETS = {
    "200x1": Target(0.002, 60),
    "1000x1": Target(0.0005, 180),
    "1000x4": Target(0.002, 1200),
    "200x1-24h": Target(0.0074, 198),
}


@dataclass(frozen=True)
class Line:
    """What came out; None where a method has no such number. Memory is that of a process of its own."""

    center: str
    method: str
    agents: int
    status: str
    seconds: float = 0.0
    peak_mb: float | None = None
    required_hours: float = 0.0
    understaffing_weight: float = 10.0
    classes: int | None = None
    objective: float | None = None
    bound: float | None = None
    understaffed_share: float | None = None
    overstaffed_share: float | None = None
    breaches: int | None = None

    @property
    def gap(self) -> float | None:
        """(objective - bound) / price of an understaffed hour, as a share of the required hours."""
        if self.objective is None or self.bound is None or not self.required_hours:
            return None
        return (self.objective - self.bound) / self.understaffing_weight / self.required_hours


def verdict(line: Line, target: Target | None) -> str:
    """Met or missed, in words; a roster that breaks a rule meets nothing."""
    if target is None:
        return "no target"
    wanted = f"{target.gap:.2%} in {target.seconds:.0f} s"
    met = line.gap is not None and line.gap <= target.gap and line.seconds <= target.seconds and not line.breaches
    return f"{wanted}: {'met' if met else 'missed'}"


def row(line: Line) -> str:
    cells = (
        f"{line.center:<16}{line.method:<14}{line.agents:>7}{_cell(line.classes, ',d'):>8}"
        f"{_cell(line.objective, ',.1f'):>11}{_cell(line.bound, ',.1f'):>11}{_cell(line.gap, '.2%'):>8}"
        f"{_cell(line.understaffed_share, '.2%'):>8}{_cell(line.overstaffed_share, '.2%'):>8}"
        f"{line.seconds:>9.1f}{_cell(line.peak_mb, '.0f'):>7}{_cell(line.breaches, 'd'):>9}"
    )
    target = f"{verdict(line, TARGETS.get(line.center))}; " if line.method == "staffplan" else ""
    return f"{cells}  {target}{line.status}"


def _cell(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
