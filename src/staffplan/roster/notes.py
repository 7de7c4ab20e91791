"""What a reader of the roster should know: what was assumed, what is left out, which promise is broken where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.errors import Note
from staffplan.planned import DAYS_OF_A_WEEK
from staffplan.roster.case.case import Case
from staffplan.roster.case.hours_accounts import account_notes, balance_notes
from staffplan.roster.case.service_notes import service_notes
from staffplan.roster.in_words.gaps import agreement_gaps
from staffplan.roster.problem.part_weeks import unknown_before
from staffplan.roster.problem.problem import DAYS_OF_A_WHOLE_WEEK, RosterProblem
from staffplan.roster.rules.team import team_violations, tie_rules
from staffplan.roster.why.empty_days import empty_day_notes
from staffplan.roster.why.one_person import no_limit
from staffplan.settings.hard_rules import RotationSetting
from staffplan.settings.priced_rules import WishesSetting
from staffplan.site import Site
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import ServiceWorth
from staffplan.tables.roster import Roster
from staffplan.tables.waits import Coverage, DayService

MOST_PROMISES = 15
MUCH_SHORT = 0.02
"""Share of the required hours; where more are missing, the prices of the rules are worth a look."""


def roster_notes(
    problem: RosterProblem,
    roster: Roster,
    cover: Coverage,
    case: Case,
    worth: ServiceWorth | None = None,
    days: DayService | None = None,
    *,
    seconds: Callable[[], float] = no_limit,
) -> tuple[Note, ...]:
    """worth: the curves, where service is the objective; then only groups without any are to be covered. days: what
    the simulation says of the roster, where one has played it. seconds: how much time is left to look into days that
    are left empty."""
    workforce, site = case.workforce, case.site
    covered = cover if worth is None else without_curves(cover, worth)
    return (
        *_days_planned(case),
        *_assumptions(problem, workforce),
        *agreement_gaps(case.settings, case.shifts, case.work_plans),
        *_long_rotations(case, problem.period.weeks),
        *account_notes(case, problem),
        *balance_notes(problem, roster, case.shifts),
        *clock_changes(roster, site),
        *_edges(problem, workforce),
        *changed_since_published(roster, workforce, problem),
        *_left_out(problem, workforce),
        *unpriced_wishes(case),
        *_preferences_between_people(case, roster, problem),
        *(() if worth is None else service_notes(cover, worth, site, days)),
        *broken_promises(covered, site),
        *empty_day_notes(case, roster, cover, problem, seconds=seconds),
        *_much_short(covered, site),
    )


def _days_planned(case: Case) -> Iterator[Note]:
    """Where the days planned are not those that have a row of the requirement."""
    starts = pd.DatetimeIndex(case.requirement.frame["interval_start"])
    days = sorted(set(local_dates(starts.unique(), case.site.calendar.timezone)))
    planned, given, source = case.site.days_of(starts), case.site.planned, case.requirement.source
    words = f"{planned.first:%a %d %b %Y} to {planned.last:%a %d %b %Y}"
    if given is not None and given != planned:
        outside = [day for day in days if not given.contains(day)]
        message = (
            f"{source} has rows outside the plan's days, {given.first} to {given.last}, the first {outside[0]}: "
        )
        yield Note("roster", "warning", "period", f"{message}the days of its rows are planned, {words}")
    elif given is None and planned.last > days[-1]:
        message = f"{words}, whole weeks: the weekdays after the last row, of {days[-1]:%a %d %b}, are closed"
        yield Note("roster", "assumption", "period", message)
    before = (planned.first - (case.settings.week_of_first(planned.first) or planned.first)).days
    weeks = {((day - planned.first).days + before) // DAYS_OF_A_WEEK for day in days}
    empty = [week for week in range(-(-(planned.number + before) // DAYS_OF_A_WEEK)) if week not in weeks]
    if empty:
        begins = [planned.day(max(DAYS_OF_A_WEEK * week - before, 0)) for week in empty]
        firsts = ", ".join(f"{day:%d %b %Y}" for day in begins)
        message = f"no row in the weeks from {firsts}: nobody is required, and minimum hours do not apply there"
        yield Note("roster", "assumption", "period", message)


def _long_rotations(case: Case, weeks: int) -> Iterator[Note]:
    """Cycles of weeks of which the period sees a part only: often one of days is meant."""
    for number, rule in enumerate(case.settings.rules):
        if isinstance(rule, RotationSetting) and rule.per == "week" and len(rule.cycle) > weeks:
            message = f"the cycle has {len(rule.cycle)} weeks, of which people see {weeks} in this period"
            hint = 'if its turns are days, write per = "day"'
            yield Note("roster", "warning", f"roster.rules.{number}", f"{message}; {hint}")


def _assumptions(problem: RosterProblem, workforce: Workforce) -> Iterator[Note]:
    period = problem.period
    if period.week_first is None and period.first_day.weekday() != 0:
        message = (
            f"weeks of the contract run {period.first_day:%A} to {period.day(6):%A}, from the first planned day on"
        )
        yield Note("roster", "assumption", "weeks", message)
    yield from _part_weeks(problem)
    rest = period.days % 7
    if period.week_first is None and rest and rest < DAYS_OF_A_WHOLE_WEEK:
        message = f"the last {rest} days are not a whole week: minimum hours do not apply there"
        yield Note("roster", "assumption", "weeks", message)
    if period.slot_minutes < period.interval_minutes:
        message = (
            f"shifts and breaks are placed on a grid of {period.slot_minutes} minutes, "
            "which the search uses to count understaffed and overstaffed hours; "
            "coverage.csv counts a person on queue for part of an interval as that part"
        )
        yield Note("roster", "assumption", "breaks", message)
    if (workforce.time_off.frame["paid"] == "").any():
        yield Note("roster", "assumption", "time off", "time off not marked paid or unpaid is treated as paid")


def _part_weeks(problem: RosterProblem) -> Iterator[Note]:
    """What counts in calendar weeks of which a part lies outside the period."""
    period = problem.period
    share = "of its minimum the share of its days in the plan is due"
    if period.days_before:
        known = [person for person in problem.people if unknown_before(person, period) == 0]
        message = f"the week from {period.week_first:%a %d %b %Y} began before the plan: "
        if known:
            message += f"its hours and days before are counted for {len(known)} of {len(problem.people)} agents"
        if len(known) < len(problem.people):
            message += f"{'; for the others' if known else 'no shifts of it are known, and'} {share}"
        yield Note("roster", "assumption", "weeks", message)
    last = period.weeks - 1
    if period.is_part(last) and period.week_days(last).stop < 7 * period.weeks - period.days_before:
        first = period.day(7 * last - period.days_before)
        message = f"the week from {first:%a %d %b %Y} goes on after the plan: its maximum holds, {share}"
        yield Note("roster", "assumption", "weeks", message)


def _edges(problem: RosterProblem, workforce: Workforce) -> Iterator[Note]:
    """What is known of the days before the period, and what the files have of other days."""
    first, past = problem.period.first_day, workforce.past_roster
    days = past.frame["schedule_date"].dt.date
    before = days[(days < first).to_numpy()]
    if before.empty:
        message = "shifts before the first day are not known: rest and days in a row are counted from the first day"
        yield Note("roster", "left out", "start of the period", message)
    elif (first - before.max()).days > 1:
        message = (
            f"{past.source} ends on {before.max():%d %b %Y}: from then to the first day "
            "everybody is assumed to be off"
        )
        yield Note("roster", "assumption", "start of the period", message)
    if len(before) < len(days):
        message = f"shifts of {past.source} that are not before the first day are ignored: {len(days) - len(before)}"
        yield Note("roster", "left out", "start of the period", message)
    locked = workforce.locks.frame["day"].dt.date
    outside = ((locked < first) | (locked > problem.period.day(problem.period.days - 1))).sum()
    if outside:
        message = f"rows of {workforce.locks.source} for days outside the period: {outside}"
        yield Note("roster", "left out", "locks", message)


def changed_since_published(roster: Roster, workforce: Workforce, problem: RosterProblem) -> Iterator[Note]:
    """How many days of people differ from the published roster, of those that both have."""
    told: pd.DataFrame = workforce.published.frame
    days, planned = told["schedule_date"].dt.date, problem.period
    first, last = planned.first_day, planned.day(planned.days - 1)
    if told.empty or days.max() < first or days.min() > last:
        return
    first, last = max(first, days.min()), min(last, days.max())
    columns = ["agent_id", "schedule_date", "start", "end"]
    people = {person.agent_id for person in problem.people}
    before, now = (
        {
            tuple(row)
            for row in frame[columns].itertuples(index=False)
            if row[0] in people and first <= row[1].date() <= last
        }
        for frame in (told, roster.shifts.frame)
    )
    changed = {row[:2] for row in before ^ now}
    among = len({agent_id for agent_id, _ in changed})
    message = (
        f"{len(changed)} of {len(people) * ((last - first).days + 1)} days of people differ from it "
        f"({first:%d %b} to {last:%d %b %Y}); {among} of {len(people)} people have another roster"
    )
    yield Note("roster", "assumption", workforce.published.source, message)


def _left_out(problem: RosterProblem, workforce: Workforce) -> Iterator[Note]:
    known = {person.agent_id for person in problem.people}
    rest = [agent for agent in workforce.agents.frame["agent_id"] if agent not in known]
    if rest:
        message = f"no planning group they can serve is open in the period: {', '.join(rest)}"
        yield Note("roster", "left out", "agents", message)
    earliest = int(problem.option_slot[:, 0].min())
    if (problem.required[:, :earliest] > 0).any():
        message = (
            "people are required before the earliest shift start: their shifts would have to start the day before"
        )
        yield Note("roster", "left out", f"{problem.period.first_day:%d %b %Y}", message)


def _preferences_between_people(case: Case, roster: Roster, problem: RosterProblem) -> Iterator[Note]:
    """Priced rules between named people, or people of a kind, that the roster does not keep."""
    for tie in tie_rules(case.settings):
        if tie.weight is None:
            continue
        broken = team_violations(
            roster,
            case.workforce,
            [tie],
            levels=case.settings.skill_levels_min,
            calendar=case.site.calendar,
            first=problem.period.first_day,
            days=problem.period.days,
        )
        if missed := list(broken):
            days = len({violation.day for violation in missed})
            first = min(missed, key=lambda violation: violation.day)
            message = f"a preference, not kept on {days} {'day' if days == 1 else 'days'}; first: {first.message}"
            yield Note("roster", "assumption", f"{tie.name} {first.day:%d %b %Y}", message)


def clock_changes(roster: Roster, site: Site) -> Iterator[Note]:
    """Shifts in which the clock is changed, by night: their hours are worked, so that the clock shows another end."""
    zone = site.calendar.timezone
    for day, shifts in roster.shifts.frame.groupby("schedule_date"):
        said: dict[str, str] = {}
        for name, start, end in zip(shifts["shift"], shifts["start"], shifts["end"], strict=True):
            first, last = start.tz_convert(zone), end.tz_convert(zone)
            if first.utcoffset() != last.utcoffset():
                hours = (end - start) / pd.Timedelta(hours=1)
                said[name] = f"{name} lasts {hours:g} hours and ends at {last:%H:%M}"
        if said:
            message = f"the clock changes: {'; '.join(said.values())}"
            yield Note("roster", "assumption", f"{day:%a %d %b %Y}", message)


def unpriced_wishes(case: Case) -> Iterator[Note]:
    """Wishes that nothing in the settings prices."""
    wishes = case.workforce.wishes
    if len(wishes) and not any(isinstance(rule, WishesSetting) for rule in case.settings.rules):
        message = f"{wishes.source} has wishes, but no rule gives them a price, so they are ignored: "
        message += 'add { rule = "wishes" } to roster.rules'
        yield Note("roster", "left out", "wishes", message)


def broken_promises(cover: Coverage, site: Site) -> tuple[Note, ...]:
    """Hours missing by day and planning group, the most first; the smaller ones are counted together."""
    frame = cover.frame
    short = pd.DataFrame(
        {
            "day": local_dates(pd.DatetimeIndex(frame["interval_start"]), site.calendar.timezone),
            "group": frame["planning_group"],
            "hours": np.maximum(-frame["net"].to_numpy(), 0) * site.calendar.interval_minutes / 60,
        }
    )
    sums = short.groupby(["day", "group"], as_index=False)["hours"].sum()
    sums = sums[sums["hours"] > 1e-6].sort_values("hours", ascending=False, kind="stable")
    notes = [
        Note(
            "roster",
            "broken promise",
            f"{group} {day:%a %d %b %Y}",
            f"{hours:.1f} understaffed hours, {_when(cover, group, day, site)}",
        )
        for day, group, hours in sums.head(MOST_PROMISES).to_numpy().tolist()
    ]
    rest = sums.iloc[MOST_PROMISES:]
    if len(rest):
        message = f"{rest['hours'].sum():.1f} understaffed hours on {len(rest)} more queue-days"
        notes.append(Note("roster", "broken promise", "other days", message))
    return tuple(notes)


def _much_short(cover: Coverage, site: Site) -> Iterator[Note]:
    hours = site.calendar.interval_minutes / 60
    missing = float(np.maximum(-cover.frame["net"], 0).sum()) * hours
    required = float(cover.frame["required"].sum()) * hours
    if missing > MUCH_SHORT * required:
        message = f"{missing:,.1f} understaffed hours, {missing / required:.1%} of those required: "
        message += "staffplan roster --prices shows how many each rule causes"
        yield Note("roster", "warning", "hours missing", message)


def _when(cover: Coverage, group: str, day: date, site: Site) -> str:
    """The worst interval of a day in words."""
    frame = cover.frame[cover.frame["planning_group"] == group]
    local = frame["interval_start"].dt.tz_convert(site.calendar.timezone)
    todays = frame[(local.dt.date == day).to_numpy()]
    worst = todays.loc[todays["net"].idxmin()]
    at = worst["interval_start"].tz_convert(site.calendar.timezone)
    return f"most at {at:%H:%M}: {worst['scheduled']:g} of {worst['required']:g}"


def without_curves(cover: Coverage, worth: ServiceWorth) -> Coverage:
    """The groups that are covered in every interval."""
    return cover.only(~cover.frame["planning_group"].isin(worth.frame["planning_group"]).to_numpy())
