"""What a roster costs with its meetings in it, and what no roster that holds as many of them can be below.

The bound of a roster without meetings does not hold with them: where people are too many on queue, a meeting saves.
Two bounds do. Taking somebody off queue never saves more than the cheapest person on queue costs. And at prices of
people on queue (bound.py) everybody in a meeting is missing at its price, at best where that is least of all starts
the meeting may have within shifts that the person may work; added to the bound at the prices, as one more relaxed
constraint of the same problem, this holds by weak duality too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.meetings.place import Held
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.search.bound import Prices
from staffplan.tables.roster import Roster

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MINUTE = pd.Timedelta(minutes=1)


@dataclass(frozen=True)
class Written:
    """Cover of a roster's tables: hours missing and too many, and what they cost."""

    understaffed_hours: float
    overstaffed_hours: float
    cost: float


def written_cover(problem: RosterProblem, roster: Roster) -> Written:
    """Counted in equal parts of the slots, as fine as the roster's times ask for; exact for any roster."""
    parts = on_queue_in_parts(problem, roster)
    found = [problem.cost(people.astype(float)) for people in parts]
    return Written(*np.mean(found, axis=0).tolist())


def on_queue_in_parts(problem: RosterProblem, roster: Roster) -> list[Ints]:
    """(groups, slots) people on queue in the first part of every slot, in the second, and so on."""
    period, rows = problem.period, roster.activities.frame
    rows = rows[(rows["activity"] == "queue") & rows["planning_group"].isin(problem.groups)]
    minutes = [((rows[name] - period.start) // MINUTE).to_numpy(dtype=np.int64) for name in ("start", "end")]
    tick = gcd(period.slot_minutes, *np.concatenate(minutes).tolist())
    ticks = period.slots * period.slot_minutes // tick
    change = np.zeros((len(problem.groups), ticks + 1), dtype=np.int64)
    group = rows["planning_group"].map({name: g for g, name in enumerate(problem.groups)}).to_numpy(dtype=np.int64)
    for at, sign in zip(minutes, (1, -1), strict=True):
        np.add.at(change, (group, np.clip(at // tick, 0, ticks)), sign)
    people = np.cumsum(change, axis=1)[:, :-1]
    count = period.slot_minutes // tick
    return [people[:, part::count] for part in range(count)]


def bound_with_meetings(problem: RosterProblem, bound: float, prices: Prices | None, held: Sequence[Held]) -> float:
    """No roster that keeps the rules and holds these meetings costs less; `bound` is the one without them."""
    most_saved = max(-float(problem.worth.saves.min(initial=0.0)), 0.0) / problem.period.slot_minutes
    found = [0.0, bound - most_saved * sum(one.minutes for one in held)]
    if prices is not None and prices.bound > 0.0:
        numbers = {person.agent_id: n for n, person in enumerate(problem.people)}
        known = [(numbers[one.agent_id], one) for one in held if one.agent_id in numbers]
        found.append(prices.bound + sum(_least_missed(problem, prices.prices, n, one) for n, one in known))
    return max(found)


def _least_missed(problem: RosterProblem, prices: Floats, person: int, meeting: Held) -> float:
    """The least that the person is missed, in prices, over all starts within shifts that may be worked."""
    slot, mask = problem.period.slot_minutes, int(problem.skillsets[problem.skillset_of[person]])
    mine = [g for g in range(len(problem.groups)) if mask >> g & 1]
    edges = np.arange(problem.period.slots + 1) * slot
    summed = np.concatenate([[0.0], np.cumsum(prices[mine].min(axis=0))])
    there = np.concatenate([[0.0], np.cumsum(may_be_there(problem, person))])
    ends = meeting.starts + meeting.minutes
    inside = np.interp(ends, edges, there) - np.interp(meeting.starts, edges, there) > meeting.minutes / slot - 1e-6
    missed = np.interp(ends, edges, summed) - np.interp(meeting.starts, edges, summed)
    return float(missed[inside].min()) if inside.any() else float(missed.min())


def may_be_there(problem: RosterProblem, person: int) -> NDArray[np.bool_]:
    """(slots,): a shift that the person may work covers it."""
    steps = np.zeros(problem.period.slots + 1, dtype=np.int64)
    days, options = np.nonzero(problem.allowed[person])
    first = problem.option_slot[options, days]
    length = np.array([option.slots for option in problem.options])[options]
    np.add.at(steps, first, 1)
    np.add.at(steps, first + length, -1)
    return np.asarray(np.cumsum(steps)[:-1] > 0)
