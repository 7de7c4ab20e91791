"""The need that a given roster leaves to the search.

The search counts people on its grid of slots and knows nothing of meetings, of people whom it leaves out, of shifts
whose times are off the grid. So the need of every slot is corrected by the difference between the people whom the
search counts there with the roster as given, and those who are really on queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.case.case import Case
from staffplan.roster.check.cover import scheduled
from staffplan.roster.problem.problem import NO_LIMIT, Period, RosterProblem
from staffplan.roster.problem.worth import Worth, cover_worth
from staffplan.roster.repair.given import Given, slot_of
from staffplan.roster.rules.team import minimum_people, team_rules
from staffplan.roster.search.compiled.arrays import NOTHING, Floats, Ints
from staffplan.roster.search.space import Tours
from staffplan.tables.roster import BREAKS, Roster, on_site


def corrected(given: Given, case: Case, roster: Roster, since: pd.Timestamp) -> RosterProblem:
    """The problem's need from `since` on, corrected by what the search counts beside what is really there."""
    problem = given.problem
    on_queue, site, pausing = _counted(problem, given.tours)
    there = actual(problem, roster)
    surplus = on_queue - there["queue"]
    now = slot_of(problem.period, since, up=True)
    hours = np.where(np.arange(problem.period.slots) >= now, problem.hours, 0.0)
    return replace(
        problem,
        hours=hours,
        worth=_worth(problem, case, surplus, hours),
        seats=_limit(problem.seats, site - there["site"].sum(axis=0), now),
        pausing=_limit(problem.pausing, pausing - there["pause"].sum(axis=0), now),
    )


def _limit(limit: Ints, surplus: Floats, now: int) -> Ints:
    """A limit of all together on those whom the search counts; none on what is over."""
    moved = np.where(limit < NO_LIMIT, np.maximum(limit + np.floor(surplus), 0), limit).astype(np.int64)
    moved[:now] = NO_LIMIT
    return moved


def _counted(problem: RosterProblem, tours: Tours) -> tuple[Floats, Floats, Floats]:
    """(groups, slots) on queue, (slots,) on site and on pauses, as the search counts these tours."""
    on_queue = np.zeros(problem.required.shape)
    site, pausing = np.zeros(problem.period.slots), np.zeros(problem.period.slots)
    step = problem.period.slots_per_interval
    for n, d in np.argwhere(tours.choice != NOTHING).tolist():
        o = int(tours.choice[n, d])
        option, first = problem.options[o], int(problem.option_slot[o, d])
        slots = np.arange(first, first + option.slots)
        paused, gone = np.zeros((2, option.slots), dtype=bool)
        for pause, offset in zip(option.pauses, tours.pauses[n, d].tolist(), strict=False):
            (gone if pause.gone else paused)[offset : offset + pause.slots] = True
        working = slots[~(paused | gone)]
        np.add.at(on_queue, (tours.group[n, working // step], working), 1.0)
        site[slots[~gone]] += 1.0
        pausing[slots[paused]] += 1.0
    return on_queue, site, pausing


def actual(problem: RosterProblem, roster: Roster) -> Mapping[str, Floats]:
    """(groups, slots) people on queue; (1, slots) on site and on pauses; parts of a slot as parts."""
    shifts, frame = roster.shifts.frame, roster.activities.frame
    there = {
        "queue": (frame[frame["activity"] == "queue"], problem.groups),
        "site": (on_site(shifts, frame).assign(planning_group=""), ("",)),
        "pause": (frame[frame["activity"].isin(BREAKS)].assign(planning_group=""), ("",)),
    }
    return {name: _by_slot(rows, groups, problem.period) for name, (rows, groups) in there.items()}


def _by_slot(rows: pd.DataFrame, groups: tuple[str, ...], period: Period) -> Floats:
    found = np.zeros((len(groups), period.slots))
    length = pd.Timedelta(minutes=period.slot_minutes)
    parts = scheduled(rows, period.start, length)
    parts = parts[parts["planning_group"].isin(groups)]
    slot = ((parts["interval_start"] - period.start) // length).to_numpy(dtype=np.int64)
    inside = (slot >= 0) & (slot < period.slots)
    group = parts["planning_group"].map({name: g for g, name in enumerate(groups)}).to_numpy(dtype=np.int64)
    found[group[inside], slot[inside]] = parts["scheduled"].to_numpy(dtype=float)[inside]
    return found


def _worth(problem: RosterProblem, case: Case, surplus: Floats, hours: Floats) -> Worth:
    """What people on queue save when `surplus` (groups, slots) of those counted are not there.

    Cover is counted anew, parts of people too; where service is sought, the lines move by whole people.
    """
    whole = np.round(surplus).astype(np.int64)
    if case.settings.objective == "service":
        return _moved(problem.worth, whole, hours > 0)
    least = minimum_people(team_rules(case.settings), problem.groups, problem.period, case.site.calendar)
    due = np.where(least > 0, np.maximum(least + whole, 0), 0)
    need = np.maximum(problem.required + surplus, 0.0)
    weights = {"under": problem.understaffing_weight, "over": problem.overstaffing_weight}
    return cover_worth(need, hours, due, **weights)


def _moved(worth: Worth, people: Ints, counts: NDArray[np.bool_]) -> Worth:
    """Everybody's worth as that of the person so many places before; nothing where the time is over."""
    levels = worth.saves.shape[2] + max(int(people.max(initial=0)), 0)
    place = np.clip(np.arange(levels)[None, None, :] - people[:, :, None], 0, worth.saves.shape[2] - 1)
    saves = np.take_along_axis(worth.saves, place, axis=2) * counts[None, :, None]
    first = np.maximum(saves, 0).sum(dtype=float)
    return Worth.of_lines(saves.astype(np.float32), float(first))
