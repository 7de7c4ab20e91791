"""Attrition, its season and the tenure of today's people from a history of the workforce, in place of settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from staffplan.capacity.cohorts import Crew
from staffplan.capacity.doubts import PLACE, doubts
from staffplan.capacity.hindsight import Hindsight, hindsight
from staffplan.capacity.leaving import Leaving, learn_leaving
from staffplan.capacity.periods import MONTHS
from staffplan.capacity.stays import DAYS_OF_A_MONTH, Stays, day_of, exposure_of
from staffplan.errors import DataError, Note, Problem, listed
from staffplan.settings.capacity import CapacitySettings
from staffplan.tables.workforce_history import TenureRates, WorkforceHistory

DAYS_OF_A_YEAR = 365.25


@dataclass(frozen=True)
class Calibrated:
    """Settings with what was learnt in them, today's people of each site by tenure, and how it was learnt."""

    settings: CapacitySettings
    crews: Mapping[str, Crew]
    rates: TenureRates
    notes: tuple[Note, ...]


def calibrate(
    history: WorkforceHistory,
    settings: CapacitySettings,
    sites: Sequence[str],
    rng: np.random.Generator,
    *,
    first_day: date | None = None,
) -> Calibrated:
    """`sites` are those that are planned, from `first_day` on where that is known.

    Raises DataError where the stays cannot be, or say nothing.
    """
    _refuse_wrong_stays(history)
    stays = Stays.of(history, settings)
    if not len(stays.start):
        hint = "look at known_from and known_until"
        raise DataError(Problem(history.source, "nobody was there in the days that are known", hint))
    edges = DAYS_OF_A_MONTH * np.array(settings.tenure_bands, dtype=float)
    days = stays.known_until + 1 - int(stays.entered.min())
    learnt = learn_leaving(exposure_of(stays, edges), edges, days / DAYS_OF_A_MONTH)
    judged = hindsight(stays, edges, rng)
    period_days = DAYS_OF_A_YEAR / settings.periods_per_year
    crews, missing = _crews(history, settings, sites, period_days, int(np.ceil(edges[-1] / period_days)) + 1)
    notes = (
        *_about(learnt, stays, period_days),
        *doubts(learnt, stays, settings, first_day),
        *_about_hindsight(judged),
        *_about_settings(settings),
        *missing,
    )
    return Calibrated(_with(settings, learnt, period_days), crews, _table(learnt, judged, period_days), notes)


def _refuse_wrong_stays(history: WorkforceHistory) -> None:
    frame = history.frame
    backwards = np.flatnonzero((frame["leave"] < frame["start"]).to_numpy()).tolist()
    said = "is before the start, {:%Y-%m-%d}"
    problems = [
        Problem(
            history.place(row, "leave"),
            f"{frame['leave'][row]:%Y-%m-%d} {said.format(frame['start'][row])}",
            "correct one of the two; blank for somebody who is still there",
        )
        for row in backwards
    ]
    problems += _overlaps(history)
    if problems:
        raise DataError(problems)


def _overlaps(history: WorkforceHistory) -> Iterator[Problem]:
    """Stays of one person that overlap."""
    named = history.frame[history.frame["agent_id"] != ""].sort_values(["agent_id", "start"], kind="stable")
    before = named.groupby("agent_id")["leave"].shift()
    first = named.groupby("agent_id").cumcount() == 0
    for row in named.index[~first & ~(before < named["start"])]:
        said = f"{named['agent_id'][row]} starts on {named['start'][row]:%Y-%m-%d} and has not left before"
        yield Problem(history.place(int(row), "start"), said, "give the stay before its last day, or keep one row")


def _with(settings: CapacitySettings, learnt: Leaving, period_days: float) -> CapacitySettings:
    periods = int(np.ceil(learnt.edges[-1] / period_days)) + 1
    shares = learnt.shares(period_days, periods)
    found: dict[str, object] = {
        "new_hire_attrition": tuple(shares.tolist()),
        "attrition": float(shares[-1]),
        "attrition_is": "per_period",
    }
    if learnt.months is not None and not settings.attrition_by_month:
        found["attrition_by_month"] = dict(zip(MONTHS, learnt.season().tolist(), strict=True))
    return settings.model_copy(update=found)


def _crews(
    history: WorkforceHistory, settings: CapacitySettings, sites: Sequence[str], period_days: float, oldest: int
) -> tuple[dict[str, Crew], list[Note]]:
    """Those who are there, by site and tenure; as many as the settings have, where these give heads."""
    named, notes, crews = history.frame["site"] != "", list[Note](), dict[str, Crew]()
    everybody = _by_age(Stays.of(history, settings), period_days, oldest)
    if named.any() and (strange := sorted(set(history.frame.loc[named, "site"]) - set(sites))):
        notes.append(Note("capacity", "warning", PLACE, f"no required people are given for {listed(strange)}"))
    for site in sites:
        rows = (history.frame["site"] == site).to_numpy()
        own = _by_age(Stays.of(history.only(rows), settings), period_days, oldest) if rows.any() else None
        given = settings.heads_by_site.get(site, settings.heads)
        found = own if own is not None and len(own.heads) else everybody
        if given and len(found.heads):
            crews[site] = Crew(found.heads * given / found.heads.sum(), found.ages)
        elif own is not None or len(sites) == 1:
            crews[site] = found
    without = [site for site in sites if site not in crews]
    if without and not named.any():
        said = f"it has no column site, so how many are at {listed(without)} is not known: add it, or heads_by_site"
        notes.append(Note("capacity", "warning", PLACE, said))
    return crews, notes


def _by_age(stays: Stays, period_days: float, oldest: int) -> Crew:
    ages = np.minimum(np.floor(stays.tenure_days() / period_days).astype(np.int64), oldest)
    found, counts = np.unique(ages, return_counts=True)
    return Crew(counts.astype(float), found)


def _names_of_bands(learnt: Leaving) -> list[str]:
    """Like "month 1", "months 4 to 6", "after month 24"."""
    ends = np.rint(learnt.edges / DAYS_OF_A_MONTH).astype(int).tolist()
    starts = [0, *ends[:-1]]
    inner = [
        f"month {end}" if end == start + 1 else f"months {start + 1} to {end}"
        for start, end in zip(starts, ends, strict=True)
    ]
    return [*inner, f"after month {ends[-1]}"]


def _table(learnt: Leaving, judged: Hindsight | None, period_days: float) -> TenureRates:
    rows = [*_band_rows(learnt, period_days), *_month_rows(learnt, period_days)]
    if judged is not None:
        names = _names_of_bands(learnt)
        rows += [
            _row("check", name, np.nan, float(seen), float(flat), float(value))
            for name, seen, flat, value in zip(names, judged.seen, judged.one_rate, judged.expected, strict=True)
        ]
        total = (float(judged.seen.sum()), float(judged.one_rate.sum()), float(judged.expected.sum()))
        rows.append(_row("check", "all", np.nan, *total, judged.low, judged.high))
    return TenureRates.of(pd.DataFrame(rows).assign(position=np.arange(1.0, len(rows) + 1)))


def _band_rows(learnt: Leaving, period_days: float) -> Iterator[dict[str, object]]:
    spent, left = learnt.exposure.days.sum(axis=1) / period_days, learnt.exposure.left.sum(axis=1)
    rates = [period_days * part for part in (learnt.rates(), *learnt.interval())]
    for band, name in enumerate(_names_of_bands(learnt)):
        raw = 1 - np.exp(-left[band] / spent[band]) if spent[band] else np.nan
        values = (1 - np.exp(-part[band]) for part in rates)
        yield _row("tenure", name, float(spent[band]), float(left[band]), float(raw), *map(float, values))


def _month_rows(learnt: Leaving, period_days: float) -> Iterator[dict[str, object]]:
    if learnt.months is None:
        return
    spent, left = learnt.exposure.days.sum(axis=0) / period_days, learnt.exposure.left.sum(axis=0)
    expected = learnt.rates() @ learnt.exposure.days
    for month, name in enumerate(MONTHS):
        raw = left[month] / expected[month] if expected[month] else np.nan
        values = (part[month] for part in (learnt.months.value, learnt.months.low, learnt.months.high))
        yield _row("month", name, float(spent[month]), float(left[month]), float(raw), *map(float, values))


def _row(
    kind: str,
    band: str,
    exposure: float,
    left: float,
    raw: float,
    value: float,
    low: float = np.nan,
    high: float = np.nan,
) -> dict[str, object]:
    return {
        "kind": kind,
        "band": band,
        "exposure": exposure,
        "left": left,
        "raw": raw,
        "value": value,
        "low": low,
        "high": high,
    }


def _about(learnt: Leaving, stays: Stays, period_days: float) -> Iterator[Note]:
    there, left = int(stays.present.sum()), int(stays.left.sum())
    yield Note(
        "capacity",
        "assumption",
        PLACE,
        f"{len(stays.start):,} stays known from {day_of(int(stays.entered.min()))} to {day_of(stays.known_until)}: "
        f"{left:,} left, {there:,} are still there; if more is known, set known_until",
    )
    rates, names = learnt.rates() * period_days, _names_of_bands(learnt)
    low, high = (period_days * end for end in learnt.interval())
    words = [
        f"{name} {_percent(rate)} ({_percent(least)} to {_percent(most)})"
        for name, rate, least, most in zip(names, rates, low, high, strict=True)
    ]
    said = f"share that leaves in a period, with its 95 % interval: {'; '.join(words)}"
    yield Note("capacity", "assumption", "attrition", said)
    if learnt.months is None:
        yield Note("capacity", "left out", "attrition_by_month", "a season of leaving needs two years of history")


def _percent(rate: float) -> str:
    return f"{100 * (1 - np.exp(-rate)):.1f} %"


def _about_hindsight(judged: Hindsight | None) -> Iterator[Note]:
    if judged is None:
        yield Note("capacity", "left out", PLACE, "too few leavers to check the rates by a part of the history")
        return
    seen, expected = judged.seen.sum(), judged.expected.sum()
    said = (
        f"checked by its last {judged.months:.0f} months, left out: {seen:.0f} left, {expected:.1f} were expected "
        f"(95 %: {judged.low:.0f} to {judged.high:.0f}), {judged.one_rate.sum():.1f} by one rate for all"
    )
    inside = judged.low <= seen <= judged.high
    yield Note("capacity", "assumption" if inside else "warning", PLACE, said)
    if judged.gain < 0:
        said = "in those months one rate for all told better who leaves than tenure and season did"
        yield Note("capacity", "warning", PLACE, said)


def _about_settings(settings: CapacitySettings) -> Iterable[Note]:
    for name in ("attrition", "new_hire_attrition", "attrition_is"):
        if name in settings.model_fields_set:
            yield Note("capacity", "left out", name, "the history of the workforce takes its place")
    if settings.graduation < 1:
        said = "people who fail the training are among the leavers of the history too: is 1 meant?"
        yield Note("capacity", "warning", "graduation", said)
    if "heads" in settings.model_fields_set or settings.heads_by_site:
        said = "as many people as set, with the tenures of those who are there in the history"
        yield Note("capacity", "assumption", "heads", said)
