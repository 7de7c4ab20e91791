"""Days on which people are needed and nobody is there, though people who could be there have hours to spare.

A bound proves a roster for the rules as they are written; whether they are meant so shows on such a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.errors import LEFT_EMPTY, Note
from staffplan.roster import rules
from staffplan.roster.case.case import Case
from staffplan.roster.check.cover import scheduled
from staffplan.roster.problem.problem import Person, RosterProblem, Rule
from staffplan.roster.problem.worked import Agreed, Worked
from staffplan.roster.why.one_person import no_limit
from staffplan.tables.roster import Roster
from staffplan.tables.waits import Coverage

NEARLY_NOBODY = 0.1
"""Share of a day's need; a day with no more than this covered is told as one that is left empty."""
MOST_DAYS = 15
"""Days that are told, those with the most hours missing."""
MOST_ASKED = 20
"""People of a day whose rules are tried."""
HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True)
class EmptyDay:
    """A day with a need and hardly anybody on duty, in some planning groups."""

    day: date
    groups: tuple[str, ...]
    missing_hours: float
    covered_hours: float


def empty_days(cover: Coverage, timezone: str, interval_minutes: int) -> list[EmptyDay]:
    """Those with the most hours missing first."""
    frame, hours = cover.frame, interval_minutes / 60
    needed, there = frame["required"], np.minimum(frame["required"], frame["scheduled"])
    days = local_dates(pd.DatetimeIndex(frame["interval_start"]), timezone)
    sums = pd.DataFrame({"needed": needed * hours, "there": there * hours}).groupby([days, frame["planning_group"]])
    by_group = sums.sum().reset_index(names=["day", "group"])
    empty = by_group[(by_group["needed"] > 0) & (by_group["there"] <= NEARLY_NOBODY * by_group["needed"])]
    found = []
    for day in sorted(set(empty["day"])):
        rows = empty[empty["day"] == day]
        there_too = float(rows["there"].sum())
        found.append(EmptyDay(day, tuple(rows["group"]), float(rows["needed"].sum()) - there_too, there_too))
    return sorted(found, key=lambda one: -one.missing_hours)


def empty_day_notes(
    case: Case,
    roster: Roster,
    cover: Coverage,
    problem: RosterProblem | None = None,
    *,
    step: str = "roster",
    seconds: Callable[[], float] = no_limit,
) -> Iterator[Note]:
    """A note for each day that is left empty while people who could work on it have hours to spare in its week.

    problem: that of the case, where it is made already. seconds: how much time is left; only the first day is looked
    at without any. Raises ConfigError or DataError as `build_problem` does.
    """
    calendar = case.site.calendar
    empty = empty_days(cover, calendar.timezone, calendar.interval_minutes)
    if not empty:
        return
    problem = problem or case.hard().problem()
    period = problem.period
    worked = rules.worked_by_agent(roster.shifts.frame, case.shifts, period.timezone)
    for number, one in enumerate(empty[:MOST_DAYS]):
        if number and seconds() <= 0:
            return
        day = (one.day - period.first_day).days
        able = _who_could(problem, worked, one, day) if 0 <= day < period.days else []
        trials = [_trial(problem, worked, person, one, day) for person in able[:MOST_ASKED]]
        spare = _too_many(able, problem, roster, cover, day)
        room = sum(trial.has_room for trial in trials)
        if room or sum(spare.values()) >= min((trial.shift_hours for trial in trials), default=np.inf):
            message = f"{_missing_words(one)}; {_spare_words(spare, room, len(trials))}; {_reason_words(trials)}"
            yield Note(step, LEFT_EMPTY, f"{one.day:%a %d %b %Y}: {', '.join(one.groups)}", message)


def _missing_words(one: EmptyDay) -> str:
    who = "hardly anybody" if one.covered_hours else "nobody"
    return f"{who} is on queue, {one.missing_hours:.1f} understaffed hours"


def _spare_words(spare: Mapping[date, float], room: int, asked: int) -> str:
    told = []
    if spare:
        days = ", ".join(f"{day:%a %d} {hours:.1f}" for day, hours in sorted(spare.items()))
        told.append(f"{sum(spare.values()):.1f} overstaffed hours on other days of that week ({days})")
    if room:
        told.append(f"hours and days left in their contracts ({room} of {asked} people tested)")
    return f"people who could work then have {' and '.join(told)}"


def _who_could(problem: RosterProblem, worked: Mapping[str, Sequence[Worked]], one: EmptyDay, day: int) -> list[int]:
    """Numbers of the people who have a shift for one of the groups on the day, and no shift on it."""
    wanted = sum(1 << problem.groups.index(group) for group in one.groups)
    serves = (problem.skillsets[problem.skillset_of][:, None] & problem.option_groups[None, :] & wanted) > 0
    may = (problem.allowed[:, day] & serves).any(axis=1)
    ids = [person.agent_id for person in problem.people]
    busy = {agent for agent, mine in worked.items() if any(shift.schedule_date == one.day for shift in mine)}
    return [number for number in np.flatnonzero(may).tolist() if ids[number] not in busy]


def _too_many(
    able: Sequence[int], problem: RosterProblem, roster: Roster, cover: Coverage, day: int
) -> dict[date, float]:
    """Hours by day of the week in which these people are on queue and more are there than needed."""
    period = problem.period
    days = {period.day(number) for number in period.week_days(period.week_of(day))}
    ids = {problem.people[number].agent_id for number in able}
    doing = roster.activities.frame
    doing = doing[(doing["activity"] == "queue") & doing["agent_id"].isin(ids)]
    doing = doing[doing["schedule_date"].dt.date.isin(days)]
    theirs = scheduled(doing, period.start, pd.Timedelta(minutes=period.interval_minutes))
    both = theirs.merge(cover.frame[["interval_start", "planning_group", "net"]])
    hours = both[["scheduled", "net"]].min(axis=1).clip(lower=0) * period.interval_minutes / 60
    by_day = hours.groupby(local_dates(pd.DatetimeIndex(both["interval_start"]), period.timezone)).sum()
    return {when: float(by_day[when]) for when in sorted(set(by_day.index[by_day > 1e-6]))}


@dataclass(frozen=True)
class _Trial:
    """What becomes of one person's rules with a shift on the day."""

    shift_hours: float
    has_room: bool
    """The contract's hours and days of the week let the shift be added."""
    broken: tuple[str, ...]
    """Rules broken by the shift, added or in place of another one of the week, whichever breaks fewest."""


def _trial(
    problem: RosterProblem, worked: Mapping[str, Sequence[Worked]], number: int, one: EmptyDay, day: int
) -> _Trial:
    person, new = problem.people[number], _shift_for(problem, number, one, day)
    mine = [*person.past, *worked.get(person.agent_id, ())]
    contract: list[Rule] = [rules.DaysPerWeek(), rules.WeeklyHoursMax()]
    held = [*contract, rules.WeeklyHoursMin(), *(rule for rule in person.rules if rule.weight is None)]
    agreed = _agreed(problem, person, number)
    period = problem.period
    week = {period.day(d) for d in period.week_days(period.week_of(day))}
    moved = [[*(w for w in mine if w is not old), new] for old in mine if old.schedule_date in week]
    ways = [sorted(way, key=lambda w: w.start) for way in ([*mine, new], *moved)]
    tried = [_newly_broken(held, mine, way, agreed) for way in ways]
    has_room = not {rule.name for rule in contract} & set(tried[0])
    return _Trial(new.paid_hours, has_room, min(tried, key=len))


def _agreed(problem: RosterProblem, person: Person, number: int) -> Agreed:
    least, most = (bound[number] / 60 for bound in (problem.paid_minutes_min, problem.paid_minutes_max))
    period, days = problem.period, person.contract.days_per_week_max
    bounds = tuple(least), tuple(most), days, period.timezone
    return Agreed(period.first_day, period.days, *bounds, period.week_first, person.past_from)


def _shift_for(problem: RosterProblem, number: int, one: EmptyDay, day: int) -> Worked:
    """The person's shift of the day that has the most of the need in it; the shortest of several."""
    bits = [problem.groups.index(group) for group in one.groups]
    needed = np.concatenate([[0.0], np.cumsum(problem.required[bits].sum(axis=0))])

    def gain(option: int) -> tuple[float, int]:
        first, parts = int(problem.option_slot[option, day]), problem.options[option].parts
        covered = sum(float(needed[first + end] - needed[first + begin]) for begin, end in parts)
        return covered, -problem.options[option].slots

    best = max(np.flatnonzero(problem.allowed[number, day]).tolist(), key=gain)
    return problem.worked(day, best)


def _newly_broken(
    held: Sequence[Rule], before: Sequence[Worked], after: Sequence[Worked], agreed: Agreed
) -> tuple[str, ...]:
    """Rules that are broken more often afterwards."""
    now, then = (
        Counter(rule.name for rule in held for _ in rule.violations(worked, agreed)) for worked in (before, after)
    )
    return tuple(sorted(then - now))


def _reason_words(trials: Sequence[_Trial]) -> str:
    """Which rules keep how many of them away."""
    found = Counter(" and ".join(trial.broken) for trial in trials if trial.broken)
    free = len(trials) - sum(found.values())
    told = [f"{names} prevents {number} of {len(trials)}" for names, number in found.most_common()]
    if free:
        told.append(f"no personal rule prevents {free} of {len(trials)}")
    return ", ".join(told)
