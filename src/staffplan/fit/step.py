"""CallLog to FitParameters: each queue by itself, and all together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from staffplan.errors import Note
from staffplan.fit.arrivals import day_counts, scatter_of
from staffplan.fit.between import between_calls, gaps_before
from staffplan.fit.estimates import Estimate, Flags
from staffplan.fit.handling import handling_of
from staffplan.fit.opening import closed_calls
from staffplan.fit.outcomes import OutcomeWords, sorted_out
from staffplan.fit.patience import patience_of
from staffplan.fit.redials import next_arrivals, redials_of
from staffplan.fit.tables import ALL_QUEUES, CallLog, FitParameters, PatienceCurve

MISFIT_WORTH_TELLING = 0.1
ERRORS_WORTH_TELLING = 3.0
"""A gap is told when it is as many standard errors of the curve."""
SHORT_WORTH_TELLING = 0.02
SPREAD_WORTH_TELLING = 0.05
CHANCE_WORTH_TELLING = 0.001
SCATTER_WORTH_TELLING = 1.1
"""Variance / mean."""


@dataclass(frozen=True)
class FitChoices:
    """What a user may decide."""

    words: OutcomeWords = field(default_factory=OutcomeWords)
    timezone: str = "UTC"
    interval_minutes: int = 30
    short_seconds: float = 10.0
    """Answered calls shorter than this are told apart: in the bank of Brown et al. (2005) such calls were agents
    hanging up to rest."""
    redial_minutes: float = 60.0
    """A call of the same customer within this time after hanging up is a redial."""


@dataclass(frozen=True)
class FitResult:
    """What the log teaches, the curves behind it, and what was left out or decided."""

    parameters: FitParameters
    curves: PatienceCurve
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Part:
    """What one queue teaches."""

    queue: str
    estimates: tuple[Estimate, ...]
    curve: pd.DataFrame
    notes: tuple[Note, ...]


def fit(log: CallLog, choices: FitChoices | None = None) -> FitResult:
    """Learn every queue's parameters; with more than one queue also those of all calls together, as "*".

    Raises DataError with every row that cannot be used.
    """
    choices = choices or FitChoices()
    calls, notes = sorted_out(log, choices.words)
    calls = calls.assign(next_arrival=next_arrivals(calls), gap=gaps_before(calls))
    closed, names = _closed(calls, choices), sorted(calls["queue"].unique())
    parts = [_part(name, calls, (calls["queue"] == name).to_numpy(), closed, choices) for name in names]
    if len(names) > 1:
        parts.insert(0, _part(ALL_QUEUES, calls, np.ones(len(calls), dtype=bool), closed, choices))
    notes += _log_notes(log, calls, closed)
    notes += [note for part in parts for note in part.notes if part.queue != ALL_QUEUES]
    return FitResult(_parameters(parts, log.source), _curves(parts, log.source), tuple(notes))


def calls_and_closed(log: CallLog, choices: FitChoices) -> tuple[pd.DataFrame, Flags]:
    """Calls that were answered or hung up, and flags, (calls,), of those that came when nobody answered."""
    calls, _ = sorted_out(log, choices.words)
    return calls, _closed(calls, choices)


def _closed(calls: pd.DataFrame, choices: FitChoices) -> Flags:
    closed = np.zeros(len(calls), dtype=bool)
    for name in calls["queue"].unique():
        mine = (calls["queue"] == name).to_numpy()
        closed[mine] = closed_calls(calls[mine], choices.timezone)
    return closed


def _part(queue: str, calls: pd.DataFrame, mine: Flags, closed: Flags, choices: FitChoices) -> _Part:
    own, open_calls = calls[mine], calls[mine & ~closed]
    patience, curve = patience_of(open_calls)
    handling = handling_of(own, short_seconds=choices.short_seconds, timezone=choices.timezone)
    counts = day_counts(own, closed[mine], timezone=choices.timezone, interval_minutes=choices.interval_minutes)
    scatter, heaviest = scatter_of(counts, choices.interval_minutes)
    redials = redials_of(calls, mine & ~closed, choices.redial_minutes)
    estimates = (*patience, *handling, *between_calls(own), *scatter, *redials)
    return _Part(queue, estimates, curve, tuple(_part_notes(queue, estimates, heaviest)))


def _parameters(parts: Sequence[_Part], source: str) -> FitParameters:
    rows = [
        {"queue": part.queue, "position": position, **vars(estimate)}
        for part in parts
        for position, estimate in enumerate(part.estimates, start=1)
    ]
    return FitParameters.of(pd.DataFrame(rows), source)


def _curves(parts: Sequence[_Part], source: str) -> PatienceCurve:
    told = [part.curve.assign(queue=part.queue) for part in parts if len(part.curve)]
    return PatienceCurve.of(pd.concat(told, ignore_index=True), source) if told else PatienceCurve.empty()


def _log_notes(log: CallLog, calls: pd.DataFrame, closed: Flags) -> list[Note]:
    """What of the whole log was not used."""
    answered = calls["answered"].to_numpy(dtype=bool)
    blank = int((answered & calls["handling_seconds"].isna().to_numpy()).sum())
    notes = []
    if closed.any():
        message = (
            f"{closed.sum():,} calls abandoned while nobody answered (closed or technical "
            "fault) are left out of patience, arrivals and redials"
        )
        notes.append(Note("fit", "left out", log.source, message))
    if blank:
        message = f"{blank:,} answered calls without a handling time are left out of handling times"
        notes.append(Note("fit", "left out", log.source, message))
    if not (calls["customer"] != "").any():
        message = "redials cannot be estimated: no customer column (--customer-column)"
        notes.append(Note("fit", "left out", log.source, message))
    return notes


def _part_notes(queue: str, estimates: Iterable[Estimate], heaviest: str) -> list[Note]:
    """What a planner should know before pasting."""
    by_name = {estimate.parameter: estimate for estimate in estimates}
    told: list[tuple[str, str]] = []
    patience, balking = by_name["patience_seconds"], by_name["balking_share"]
    gap = by_name.get("patience_exponential_misfit")
    if gap is None:
        told.append(("left out", f"patience {patience.method}"))
    elif gap.value > max(MISFIT_WORTH_TELLING, ERRORS_WORTH_TELLING * gap.standard_error):
        message = f"patience is not exponential: the two curves differ by up to {gap.value:.0%} of callers"
        told.append(("warning", message))
    if balking.value > 0:
        message = (
            f"{balking.value:.1%} of callers not answered at once hung up in the same second: balking, not patience"
        )
        told.append(("assumption", message))
    told += _handling_notes(by_name)
    if heaviest and by_name["arrivals_variance_to_mean"].value > SCATTER_WORTH_TELLING:
        told.append(("warning", f"variability of arrivals: {heaviest}"))
    return [Note("fit", kind, queue, message) for kind, message in told]


def _handling_notes(by_name: dict[str, Estimate]) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    short, spread = by_name.get("aht_short_share"), by_name.get("aht_hour_spread")
    by_chance = "aht_hour_chance" in by_name and by_name["aht_hour_chance"].value > CHANCE_WORTH_TELLING
    if short is not None and short.value > SHORT_WORTH_TELLING:
        told.append(
            (
                "warning",
                (
                    f"{short.value:.1%} of the answered calls were {short.method}: possibly created "
                    "by the telephone system"
                ),
            )
        )
    if spread is not None and spread.value > SPREAD_WORTH_TELLING and not by_chance:
        hours = {name: own.value for name, own in by_name.items() if name.startswith("aht_seconds_")}
        least, most = min(hours, key=hours.__getitem__), max(hours, key=hours.__getitem__)
        message = (
            f"handling times depend on the hour: {hours[least]:.0f} s at {least[-3:-1]}:00, "
            f"{hours[most]:.0f} s at {most[-3:-1]}:00"
        )
        told.append(("warning", message))
    return told
