"""The shifts that would cover what a roster leaves understaffed, at least cost.

An integer program: how many people work which shift on which day for which planning group, and when they take their
breaks (counted by when they begin, as in the shift mix). An understaffed hour left costs what the settings say, an
overstaffed one too, and each open shift as many understaffed hours as it must save at least.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import parse_weekdays
from staffplan.errors import Note
from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.repair.given_need import actual
from staffplan.roster.search.integer_program import IntegerProgram
from staffplan.settings.open_shifts import OpenShiftsSettings
from staffplan.tables.open_shifts import OfferedBreak, OpenShifts
from staffplan.tables.roster import Roster

CLOSE = 1e-6
GAP = 0.001
"""Share of the cost within which the search may end."""
Floats = NDArray[np.float64]
Place = tuple[int, int, int]
"""Numbers of a planning group, a day and an option."""


@dataclass(frozen=True)
class Opened:
    """Open shifts, and the understaffed hours without and with all of them. gap: share of the cost that might still
    be saved."""

    shifts: OpenShifts
    hours_before: float
    hours_after: float
    gap: float
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Kind:
    """A shift on a day for a group: the column of its people, and for each pause those who begin it so many slots
    after the start."""

    group: int
    day: int
    option: int
    people: int
    pauses: tuple[dict[int, int], ...]


@dataclass(frozen=True)
class _One:
    """One open shift, with the offsets of its pauses in slots."""

    kind: _Kind
    offsets: tuple[int, ...]


def open_shifts(case: Case, roster: Roster, settings: OpenShiftsSettings, since: pd.Timestamp) -> Opened:
    """Shifts that begin from the instant `since` on. Raises ConfigError or DataError as `roster` does."""
    problem = case.hard().problem()
    lacking = problem.required - actual(problem, roster)["queue"]
    lacking = np.where(problem.hours > 0, lacking, 0.0)
    program, kinds = _program(case, problem, lacking, settings, since)
    solved = program.solve(seconds=case.settings.time_limit_seconds, gap=GAP)
    found = list(_single(kinds, solved.values)) if len(solved.values) else []
    gap = 0.0 if solved.objective <= CLOSE else max(0.0, (solved.objective - solved.bound) / solved.objective)
    table, left = _table(problem, found, lacking, settings)
    before = _hours(problem, lacking)
    if found:
        notes = tuple(_gap_note(gap))
    else:
        in_time = bool(len(solved.values)) or not kinds
        notes = (_none_note(_hours(problem, lacking, since), settings.hours_saved_min, in_time=in_time),)
    return Opened(table, before, _hours(problem, left), gap if found else 0.0, notes)


def _hours(problem: RosterProblem, lacking: Floats, since: pd.Timestamp | None = None) -> float:
    """Understaffed hours, from an instant on if one is given."""
    slot = pd.Timedelta(minutes=problem.period.slot_minutes)
    first = 0 if since is None else max(-((problem.period.start - since) // slot), 0)
    return float((np.maximum(lacking, 0.0) * problem.hours)[:, first:].sum())


def _gap_note(gap: float) -> Iterator[Note]:
    if gap > 10 * GAP:
        yield Note("roster", "assumption", "open shifts", f"at most {gap:.1%} of their cost might still be saved")


def _none_note(ahead: float, least: float, *, in_time: bool) -> Note:
    """Why there is no open shift. ahead: understaffed hours from then on; in_time: none was proven the best."""
    if ahead <= CLOSE:
        message = "nothing is understaffed from then on: no open shift is needed"
    elif in_time:
        message = f"no shift of a work plan would save {least:g} understaffed hours (open_shifts.hours_saved_min)"
    else:
        message = "none was found in time: raise roster.time_limit_seconds"
    return Note("roster", "assumption", "open shifts", message)


def _program(
    case: Case, problem: RosterProblem, lacking: Floats, settings: OpenShiftsSettings, since: pd.Timestamp
) -> tuple[IntegerProgram, list[_Kind]]:
    program, kinds = IntegerProgram(), []
    price = settings.hours_saved_min * problem.understaffing_weight
    hours = np.concatenate(
        [np.zeros((len(lacking), 1)), np.cumsum(np.maximum(lacking, 0) * problem.hours, axis=1)], 1
    )
    for group, day, option in _useful(case, problem, hours, settings.hours_saved_min, since):
        people = program.column(price + CLOSE)
        pauses: list[dict[int, int]] = []
        for number, pause in enumerate(problem.options[option].pauses):
            begun = {offset: program.column() for offset in range(pause.earliest, pause.latest + 1)}
            program.row([(people, -1.0), *((column, 1.0) for column in begun.values())], 0.0, 0.0)
            if number:
                _in_order(program, pauses[-1], problem.options[option].pauses[number - 1].slots, begun)
            pauses.append(begun)
        kinds.append(_Kind(group, day, option, people, tuple(pauses)))
    if settings.most is not None and kinds:
        program.row([(kind.people, 1.0) for kind in kinds], high=float(settings.most))
    _cover(program, problem, kinds, lacking)
    return program, kinds


def _useful(case: Case, problem: RosterProblem, hours: Floats, least: float, since: pd.Timestamp) -> Iterator[Place]:
    """Each shift of some contract during which enough hours lack, without the copies for people of dated skills.
    hours, (groups, slots + 1): summed."""
    contracts = {family for plan in case.work_plans.values() for family in plan.shifts}
    for option, shift in enumerate(problem.options):
        if shift.off or shift.serves or shift.family not in contracts:
            continue
        weekdays = parse_weekdays(case.shifts[shift.family].weekdays)
        for day in (d for d in range(problem.period.days) if problem.period.day(d).weekday() in weekdays):
            first = int(problem.option_slot[option, day])
            if problem.period.instant(first) < since:
                continue
            for group in range(len(problem.groups)):
                saved = sum(hours[group, first + end] - hours[group, first + begin] for begin, end in shift.parts)
                if problem.option_groups[option] >> group & 1 and saved > max(least, CLOSE):
                    yield group, day, option


def _in_order(program: IntegerProgram, before: dict[int, int], slots: int, then: dict[int, int]) -> None:
    """By each moment at most as many have begun the next pause as have ended this one."""
    for moment in then:
        ended = [(column, -1.0) for offset, column in before.items() if offset + slots <= moment]
        program.row([*((column, 1.0) for offset, column in then.items() if offset <= moment), *ended], high=0.0)


def _cover(program: IntegerProgram, problem: RosterProblem, kinds: Sequence[_Kind], lacking: Floats) -> None:
    """In every slot what is missing and what is too much, each at its price."""
    terms: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for kind in kinds:
        first, option = int(problem.option_slot[kind.option, kind.day]), problem.options[kind.option]
        for slot in range(first, first + option.slots):
            terms.setdefault((kind.group, slot), []).append((kind.people, 1.0))
        for pause, begun in zip(option.pauses, kind.pauses, strict=True):
            for offset, column in begun.items():
                for slot in range(first + offset, first + offset + pause.slots):
                    terms[kind.group, slot].append((column, -1.0))
    for (group, slot), there in terms.items():
        hours, lacks = float(problem.hours[slot]), float(lacking[group, slot])
        over = program.column(problem.overstaffing_weight * hours, whole=False)
        short = program.column(problem.understaffing_weight * hours, most=max(lacks, 0.0), whole=False)
        program.row([*there, (short, 1.0), (over, -1.0)], max(lacks, 0.0), max(lacks, 0.0))


def _single(kinds: Sequence[_Kind], values: Floats) -> Iterator[_One]:
    """The shifts one by one: who begins a pause first begins the next one first too."""
    counts = np.rint(values).astype(np.int64)
    for kind in kinds:
        begun = [[offset for offset, column in sorted(p.items()) for _ in range(counts[column])] for p in kind.pauses]
        for number in range(counts[kind.people]):
            yield _One(kind, tuple(offsets[number] for offsets in begun))


def _table(
    problem: RosterProblem, found: Sequence[_One], lacking: Floats, settings: OpenShiftsSettings
) -> tuple[OpenShifts, Floats]:
    """The shifts, the one that saves most of what the others leave first; and what is lacking with all of them."""
    left, rest = lacking.copy(), list(found)
    rows: list[dict[str, object]] = []
    slots = {id(one): _on_queue(problem, one) for one in rest}
    while rest:
        saved = [_saved(problem, left[one.kind.group], slots[id(one)]) for one in rest]
        best = max(range(len(rest)), key=lambda n: (round(saved[n], 6), -rest[n].kind.day, -rest[n].kind.option))
        one = rest.pop(best)
        left[one.kind.group, slots[id(one)]] -= 1.0
        rows.append(_row(problem, one, len(rows) + 1, saved[best], settings))
    return OpenShifts.of(pd.DataFrame(rows)) if rows else OpenShifts.empty(), left


def _on_queue(problem: RosterProblem, one: _One) -> NDArray[np.int64]:
    """Numbers of the slots on queue, (slots on queue,)."""
    option = problem.options[one.kind.option]
    there = np.ones(option.slots, dtype=bool)
    for pause, offset in zip(option.pauses, one.offsets, strict=True):
        there[offset : offset + pause.slots] = False
    return np.asarray(np.flatnonzero(there) + problem.option_slot[one.kind.option, one.kind.day], dtype=np.int64)


def _saved(problem: RosterProblem, lacking: Floats, slots: NDArray[np.int64]) -> float:
    return float((np.clip(lacking[slots], 0.0, 1.0) * problem.hours[slots]).sum())


def _row(
    problem: RosterProblem, one: _One, number: int, saved: float, settings: OpenShiftsSettings
) -> dict[str, object]:
    option, first = problem.options[one.kind.option], int(problem.option_slot[one.kind.option, one.kind.day])
    step = problem.period.slot_minutes
    breaks = [
        OfferedBreak(pause.activity, offset * step, (offset + pause.slots) * step, pause.paid)
        for pause, offset in zip(option.pauses, one.offsets, strict=True)
    ]
    return {
        "shift_id": f"S{number:03d}",
        "schedule_date": pd.Timestamp(problem.period.day(one.kind.day)),
        "shift": option.name,
        "start": problem.period.instant(first),
        "end": problem.period.instant(first + option.slots),
        "paid_hours": option.paid_minutes / 60,
        "planning_group": problem.groups[one.kind.group],
        "breaks": "; ".join(pause.words for pause in breaks),
        "hours_saved": round(saved, 6),
        "premium": np.nan if settings.premium is None else float(settings.premium),
    }
