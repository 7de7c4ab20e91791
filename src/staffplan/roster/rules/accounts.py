"""Hours that are due over calendar months, or on the average of a reference period of many weeks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor

import numpy as np

from staffplan.clock import SiteCalendar, parse_weekdays
from staffplan.roster.problem.machine import FORBIDDEN, Machine, kinds_of, with_day_off, within_weeks
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import span
from staffplan.roster.rules.hours import paid_unit
from staffplan.roster.rules.known import DueSpan
from staffplan.roster.rules.registry import Account, Holder, Relaxable, rule_for
from staffplan.settings.hard_rules import AverageHoursSetting, MonthlyHoursSetting

DAY = timedelta(days=1)
CREDITED_DAYS = 5
"""A day of time off counts as a fifth of a week's hours, as in the contract's weeks."""


@dataclass(frozen=True)
class Span:
    """Days of the period that are counted together, and the minutes of work that are due and allowed on them."""

    first: date
    last: date
    least: int
    most: int


@dataclass(frozen=True)
class HoursOver:
    """Paid time in each of several spans, one after the other, that cover the period; what was worked before, and
    time off, are in their bounds already."""

    spans: tuple[Span, ...]
    name: str
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for one in self.spans:
            minutes = 60 * sum(w.paid_hours for w in worked if one.first <= w.schedule_date <= one.last)
            said = f"{minutes / 60:g} paid hours on {span(one.first, one.last)}"
            if minutes < one.least - 1e-4:
                yield Violation(one.first, f"{said}, {one.least / 60:g} h are due", lacks=True)
            if minutes > one.most + 1e-4:
                yield Violation(one.first, f"{said}, {one.most / 60:g} h are allowed")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the paid time of the span so far in the contract's unit."""
        unit, days = paid_unit(problem, person), problem.period.days
        paid = np.arange(max(one.most for one in self.spans) // unit + 1)
        units = np.array([option.paid_minutes // unit for option in problem.options], dtype=np.int64)
        kind, what = kinds_of(with_day_off(np.broadcast_to(units, (days, len(units))), 0))
        reached = paid[:, None] + what[:, 0][None, :]
        step = np.where(reached < len(paid), reached, FORBIDDEN)
        lasts = {one.last for one in self.spans}
        ends = np.array([problem.period.day(day) in lasts for day in range(days)], dtype=bool)
        good = np.array([(paid * unit >= one.least) & (paid * unit <= one.most) for one in self.spans], dtype=bool)
        return within_weeks(Machine(kind, np.broadcast_to(step, (days, *step.shape))), ends, good)


@rule_for(
    MonthlyHoursSetting,
    Relaxable("below", 1.0, 1.0, "at most {:g} hours below the norm of the month"),
    Relaxable("above", 1.0, 1.0, "at most {:g} hours above the norm of the month"),
)
def _monthly_hours(setting: MonthlyHoursSetting, holder: Holder) -> HoursOver:
    account, spans = _account(holder), []
    first = holder.first_day
    while first <= account.last_day:
        month_first, month_last = first.replace(day=1), _month_end(first)
        last, norms = min(month_last, account.last_day), norm_hours(setting, first, account.calendar)
        since = _known_since(month_first, holder, account)
        due = sum(hours for day, hours in norms.items() if since <= day <= last)
        due -= sum(_own(hours, norms[day]) for day, hours in account.off if since <= day <= last and day in norms)
        spans.append(_span(first, last, max(due, 0.0) - _done(account, since, first), setting.below, setting.above))
        first = month_last + DAY
    return HoursOver(tuple(spans), "monthly hours")


def norm_hours(setting: MonthlyHoursSetting, day: date, calendar: SiteCalendar) -> dict[date, float]:
    """Norm hours of each working day of the day's month: as many hours as the setting names for the month, shared
    over the working days, or daily_hours each, less right before a public holiday that is no day moved there."""
    weekdays, first, last = parse_weekdays(setting.weekdays), day.replace(day=1), _month_end(day)
    days = [first + timedelta(days=number) for number in range(last.day)]
    extra, free = calendar.working_weekends, calendar.holidays
    working = [one for one in days if one in extra or (one.weekday() in weekdays and one not in free)]
    given = setting.hours.get(f"{day:%Y-%m}")
    if given is not None:
        return {one: given / len(working) for one in working}
    shorter = max(setting.daily_hours - setting.shorter_before_holidays, 0.0)
    eves = {day - DAY for day in free if not calendar.special_days[day].moved}
    return {one: shorter if one in eves else setting.daily_hours for one in working}


@rule_for(
    AverageHoursSetting,
    Relaxable("below", 1.0, 1.0, "at most {:g} hours below the average of the reference period"),
    Relaxable("above", 1.0, 1.0, "at most {:g} hours above the average of the reference period"),
    Relaxable("drift", 1.0, 1.0, "at most {:g} hours from the average when the plan ends"),
)
def _average_hours(setting: AverageHoursSetting, holder: Holder) -> HoursOver:
    spans = []
    for one in due_spans(setting, holder):
        ends = one.last == reference_begin(setting, one.first) + timedelta(weeks=setting.weeks) - DAY
        slack = (setting.below, setting.above) if ends else (setting.drift, setting.drift)
        spans.append(_span(one.first, one.last, one.hours, *slack))
    return HoursOver(tuple(spans), "average hours")


def due_spans(setting: AverageHoursSetting, holder: Holder) -> Iterator[DueSpan]:
    """The reference periods, as far as they lie in the days planned, with the hours that bring the balance to zero at
    the end of each."""
    account, length, first = _account(holder), timedelta(weeks=setting.weeks), holder.first_day
    while first <= account.last_day:
        end = reference_begin(setting, first) + length - DAY
        last = min(end, account.last_day)
        balance = balance_before(setting, holder) if first == holder.first_day else 0.0
        yield DueSpan(first, last, due_hours(setting, account, first, last) - balance)
        first = end + DAY


def balance_before(setting: AverageHoursSetting, holder: Holder) -> float:
    """Hours above the average (below it: negative) of the reference period in which the plan begins, before it."""
    account, begin = _account(holder), reference_begin(setting, holder.first_day)
    if not balance_known(setting, holder):
        return 0.0
    if account.balance_hours is not None:
        return account.balance_hours if begin < holder.first_day else 0.0
    return _done(account, begin, holder.first_day) - due_hours(setting, account, begin, holder.first_day - DAY)


def balance_known(setting: AverageHoursSetting, holder: Holder) -> bool:
    """Whether anything tells the balance with which the period begins; a reference period that begins with it has
    none."""
    account, begin = _account(holder), reference_begin(setting, holder.first_day)
    reaches = account.past_from is not None and account.past_from <= begin
    return begin == holder.first_day or account.balance_hours is not None or reaches


def reference_begin(setting: AverageHoursSetting, day: date) -> date:
    """First day of the reference period of a day."""
    length = timedelta(weeks=setting.weeks)
    return setting.first_day + (day - setting.first_day) // length * length


def due_hours(setting: AverageHoursSetting, account: Account, first: date, last: date) -> float:
    """Hours of work due from the first to the last day, time off credited: of weeks counted from the first day."""
    due, a_day, number = 0.0, setting.weekly_hours / CREDITED_DAYS, ((last - first).days + 1)
    for week in range(0, number, 7):
        begin, end = first + timedelta(days=week), min(first + timedelta(days=week + 6), last)
        off = sum(_own(hours, a_day) for day, hours in account.off if begin <= day <= end)
        due += max(setting.weekly_hours * ((end - begin).days + 1) / 7 - off, 0.0)
    return due


def _account(holder: Holder) -> Account:
    if holder.account is None:
        raise ValueError(f"nothing is known of the days of {holder.agent_id}")
    return holder.account


def _known_since(month_first: date, holder: Holder, account: Account) -> date:
    """First day of the month from which the person's hours are counted: its first, where the past is known so far."""
    if month_first < holder.first_day and account.past_from is not None and account.past_from <= month_first:
        return month_first
    return max(month_first, holder.first_day)


def _done(account: Account, since: date, until: date) -> float:
    """Paid hours before the period from `since` on, up to the day before `until`."""
    return sum(w.paid_hours for w in account.past if since <= w.schedule_date < until)


def _own(hours: float | None, usual: float) -> float:
    return usual if hours is None else hours


def _span(first: date, last: date, due: float, below: float | None, above: float | None) -> Span:
    """below, above: hours that the sum may lie from what is due; None: as many as there are."""
    everything = 24 * 60 * ((last - first).days + 1)
    least = 0 if below is None else ceil((due - below) * 60 - 1e-6)
    most = everything if above is None else floor((due + above) * 60 + 1e-6)
    return Span(first, last, max(least, 0), min(max(most, 0), everything))


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - DAY
