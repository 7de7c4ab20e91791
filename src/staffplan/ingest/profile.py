"""How contacts spread over the day and the week, to turn totals by day, week or month into intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.clock import parse_spans
from staffplan.errors import DataError, Problem
from staffplan.files.records import Records
from staffplan.ingest.totals import Period
from staffplan.ingest.wide import MINUTES_OF_A_DAY, typical_week

DAYS_OF_A_WEEK = 7
SPREAD = ("offered", "handled", "abandoned", "answered_within_threshold")


@dataclass(frozen=True)
class Profile:
    """Weights of the slots of a week: frame has weekday (Monday 0), minute and contacts; only ratios count."""

    frame: pd.DataFrame
    in_words: str


def even_profile(hours: str, minutes: int) -> Profile:
    """The same contacts in every interval of hours such as 08:00-18:00, on every day. ValueError on other texts."""
    slots = [slot for start, end in parse_spans(hours) for slot in range(start, end, minutes)]
    days = [(day, slot % MINUTES_OF_A_DAY) for day in range(DAYS_OF_A_WEEK) for slot in slots]
    frame = pd.DataFrame(days, columns=["weekday", "minute"]).assign(contacts=1.0)
    return Profile(frame, f"evenly over {hours}")


def profile_of_week(tables: Sequence[Records]) -> Profile | None:
    """The typical week in a file; None where it holds none."""
    weeks = [week for table in tables if (week := typical_week(table)) is not None]
    return Profile(weeks[0].frame, f"by the typical week in {weeks[0].place}") if weeks else None


def profile_of_history(frame: pd.DataFrame, timezone: str, place: str) -> Profile:
    """Mean contacts of the week in a history of intervals, all its queues together."""
    local = pd.DatetimeIndex(frame["interval_start"]).tz_convert(timezone)
    slots = pd.DataFrame({"weekday": local.day_of_week, "minute": local.hour * 60 + local.minute})
    means = slots.assign(contacts=frame["offered"].to_numpy()).groupby(["weekday", "minute"], as_index=False).mean()
    return Profile(means, f"by the usual week in {place}")


def spread(totals: pd.DataFrame, period: Period, profile: Profile, timezone: str, place: str) -> pd.DataFrame:
    """Rows of intervals for rows of totals: counts by the weights of the profile, handling times as they are.

    Raises DataError where contacts came on days for which the profile has none.
    """
    pieces = pd.concat(
        [_slots(totals.loc[[row]], period, profile, timezone) for row in totals.index], ignore_index=True
    )
    weight = pieces.groupby("_total")["contacts"].transform("sum")
    lost = sorted(set(totals.index[totals["offered"] > 0]) - set(pieces.loc[weight > 0, "_total"]))
    if lost:
        first = totals.loc[lost[0]]
        day = first["interval_start"].tz_convert(timezone)
        message = f"the profile ({profile.in_words}) has no contacts on {day:%A}s, but {day:%Y-%m-%d} has "
        message += f"{first['offered']:g}" + (f" (and {len(lost) - 1} more rows like it)" if len(lost) > 1 else "")
        raise DataError(Problem(f"{place}:{first['_row']:.0f}:offered", message, "give a profile for every open day"))
    share = pieces["contacts"] / weight.where(weight > 0, np.nan)
    for name in SPREAD:
        pieces[name] = pieces[name] * share
    return pieces.dropna(subset=["offered"])[list(totals.columns)].reset_index(drop=True)


def _slots(total: pd.DataFrame, period: Period, profile: Profile, timezone: str) -> pd.DataFrame:
    """The slots of the profile within the period of one total, with the total's own values."""
    start = total["interval_start"].iloc[0].tz_convert(timezone).tz_localize(None).normalize()
    end = {"day": start + pd.Timedelta(days=1), "week": start + pd.Timedelta(days=7)}.get(period)
    days = pd.date_range(start, end if end is not None else start + pd.DateOffset(months=1), inclusive="left")
    slots = pd.DataFrame({"day": days, "weekday": days.day_of_week}).merge(profile.frame, on="weekday")
    wall = slots["day"] + pd.to_timedelta(slots["minute"], unit="min")
    first = np.ones(len(wall), dtype=bool)
    local = pd.DatetimeIndex(wall).tz_localize(timezone, ambiguous=first, nonexistent="shift_forward")
    own = {name: total[name].iloc[0] for name in total.columns if name != "interval_start"}
    return slots.assign(**own, interval_start=local.tz_convert("UTC"), _total=total.index[0])
