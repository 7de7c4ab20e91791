"""Days, weeks and months in which hours over a norm are counted, and what counts in them before the first shift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from staffplan.clock import first_of_week
from staffplan.cost.exact import exact, half_up
from staffplan.planned import DAYS_OF_A_WEEK
from staffplan.settings.cost import PremiumSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.tables.people import Workforce

Used = Counter[tuple[str, date]]
"""Minutes by agent and first day of the block."""
LONGEST_BEFORE = timedelta(days=31)
"""Of what was worked before the plan nothing older counts: no week or month that goes on into it began earlier."""
Spent = Sequence[tuple[str, date, int]]
"""Agent, day, minutes."""


@dataclass(frozen=True)
class Blocks:
    """Which days are counted together. `starts`: the weekday on which weeks begin; None: with the days planned."""

    days: Sequence[date]
    starts: str | None = None

    def of(self, day: date, per: str = "week") -> date:
        """First day of the day's block: of the day, week, month, or of all days planned."""
        if per == "week":
            return self._week_of(day)
        return {"day": day, "month": day.replace(day=1)}.get(per, self.days[0])

    def _week_of(self, day: date) -> date:
        if self.starts is not None:
            return first_of_week(day, self.starts)
        return day - timedelta(days=(day - self.days[0]).days % DAYS_OF_A_WEEK)

    def goes_on(self, after: date, per: str) -> bool:
        """Whether the day after the last one planned is in the same week or month."""
        return self.of(after, per) == self.of(self.days[-1], per)

    def before(self, per: str = "week") -> list[date]:
        """Days of the first block before the first day planned."""
        first = self.of(self.days[0], per)
        return [first + timedelta(days=number) for number in range((self.days[0] - first).days)]


@dataclass(frozen=True)
class Norms:
    """From which hours on people work overtime, and what they have worked before the roster begins."""

    blocks: Blocks
    contracts: Mapping[str, str] = field(default_factory=dict)
    work_plans: Mapping[str, WorkPlanSettings] = field(default_factory=dict)
    worked_before: Spent = ()
    time_off: Spent = ()
    """Paid time off, on the days planned and before."""

    def minutes_of(self, premium: PremiumSettings, agent: str) -> tuple[int, int | None] | None:
        """Minutes of a block above which the premium is paid, and up to which; None where the person has no norm."""
        above, most = premium.over_hours, premium.up_to_hours
        if above == "norm":
            contract = self.work_plans.get(self.contracts.get(agent, ""))
            above = None if contract is None else contract.weekly_hours_norm
        if above is None:
            return None
        return half_up(exact(float(above)) * 60), None if most is None else half_up(exact(most) * 60)

    def used(self, per: str, *, with_time_off: bool, day_most: int | None = None) -> Used:
        """Minutes by agent and block that count before the first shift of the block: earlier days, time off.

        day_most: minutes of a day, beyond which earlier work does not count, as it was paid as overtime of the day.
        """
        found: Used = Counter()
        earlier, first = set(self.blocks.before(per)), self.blocks.days[0]
        for (agent, day), minutes in _by_day(self.worked_before).items():
            if day in earlier:
                found[agent, self.blocks.of(day, per)] += minutes if day_most is None else min(minutes, day_most)
        for agent, day, minutes in self.time_off if with_time_off else ():
            if day in earlier or day >= first:
                found[agent, self.blocks.of(day, per)] += minutes
        return found

    def used_for(self, premium: PremiumSettings, premiums: Sequence[PremiumSettings]) -> Used:
        """What counts before the first shift of a block for one of the premiums."""
        beyond = [p.over_hours for p in premiums if p.name in premium.not_counted and p.per == "day"]
        known = [half_up(exact(float(hours)) * 60) for hours in beyond if isinstance(hours, int | float)]
        return self.used(premium.per, with_time_off=premium.time_off_counts, day_most=min(known) if known else None)


def _by_day(rows: Spent) -> Counter[tuple[str, date]]:
    found: Counter[tuple[str, date]] = Counter()
    for agent, day, minutes in rows:
        found[agent, day] += minutes
    return found


def worked_before(workforce: Workforce, first: date) -> list[tuple[str, date, int]]:
    """Agent, day and paid minutes of the past roster's shifts in the month before `first`."""
    rows = workforce.past_roster.frame
    days = rows["schedule_date"]
    rows = rows[(days < pd.Timestamp(first)) & (days >= pd.Timestamp(first - LONGEST_BEFORE))]
    columns = (rows["agent_id"], rows["schedule_date"].dt.date, rows["paid_hours"])
    return [(str(agent), day, round(hours * 60)) for agent, day, hours in zip(*columns, strict=True)]
