"""One week that stands for all: by weekday and time, never by instant."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pandas as pd
import pytest
from roster_centers import MADRID, MONDAY, Center, every_day

from staffplan.errors import DataError
from staffplan.roster.shifts.typical_week import typical_week

Need = dict[tuple[int, int], float]


def of(need: Need, how: Literal["mean", "maximum"], first_day: date = MONDAY) -> dict[tuple[date, int], float]:
    """Agents on queue of the typical week by local day and hour."""
    center = Center({"voice": need}, first_day=first_day)
    frame = typical_week(center.requirement, center.site, how)[0].frame
    local = frame["interval_start"].dt.tz_convert(MADRID)
    return {(at.date(), at.hour): n for at, n in zip(local, frame["agents_on_queue"], strict=True)}


def test_each_weekday_and_hour_is_the_mean_or_the_maximum_of_the_weeks() -> None:
    need = {(0, 9): 1.0, (7, 9): 2.0, (14, 9): 6.0, (3, 10): 4.0, (10, 10): 4.0, (17, 10): 4.0}
    assert of(need, "mean") == {(MONDAY, 9): 3.0, (date(2026, 11, 5), 10): 4.0}
    assert of(need, "maximum") == {(MONDAY, 9): 6.0, (date(2026, 11, 5), 10): 4.0}


def test_a_day_on_which_nobody_is_needed_does_not_thin_out_the_mean() -> None:
    need = {**every_day(14, [9], 4.0)}
    del need[7, 9]
    assert set(of(need, "mean").values()) == {4.0}


def test_hours_mean_the_same_on_both_sides_of_a_change_of_the_clock() -> None:
    before = date(2026, 10, 19)  # the clock goes back on Sunday the 25th
    found = of(every_day(14, range(24), 2.0), "maximum", before)
    assert len(found) == 7 * 24
    assert min(found)[0] == date(2026, 10, 26)  # the first week without a change


def test_less_than_a_week_is_no_typical_one() -> None:
    with pytest.raises(DataError, match="has less than a week"):
        of(every_day(4, [9]), "mean")


def test_a_week_whose_sunday_is_closed_is_a_whole_one() -> None:
    assert len(of(every_day(6, [9]), "mean")) == 6


def test_weeks_run_from_the_first_day_on() -> None:
    thursday = date(2026, 11, 5)
    found = of(every_day(14, [9]), "mean", thursday)
    assert sorted({day for day, _ in found}) == [thursday + pd.Timedelta(days=n) for n in range(7)]
