"""People required by period from a plan's history: forecast far ahead and staffed interval by interval."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from staffplan.capacity.agreed import with_agreed
from staffplan.capacity.required import Span, events_of, required_people
from staffplan.errors import Note, Problem, UsageError
from staffplan.files.read import read_table
from staffplan.plan.workspace import Workspace
from staffplan.process.workers import AS_MANY_AS_PAY, do_all
from staffplan.progress import OnProgress, Progress
from staffplan.settings.capacity import CapacitySettings
from staffplan.settings.config import Config
from staffplan.settings.plan import PlanSettings
from staffplan.site import Site
from staffplan.tables.capacity import AgreedPeople, RequiredByAht, RequiredPeople
from staffplan.tables.forecast import BANDS, ForecastTotals, VolumeForecast

if TYPE_CHECKING:
    from staffplan.forecast import ForecastResult

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
    staffing = _Staffing(longer, ahead.site, settings, span)
    factors = _longer_times(settings)
    (frame, notes), (low, _), (high, _), *slower = staffing.all_people(volumes, factors, on_progress)
    frame = frame.assign(
        required_p10=np.minimum(low["required"], frame["required"]),
        required_p90=np.maximum(high["required"], frame["required"]),
    )
    events = events_of(ahead.site.queues.values(), span)
    frame["events"] = [events.get(key, "") for key in zip(frame["site"], frame["period"], strict=True)]
    frame = frame if given is None else with_agreed(frame, given)
    by_aht = _by_aht(factors, [people for people, _ in slower])
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
class _Staffing:
    """The plan's staffing step, as often as it is asked."""

    config: Config
    site: Site
    settings: CapacitySettings
    span: Span

    def all_people(
        self, volumes: ForecastResult, factors: Sequence[float], on_progress: OnProgress
    ) -> list[tuple[pd.DataFrame, tuple[Note, ...]]]:
        """For the forecast, both ends of its band, and handling times longer by each factor."""
        own, done, count = volumes.forecast, itertools.count(1), 3 + len(factors)
        bands = (
            _at_band(own, volumes.totals, band, self.config.plan.timezone) for band in ("offered_p10", "offered_p90")
        )
        cases = itertools.chain([own], bands, (_with_longer_times(own, factor) for factor in factors))
        return do_all(
            self.people,
            ((case,) for case in cases),
            AS_MANY_AS_PAY,
            processes=AS_MANY_AS_PAY.processes(count, count * len(own)),
            on_done=lambda _: on_progress(Progress("staff", next(done), count)),
        )

    def people(self, volumes: VolumeForecast) -> tuple[pd.DataFrame, tuple[Note, ...]]:
        """People of each group and period, and what to know."""
        from staffplan.staffing import staff

        staffed = staff(volumes, self.config.staffing, site=self.site)
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


def _longer_times(settings: CapacitySettings) -> list[float]:
    """Factors of the handling time at which the staffing model is asked; none where new people are not slower."""
    longest = max(settings.aht_factors, default=1.0)
    return [1 + (longest - 1) * part for part in PARTS_OF_THE_RAMP] if longest > 1 else []


def _with_longer_times(volumes: VolumeForecast, factor: float) -> VolumeForecast:
    frame = volumes.frame.assign(aht_seconds=volumes.frame["aht_seconds"] * factor)
    return VolumeForecast.of(frame, volumes.source)


def _by_aht(factors: Sequence[float], people: Sequence[pd.DataFrame]) -> RequiredByAht | None:
    """The people required at each factor; None without any."""
    found = [
        rows[["site", "period", "required"]].assign(aht_factor=factor)
        for factor, rows in zip(factors, people, strict=True)
    ]
    return RequiredByAht.of(pd.concat(found, ignore_index=True), "requirement") if found else None
