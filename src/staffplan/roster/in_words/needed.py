"""A need at every moment at which a center is open: with it every shift that could ever be of use may be worked."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import midnight
from staffplan.planned import PlannedDays
from staffplan.site import Queue, Site
from staffplan.tables.requirement import PeopleNeeded


def always_needed(site: Site, planned: PlannedDays, groups: Iterable[str]) -> PeopleNeeded:
    """One person of each group, in every interval in which one of its queues is open; at all hours where these are
    not set."""
    calendar, queues = site.calendar, site.groups()
    first, end = (midnight(planned.day(n), calendar.timezone) for n in (0, planned.number))
    starts = pd.date_range(first, end, freq=f"{calendar.interval_minutes}min", inclusive="left")
    rows = [
        pd.DataFrame({"interval_start": starts[_open(site, queues.get(group, ()), starts)], "planning_group": group})
        for group in sorted(groups)
    ]
    return PeopleNeeded.of(pd.concat(rows, ignore_index=True).assign(agents_on_queue=1.0))


def _open(site: Site, queues: Iterable[Queue], starts: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """(intervals,): whether one of the queues is open."""
    hours = [queue.service_hours for queue in queues]
    if not hours or None in hours:
        return np.ones(len(starts), dtype=bool)
    return np.asarray(np.any([each.open_mask(starts, site.calendar) for each in hours if each is not None], axis=0))
