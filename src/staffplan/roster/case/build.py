"""Tables and settings to a RosterProblem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar, midnight
from staffplan.errors import ConfigError, Problem
from staffplan.roster.case.agreements import under_agreement
from staffplan.roster.case.candidates import (
    make_options,
    option_groups,
    option_starts,
    slot_numbers,
    useful_options,
)
from staffplan.roster.case.inputs import refuse_what_cannot_be_used, slot_minutes
from staffplan.roster.case.part_days import with_rests_of_shifts
from staffplan.roster.case.part_weeks import PartWeeks
from staffplan.roster.case.presence import Away, paid_bounds, times_away, weeks_with_need, who_can_work
from staffplan.roster.case.service import Service, Weights
from staffplan.roster.case.skills import right_copies, served, skill_masks, with_copies
from staffplan.roster.case.soft import with_soft_rules
from staffplan.roster.problem.problem import Period, Person, RosterProblem, ShiftOption, plan_of
from staffplan.roster.problem.ties import tied
from staffplan.roster.problem.worth import cover_worth
from staffplan.roster.rules.on_duty import MinimumOnDuty
from staffplan.roster.rules.team import (
    break_circles,
    minimum_people,
    pausing_limit,
    seat_limit,
    team_rules,
    tie_rules,
)
from staffplan.roster.rules.ties import rows_of
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import ServiceWorth, StaffingRequirement
from staffplan.tables.schema import names_in
from staffplan.tables.skills import always_held, skill_rows

TIE_WEIGHT = 100.0
"""Price of a breach of a mandatory rule between named people, in the price of an hour missing."""
MOST_OPTIONS = 2**15 - 1
"""The search numbers options in 16 bits."""


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def build_problem(
    requirement: StaffingRequirement,
    workforce: Workforce,
    settings: RosterSettings,
    *,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
    worth: ServiceWorth | None = None,
) -> RosterProblem:
    """The problem as arrays; `worth` is needed where the objective is service.

    Raises ConfigError or DataError with everything that cannot be used.

    Agents none of whose skills is needed in the period are not part of it.
    """
    refuse_what_cannot_be_used(requirement, workforce, settings, shifts=shifts, work_plans=work_plans, site=site)
    slot = slot_minutes(shifts, site)
    options = make_options(shifts, slot)
    period = make_period(requirement, site, slot, max(option.slots for option in options), settings)
    workforce = workforce.knowing(settings.skill_levels_min, period.first_day, period.day(period.days - 1))
    groups = tuple(sorted(set(requirement.frame["planning_group"])))
    required = required_by_slot(requirement, groups, period)
    hours = np.where(np.arange(period.slots) < period.day_slot[-1], period.slot_hours, 0.0)
    people, able, away = _people_and_days(workforce, groups, required, settings, shifts, work_plans, period, site)
    options = _options_for(people, away, options, able, groups, period)
    starts, serves = option_starts(options, period), option_groups(options, shifts, groups) & served(options, groups)
    team = team_rules(settings)
    least = minimum_people(team, groups, period, site.calendar)
    skillsets, skillset_of = skill_sets(people, groups)
    useful = useful_options(np.maximum(required, least), skillsets, starts, options, serves)[skillset_of]
    useful |= due_on_duty(people, settings, starts, options, period, site.calendar)
    skilled = right_copies(options, able, groups) & ((able[:, :, None] & serves) > 0)
    allowed, why_not = who_can_work(people, away, useful, skilled, workforce, options, shifts, starts, period)
    bounds = paid_bounds(people, away.free, away.paid, period, weeks_with_need(required, period))
    weeks = PartWeeks(
        away.credited, away.closed, options, shifts, groups, required, able, period, workforce, site.calendar
    )
    fewest, most = weeks.joined(people, *bounds)
    problem = RosterProblem(
        period=period,
        groups=groups,
        required=required,
        hours=hours,
        options=options,
        option_slot=starts,
        people=people,
        skillsets=skillsets,
        skillset_of=skillset_of,
        allowed=allowed,
        why_not=why_not,
        paid_minutes_min=fewest,
        paid_minutes_max=most,
        option_groups=serves,
        worth=cover_worth(required, hours, least, **_weights(settings)),
        seats=seat_limit(team, period),
        pausing=pausing_limit(team, period),
        understaffing_weight=settings.understaffing_weight,
        overstaffing_weight=settings.overstaffing_weight,
        circles=break_circles(team, people),
    )
    return _with_prices(problem, workforce, settings, shifts, work_plans, site, worth)


def _with_prices(
    problem: RosterProblem,
    workforce: Workforce,
    settings: RosterSettings,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
    worth: ServiceWorth | None,
) -> RosterProblem:
    """The problem with the worth of service where that is sought, rules between people and preferences."""
    if settings.objective == "service":
        problem = replace(problem, worth=service_of(problem, settings, shifts, site, worth).worth())
    problem = with_ties(problem, settings, site.calendar)
    return with_soft_rules(problem, workforce, settings, shifts, work_plans, site.calendar)


def _people_and_days(
    workforce: Workforce,
    groups: tuple[str, ...],
    required: NDArray[np.float64],
    settings: RosterSettings,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    period: Period,
    site: Site,
) -> tuple[tuple[Person, ...], NDArray[np.int64], Away]:
    """The people under the site's agreement, the groups (bits) that each can serve on each day, and when each is
    away. required: (groups, slots)."""
    contracted = make_people(workforce, groups, work_plans)
    able = skill_masks(contracted, groups, workforce.skills, settings.skill_levels_min, period)
    away = times_away(contracted, workforce, groups, required, able, period, site.calendar)
    people = under_agreement(
        contracted,
        workforce,
        settings,
        shifts=shifts,
        work_plans=work_plans,
        period=period,
        credited=away.credited_hours(contracted),
        calendar=site.calendar,
    )
    return people, able, away


def _options_for(
    people: tuple[Person, ...],
    away: Away,
    options: tuple[ShiftOption, ...],
    able: NDArray[np.int64],
    groups: tuple[str, ...],
    period: Period,
) -> tuple[ShiftOption, ...]:
    """The options, their copies for people with some of their skills, and their rests around parts off. able,
    groups (bits): (people, days). Raises ConfigError where there are more than the search can number."""
    options = with_copies(options, able, groups)
    parts, right = [off.parts for off in away.days], right_copies(options, able, groups)
    options = with_rests_of_shifts(options, people, parts, right, option_starts(options, period), period)
    if len(options) > MOST_OPTIONS:
        message = f"{len(options):,} shifts with a start of their own, {MOST_OPTIONS:,} can be planned at once"
        hint = "let shifts start less often (every_minutes), or plan fewer people with parts of days off at once"
        raise ConfigError(Problem("shifts", message, hint))
    return options


def due_on_duty(
    people: tuple[Person, ...],
    settings: RosterSettings,
    starts: NDArray[np.int64],
    options: tuple[ShiftOption, ...],
    period: Period,
    calendar: SiteCalendar,
) -> NDArray[np.bool_]:
    """(people, days, options): a minimum on duty counts the person, and is due in a slot of the shift. `starts`:
    (options, days)."""
    found = np.zeros((len(people), period.days, len(options)), dtype=bool)
    ends = starts + np.array([option.slots for option in options], dtype=np.int64)[:, None]
    for tie in tie_rules(settings):
        if isinstance(tie, MinimumOnDuty):
            due = np.concatenate([[0], np.cumsum(tie.due_slots(period, calendar))])
            found[[tie.about(person) for person in people]] |= (due[ends] > due[starts]).T
    return found


def with_ties(problem: RosterProblem, settings: RosterSettings, calendar: SiteCalendar) -> RosterProblem:
    """The problem with the rules between named people, or people of a kind, over its people and options."""
    last_resort = max(TIE_WEIGHT * problem.understaffing_weight, problem.worth.of_the_last_resort)
    prices = (last_resort if tie.weight is None else tie.weight for tie in tie_rules(settings))
    rows = rows_of(tie_rules(settings), problem, calendar)
    found = [(tie.kind, price, mine) for price, (tie, mine) in zip(prices, rows, strict=True)]
    return replace(problem, ties=tied(found)) if found else problem


def skill_sets(people: tuple[Person, ...], groups: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Different sets of skills, (sets,), as bits of groups, and the number of each person's set, (people,)."""
    masks = [sum(1 << groups.index(skill) for skill in person.skills) for person in people]
    found, number = np.unique(np.array(masks, dtype=np.int64), return_inverse=True)
    return found, number.astype(np.int64)


def service_of(
    problem: RosterProblem,
    settings: RosterSettings,
    shifts: Mapping[str, ShiftSettings],
    site: Site,
    worth: ServiceWorth | None,
) -> Service:
    """The curves of a problem that seeks service, ready to be priced. Raises ConfigError without them."""
    if worth is None:
        hint = "give the file that staffplan staff --worth writes, or set roster.objective to cover"
        raise ConfigError(
            Problem(
                "roster.objective",
                "the objective service needs the service level for each number of people on queue",
                hint,
            )
        )
    groups, period = problem.groups, problem.period
    least = minimum_people(team_rules(settings), groups, period, site.calendar)
    cover = cover_worth(problem.required, problem.hours, least, **_weights(settings))
    of_group = {name: max(queue.shortfall_weight for queue in queues) for name, queues in site.groups().items()}
    longest = max(length for shift in shifts.values() for length in shift.lengths) / 60
    weights = Weights(**_weights(settings), shift_hours=longest, of_group=of_group)
    return Service.of(cover, worth, groups, period, least, weights)


def _weights(settings: RosterSettings) -> dict[str, float]:
    return {"under": settings.understaffing_weight, "over": settings.overstaffing_weight}


def make_period(
    requirement: StaffingRequirement, site: Site, slot: int, longest: int, settings: RosterSettings
) -> Period:
    """The days planned, closed ones too."""
    calendar, planned = site.calendar, site.days_of(pd.DatetimeIndex(requirement.frame["interval_start"]))
    start = midnight(planned.first, calendar.timezone)
    midnights = [midnight(planned.day(d), calendar.timezone) for d in range(planned.number + 1)]
    day_slot = np.array([(m - start) // pd.Timedelta(minutes=slot) for m in midnights], dtype=np.int64)
    room = longest + 2 * 60 // slot
    return Period(
        planned.first,
        planned.number,
        calendar.timezone,
        calendar.interval_minutes,
        slot,
        start,
        day_slot,
        int(day_slot[-1]) + room,
        settings.week_of_first(planned.first),
    )


def required_by_slot(
    requirement: StaffingRequirement, groups: tuple[str, ...], period: Period
) -> NDArray[np.float64]:
    """(groups, slots): agents_on_queue, the same in every slot of an interval."""
    required = np.zeros((len(groups), period.slots))
    frame = requirement.frame
    first = slot_numbers(pd.DatetimeIndex(frame["interval_start"]), period)
    group = frame["planning_group"].map({name: g for g, name in enumerate(groups)}).to_numpy(dtype=np.int64)
    for step in range(period.slots_per_interval):
        required[group, first + step] = frame["agents_on_queue"].to_numpy(dtype=float)
    return required


def make_people(
    workforce: Workforce, groups: tuple[str, ...], work_plans: Mapping[str, WorkPlanSettings]
) -> tuple[Person, ...]:
    """Everybody with a skill that is needed; the site's rules for them come later."""
    people, rows = [], list(skill_rows(workforce.skills))
    for row in _rows(workforce.agents.frame):
        agent_id, named = str(row.agent_id), names_in(str(row.skills))
        skills = tuple(skill for skill in named if skill in groups)
        if skills:
            plan = plan_of(str(row.work_plan), work_plans)
            mine = [one for one in rows if one.agent_id == agent_id and one.skill in named]
            always = [always_held(agent_id, name) for name in named if name not in {one.skill for one in mine}]
            person = Person(agent_id, str(row.name), plan, work_plans[plan], skills, rules=())
            people.append(replace(person, team=str(row.staffing_group), held=(*mine, *always)))
    return tuple(people)
