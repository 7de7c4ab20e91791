"""What a rostering problem is: people, days, candidate shifts, the need of every slot. No solver words.

Time inside is counted in slots: the longest step that fits the interval, every shift's start and length and every
break. Slot 0 begins at local midnight of the first day. A shift lasts its hours however the clock changes, so that
paid hours and breaks are the same on every day of the year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Machine
from staffplan.roster.problem.ties import NO_TIES, Ties
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.problem.worth import Worth
from staffplan.settings.roster import WorkPlanSettings
from staffplan.tables.roster import ABSENCE, SPLIT
from staffplan.tables.skills import SkillRow

NO_LIMIT = 10**6
"""People, where their number is not limited."""
DAYS_OF_A_WHOLE_WEEK = 5
"""A last week with fewer days in the period has no minimum of hours."""
Absent = tuple[tuple[int, int, bool], ...]
"""Of each time off in a shift the first slot and the end, after its start, and whether it is paid."""


@dataclass(frozen=True)
class Pause:
    """A meal or break, the free time of a split shift, or an absence: length and window in slots after the start."""

    activity: str
    slots: int
    earliest: int
    latest: int
    paid: bool

    @property
    def gone(self) -> bool:
        """Free time between the parts of a split shift, or an absence: nobody is on site, nor on a break."""
        return self.activity in (SPLIT, ABSENCE)

    @property
    def splits(self) -> bool:
        """Whether it lies between the parts of a split shift."""
        return self.activity == SPLIT


@dataclass(frozen=True)
class ShiftOption:
    """A shift with its start: "early 08:00". A split shift is one option; its free time is a pause that stays."""

    name: str
    family: str
    start_minute: int
    slots: int
    paid_minutes: int
    pauses: tuple[Pause, ...]
    serves: tuple[str, ...] = ()
    """Of a copy for people who have some of their skills on some days only: the planning groups it serves."""
    off: Absent = ()
    """Time off in it: the shift is worked around it, by those who have just this time off."""

    @property
    def key(self) -> str:
        """The name, and of a copy the groups and the time off in it: no two options have the same."""
        groups = [f"for {', '.join(self.serves)}"] if self.serves else []
        return " ".join([self.name, *groups, *(f"off {first}-{end} {paid}" for first, end, paid in self.off)])

    @property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """First slot and end, after the start, of each part of the shift."""
        gone = next((pause for pause in self.pauses if pause.splits), None)
        if gone is None:
            return ((0, self.slots),)
        return ((0, gone.earliest), (gone.earliest + gone.slots, self.slots))

    @cached_property
    def there(self) -> tuple[tuple[int, int], ...]:
        """First slot and end, after the start, of each stretch on site: beside free time and absences."""
        gone = sorted((pause.earliest, pause.earliest + pause.slots) for pause in self.pauses if pause.gone)
        edges = [0, *(at for span in gone for at in span), self.slots]
        return tuple(span for span in zip(edges[::2], edges[1::2], strict=True) if span[0] < span[1])


@dataclass(frozen=True)
class Person:
    """One agent who can be rostered, with the contract and the site's agreement."""

    agent_id: str
    name: str
    plan_name: str
    contract: WorkPlanSettings
    skills: tuple[str, ...]
    """Planning groups that the person can serve on some day of the period."""
    rules: tuple[Rule, ...]
    """The site's agreement for the person, beside what every contract says."""
    past: tuple[Worked, ...] = ()
    """Shifts worked before the period, as far as they are known."""
    past_from: date | None = None
    """First day from which they are known; None: not at all."""
    team: str = ""
    held: tuple[SkillRow, ...] = ()
    """All skills, those that are no planning group too, with levels and days."""


@dataclass(frozen=True)
class Period:
    """The days planned, their slots and weeks: calendar weeks, or blocks of seven days from the first day on."""

    first_day: date
    days: int
    timezone: str
    interval_minutes: int
    slot_minutes: int
    start: pd.Timestamp
    """Instant of slot 0."""
    day_slot: NDArray[np.int64]
    """(days + 1,): first slot of each local day; the last entry is the end of the period."""
    slots: int
    """Slots in all: the period's, and after its end as many as the longest shift needs."""
    week_first: date | None = None
    """First day of the calendar week in which the period begins; None: weeks are blocks from the first day on."""

    @property
    def weeks(self) -> int:
        return self.week_of(self.days - 1) + 1

    @property
    def days_before(self) -> int:
        """Days of the first week that lie before the period."""
        return 0 if self.week_first is None else (self.first_day - self.week_first).days

    @property
    def slots_per_interval(self) -> int:
        return self.interval_minutes // self.slot_minutes

    @property
    def slot_hours(self) -> float:
        return self.slot_minutes / 60

    def day(self, number: int) -> date:
        return self.first_day + timedelta(days=number)

    def week_of(self, day: int) -> int:
        """Number of the week of a day."""
        return (day + self.days_before) // 7

    def week_days(self, week: int) -> range:
        """Numbers of the days of a week that lie in the period."""
        first = 7 * week - self.days_before
        return range(max(first, 0), min(first + 7, self.days))

    def is_part(self, week: int) -> bool:
        """Whether some days of a calendar week lie outside the period."""
        return self.week_first is not None and len(self.week_days(week)) < 7

    def instant(self, slot: int) -> pd.Timestamp:
        return self.start + pd.Timedelta(minutes=int(slot) * self.slot_minutes)

    def weekends(self) -> list[tuple[int, int]]:
        """Day numbers of every Saturday and Sunday that lie in the period together."""
        saturdays = [d for d in range(self.days - 1) if self.day(d).weekday() == 5]
        return [(d, d + 1) for d in saturdays]


@dataclass(frozen=True)
class Circle:
    """People of whom only so many may be on meals and breaks at once: `most`, and part / of those of them in the
    house (`of` 0: no part), though always one."""

    counts: NDArray[np.bool_]
    """(people,): who they are."""
    most: int
    part: int
    of: int


@dataclass(frozen=True)
class RosterProblem:
    """All a roster is made from, as arrays over people, days, options (candidate shifts), groups and slots."""

    period: Period
    groups: tuple[str, ...]
    required: NDArray[np.float64]
    """(groups, slots): people needed on queue; zero after the end of the period."""
    hours: NDArray[np.float64]
    """(slots,): hours each slot counts in the cost; zero after the end of the period."""
    options: tuple[ShiftOption, ...]
    option_slot: NDArray[np.int64]
    """(options, days): slot at which the option starts on the day."""
    people: tuple[Person, ...]
    skillsets: NDArray[np.int64]
    """(skillsets,): bit g is set where the skill set contains group g."""
    skillset_of: NDArray[np.int64]
    """(people,): number of the person's skill set."""
    allowed: NDArray[np.bool_]
    """(people, days, options): contract, weekday, availability and time off let the person work it,
    and one of the person's groups needs somebody then."""
    why_not: tuple[dict[int, str], ...]
    """For each person the days without any allowed option, and why: "time off", "not available", "not needed"
    or "no skill"."""
    paid_minutes_min: NDArray[np.int64]
    """(people, weeks): fewest minutes to be paid for work, time off already credited."""
    paid_minutes_max: NDArray[np.int64]
    """(people, weeks): most minutes to be paid for work, paid time off already credited."""
    option_groups: NDArray[np.int64]
    """(options,): groups (bits) that the shift may serve."""
    worth: Worth
    """What people on queue save."""
    seats: NDArray[np.int64]
    """(slots,): most people on site at once, NO_LIMIT where there is none."""
    pausing: NDArray[np.int64]
    """(slots,): most people on meals and breaks at once."""
    understaffing_weight: float
    overstaffing_weight: float
    circles: tuple[Circle, ...] = ()
    """Limits on meals and breaks that `pausing` does not say: of some of the people, or a part of those there."""
    ties: Ties = NO_TIES
    """Rules between named people, or people of a kind."""

    @property
    def required_hours(self) -> float:
        return float((self.required * self.hours).sum())

    def worked(self, day: int, number: int) -> Worked:
        """An option of a day as the rules read it."""
        option, first = self.options[number], int(self.option_slot[number, day])
        edges = [self.period.instant(first + offset) for part in option.parts for offset in part]
        free = (edges[1], edges[2]) if len(edges) > 2 else None
        return Worked(self.period.day(day), edges[0], edges[-1], option.paid_minutes / 60, option.name, free)

    def cost(self, on_queue: NDArray[np.float64]) -> tuple[float, float, float]:
        """Understaffed hours, overstaffed hours and the cost of the cover, from (groups, slots) people on queue."""
        short = float((np.maximum(self.required - on_queue, 0) * self.hours).sum())
        surplus = float((np.maximum(on_queue - self.required, 0) * self.hours).sum())
        return short, surplus, self.worth.cost(on_queue)


class Rule(Protocol):
    """A rule of one person, in two forms that share no code: `machine` for the searches, `violations` for the check.

    `violations` sees one person's shifts as instants, wherever they come from, those before the period too; it knows
    nothing of options, slots or machines. A rule with a `weight` is priced by its amount, not forbidden.
    """

    @property
    def name(self) -> str: ...

    @property
    def weight(self) -> float | None:
        """Price of one unit of the amount in cost; None: hard."""

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]: ...

    def machine(self, problem: RosterProblem, person: Person) -> Machine | None:
        """None where every tour keeps the rule, as it gives one choice a day."""


OFF = "off"
"""What a lock says of a day without a shift."""


def plan_of(name: str, work_plans: Mapping[str, WorkPlanSettings]) -> str:
    """The contract meant by a cell; blank means the only one there is."""
    return next(iter(work_plans)) if not name and len(work_plans) == 1 else name
