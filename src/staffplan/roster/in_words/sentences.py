"""Each entry of [roster] rules as a sentence. A rule without one of its own is told by its setting's own text."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from staffplan.settings import hard_rules as hard
from staffplan.settings import priced_rules as priced
from staffplan.settings import team_rules as team
from staffplan.settings.base import Section
from staffplan.settings.roster import WorkPlanSettings

SHARED = {
    "nights": "night shifts",
    "weekends": "weekends with work",
    "early_starts": "shifts that start before {before}",
    "late_ends": "shifts that end after {after}",
    "holidays": "public holidays with work",
    "shifts": "shifts",
    "hours": "paid hours",
}
LONGEST_CYCLE_TOLD = 14
"""Turns of a rotation that are named one by one."""


def sentence_of(setting: Section) -> str:
    """What an entry of [roster] rules demands or prefers, as one or two sentences."""
    say = _SENTENCES.get(type(setting), _by_its_own_text)
    return f"{say(setting)}{_price(setting)}"


def contract_sentences(plan: WorkPlanSettings) -> Iterator[tuple[str, str]]:
    """Keys of a contract, and what each demands."""
    if plan.weekly_hours_min > 0:
        yield "weekly_hours_min", f"At least {plan.weekly_hours_min:g} paid hours a week."
    yield "weekly_hours_max", f"At most {plan.weekly_hours_max:g} paid hours a week."
    if plan.days_per_week_max < 7:
        yield "days_per_week_max", f"At most {_days(plan.days_per_week_max)} of work a week."
    yield "shifts", f"Only these shifts: {_list(plan.shifts)}."


def skill_sentence(row: Mapping[str, Any]) -> str:
    """A row of skills.csv: the skill, its level and its days."""
    level = "" if pd.isna(row["level"]) else f" on level {row['level']:g}"
    since = "" if pd.isna(row["valid_from"]) else f" from {row['valid_from']:%Y-%m-%d}"
    until = "" if pd.isna(row["valid_until"]) else f" until {row['valid_until']:%Y-%m-%d}"
    return f"The skill {row['skill']}{level}{since}{until}{'' if since or until else ' on all days'}."


def _price(setting: Section) -> str:
    return f" A preference of weight {setting.weight:g}." if isinstance(setting, priced.SoftSection) else ""


def _by_its_own_text(setting: Any) -> str:
    text = (inspect.getdoc(type(setting)) or "").split("\n\n")[0].replace("\n", " ")
    given = setting.model_dump(exclude={"rule", "weight", "work_plans", "agents"}, exclude_none=True)
    values = ", ".join(f"{name} = {value}" for name, value in given.items())
    return f"{text} ({values})" if values else text


def _days(number: float) -> str:
    return _many(number, "day")


def _many(number: float, word: str) -> str:
    return f"{number:g} {word}" if number == 1 else f"{number:g} {word}s"


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _bounds(setting: Any, unit: str) -> str:
    """ "At least 4 and at most 6 days"."""
    parts = [
        f"at {side} {value:g}"
        for side, value in (("least", setting.least), ("most", setting.most))
        if value is not None
    ]
    return f"{' and '.join(parts)} {unit}".capitalize()


def _night(setting: Any) -> str:
    return f"A night shift has {setting.night_hours:g} hours or more in {setting.night}."


def _span(per: str) -> str:
    return {"period": "in the period planned", "week": "in each week"}[per]


def _succession(rule: hard.SuccessionSetting) -> str:
    never = _list(rule.never)
    if rule.days == 1:
        return f"Never {never} on the day after {rule.after}."
    return f"Never {never} from {_days(rule.from_day)} to {_days(rule.days)} after {rule.after}."


def _rest_after_nights(rule: hard.RestAfterNightsSetting) -> str:
    due = [f"{rule.hours:g} hours of rest"] if rule.hours else []
    due += [f"{_days(rule.days_off)} off"] if rule.days_off else []
    after = "a night shift" if rule.nights == 1 else f"the last of {rule.nights} or more night shifts in a row"
    return f"At least {' and '.join(due)} after {after}. {_night(rule)}"


def _rotation(rule: hard.RotationSetting) -> str:
    turns = [" or ".join(turn) or "off" for turn in rule.cycle]
    told = ", ".join(turns) if len(turns) <= LONGEST_CYCLE_TOLD else f"{len(turns)} turns"
    return f"The {'weeks' if rule.per == 'week' else 'days'} take turns: {told}."


def _monthly_hours(rule: hard.MonthlyHoursSetting) -> str:
    shorter = rule.shorter_before_holidays
    before = f", {_many(shorter, 'hour')} less before a public holiday" if shorter else ""
    by_hand = "".join(f"; {month}: {hours:g} hours" for month, hours in rule.hours.items())
    norm = f"{rule.daily_hours:g} hours on each working day ({rule.weekdays}){before}{by_hand}"
    return f"In each calendar month the norm hours: {norm}.{_slack(rule.below, rule.above)}"


def _average_hours(rule: hard.AverageHoursSetting) -> str:
    when = f"On the average of {_many(rule.weeks, 'week')}, from {rule.first_day} on"
    until = "" if rule.drift is None else f" At most {rule.drift:g} hours away from it when the plan ends in between."
    return f"{when}, {rule.weekly_hours:g} paid hours a week.{_slack(rule.below, rule.above)}{until}"


def _slack(below: float | None, above: float | None) -> str:
    parts = [f"{hours:g} hours {side}" for hours, side in ((below, "below"), (above, "above")) if hours is not None]
    return f" At most {' and '.join(parts)} are allowed." if parts else ""


def _fair_share(rule: priced.FairShareSetting) -> str:
    what = SHARED[rule.of].format(before=rule.before, after=rule.after)
    both = rule.sides == "both" or (rule.sides is None and rule.of in ("shifts", "hours"))
    return f"Nobody gets more {what} than a fair share{', nor fewer' if both else ''}."


def _minimum_staff(rule: team.MinimumStaffSetting) -> str:
    when = "at all hours" if rule.hours == "24h" else rule.hours
    days = "" if rule.weekdays == "daily" else f" ({rule.weekdays})"
    holidays = "" if rule.holidays else ", not on public holidays"
    people = "1 person" if rule.people == 1 else f"{rule.people} people"
    return f"At least {people} on queue for {rule.planning_group}, {when}{days}{holidays}."


def _concurrent_breaks(rule: team.ConcurrentBreaksSetting) -> str:
    limits = [_many(rule.most, "person")] if rule.most is not None else []
    limits += [f"{rule.share:.0%} of those on duty"] if rule.share is not None else []
    whose = f" of those with the skill {rule.planning_group}" if rule.planning_group else ""
    return f"At most {' and '.join(limits).replace('persons', 'people')}{whose} on a break at the same time."


def _tie(rule: team.TieSetting) -> str:
    words = tie_words(rule)
    weight = "" if rule.weight is None else f" A preference of weight {rule.weight:g}."
    return f"{words}{weight}"


def tie_words(rule: team.TieSetting) -> str:
    """A rule between named people, or people of a kind."""
    match rule:
        case team.MinimumOnDutySetting():
            return _minimum_on_duty(rule)
        case team.TogetherSetting(agents=agents, start_minutes=start, end_minutes=end):
            within = f" within {start} minutes" if start else ""
            ends = "" if end is None else f" and end within {end} minutes" if end else " and end together"
            return f"{' and '.join(agents)} begin together{within}{ends} on each day on which both work."
        case team.ApartSetting(agents=agents, per=per):
            when = "on the same day" if per == "day" else "at the same time"
            return f"No two of {' and '.join(agents)} work {when}."
        case team.MentorSetting(trainee=trainee, mentors=mentors):
            return f"Each shift of {trainee} lies within a shift of {' or '.join(mentors)}."


def _minimum_on_duty(rule: team.MinimumOnDutySetting) -> str:
    parts = [f"of the team {rule.staffing_group}"] if rule.staffing_group else []
    level = f" on level {rule.level} or higher" if rule.level > 1 else ""
    parts += [f"with the skill {rule.skill}{level}"] if rule.skill else []
    parts += [f"among {_list(rule.agents)}"] if rule.agents else []
    when = "at all hours" if rule.hours == "24h" else rule.hours
    days = "" if rule.weekdays == "daily" else f" ({rule.weekdays})"
    holidays = "" if rule.holidays else ", not on public holidays"
    people = "1 person" if rule.people == 1 else f"{rule.people} people"
    return f"At least {people} {' '.join(parts)} in a shift, {when}{days}{holidays}."


_SENTENCES: Mapping[type[Section], Callable[[Any], str]] = {
    hard.DailyRestSetting: lambda r: (
        f"At least {_many(r.hours, 'hour')} of rest between the end of a shift and the start of the next."
    ),
    hard.WeeklyRestSetting: lambda r: f"At least {r.hours:g} hours of rest without a break in each week.",
    hard.ConsecutiveDaysSetting: lambda r: f"At most {_days(r.days)} of work in a row.",
    hard.ConsecutiveDaysMinSetting: lambda r: f"At least {_days(r.days)} of work in a row.",
    hard.DaysOffInARowSetting: lambda r: f"At least {_days(r.days)} off in a row.",
    hard.WeekendsOffSetting: lambda r: (
        f"At least {_many(r.weekends, 'weekend')} in the period without a minute of work."
    ),
    hard.WeekendsInARowSetting: lambda r: f"At most {_many(r.weekends, 'weekend')} with work in a row.",
    hard.WeekendsWorkedSetting: lambda r: f"At most {_many(r.weekends, 'weekend')} with work in the period planned.",
    hard.WholeWeekendsSetting: lambda _: "Saturday and Sunday are both worked or both off.",
    hard.NightsInARowSetting: lambda r: f"At most {_many(r.nights, 'night shift')} in a row. {_night(r)}",
    hard.NightsSetting: lambda r: f"At most {_many(r.most, 'night shift')} {_span(r.per)}. {_night(r)}",
    hard.RestAfterNightsSetting: _rest_after_nights,
    hard.RestAfterSetting: lambda r: f"At least {_many(r.hours, 'hour')} of rest after {r.shift}.",
    hard.StartVariationSetting: lambda r: (
        f"In each week the starts of the shifts differ by at most {r.minutes} minutes."
    ),
    hard.SuccessionSetting: _succession,
    hard.DayHoursSetting: lambda r: f"At most {_many(r.most, 'paid hour')} on a day.",
    hard.PeriodHoursSetting: lambda r: f"{_bounds(r, 'paid hours')} in the period planned.",
    hard.MonthlyHoursSetting: _monthly_hours,
    hard.AverageHoursSetting: _average_hours,
    hard.PeriodDaysSetting: lambda r: f"{_bounds(r, 'days of work')} in the period planned.",
    hard.ShiftsOfSetting: lambda r: f"{_bounds(r, 'shifts')} of {r.shift} {_span(r.per)}.",
    hard.RotationSetting: _rotation,
    priced.WishesSetting: lambda _: "Wishes of people are granted.",
    priced.FairShareSetting: _fair_share,
    priced.OvertimeSetting: lambda _: "No paid hours above the contract's weekly_hours_norm.",
    priced.HoursBalanceSetting: lambda r: (
        "The balance of hours ends at zero"
        + (f", give or take {_many(r.free_hours, 'hour')}." if r.free_hours else ".")
    ),
    priced.StabilitySetting: lambda _: "Nobody's day differs from the roster published before.",
    priced.StartsAlikeSetting: lambda r: (
        "All shifts of a week start at the same time" + (f", give or take {r.minutes} minutes." if r.minutes else ".")
    ),
    priced.SplitRestSetting: lambda _: "No single day off between two days of work.",
    priced.IsolatedDaysSetting: lambda _: "No single day of work between two days off.",
    priced.SplitWeekendsSetting: lambda _: "Weekends are worked whole or not at all.",
    team.MinimumStaffSetting: _minimum_staff,
    team.SeatsSetting: lambda r: f"At most {r.most} people on site at the same time.",
    team.ConcurrentBreaksSetting: _concurrent_breaks,
    team.MinimumOnDutySetting: _tie,
    team.TogetherSetting: _tie,
    team.ApartSetting: _tie,
    team.MentorSetting: _tie,
}
