"""Which volume is staffed for: the forecast, or one that few days or weeks exceed.

The bands of an interval hold chance (even a certain forecast is missed, call by call), which the queueing models and
the simulation allow for themselves, and what the forecast does not know: how high the day turns out. Only the second
is raised here, for all intervals of a day alike. Deferred work is sized without chance, as so much work to be done
by then: what chance brings to a day or a week is raised with the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

from staffplan.clock import local_dates
from staffplan.errors import ConfigError, Note, Problem
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
    risks = {name: risk_of(queues, risk) for name, queues in site.groups().items()}
    if all(known == "mean" for known in risks.values()) or not len(forecast):
        return forecast, []
    frame = forecast.frame
    days = local_dates(pd.DatetimeIndex(frame["interval_start"]), site.calendar.timezone)
    day = pd.factorize(days, sort=True)[0].astype(np.int64)
    week = np.asarray((pd.to_datetime(pd.Series(days)) - pd.Timestamp(min(days))).dt.days // 7, dtype=np.int64)
    number: dict[str, Ints] = {"day": day, "week": week}
    group = frame["queue"].map({name: queue.planning_group for name, queue in site.queues.items()})
    factor, notes = np.ones(len(frame)), []
    for name in sorted(set(group.dropna())):
        kind, share = parse_risk(risks[str(name)])
        if kind == "mean":
            continue
        own = np.flatnonzero((group == name).to_numpy(dtype=bool))
        by_chance = with_chance and site.groups()[str(name)][0].work_type == "deferred"
        factor[own] = _factors(frame.iloc[own], day[own], number[kind][own], share, by_chance=by_chance)
        notes.append(_told(str(name), kind, share, frame["offered"].to_numpy(dtype=float)[own], factor[own]))
    raised = frame.assign(offered=frame["offered"] * factor)
    return VolumeForecast.of(raised, forecast.source), notes


def risk_of(queues: Sequence[Queue], usual: str) -> str:
    """The risk of a planning group: what its queues have, else the usual one."""
    own = {queue.risk for queue in queues if queue.risk is not None}
    if len(own) > 1:
        message = f"the queues of one planning group have different risks: {', '.join(sorted(own))}"
        raise ConfigError(Problem(f"queues.{queues[0].name}.risk", message, "give them the same"))
    return next(iter(own), usual)


def _factors(rows: pd.DataFrame, day: Ints, period: Ints, share: float, *, by_chance: bool) -> Floats:
    """(rows,): by how much the group's volume in each row's period is raised: the gamma quantile of its level.

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
    shape = 1.0 / np.where(squared > 0, squared, 1.0)
    return np.asarray(np.where(squared > 0, special.gammaincinv(shape, share) / shape, 1.0)[period])


def _told(name: str, kind: str, share: float, offered: Floats, factor: Floats) -> Note:
    before, after = float(offered.sum()), float((offered * factor).sum())
    if np.all(factor == 1.0):
        said = "its bands contain no uncertainty beyond random variation: it is staffed for the forecast itself"
        return Note("staff", "warning", name, said)
    what = f"{share:.0%} of its {kind}s do not exceed"
    said = f"staffed for a volume that {what}: {after:,.0f} contacts instead of {before:,.0f}"
    return Note("staff", "assumption", name, said)
