"""An explanation of one day's forecast as text, and as records for --json."""

from __future__ import annotations

from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any

from staffplan.errors import Problem, UsageError
from staffplan.plan.text import percent, text_table

if TYPE_CHECKING:
    from staffplan.forecast import Explanation

BAR = 40
"""Characters of the longest bar of the day's shape."""


def day_of(text: str) -> date:
    """The DATE of --explain QUEUE DATE."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(Problem("--explain", f"{text!r} is not a date", "write it as 2026-12-01")) from None


def explanation_text(explained: Explanation) -> str:
    """Tables: the way to the total, the methods, the hours of the day."""
    title = f"{explained.queue} on {explained.day:%A} {explained.day}: {_total(explained):,.1f} contacts"
    way = [(line.part, _factor(line.factor), f"{line.contacts:,.1f}", line.detail) for line in explained.lines]
    methods = [
        (
            line.method,
            f"{line.contacts:,.1f}",
            percent(line.weight_total, 0),
            percent(line.weight_shape, 0),
            _error(line.wape),
            _error(line.wape_day),
        )
        for line in explained.methods
    ]
    highest = max((contacts for _, contacts in explained.hours), default=0.0)
    hours = [(f"{hour:02d}:00", f"{count:,.1f}", _bar(count, highest)) for hour, count in explained.hours]
    since = f" since {explained.errors_since}" if explained.errors_since else ""
    header = ("method", "contacts", "weight, day total", "weight, day shape", f"interval error{since}", "day error")
    return "\n\n".join(
        (
            title,
            text_table(way, ("part", "factor", "contacts", "source"), right=(1, 2)),
            text_table(methods, header, right=(1, 2, 3, 4, 5)),
            text_table(hours, ("hour", "contacts", ""), right=(1,)),
        )
    )


def explanation_record(explained: Explanation) -> dict[str, Any]:
    """The same for --json."""
    return {
        "queue": explained.queue,
        "day": explained.day.isoformat(),
        "method": explained.method,
        "contacts": _total(explained),
        "parts": [vars(line) for line in explained.lines],
        "methods": [vars(line) for line in explained.methods],
        "errors_since": explained.errors_since and explained.errors_since.isoformat(),
        "hours": [{"hour": hour, "contacts": contacts} for hour, contacts in explained.hours],
    }


def _total(explained: Explanation) -> float:
    return sum(contacts for _, contacts in explained.hours)


def _factor(factor: float | None) -> str:
    return "" if factor is None else f"x {factor:.3f}"


def _error(share: float) -> str:
    return percent(share) if isfinite(share) else "-"


def _bar(count: float, highest: float) -> str:
    return "#" * round(BAR * count / highest) if highest > 0 else ""
