"""Named shifts with their pauses to the tables of a roster, for peers that stop before that.

Who serves which planning group is settled here for them: interval by interval, people with one skill first, then each
of the others where one more helps most, until nobody's change helps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.roster.problem.problem import RosterProblem
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

TURNS = 3


@dataclass(frozen=True)
class Duty:
    """One agent's shift on a day; `pauses`: slots after the shift's start at which each pause begins."""

    person: int
    day: int
    option: int
    pauses: tuple[int, ...]


def roster_of(problem: RosterProblem, duties: list[Duty]) -> Roster:
    serving = _serve(problem, duties)
    shifts = [_shift_row(problem, duty) for duty in duties]
    activities = [row for duty in duties for row in _activity_rows(problem, duty, serving)]
    if not duties:
        return Roster(RosterShifts.empty(), RosterActivities.empty())
    return Roster(RosterShifts.of(pd.DataFrame(shifts)), RosterActivities.of(pd.DataFrame(activities)))


def middle_pauses(problem: RosterProblem, option: int) -> tuple[int, ...]:
    """Every pause in the middle of its window."""
    return tuple((pause.earliest + pause.latest) // 2 for pause in problem.options[option].pauses)


def _first_slot(problem: RosterProblem, duty: Duty) -> int:
    return int(problem.option_slot[duty.option, duty.day])


def _queue_slots(problem: RosterProblem, duty: Duty) -> list[int]:
    option, first = problem.options[duty.option], _first_slot(problem, duty)
    away = {at + k for at, pause in zip(duty.pauses, option.pauses, strict=True) for k in range(pause.slots)}
    return [first + k for k in range(option.slots) if k not in away]


def _serve(problem: RosterProblem, duties: list[Duty]) -> dict[tuple[int, int], int]:
    """Group served by (person, interval)."""
    step = problem.period.slots_per_interval
    there: dict[int, dict[int, list[int]]] = {}
    for duty in duties:
        for slot in _queue_slots(problem, duty):
            there.setdefault(slot // step, {}).setdefault(duty.person, []).append(slot)
    serving = {}
    for interval, people in there.items():
        for person, group in _serve_interval(problem, people).items():
            serving[person, interval] = group
    return serving


def _serve_interval(problem: RosterProblem, people: dict[int, list[int]]) -> dict[int, int]:
    groups = {person: [problem.groups.index(skill) for skill in problem.people[person].skills] for person in people}
    net = {slot: -problem.required[:, slot] for slots in people.values() for slot in slots}
    choice: dict[int, int] = {}
    for _ in range(TURNS):
        for person in sorted(people, key=lambda p: len(groups[p])):
            before = choice.get(person)
            for slot in people[person] if before is not None else ():
                net[slot][before] -= 1
            gains = [_gain(problem, net, people[person], group) for group in groups[person]]
            choice[person] = groups[person][int(np.argmax(gains))]
            for slot in people[person]:
                net[slot][choice[person]] += 1
    return choice


def _gain(problem: RosterProblem, net: dict[int, np.ndarray], slots: list[int], group: int) -> float:
    """What one person more in the group is worth."""
    short, surplus = problem.understaffing_weight, problem.overstaffing_weight
    missing = [min(max(-net[slot][group], 0.0), 1.0) for slot in slots]
    return sum(short * part - surplus * (1 - part) for part in missing)


def _shift_row(problem: RosterProblem, duty: Duty) -> dict[str, object]:
    option, first = problem.options[duty.option], _first_slot(problem, duty)
    return {
        "agent_id": problem.people[duty.person].agent_id,
        "schedule_date": pd.Timestamp(problem.period.day(duty.day)),
        "shift": option.name,
        "start": problem.period.instant(first),
        "end": problem.period.instant(first + option.slots),
        "paid_hours": option.paid_minutes / 60,
    }


def _activity_rows(
    problem: RosterProblem, duty: Duty, serving: dict[tuple[int, int], int]
) -> Iterator[dict[str, object]]:
    option, first = problem.options[duty.option], _first_slot(problem, duty)
    at = first
    for offset, pause in zip(duty.pauses, option.pauses, strict=True):
        yield from _queue_rows(problem, duty, serving, at, first + offset)
        at = first + offset + pause.slots
        yield _activity_row(problem, duty, (first + offset, at), pause.activity, "", pause.paid)
    yield from _queue_rows(problem, duty, serving, at, first + option.slots)


def _queue_rows(
    problem: RosterProblem, duty: Duty, serving: dict[tuple[int, int], int], first: int, end: int
) -> Iterator[dict[str, object]]:
    step, begin = problem.period.slots_per_interval, first
    for slot in range(first, end):
        group = serving[duty.person, slot // step]
        if slot + 1 == end or serving[duty.person, (slot + 1) // step] != group:
            yield _activity_row(problem, duty, (begin, slot + 1), "queue", problem.groups[group], True)
            begin = slot + 1


def _activity_row(
    problem: RosterProblem, duty: Duty, span: tuple[int, int], activity: str, group: str, paid: bool
) -> dict[str, object]:
    start = problem.period.instant(span[0])
    return {
        "agent_id": problem.people[duty.person].agent_id,
        "schedule_date": pd.Timestamp(problem.period.day(duty.day)),
        "activity_date": start.tz_convert(problem.period.timezone).tz_localize(None).normalize(),
        "start": start,
        "end": problem.period.instant(span[1]),
        "activity": activity,
        "planning_group": group,
        "paid": "yes" if paid else "no",
    }
