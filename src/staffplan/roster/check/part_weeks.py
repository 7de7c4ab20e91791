"""Hours due and allowed in calendar weeks of which some days lie outside the period, for the check."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from math import floor

from staffplan.roster.rules import Worked
from staffplan.settings.roster import WorkPlanSettings


@dataclass(frozen=True)
class PartWeek:
    """One person's week, as far as it is known when the period begins. free, paid: fifths that time off counts."""

    first: date
    """First and last day of the week in the period."""
    last: date
    able: Collection[date]
    """Days of the whole week on which the person could work."""
    free: float
    paid: float
    before: Collection[Worked]
    """Shifts of the week before the period."""
    known_from: date | None
    """First day from which they are known."""

    def bounds(self, plan: WorkPlanSettings, longest_hours: float) -> tuple[float, float]:
        """Hours of work that are due and allowed on the days in the period. longest_hours: of a day, paid.

        What the week still lacks is due by the share of the days in the period, in whole days, or as far as the days
        that are left open outside it could not hold it.
        """
        done = sum(shift.paid_hours for shift in self.before)
        most = plan.weekly_hours_max - plan.weekly_hours_min * self.paid / 5 - done
        lacks = plan.weekly_hours_min * (1 - self.free / 5) - done
        inside = len([day for day in self.able if self.first <= day <= self.last])
        inside = max(min(inside, plan.days_per_week_max - len(self.before)), 0)
        elsewhere = len([day for day in self.able if day > self.last or (day < self.first and self._unknown(day))])
        if lacks <= 0 or not inside or not longest_hours:
            return 0.0, max(most, 0.0)
        share = floor(lacks * inside / (inside + elsewhere) / longest_hours + 1e-9) * longest_hours
        due = min(max(share, lacks - elsewhere * longest_hours, 0.0), inside * longest_hours)
        return due, max(most, 0.0)

    def _unknown(self, day: date) -> bool:
        return self.known_from is None or day < self.known_from
