"""Skills that hold on some days only: what each person can serve on each day, and the shifts that go with it.

A person of whom skills come or go within the period works copies of the shifts, each of which serves what the person
can serve on such a day. Copies have the name of the shift they are made from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.problem import Period, Person, ShiftOption
from staffplan.tables.skills import LOWEST_LEVEL, AgentSkills, skill_rows

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
CREDITED_WEEKDAYS = 5
"""From Monday on: a day without any skill lowers the hours due as a day off does."""


def skill_masks(
    people: Sequence[Person], groups: Sequence[str], table: AgentSkills, least: Mapping[str, int], period: Period
) -> Ints:
    """(people, days): the groups (bits) that each person can serve in shifts that begin on the day."""
    whole = [sum(1 << groups.index(skill) for skill in person.skills) for person in people]
    masks = np.repeat(np.array(whole, dtype=np.int64)[:, None], period.days, axis=1)
    number = {person.agent_id: n for n, person in enumerate(people)}
    rows = [row for row in skill_rows(table) if row.agent_id in number and row.skill in groups]
    for row in rows:
        masks[number[row.agent_id]] &= ~(1 << groups.index(row.skill))
    for row in rows:
        if row.level >= least.get(row.skill, LOWEST_LEVEL):
            first, last = max((row.first - period.first_day).days, 0), (row.last - period.first_day).days
            masks[number[row.agent_id], first : max(last + 1, 0)] |= 1 << groups.index(row.skill)
    return masks


def with_copies(options: tuple[ShiftOption, ...], masks: Ints, groups: Sequence[str]) -> tuple[ShiftOption, ...]:
    """The options and their copies, all of them for one set of groups after the other. masks: (people, days)."""
    copies = [
        replace(option, serves=tuple(name for g, name in enumerate(groups) if mask >> g & 1))
        for mask in _partial(masks)
        for option in options
    ]
    return (*options, *copies)


def served(options: Sequence[ShiftOption], groups: Sequence[str]) -> Ints:
    """(options,): groups (bits) that an option serves as a copy; all of them where it is none."""
    everything = (1 << len(groups)) - 1
    return np.array(
        [sum(1 << groups.index(name) for name in option.serves) or everything for option in options], dtype=np.int64
    )


def right_copies(options: Sequence[ShiftOption], masks: Ints, groups: Sequence[str]) -> Flags:
    """(people, days, options): the option is the copy for what the person can serve on the day; nothing where that
    is nothing. masks: (people, days)."""
    copied, serves = np.array([bool(option.serves) for option in options], dtype=bool), served(options, groups)
    whole = np.bitwise_or.reduce(masks, axis=1)[:, None]
    plain = (masks == whole) & (masks > 0)
    partly = (masks != whole)[:, :, None] & copied & (masks[:, :, None] == serves)
    return np.asarray((plain[:, :, None] & ~copied) | partly, dtype=bool)


def days_without_skill(masks: Ints, period: Period) -> list[set[date]]:
    """Of each person the days from Monday to Friday without any skill. masks: (people, days)."""
    days = [period.day(d) for d in range(period.days)]
    return [{day for day, mask in zip(days, row, strict=True) if not mask and _counts(day)} for row in masks.tolist()]


def _counts(day: date) -> bool:
    return day.weekday() < CREDITED_WEEKDAYS


def _partial(masks: Ints) -> list[int]:
    """The sets of groups that somebody can serve on some days, and more on others."""
    whole = np.bitwise_or.reduce(masks, axis=1)[:, None] if masks.size else masks
    return [mask for mask in np.unique(masks[masks != whole]).tolist() if mask]
