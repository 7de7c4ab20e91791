"""What each further person on queue is worth, for the volume and with the uncertainty that the method staffs for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.settings import SimulateSettings, StaffingSettings
from staffplan.site import Site
from staffplan.staffing.pool import Pool, pools
from staffplan.staffing.worth import service_worth
from staffplan.tables import ServiceWorth, VolumeForecast
from staffplan.verify.kernels import Floats
from staffplan.verify.line import day_variations
from staffplan.verify.risk import at_risk

WIDEST = 0.57
"""Standard deviation, as a share of the mean, beyond which the lowest of the three volumes mixed is below zero."""


def worth_by_method(
    forecast: VolumeForecast, staffing: StaffingSettings, simulation: SimulateSettings, *, site: Site
) -> ServiceWorth:
    """The curves behind `staff_by_method`: for the volume of `staffing.risk`, by the method's queueing model.

    Methods that simulate play uncertain days, so that their curves are means over them; the others take the forecast
    as certain. What waits across an interval's end is not in a curve. Raises DataError as `staff_by_method` does.
    """
    wanted, _ = at_risk(forecast, staffing.risk, site)
    simulated = staffing.method in ("offered-load", "verified") and staffing.risk == "mean"
    if not (simulated and simulation.volume_uncertainty):
        return service_worth(wanted, staffing, site=site)
    live = [pool for pool in pools(wanted, site) if pool.queues[0].work_type == "immediate"]
    variation = {pool.name: _volume_cv(pool, wanted, simulation, site) for pool in live}
    return service_worth(wanted, staffing, site=site, volume_cv=variation)


def _volume_cv(pool: Pool, forecast: VolumeForecast, simulation: SimulateSettings, site: Site) -> Floats:
    """(open intervals,): of the contacts of all queues, whose days vary independently."""
    instants = pd.DatetimeIndex(pool.starts.view("datetime64[ns]")).tz_localize("UTC")
    day = pd.factorize(local_dates(instants, site.calendar.timezone))[0].astype(np.int64)
    variance = (day_variations(pool, forecast, day, simulation)[:, day] * pool.offered**2).sum(axis=0)
    total = np.where(pool.offered_total > 0, pool.offered_total, 1.0)
    return np.asarray(np.minimum(WIDEST, np.sqrt(variance) / total))
