"""Objective and bound are those of the roster as it is written, with its meetings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from meeting_centers import CENTER, meeting, meetings, random_doing, random_need, roster_of, slow_cost
from roster_centers import LATE, SHORT, Center, day, every_day

from staffplan.progress import Progress
from staffplan.roster.meetings.cost import written_cover
from staffplan.roster.step import RosterResult
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.tables.people import Workforce


@pytest.mark.parametrize("seed", range(20))
def test_the_cover_of_a_roster_is_that_of_counting_quarter_by_quarter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    roster, need = roster_of(random_doing(rng)), random_need(rng)
    problem = replace(CENTER.case(), requirement=need).problem()
    assert problem.period.slot_minutes > 15
    assert written_cover(problem, roster).cost == pytest.approx(slow_cost(roster, need))


PLAN = {"any": WorkPlanSettings(shifts=("short", "late"), days_per_week_max=2)}
TINY = Center(
    {"voice": every_day(2, range(8, 12), 2.0) | every_day(2, range(16, 19), 1.0)},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any")],
    shifts={"short": SHORT, "late": LATE},
    work_plans=PLAN,
    settings=RosterSettings(rules=(), effort=0.2),
)
MEETINGS = {
    "where everybody is needed": [meeting(agents="ann", minutes=60, hours="08:00-12:00")],
    "where a shift has more than are needed": [meeting(agents="ann;bob", minutes=60, together="no")],
    "together": [meeting(minutes=90, hours="15:00-20:00"), meeting(meeting="talk 2", agents="bob", minutes=30)],
}


def workforce(name: str) -> Workforce:
    whole = TINY.workforce
    return Workforce(whole.agents, whole.time_off, whole.availability, meetings=meetings(*MEETINGS[name]))


@cache
def solved(name: str) -> tuple[RosterResult, tuple[Progress, ...]]:
    told: list[Progress] = []
    return TINY.solve(workforce(name), on_progress=told.append), tuple(told)


def counted(queue: dict[tuple[int, float], int]) -> float:
    """Hours missing at 10, too many at 1, by quarters."""
    total = 0.0
    for number, quarter in product(range(2), range(96)):
        net = queue.get((number, quarter), 0) - TINY.need["voice"].get((number, quarter // 4), 0.0)
        total += (net if net > 0 else -10 * net) / 4
    return total


Spans = dict[str, list[tuple[int, int, int]]]
"""Day, first and end quarter of everybody's shifts."""


def every_roster() -> Iterator[Spans]:
    ways = [None, (32, 48), (64, 80)]
    for choice in product(ways, repeat=4):
        spans: Spans = {"ann": [], "bob": []}
        for (name, number), way in zip(product(("ann", "bob"), range(2)), choice, strict=True):
            if way is not None:
                spans[name].append((number, *way))
        yield spans


def every_place(spans: Spans, name: str) -> Iterator[list[tuple[str, int, int, int]]]:
    """Every way to hold all of the meetings: who is away from which quarter to which."""
    jobs: list[list[list[tuple[str, int, int, int]]]] = []
    for row in MEETINGS[name]:
        who = str(row["agents"]).split(";") if row["agents"] else ["ann", "bob"]
        low, high = (32, 48) if row["hours"] == "08:00-12:00" else (60, 80) if row["hours"] else (0, 96)
        length = int(str(row["minutes"])) // 15
        free = {
            one: [
                (number, start)
                for number, first, end in spans[one]
                for start in range(max(first, low), min(end, high) - length + 1)
            ]
            for one in who
        }
        if row["together"] == "yes":
            common = set.intersection(*(set(places) for places in free.values()))
            jobs.append([[(one, d, s, s + length) for one in who] for d, s in sorted(common)])
        else:
            jobs += [[[(one, d, s, s + length)] for d, s in places] for one, places in free.items()]
    for choice in product(*jobs):
        away = [one for part in choice for one in part]
        if not any(a[:2] == b[:2] and a[2] < b[3] and b[2] < a[3] for n, a in enumerate(away) for b in away[:n]):
            yield away


def cheapest(name: str) -> float:
    best = np.inf
    for spans in every_roster():
        queue: dict[tuple[int, float], int] = {}
        for parts in spans.values():
            for number, first, end in parts:
                for quarter in range(first, end):
                    queue[number, quarter] = queue.get((number, quarter), 0) + 1
        for away in every_place(spans, name):
            there = dict(queue)
            for _, number, first, end in away:
                for quarter in range(first, end):
                    there[number, quarter] -= 1
            best = min(best, counted(there))
    return best


@pytest.mark.parametrize("name", MEETINGS)
def test_the_objective_is_that_of_the_roster_written_and_no_roster_with_the_meetings_is_below_the_bound(
    name: str,
) -> None:
    result, told = solved(name)
    queue: dict[tuple[int, float], int] = {}
    for row in result.roster.activities.frame.itertuples():
        if row.activity == "queue":
            start, end = (t.tz_convert("Europe/Madrid") for t in (row.start, row.end))
            number = (start.date() - day(0)).days
            for quarter in range(start.hour * 4 + start.minute // 15, end.hour * 4 + end.minute // 15):
                queue[number, quarter] = queue.get((number, quarter), 0) + 1
    assert result.objective == pytest.approx(counted(queue))
    assert result.bound <= cheapest(name) + 1e-6
    assert result.bound <= result.objective + 1e-9
    assert told[-1].label.startswith("s at most; with meetings: within ")
    [note] = [note for note in result.notes if note.message.startswith("objective")]
    assert note.message.startswith(f"objective {result.objective:,.1f}, lower bound {result.bound:,.1f}, with the")
