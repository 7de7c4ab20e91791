"""The tables behind the pictures of forecast, requirement and waits: every plot shows columns of one of these.

Frames over time carry `interval_start` (UTC) and `local` (the site's clock). A week is drawn on its full grid of
intervals, so that closed ones are blank (NaN) rather than bridged by a line.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import horizon_intervals, local_dates, midnight, minute_of_day
from staffplan.report.data import ReportData
from staffplan.report.formats import SIMPLE_METHODS, WEEKDAY_NAMES, hours, minute_clock, signed
from staffplan.site import Site
from staffplan.words import mark, tr

HISTORY_DAYS = 56
"""Days of history drawn before the forecast: eight weeks let the eye find the weekly pattern."""
MOST_HEAT_COLUMNS = 48
"""A heat map with more intervals than this shows hours, or its numbers could not be read."""
BANDS = ("offered_p025", "offered_p10", "offered_p90", "offered_p975")
WIDER_95 = NormalDist().inv_cdf(0.975) / NormalDist().inv_cdf(0.9)
"""How much wider a 95 % band is than an 80 % band where errors are normal."""


def planned_days(data: ReportData) -> tuple[date, ...]:
    """Every local day of the plan, closed ones too."""
    zone = data.site.calendar.timezone
    instants = [
        pd.DatetimeIndex(table.frame["interval_start"]) for table in (data.forecast, data.requirement, data.coverage)
    ]
    found: set[date] = {day for index in instants for day in local_dates(index.unique(), zone)}
    found |= _days(data.waits.frame["day"]) | _days(data.roster.shifts.frame["schedule_date"])
    if not found:
        return ()
    found |= set(data.site.planned.days) if data.site.planned else set()
    first = min(found)
    return tuple(first + timedelta(days=step) for step in range((max(found) - first).days + 1))


def closed_days(data: ReportData) -> frozenset[date]:
    """Days of the plan on which nobody is needed and nobody works."""
    frame = data.requirement.frame
    needed = pd.DatetimeIndex(frame.loc[frame["agents_on_queue"] > 0, "interval_start"])
    open_days = set(local_dates(needed, data.site.calendar.timezone))
    return frozenset(set(planned_days(data)) - open_days - _days(data.roster.shifts.frame["schedule_date"]))


def _days(column: pd.Series) -> set[date]:
    return set(column.dt.date)


def groups_of(data: ReportData) -> list[str]:
    """Planning groups that occur in any result, the most work first."""
    tables = (data.requirement, data.coverage, data.waits)
    found = {str(group) for table in tables for group in table.frame["planning_group"]}
    work = data.requirement.frame.groupby("planning_group")["load_erlangs"].sum()
    return sorted(found, key=lambda group: (-float(work.get(group, 0.0)), group))


def queues_by_size(data: ReportData) -> list[str]:
    """Queues with a forecast, largest first."""
    totals = data.forecast.frame.groupby("queue")["offered"].sum()
    return [str(name) for name in sorted(totals.index, key=lambda queue: (-float(totals[queue]), str(queue)))]


def heat_minutes(interval_minutes: int) -> int:
    """Minutes of one cell of the heat map."""
    return interval_minutes if 24 * 60 // interval_minutes <= MOST_HEAT_COLUMNS else 60


def weekday_heat(data: ReportData, queue: str) -> pd.DataFrame:
    """Contacts expected, (weekdays, times of day): the mean over the plan's days; NaN where the queue is closed."""
    frame = data.forecast.frame[data.forecast.frame["queue"] == queue]
    calendar = data.site.calendar
    instants = pd.DatetimeIndex(frame["interval_start"])
    step = heat_minutes(calendar.interval_minutes)
    cells = pd.DataFrame(
        {
            "day": local_dates(instants, calendar.timezone),
            "weekday": instants.tz_convert(calendar.timezone).day_of_week,
            "minute": minute_of_day(instants, calendar.timezone) // step * step,
            "offered": frame["offered"].to_numpy(dtype=float),
        }
    )
    by_day = cells.groupby(["day", "weekday", "minute"], as_index=False)["offered"].sum()
    heat: pd.DataFrame = by_day.pivot_table(index="weekday", columns="minute", values="offered", aggfunc="mean")
    minutes = range(int(heat.columns.min()), int(heat.columns.max()) + step, step) if len(heat.columns) else range(0)
    heat = heat.reindex(index=range(7), columns=list(minutes))
    heat.index = pd.Index(WEEKDAY_NAMES, name="weekday")
    heat.columns = pd.Index([minute_clock(minute) for minute in minutes], name="time")
    return heat


def daily_volume(data: ReportData, queue: str) -> pd.DataFrame:
    """Day totals: `actual` of the last weeks, `forecast` with `low_95`, `low_80`, `high_80`, `high_95`.

    The 80 % band is what four of five days of the backtest stayed within, the 95 % band that one widened as for
    normal errors. Where the forecast did not measure it they are the sums of the intervals' bands, which is wider
    than the truth: it supposes that all intervals of a day err together.
    """
    frame = data.forecast.frame[data.forecast.frame["queue"] == queue]
    ahead = _by_day(frame, ["offered", *BANDS], data.site)
    error = day_error_80(data, queue)
    out = pd.DataFrame({"actual": _recent_days(data, queue), "forecast": ahead["offered"]})
    for name, column, half in (
        ("low_95", "offered_p025", -WIDER_95 * error),
        ("low_80", "offered_p10", -error),
        ("high_80", "offered_p90", error),
        ("high_95", "offered_p975", WIDER_95 * error),
    ):
        out[name] = ahead[column] if math.isnan(error) else out["forecast"] * max(1 + half, 0.0)
    every = pd.Index(_every_day(out.index), name="day", dtype=object)
    return out.reindex(every).reset_index()


def _every_day(days: pd.Index) -> list[date]:
    """Closed days too: they are gaps, which no line bridges."""
    if len(days) == 0:
        return []
    return [days.min() + timedelta(days=step) for step in range((days.max() - days.min()).days + 1)]


def day_error_80(data: ReportData, queue: str) -> float:
    """Relative error that four of five day totals of the queue's backtest did not exceed; NaN where not measured."""
    return float(data.facts.get("forecast", {}).get(f"{queue}.day_error_80", math.nan))


def _by_day(frame: pd.DataFrame, columns: list[str], site: Site) -> pd.DataFrame:
    days = local_dates(pd.DatetimeIndex(frame["interval_start"]), site.calendar.timezone)
    return frame[columns].groupby(days).sum()


def _recent_days(data: ReportData, queue: str) -> pd.Series:
    """Day totals of the queue's last HISTORY_DAYS days of history."""
    return _by_day(_recent_history(data, queue, HISTORY_DAYS), ["offered"], data.site)["offered"]


def _recent_history(data: ReportData, queue: str, days: int) -> pd.DataFrame:
    frame = data.history.frame[data.history.frame["queue"] == queue]
    if frame.empty:
        return frame
    zone = data.site.calendar.timezone
    last = local_dates(pd.DatetimeIndex(frame["interval_start"].iloc[[-1]]), zone)[0]
    return frame[frame["interval_start"] >= midnight(last - timedelta(days=days - 1), zone)]


def week_volume(data: ReportData, queue: str) -> pd.DataFrame:
    """The plan's first week by interval: `offered` with its bands, and `last_week`, the last week of the history."""
    frame = data.forecast.frame[data.forecast.frame["queue"] == queue]
    days = planned_days(data)
    grid = _week_grid(days[0] if days else None, data.site)
    out = _on_grid(frame, ["offered", *BANDS], grid, data.site)
    past = _recent_history(data, queue, 7)
    if len(past):
        actual = pd.Series(
            past["offered"].to_numpy(), index=_wall(pd.DatetimeIndex(past["interval_start"]), data.site)
        )
        keys = pd.Series(_wall(grid, data.site))
        out["last_week"] = keys.map(actual.groupby(level=0).sum()).to_numpy(dtype=float)
        out.loc[out["offered"].isna(), "last_week"] = np.nan
    else:
        out["last_week"] = np.nan
    return out


def _wall(instants: pd.DatetimeIndex, site: Site) -> NDArray[np.int64]:
    """Minutes since Monday 00:00 by the site's clock."""
    local = instants.tz_convert(site.calendar.timezone)
    return np.asarray((local.day_of_week * 24 + local.hour) * 60 + local.minute, dtype=np.int64)


def _week_grid(first: date | None, site: Site) -> pd.DatetimeIndex:
    calendar = site.calendar
    if first is None:
        return pd.DatetimeIndex([], tz="UTC").as_unit("ns")
    return horizon_intervals(first, 7, calendar.timezone, calendar.interval_minutes)


def _on_grid(frame: pd.DataFrame, columns: Iterable[str], grid: pd.DatetimeIndex, site: Site) -> pd.DataFrame:
    """Columns of one queue's or group's rows on every instant of `grid`, NaN where there is no row."""
    found = frame.set_index("interval_start")[list(columns)].reindex(grid)
    found.insert(0, "local", grid.tz_convert(site.calendar.timezone))
    return found.rename_axis("interval_start").reset_index()


def coverage_of(data: ReportData, group: str) -> pd.DataFrame:
    """The group's coverage rows with `day`, `short` and `over` (people) added.

    A group that is needed but has no coverage at all is covered by nobody.
    """
    frame = data.coverage.frame[data.coverage.frame["planning_group"] == group]
    need = data.requirement.frame[data.requirement.frame["planning_group"] == group]
    if frame.empty and len(need):
        frame = need[["interval_start", "planning_group", "offered"]].assign(
            required=need["agents_on_queue"], scheduled=0.0, service_level=np.nan, asa_seconds=np.nan
        )
    zone = data.site.calendar.timezone
    return frame.assign(
        day=local_dates(pd.DatetimeIndex(frame["interval_start"]), zone),
        short=(frame["required"] - frame["scheduled"]).clip(lower=0),
        over=(frame["scheduled"] - frame["required"]).clip(lower=0),
    )


def staffing_week(data: ReportData, group: str) -> pd.DataFrame:
    """People needed and rostered on queue, by interval, in the week in which most people are missing."""
    frame = coverage_of(data, group)
    grid = _week_grid(_worst_week(frame["short"], frame["day"], planned_days(data)), data.site)
    return _on_grid(frame, ["required", "scheduled", "short", "over"], grid, data.site)


def service_week(data: ReportData, group: str) -> pd.DataFrame:
    """Share served in time, by interval, in the week in which most contacts are not; `missed`: below the goal."""
    frame = coverage_of(data, group)
    late = frame["offered"] * (1 - frame["service_level"])
    grid = _week_grid(_worst_week(late, frame["day"], planned_days(data)), data.site)
    out = _on_grid(frame, ["offered", "service_level", "asa_seconds"], grid, data.site)
    out["goal"] = goal_of(data, group)
    out["missed"] = out["service_level"] < out["goal"]
    return out


def _worst_week(harm: pd.Series, days: pd.Series, plan: tuple[date, ...]) -> date | None:
    """First day of the plan week with the greatest sum of `harm`; the first week where nothing is known."""
    if not plan:
        return None
    weeks = np.array([(day - plan[0]).days // 7 for day in days], dtype=np.int64)
    totals = np.bincount(weeks, np.nan_to_num(harm.to_numpy(dtype=float)), minlength=1)
    return plan[0] + timedelta(days=7 * int(np.argmax(totals.round(6))))


def goal_of(data: ReportData, group: str) -> float:
    """Share promised in time, as the waits were judged by; NaN where only a mean wait was promised."""
    goals = data.waits.frame.loc[data.waits.frame["planning_group"] == group, "goal"].dropna()
    if len(goals):
        return float(goals.iloc[0])
    promised = [queue.goal.service_level for queue in data.site.groups().get(group, ())]
    return max((level for level in promised if level is not None), default=math.nan)


def wait_words(data: ReportData, group: str) -> str:
    """Header of a mean wait: where the goal counts opening hours, that the wait is one of elapsed time."""
    return mark("average wait, nights included") if counts_opening_time(data, group) else mark("average wait")


def counts_opening_time(data: ReportData, group: str) -> bool:
    """Whether a goal of the group counts opening hours alone."""
    queues = data.site.groups().get(group, ())
    return any(queue.goal.clock == "opening" for queue in queues if queue.work_type == "deferred")


def day_hours(data: ReportData, days: Iterable[date]) -> dict[str, list[str]]:
    """Hours on queue needed and rostered on each day, and their difference, in words; closed days are blank."""
    length = data.site.calendar.interval_minutes / 60
    parts = [coverage_of(data, group) for group in groups_of(data)]
    rows = pd.concat(parts) if parts else data.coverage.frame.assign(day=[])
    sums = rows.groupby("day")[["required", "scheduled"]].sum() * length
    sums["net"] = sums["scheduled"] - sums["required"]
    known = sums.reindex(list(days))
    told = {
        tr("needed, h"): ("required", hours),
        tr("rostered, h"): ("scheduled", hours),
        tr("net, h"): ("net", signed),
    }
    return {
        label: ["" if math.isnan(value) else form(value) for value in known[name]]
        for label, (name, form) in told.items()
    }


def service_days(data: ReportData, group: str) -> pd.DataFrame:
    """The group's waits by day: `service_level` between `service_level_low` and `_high`, `goal`, `kept`."""
    return data.waits.frame[data.waits.frame["planning_group"] == group].reset_index(drop=True)


def weighted(values: pd.Series, weights: pd.Series) -> float:
    """Mean of `values` weighted by contacts; rows without a value do not count. NaN where nothing is left."""
    known = values.notna() & weights.notna()
    total = float(weights[known].sum())
    return float((values[known] * weights[known]).sum()) / total if total > 0 else math.nan


def group_table(data: ReportData) -> pd.DataFrame:
    """One row for each planning group: contacts, service against goal, days kept, people and hours."""
    rows = [_group_row(data, group) for group in groups_of(data)]
    return pd.DataFrame(rows, columns=list(_GROUP_COLUMNS))


_GROUP_COLUMNS = (
    "planning_group",
    "offered",
    "service_level",
    "goal",
    "asa_seconds",
    "days_kept",
    "days_missed",
    "work_hours",
    "line_hours",
    "required_hours",
    "duty_hours",
    "scheduled_hours",
    "short_hours",
    "over_hours",
    "peak_required",
)


def _forecast_of(data: ReportData, group: str) -> pd.DataFrame:
    """Forecast rows of the group's queues; a queue that the site does not know is a group of its own."""
    frame = data.forecast.frame
    known = data.site.queues
    mine = [q for q in frame["queue"].unique() if (known[q].planning_group if q in known else q) == group]
    return frame[frame["queue"].isin(mine)]


def _group_row(data: ReportData, group: str) -> dict[str, object]:
    per_interval = data.site.calendar.interval_minutes / 60
    need = data.requirement.frame[data.requirement.frame["planning_group"] == group]
    work = _forecast_of(data, group)
    covered = coverage_of(data, group)
    waits = service_days(data, group)
    return {
        "planning_group": group,
        "offered": float(work["offered"].sum()),
        "service_level": weighted(waits["service_level"], waits["offered"]),
        "goal": goal_of(data, group),
        "asa_seconds": weighted(waits["asa_seconds"], waits["offered"]),
        "days_kept": int((waits["kept"] == "yes").sum()),
        "days_missed": int((waits["kept"] == "no").sum()),
        "work_hours": float((work["offered"] * work["aht_seconds"]).sum()) / 3600,
        "line_hours": float(need["agents_required"].sum()) * per_interval,
        "required_hours": float(need["agents_on_queue"].sum()) * per_interval,
        "duty_hours": float(need["agents_scheduled"].sum()) * per_interval,
        "scheduled_hours": float(covered["scheduled"].sum()) * per_interval,
        "short_hours": float(covered["short"].sum()) * per_interval,
        "over_hours": float(covered["over"].sum()) * per_interval,
        "peak_required": float(need["agents_on_queue"].max()) if len(need) else 0.0,
    }


def forecast_verdicts(data: ReportData) -> pd.DataFrame:
    """For each queue with a backtest: the chosen method, its error, and whether it beats the best simple average."""
    rows = []
    for queue, part in data.backtest.frame.groupby("queue", sort=True):
        chosen = part[part["chosen"] == "yes"]
        simple = part[part["method"].isin(SIMPLE_METHODS)].dropna(subset=["wape"]).sort_values("wape", kind="stable")
        if chosen.empty:
            continue
        error = float(chosen["wape"].iloc[0])
        best = float(simple["wape"].iloc[0]) if len(simple) else math.nan
        name = str(chosen["method"].iloc[0])
        rows.append(
            {
                "queue": str(queue),
                "method": name,
                "wape": error,
                "simple_method": str(simple["method"].iloc[0]) if len(simple) else "",
                "simple_wape": best,
                "verdict": _verdict(name, error, best),
            }
        )
    return pd.DataFrame(rows, columns=["queue", "method", "wape", "simple_method", "simple_wape", "verdict"])


def _verdict(name: str, error: float, simple: float) -> str:
    if math.isnan(error) or math.isnan(simple):
        return "not measured"
    if name in SIMPLE_METHODS:
        return "is a simple average"
    return "beats the simple averages" if error < simple else "does not beat the simple averages"
