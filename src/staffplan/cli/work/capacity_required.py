"""People required by period from a plan's history: forecast far ahead and staffed interval by interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from staffplan.capacity.agreed import with_agreed
from staffplan.capacity.required import Span, events_of, required_people
from staffplan.errors import Note, Problem, UsageError
from staffplan.files.read import read_table
from staffplan.plan.workspace import Workspace
from staffplan.progress import OnProgress
from staffplan.settings.capacity import CapacitySettings
from staffplan.settings.config import Config
from staffplan.settings.plan import PlanSettings
from staffplan.tables.capacity import AgreedPeople, RequiredByAht, RequiredPeople
from staffplan.tables.forecast import BANDS, ForecastTotals, VolumeForecast

MONTHS = 12
"""Months that are forecast where none are given."""
PARTS_OF_THE_RAMP = (0.1, 0.25, 0.5, 1.0)
"""Where between a trained team and one of beginners the staffing model is asked."""
PERIODS_OF_A_YEAR = {True: 52, False: 12}


@dataclass(frozen=True)
class Need:
    """Required people, those at longer handling times where new people have them, and what to know."""

    required: RequiredPeople
    by_aht: RequiredByAht | None
    notes: tuple[Note, ...]
    last_day: date | None = None
    """Of the history."""


def forecast_need(
    config: Config,
    workspace: Workspace,
    settings: CapacitySettings,
    *,
    months: int | None,
    weeks: int | None,
    agreed: Path | None,
    on_progress: OnProgress,
) -> Need:
    """People required by month, or by week where weeks are given."""
    from staffplan.forecast import forecast

    _refuse_other_periods(settings, weekly=weeks is not None)
    length = {"weeks": weeks} if weeks else {"months": months or MONTHS}
    lasting = config.plan.model_dump(exclude_unset=True, exclude={"weeks", "end", "months"}) | length
    longer = config.model_copy(update={"plan": PlanSettings.model_validate(lasting)})
    ahead = Workspace(workspace.base, longer, workspace.base, workspace.config_place)
    given = None if agreed is None else read_table(agreed, AgreedPeople)
    volumes = forecast(
        ahead.full_history,
        longer.forecast,
        site=ahead.site,
        first_day=ahead.first_day,
        days=ahead.planned.number,
        seed=longer.plan.seed,
        drivers=ahead.drivers,
        overrides=ahead.overrides,
        on_progress=on_progress,
    )
    span = Span(ahead.planned, weeks or months or MONTHS, weekly=weeks is not None)
    staffed = _Staffed(longer, ahead, settings, span, on_progress)
    frame, notes = staffed.people(volumes.forecast)
    low, high = (
        staffed.people(_at_band(volumes.forecast, volumes.totals, band, longer.plan.timezone))[0]["required"]
        for band in ("offered_p10", "offered_p90")
    )
    frame = frame.assign(
        required_p10=np.minimum(low, frame["required"]), required_p90=np.maximum(high, frame["required"])
    )
    events = events_of(ahead.site.queues.values(), span)
    frame["events"] = [events.get(key, "") for key in zip(frame["site"], frame["period"], strict=True)]
    frame = frame if given is None else with_agreed(frame, given)
    by_aht = _by_aht(volumes.forecast, settings, lambda longer_aht: staffed.people(longer_aht)[0])
    required = RequiredPeople.of(frame, "requirement")
    last = ahead.history.frame["interval_start"].max().date()
    return Need(required, by_aht, (*volumes.notes, *notes), last)


def _refuse_other_periods(settings: CapacitySettings, *, weekly: bool) -> None:
    """Rates of a month are not those of a week: what a period is must be said in the settings."""
    wanted = PERIODS_OF_A_YEAR[weekly]
    if settings.periods_per_year != wanted:
        said = f"is {settings.periods_per_year}, and the periods are {'weeks' if weekly else 'months'}"
        hint = f"write periods_per_year = {wanted}, and rates, training and wages by that period"
        raise UsageError(Problem("capacity.periods_per_year", said, hint))


@dataclass(frozen=True)
class _Staffed:
    """The plan's staffing step, as often as it is asked."""

    config: Config
    ahead: Workspace
    settings: CapacitySettings
    span: Span
    on_progress: OnProgress

    def people(self, volumes: VolumeForecast) -> tuple[pd.DataFrame, tuple[Note, ...]]:
        from staffplan.staffing import staff

        staffed = staff(volumes, self.config.staffing, site=self.ahead.site, on_progress=self.on_progress)
        people = required_people(
            staffed.requirement,
            self.settings,
            timezone=self.config.plan.timezone,
            interval_minutes=self.config.plan.interval_minutes,
            span=self.span,
        )
        return people, staffed.notes


def _at_band(volumes: VolumeForecast, totals: ForecastTotals, band: str, timezone: str) -> VolumeForecast:
    """The forecast with every week of every queue at one end of its band, as a level is missed for long."""
    frame = totals.frame
    weeks = frame[(frame["period"] == "week") & (frame["queue"] != "")]
    shares = (weeks[band] / weeks["offered"].where(weeks["offered"] > 0)).fillna(1.0)
    rows = pd.DataFrame(
        {
            "queue": volumes.frame["queue"],
            "day": volumes.frame["interval_start"].dt.tz_convert(timezone).dt.tz_localize(None),
        }
    )
    known = weeks.assign(share=shares, day=weeks["period_start"].astype("datetime64[ns]")).sort_values("day")
    rows = rows.assign(row=np.arange(len(rows)), day=rows["day"].astype("datetime64[ns]")).sort_values("day")
    found = pd.merge_asof(rows, known[["queue", "day", "share"]], on="day", by="queue").sort_values("row")
    factor = found["share"].fillna(1.0).to_numpy()
    scaled = {name: volumes.frame[name] * factor for name in ("offered", *BANDS)}
    return VolumeForecast.of(volumes.frame.assign(**scaled), volumes.source)


def _by_aht(
    volumes: VolumeForecast, settings: CapacitySettings, people: Callable[[VolumeForecast], pd.DataFrame]
) -> RequiredByAht | None:
    """The same contacts with longer handling times; None where new people are not slower."""
    longest = max(settings.aht_factors, default=1.0)
    if longest <= 1:
        return None
    found = []
    for part in PARTS_OF_THE_RAMP:
        factor = 1 + (longest - 1) * part
        longer = volumes.frame.assign(aht_seconds=volumes.frame["aht_seconds"] * factor)
        rows = people(VolumeForecast.of(longer, volumes.source))
        found.append(rows[["site", "period", "required"]].assign(aht_factor=factor))
    return RequiredByAht.of(pd.concat(found, ignore_index=True), "requirement")
