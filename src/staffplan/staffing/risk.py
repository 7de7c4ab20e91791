"""Which volume is staffed for: the forecast, or one that few days or weeks exceed.

The bands of an interval hold chance (even a certain forecast is missed, call by call), which the queueing models and
the simulation allow for themselves, and what the forecast does not know: how high the day turns out. Only the second
is raised here, for all intervals of a day alike. Deferred work is sized without chance, as so much work to be done
by then: what chance brings to a day or a week is raised with the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from staffplan.clock import local_dates
from staffplan.errors import ConfigError, DataError, Note, Problem
from staffplan.settings.queues import parse_risk
from staffplan.simulate.scene import day_variation
from staffplan.site import Queue, Site
from staffplan.staffing.simulated.kernels import Floats, Ints
from staffplan.tables.forecast import VolumeForecast


def at_risk(
    forecast: VolumeForecast, risk: str, site: Site, *, with_chance: bool = True
) -> tuple[VolumeForecast, list[Note]]:
    """The forecast with the volumes that are staffed for, and what was done; unchanged for "mean".

    A group's own risk goes before `risk`. `with_chance`: for deferred work, whose chance no model allows for; not
    where it is simulated. Raises ConfigError where queues of one group have different risks of their own.
    """
    found = list(_groups_at_risk(forecast, risk, site, with_chance=with_chance))
    if not found:
        return forecast, []
    frame, factor, notes = forecast.frame, np.ones(len(forecast)), []
    for own in found:
        factor[own.rows] = level_at(own.squared, own.share)
        offered = frame["offered"].to_numpy(dtype=float)[own.rows]
        notes.append(_told(own.name, own.kind, own.share, offered, factor[own.rows]))
    raised = frame.assign(offered=frame["offered"] * factor)
    return type(forecast).of(raised, forecast.source), notes


@dataclass(frozen=True)
class DayRisk:
    """How high the days of a planning group may turn out, and the share of them that are to suffice."""

    share: float
    starts: Ints
    """(intervals,): instants in nanoseconds UTC, rising."""
    squared: Floats
    """(intervals,): squared coefficient of variation of the day's volume."""

    def levels(self, starts: Ints, chance: float) -> Floats:
        """(intervals,): the volume that days do not exceed with this chance, as a share of the volume staffed for, in
        the intervals that begin at `starts`, (intervals,)."""
        squared = self.squared[np.searchsorted(self.starts, starts)]
        return level_at(squared, chance) / level_at(squared, self.share)


def day_risks(forecast: VolumeForecast, risk: str, site: Site) -> dict[str, DayRisk]:
    """By planning group, where work waits seconds and a share of days is to suffice: what its days may be."""
    starts = forecast.frame["interval_start"].to_numpy(dtype="datetime64[ns]").astype(np.int64)
    risks = {}
    for own in _groups_at_risk(forecast, risk, site, with_chance=False):
        if own.kind == "day" and site.groups()[own.name][0].work_type != "deferred":
            there, first = np.unique(starts[own.rows], return_index=True)
            risks[own.name] = DayRisk(own.share, there, own.squared[first])
    return risks


@dataclass(frozen=True)
class _AtRisk:
    """Rows of one planning group in the forecast, (rows,), and how much the volume of each row's period varies."""

    name: str
    kind: str
    share: float
    rows: NDArray[np.intp]
    squared: Floats


def _groups_at_risk(forecast: VolumeForecast, risk: str, site: Site, *, with_chance: bool) -> Iterator[_AtRisk]:
    """Planning groups that are not staffed for the forecast itself."""
    risks = {name: risk_of(queues, risk) for name, queues in site.groups().items()}
    if all(known == "mean" for known in risks.values()) or not len(forecast):
        return
    frame = forecast.frame
    days = local_dates(pd.DatetimeIndex(frame["interval_start"]), site.calendar.timezone)
    day = pd.factorize(days, sort=True)[0].astype(np.int64)
    week = np.asarray((pd.to_datetime(pd.Series(days)) - pd.Timestamp(min(days))).dt.days // 7, dtype=np.int64)
    number: dict[str, Ints] = {"day": day, "week": week}
    group = frame["queue"].map({name: queue.planning_group for name, queue in site.queues.items()})
    _refuse_unknown_bands(forecast, group.map(risks).fillna("mean").to_numpy(dtype=object) != "mean")
    for name in sorted(str(name) for name in set(group.dropna())):
        kind, share = parse_risk(risks[name])
        if kind == "mean":
            continue
        own = np.flatnonzero((group == name).to_numpy(dtype=bool))
        by_chance = with_chance and site.groups()[name][0].work_type == "deferred"
        squared = _squared(frame.iloc[own], day[own], number[kind][own], by_chance=by_chance)
        yield _AtRisk(name, kind, share, own, squared)


def _refuse_unknown_bands(forecast: VolumeForecast, at_stake: NDArray[np.bool_]) -> None:
    """Raise DataError for every queue with intervals at stake, (rows,), whose bands are not known."""
    frame = forecast.frame
    unknown = frame[at_stake & frame[["offered_p10", "offered_p90"]].isna().any(axis=1).to_numpy()]
    hint = "add these columns, or staff for the forecast itself: risk mean"
    problems = [
        Problem(
            forecast.place(int(rows.index[0]), "offered_p10"),
            f"offered_p10 and offered_p90 are needed for a risk; rows of queue {name!r} without them: {len(rows)}",
            hint,
        )
        for name, rows in unknown.groupby("queue", sort=True)
    ]
    if problems:
        raise DataError(problems)


def risk_of(queues: Sequence[Queue], usual: str) -> str:
    """The risk of a planning group: what its queues have, else the usual one."""
    own = {queue.risk for queue in queues if queue.risk is not None}
    if len(own) > 1:
        message = f"the queues of one planning group have different risks: {', '.join(sorted(own))}"
        raise ConfigError(Problem(f"queues.{queues[0].name}.risk", message, "give them the same"))
    return next(iter(own), usual)


def level_at(squared: Floats, chance: float) -> Floats:
    """(periods,): gamma quantile of a level with mean 1 and these squared coefficients of variation, (periods,)."""
    shape = 1.0 / np.where(squared > 0, squared, 1.0)
    return np.asarray(np.where(squared > 0, special.gammaincinv(shape, chance) / shape, 1.0))


def _squared(rows: pd.DataFrame, day: Ints, period: Ints, *, by_chance: bool) -> Floats:
    """(rows,): squared coefficient of variation of the group's volume in each row's period.

    The days of a queue vary with what its bands allow, each by itself; queues and days add up independently. Chance,
    where it counts, adds the variance of a Poisson number, its mean.
    """
    offered, excess = rows["offered"].to_numpy(dtype=np.float64), np.zeros(int(period.max()) + 1)
    for _, own in rows.assign(place=np.arange(len(rows))).groupby("queue", sort=True)["place"]:
        place = own.to_numpy(dtype=np.int64)
        columns = rows.iloc[place]
        band = columns["offered_p90"].to_numpy(dtype=np.float64) - columns["offered_p10"].to_numpy(dtype=np.float64)
        variation = day_variation(offered[place], band, day[place], int(day.max()) + 1)
        volume = np.bincount(day[place], weights=offered[place], minlength=len(variation))
        whose = np.zeros(len(variation), dtype=np.int64)
        whose[day[place]] = period[place]
        excess += np.bincount(whose, weights=variation * volume**2, minlength=len(excess))
    total = np.bincount(period, weights=offered, minlength=len(excess))
    excess += total * by_chance
    squared = np.divide(excess, total**2, out=np.zeros_like(total), where=total > 0)
    return np.asarray(squared[period])


def _told(name: str, kind: str, share: float, offered: Floats, factor: Floats) -> Note:
    before, after = float(offered.sum()), float((offered * factor).sum())
    if np.all(factor == 1.0):
        said = "its bands contain no uncertainty beyond random variation: it is staffed for the forecast itself"
        return Note("staff", "warning", name, said)
    what = f"{share:.0%} of its {kind}s do not exceed"
    said = f"staffed for a volume that {what}: {after:,.0f} contacts instead of {before:,.0f}"
    return Note("staff", "assumption", name, said)
