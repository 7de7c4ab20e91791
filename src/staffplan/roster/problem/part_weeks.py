"""Calendar weeks of which some days lie outside the period: what of a minimum is due inside it."""

from __future__ import annotations

from staffplan.roster.problem.problem import Period, Person


def part_due(left: int, inside: int, outside: int, a_day: int = 1) -> int:
    """What of a week's minimum is due on its days in the period.

    left: what is not worked yet; inside, outside: days of the week in the period, and those of which nobody knows yet
    what is worked; a_day: the most that a day can hold. It is the share of the days inside, rounded down to whole
    days, or what the days outside cannot hold, and never more than the days inside can.
    """
    if not inside:
        return 0
    share = left * inside // ((inside + outside) * a_day) * a_day
    return max(0, min(max(share, left - outside * a_day), inside * a_day))


def unknown_before(person: Person, period: Period) -> int:
    """Days of the first week before the period of which nothing is known of the person."""
    if person.past_from is None:
        return period.days_before
    return min(max((person.past_from - period.day(-period.days_before)).days, 0), period.days_before)


def days_elsewhere(person: Person, period: Period, week: int) -> int:
    """Days of a week outside the period of which nobody knows what is worked: after it, and unknown ones before."""
    days = period.week_days(week)
    known = period.days_before - unknown_before(person, period) if week == 0 else 0
    return 7 - len(days) - known
