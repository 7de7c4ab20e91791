"""Learnt hours held against the truth, over made histories of every kind, with every kind of gap."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from staffplan.clock import SiteCalendar
from staffplan.forecast.history.hours_changes import learn_timetable
from staffplan.forecast.history.series import DayGrid

HISTORIES = 300 if os.environ.get("STAFFPLAN_ALL") else 60
HANDFUL = 10.0
"""Contacts that a time of the week promises, over all days with rows, before it has to be found."""


@dataclass(frozen=True)
class Learnt:
    """A made history, and the times of the week (7, slots) that learning got wrong."""

    made: Any
    wrongly_closed: np.ndarray
    wrongly_open: np.ndarray


@pytest.fixture(scope="module")
def learnt(made_history: Callable[[int], Any]) -> list[Learnt]:
    return [_learnt(made_history(seed)) for seed in range(HISTORIES)]


def _learnt(made: Any) -> Learnt:
    timetable, _ = learn_timetable(made.raw)
    week = DayGrid(made.raw.grid.first, 7, SiteCalendar("UTC", 30))
    is_open = week.open_matrix(replace(timetable.latest, on_holidays=None))
    return Learnt(made, made.is_open & ~is_open, is_open & ~made.is_open)


def test_no_time_is_closed_of_which_more_than_a_handful_of_contacts_tell(learnt) -> None:
    lost = {own.made.name: int((own.wrongly_closed & (own.made.promise >= HANDFUL)).sum()) for own in learnt}
    assert {name: cells for name, cells in lost.items() if cells} == {}


def test_learnt_hours_lose_next_to_none_of_the_load(learnt) -> None:
    lost = sum(own.made.promise[own.wrongly_closed].sum() for own in learnt)
    assert lost < 0.001 * sum(own.made.promise.sum() for own in learnt)


def test_the_few_times_that_are_lost_promise_a_handful_of_contacts_together(learnt) -> None:
    assert max(own.made.promise[own.wrongly_closed].sum() for own in learnt) < 3 * HANDFUL


def test_weekdays_that_were_never_open_are_closed(learnt) -> None:
    for own in learnt:
        never = ~own.made.ever_open.any(axis=1)
        assert not own.wrongly_open[never].any(), own.made.name


def test_hours_are_learnt_as_short_as_they_are_but_for_a_few_times_that_are_not_clear(learnt) -> None:
    wrongly_open = sum(int(own.wrongly_open.sum()) for own in learnt)
    never_open = sum(int((own.wrongly_open & ~own.made.ever_open).sum()) for own in learnt)
    closed = sum(int((~own.made.is_open).sum()) for own in learnt)
    assert wrongly_open < 0.03 * closed
    assert never_open < 0.005 * closed
