"""What each repetition of the simulation says of a planning group: to compare two plans repetition by repetition."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.outcomes import ANSWERS, IN_TIME, LEFT, OFFERED, WAITED, Tally
from staffplan.simulate.overflow import Helpers
from staffplan.simulate.scene import Scene, make_scene
from staffplan.simulate.steps import levels_of, play
from staffplan.site import Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.scenario import WaitsByRepetition


def waits_by_repetition(
    forecast: VolumeForecast,
    requirement: StaffingRequirement,
    roster: Roster,
    settings: SimulateSettings,
    *,
    site: Site,
    staffing: StaffingSettings,
    seed: int,
    helpers: Helpers | None = None,
) -> WaitsByRepetition:
    """Contacts, waits and people busy of each group in each repetition of the whole period.

    The random numbers are those of `simulate`: a queue and a person have streams of their own, so two plans with the
    same seed meet the same days, and where the forecast is the same, the same contacts.
    """
    scene = make_scene(forecast, requirement, roster, site, helpers)
    played = play(scene, settings, staffing, seed=seed)
    rows = [_rows(scene, day, number) for number, day in enumerate(played.days)]
    return WaitsByRepetition.of(pd.concat(rows, ignore_index=True))


def _rows(scene: Scene, days: Tally, number: int) -> pd.DataFrame:
    counts = days.counts.sum(axis=2)
    frame = pd.DataFrame({"planning_group": list(scene.group_names), "repetition": float(number)})
    levels = levels_of(scene, counts)
    for name, row in (("contacts", OFFERED), ("in_time", IN_TIME), ("answered", ANSWERS), ("abandoned", LEFT)):
        frame[name] = counts[row]
    frame["waited_seconds"], frame["service_level"] = counts[WAITED], levels
    frame["busy_seconds"], frame["line_seconds"] = (
        np.asarray(seconds.sum(axis=1)) for seconds in (days.busy_seconds, days.line_seconds)
    )
    return frame
