"""What each further person on queue is worth, for the volume and with the uncertainty that the method staffs for."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import local_dates
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Site
from staffplan.staffing.deferred import Backlog
from staffplan.staffing.pool import Pool, pools
from staffplan.staffing.requirement import backlog_of
from staffplan.staffing.risk import at_risk, risk_of
from staffplan.staffing.shrinkage import shrinkage_at
from staffplan.staffing.simulated.judge import FRESH
from staffplan.staffing.simulated.kernels import Floats
from staffplan.staffing.simulated.line import day_variations
from staffplan.staffing.simulated.mail import make_mail
from staffplan.staffing.simulated.mail_step import mail_columns, verified_mail
from staffplan.staffing.worth import service_worth
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import ServiceWorth

WIDEST = 0.57
"""Standard deviation, as a share of the mean, beyond which the lowest of the three volumes mixed is below zero."""


def worth_by_method(
    forecast: VolumeForecast,
    staffing: StaffingSettings,
    simulation: SimulateSettings,
    *,
    site: Site,
    with_mail: bool = True,
    seed: int = 1,
) -> ServiceWorth:
    """The curves behind `staff_by_method`: for the volume of `staffing.risk`, by the method's queueing model.

    Methods that simulate play uncertain days, so that their curves are means over them; the others take the forecast
    as certain. What waits across an interval's end is not in a curve. `with_mail`: work that waits hours too, which
    is searched for and takes a while. Raises DataError as `staff_by_method` does.
    """
    wanted, _ = at_risk(forecast, staffing.risk, site)
    mail = _deferred(wanted, site) if with_mail else []
    later = [_kept_up(pool, wanted, staffing, simulation, site, seed) for pool in mail]
    live = _live_worth(wanted, staffing, simulation, site)
    frames = [live.frame, *(frame for frame in later if frame is not None)]
    return ServiceWorth.of(pd.concat(frames, ignore_index=True))


def _live_worth(
    wanted: VolumeForecast, staffing: StaffingSettings, simulation: SimulateSettings, site: Site
) -> ServiceWorth:
    """Of the groups whose work waits seconds."""
    simulated = staffing.method in ("offered-load", "verified")
    if not (simulated and simulation.volume_uncertainty):
        return service_worth(wanted, staffing, site=site)
    live = [pool for pool in pools(wanted, site) if pool.queues[0].work_type == "immediate"]
    live = [pool for pool in live if risk_of(pool.queues, staffing.risk) == "mean"]
    variation = {pool.name: _volume_cv(pool, wanted, simulation, site) for pool in live}
    return service_worth(wanted, staffing, site=site, volume_cv=variation)


def _volume_cv(pool: Pool, forecast: VolumeForecast, simulation: SimulateSettings, site: Site) -> Floats:
    """(open intervals,): of the contacts of all queues, whose days vary independently."""
    instants = pd.DatetimeIndex(pool.starts.view("datetime64[ns]")).tz_localize("UTC")
    day = pd.factorize(local_dates(instants, site.calendar.timezone))[0].astype(np.int64)
    variance = (day_variations(pool, forecast, day, simulation)[:, day] * pool.offered**2).sum(axis=0)
    total = np.where(pool.offered_total > 0, pool.offered_total, 1.0)
    return np.asarray(np.minimum(WIDEST, np.sqrt(variance) / total))


def _deferred(forecast: VolumeForecast, site: Site) -> list[Pool]:
    """Groups whose work waits hours, with a promise."""
    promising = [p for p in pools(forecast, site) if any(queue.goal.service_level for queue in p.queues)]
    return [pool for pool in promising if pool.queues[0].work_type == "deferred"]


def _kept_up(
    pool: Pool,
    forecast: VolumeForecast,
    staffing: StaffingSettings,
    simulation: SimulateSettings,
    site: Site,
    seed: int,
) -> pd.DataFrame | None:
    """The people with whom uncertain days keep the promise of each day, every one of them due; None for a group that
    is never open.

    What somebody at a desk of mail is worth depends on what all others do there that day and the days before, so that
    no curve of an interval alone can tell it. These are the fewest found together (mail_search.py), and nowhere fewer
    than the group's own model asks for: the search knows uncertain days but not who falls ill.
    """
    backlog, _ = backlog_of(pool, forecast, site)
    if not len(backlog.rows):
        return None
    by_day = staffing.model_copy(update={"goal_scope": "day"})
    mail = make_mail(backlog, forecast, simulation, site)
    judged = verified_mail(mail, by_day, site, seed=seed, fresh=seed + FRESH)
    found = np.asarray(mail_columns(judged, staffing, site)["agents_on_queue"], dtype=np.int64)
    heads = np.maximum(found, _by_own_model(backlog, staffing, site))
    place = np.repeat(np.arange(len(heads)), heads + 1)
    agents = np.arange(len(place)) - np.repeat(np.cumsum(heads + 1) - (heads + 1), heads + 1)
    starts = pd.DatetimeIndex(backlog.grid.starts[backlog.rows].view("datetime64[ns]")).tz_localize("UTC")
    return pd.DataFrame(
        {
            "interval_start": starts[place],
            "planning_group": pool.name,
            "agents": agents.astype(np.float64),
            "offered": np.maximum(heads, 1).astype(np.float64)[place],
            "in_time": np.where(heads[place] > 0, agents / np.maximum(heads[place], 1), 1.0),
            "goal_share": 1.0,
            "floor": float(mail.minimum_agents),
        }
    )


def _by_own_model(backlog: Backlog, staffing: StaffingSettings, site: Site) -> NDArray[np.int64]:
    """(open intervals of the plan,): people on queue for the expected volume."""
    opened = np.flatnonzero(backlog.is_open)
    lost = shrinkage_at(backlog.grid.starts[opened], staffing, site.calendar.timezone).not_in_roster
    levelled = backlog.levelled(backlog.work(), site, lost)
    return np.asarray(levelled[np.searchsorted(opened, backlog.rows)], dtype=np.int64)
