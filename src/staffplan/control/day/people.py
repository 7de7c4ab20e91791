"""People on queue minute by minute: required, rostered, changed on the day, away, late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.draws import draw_absences, exposed
from staffplan.simulate.engine import Stretches
from staffplan.simulate.scene import Scene
from staffplan.tables.roster import ABSENCE
from staffplan.tables.states import WORDS

Whole = NDArray[np.int64]
MINUTE = 60.0
QUEUE = "queue"


@dataclass(frozen=True)
class People:
    """(minutes,) people on queue for a planning group: as required, rostered before the day, and as the roster was
    changed on the day. absent: away for the whole shift; late: rostered and not on queue at other times, less those
    who worked beside their time; None where no log of states says so. expected: both as the plan counted on them, by
    repetition."""

    required: Whole
    rostered: Whole
    changed: Whole
    absent: Whole | None
    late: Whole | None
    expected: Callable[[int], tuple[Whole, Whole]]
    expected_minutes: float = 0.0
    """The mean of all minutes of `expected`."""


def curve(stretches: Stretches, minutes: int) -> Whole:
    """(minutes,): people whose stretch holds the middle of each minute."""
    steps = np.zeros(minutes + 1, dtype=np.int64)
    for moment, sign in ((stretches.start, 1), (stretches.end, -1)):
        place = np.clip(np.ceil(moment / MINUTE - 0.5).astype(np.int64), 0, minutes)
        np.add.at(steps, place, sign)
    return np.cumsum(steps)[:-1]


def required_curve(agents: NDArray[np.float64], interval_minutes: int) -> Whole:
    """(minutes,) of people required in each interval, (intervals,)."""
    return np.repeat(np.ceil(agents - 1e-9).astype(np.int64), interval_minutes)


def expected_of(
    scene: Scene, settings: SimulateSettings, staffing: StaffingSettings, seed: int
) -> Callable[[int], tuple[Whole, Whole]]:
    """(minutes,) each: away for the whole shift, and at other times, as the settings' shrinkage makes them in each
    repetition."""
    minutes = round(scene.grid.end_seconds / MINUTE)
    out = {name: own for name, own in staffing.shrinkage.items() if not own.in_office}
    whole_shifts = staffing.model_copy(update={"shrinkage": out})
    laid_out = [exposed(scene, settings, which) for which in (whole_shifts, staffing)]

    def expected(repetition: int) -> tuple[Whole, Whole]:
        there = curve(scene.stretches, minutes)
        there_but_sick, present = (
            curve(draw_absences(scene, each, seed=seed, repetition=repetition), minutes) for each in laid_out
        )
        return there - there_but_sick, there_but_sick - present

    return expected


def missing(
    activities: pd.DataFrame, states: pd.DataFrame, group: str, start: pd.Timestamp, minutes: int
) -> tuple[Whole, Whole]:
    """(minutes,) twice from `start` on: people of a planning group away for their whole shift, and not on queue at
    other times. activities: rows of RosterActivities; states: rows of AgentStates. Who works beside the time rostered
    makes the second smaller, if the shift is for this group alone."""
    absent, late = np.zeros(minutes, dtype=np.int64), np.zeros(minutes, dtype=np.int64)
    middles = start + pd.to_timedelta(np.arange(minutes) * 60 + 30, unit="s")
    words = states["state"].str.strip().str.lower().map(lambda word: WORDS.get(word, word))
    working, present = (
        {str(name): own for name, own in states[there].groupby("agent_id")}
        for there in (words == QUEUE, words != ABSENCE)
    )
    for name, shifts in activities.groupby("agent_id"):
        own = shifts[shifts["activity"] == QUEUE]
        mine = own[own["planning_group"] == group]
        if mine.empty:
            continue
        nothing = states.iloc[:0]
        due, worked = _held(mine, middles), _held(working.get(str(name), nothing), middles)
        gone = due & _held(_missed(shifts, present.get(str(name), nothing)), middles)
        absent += gone
        late += due & ~gone & ~worked
        if len(mine) == len(own):
            late -= worked & ~due
    return absent, late


def _missed(activities: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Of one person's activities those of shifts in which there is no state: of two nights that touch a day one may
    be missed."""
    spans = activities.groupby("schedule_date").agg(start=("start", "min"), end=("end", "max"))
    came = [bool(((states["start"] < end) & (states["end"] > begin)).any()) for begin, end in spans.to_numpy()]
    return activities[activities["schedule_date"].isin(spans.index[~np.array(came)])]


def _held(rows: pd.DataFrame, middles: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """(minutes,): whether one of the rows holds the middle of each minute."""
    held = np.zeros(len(middles), dtype=bool)
    for begin, end in zip(rows["start"], rows["end"], strict=True):
        held[middles.searchsorted(begin) : middles.searchsorted(end)] = True
    return held
