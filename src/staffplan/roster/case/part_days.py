"""Parts of days off: shifts that lie over them, what is left of a shift around them, and the hours they count.

A contract says what happens to a shift over a part of a day off: nobody works it (`no_shift`), or the agent is absent
for that part and works the rest (`rest_of_shift`). The rest of a shift is an option of its own, with the absence as a
pause that stays where it is, so that the search counts nobody on queue who is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.problem.problem import Absent, Pause, Period, Person, ShiftOption
from staffplan.settings.roster import WorkPlanSettings
from staffplan.tables.people import PartOff
from staffplan.tables.roster import ABSENCE

LONGEST_SHIFT_DAYS = 2
"""Days on which a shift may have minutes, after the one on which it begins."""


def with_rests_of_shifts(
    options: tuple[ShiftOption, ...],
    people: Sequence[Person],
    parts: Sequence[Sequence[PartOff]],
    right: NDArray[np.bool_],
    starts: NDArray[np.int64],
    period: Period,
) -> tuple[ShiftOption, ...]:
    """The options, and what the parts off of these people leave of them. right: (people, days, options) for what each
    can serve on the day; starts: (options, days) slots."""
    found: dict[tuple[int, Absent], None] = {}
    for person, mine, able in zip(people, parts, right, strict=True):
        if person.contract.works_rest_of_shift:
            for day, o, off in _overlaps(mine, options, starts, period):
                if able[day, o] and options[o].family in person.contract.shifts:
                    found[o, off] = None
    rests = (_rest_of(options[o], off, period.slot_minutes) for o, off in found)
    return (*options, *(rest for rest in rests if rest is not None))


def beside_parts_off(
    parts: Sequence[PartOff],
    plan: WorkPlanSettings,
    options: tuple[ShiftOption, ...],
    starts: NDArray[np.int64],
    period: Period,
) -> NDArray[np.bool_]:
    """(days, options): the shift has no minute in a part off, or is just the rest that these parts leave of it."""
    whole = np.array([not option.off for option in options], dtype=bool)
    free = np.repeat(whole[None, :], period.days, axis=0)
    rests = {(option.name, option.serves, option.off): o for o, option in enumerate(options) if option.off}
    for day, o, off in _overlaps(parts, options, starts, period):
        free[day, o] = False
        rest = rests.get((options[o].name, options[o].serves, off)) if plan.works_rest_of_shift else None
        if rest is not None:
            free[day, rest] = True
    return free


def parts_by_day(parts: Sequence[PartOff], days: Collection[date]) -> Iterator[tuple[date, list[PartOff]]]:
    """Each of these days that has any, with them."""
    for day in sorted({part.day for part in parts} & set(days)):
        yield day, [part for part in parts if part.day == day]


def _overlaps(
    parts: Sequence[PartOff], options: Sequence[ShiftOption], starts: NDArray[np.int64], period: Period
) -> Iterator[tuple[int, int, Absent]]:
    """Day and option of each shift of the settings that lies over a part off, and where in it the agent is away."""
    slots = sorted({_slots_of(part, period) for part in parts})
    touched = {(part.day - period.first_day).days - back for part in parts for back in range(LONGEST_SHIFT_DAYS + 1)}
    for day in sorted(day for day in touched if 0 <= day < period.days):
        for o, option in enumerate(options):
            off = () if option.off else _inside(option, int(starts[o, day]), slots)
            if off:
                yield day, o, off


def _slots_of(part: PartOff, period: Period) -> tuple[int, int, bool]:
    """First slot, end and whether it is paid: on the grid, widened to it."""
    begin, end = (
        (at - period.start) / pd.Timedelta(minutes=period.slot_minutes) for at in part.span(period.timezone)
    )
    return int(np.floor(begin)), int(np.ceil(end)), part.paid


def _inside(option: ShiftOption, first: int, slots: Sequence[tuple[int, int, bool]]) -> Absent:
    """What of it lies in the parts of a shift that begins at slot `first`, in order, none over another."""
    found: list[tuple[int, int, bool]] = []
    for begin, end in option.parts:
        at = begin
        for off, until, paid in slots:
            away, back = max(off - first, at), min(until - first, end)
            if away < back:
                found.append((away, back, paid))
                at = back
    return tuple(found)


def _rest_of(option: ShiftOption, off: Absent, slot_minutes: int) -> ShiftOption | None:
    """The shift with an absence; None where nothing is left of it, or no place for its breaks."""
    working = sum(end - begin for begin, end in option.parts)
    if sum(end - begin for begin, end, _ in off) >= working:
        return None
    ways = (
        _in_order([*chosen, *_absences(off, chosen)]) for chosen in product(*(_places(p, off) for p in option.pauses))
    )
    able = [way for way in ways if way is not None and _alike(way, option)]
    if not able:
        return None
    pauses = max(able, key=lambda way: sum(pause.latest - pause.earliest for pause in way))
    unpaid = sum(pause.slots for pause in pauses if pause.activity == ABSENCE and not pause.paid)
    return replace(option, off=off, pauses=pauses, paid_minutes=option.paid_minutes - unpaid * slot_minutes)


def _places(pause: Pause, off: Absent) -> list[Pause]:
    """The pause with each part of its window in which it touches no absence; inside one where there is none."""
    starts = [
        at
        for at in range(pause.earliest, pause.latest + 1)
        if all(at + pause.slots <= begin or end <= at for begin, end, _ in off)
    ]
    runs: list[list[int]] = []
    for at in starts:
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    if not runs:
        return [replace(pause, latest=pause.earliest)]
    return [replace(pause, earliest=run[0], latest=run[-1]) for run in runs]


def _absences(off: Absent, pauses: Sequence[Pause]) -> Iterator[Pause]:
    """The absences around what pauses lie in them."""
    for begin, end, paid in off:
        at = begin
        for pause in sorted(pauses, key=lambda one: one.earliest):
            first, until = pause.earliest, pause.earliest + pause.slots
            if pause.earliest == pause.latest and begin < until and first < end:
                if at < first:
                    yield Pause(ABSENCE, first - at, at, at, paid)
                at = max(at, until)
        if at < end:
            yield Pause(ABSENCE, end - at, at, at, paid)


def _in_order(pauses: Sequence[Pause]) -> tuple[Pause, ...] | None:
    """One after the other, windows tightened from both ends; None where they do not fit."""
    line = sorted(pauses, key=lambda pause: (pause.earliest, pause.latest))
    for k in range(1, len(line)):
        line[k] = replace(line[k], earliest=max(line[k].earliest, line[k - 1].earliest + line[k - 1].slots))
    for k in reversed(range(len(line) - 1)):
        line[k] = replace(line[k], latest=min(line[k].latest, line[k + 1].latest - line[k].slots))
    return tuple(line) if all(pause.earliest <= pause.latest for pause in line) else None


def _alike(way: Sequence[Pause], option: ShiftOption) -> bool:
    """Whether the shift's own pauses are in their order."""
    own = [(pause.activity, pause.slots) for pause in way if pause.activity != ABSENCE]
    return own == [(pause.activity, pause.slots) for pause in option.pauses]
