"""What a change of a roster means: who is touched, hours and cost, rules, understaffed hours, the day's service."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.cost import PersonCost, cost_of_people, loaded_cents
from staffplan.errors import ConfigError, DataError
from staffplan.plan.edit_rules import RulesOfChange, rules_of_change
from staffplan.plan.edits import Edited, Standing
from staffplan.planned import PlannedDays, between
from staffplan.roster.case.case import Case
from staffplan.roster.check.cover import coverage
from staffplan.roster.repair.absences import is_among
from staffplan.roster.repair.compared import Changed, compared
from staffplan.settings.simulate import OverflowSettings
from staffplan.simulate.scene import make_scene
from staffplan.simulate.steps import play, service_of_days
from staffplan.site import Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster

CONTACTS, FEWEST, MOST = 40_000, 20, 250
"""Contacts that are played for the service of the days, about, and the repetitions that they may be: who is absent
falls otherwise with another roster, so that few repetitions would tell more of that than of the change."""


@dataclass(frozen=True)
class PersonEffect:
    """One person's paid hours and cost in the plan, before and after."""

    agent_id: str
    name: str
    before: PersonCost
    after: PersonCost


@dataclass(frozen=True)
class DayEffect:
    """One group on one day: understaffed hours, and the service level to expect with its goal, before and after; None
    where nothing is promised by the moment, or nobody calls."""

    day: date
    group: str
    short_before: float
    short_after: float
    service_before: float | None = None
    service_after: float | None = None
    goal: float | None = None


@dataclass(frozen=True)
class Effect:
    """All that a change means. `cents`: what the plan costs more, rounded as its cost report is; the people's own
    costs may add up to some cents more or less."""

    changes: tuple[Changed, ...]
    people: tuple[PersonEffect, ...]
    rules: RulesOfChange
    days: tuple[DayEffect, ...]
    cents: int

    @property
    def hours(self) -> float:
        """Paid hours more."""
        return sum(person.after.paid_hours - person.before.paid_hours for person in self.people)


def effect_of(stands: Standing, edited: Edited, people: Sequence[str] = (), *, with_days: bool = True) -> Effect:
    """What it means to have a plan so changed in the place of the one that stands. people: of whom it tells as well,
    whether their shifts change or not. with_days: whether the days are played too, with the contacts that the plan
    expected."""
    after = edited.roster
    changes = tuple(compared(stands.roster, after, stands.timezone))
    touched = list(dict.fromkeys([*people, *(change.agent_id for change in changes)]))
    return Effect(
        changes,
        _people(stands, edited, touched),
        rules_of_change((stands.case, stands.roster), (_case_after(stands, edited), after), touched),
        tuple(_days(stands, after, changes)) if with_days else (),
        _plan_cents(stands, edited) if touched else 0,
    )


def _touched(stands: Standing, after: Roster, changes: Sequence[Changed]) -> tuple[list[date], set[str]]:
    """The plan's days on which somebody whose day changes works before or after, the end of a night too; and the
    groups that they serve."""
    keys = [(change.agent_id, change.day) for change in changes]
    days: set[date] = set()
    groups: set[str] = set()
    for roster in (stands.roster, after):
        frame = roster.activities.frame
        frame = frame[is_among(frame, keys)]
        groups |= set(frame["planning_group"]) - {""}
        for instants in (frame["start"], frame["end"] - pd.Timedelta(seconds=1)):
            days |= set(local_dates(pd.DatetimeIndex(instants), stands.timezone))
    return sorted(filter(stands.workspace.planned.contains, days)), groups


def _case_after(stands: Standing, edited: Edited) -> Case:
    return replace(stands.case, workforce=edited.workforce)


def _plan_cents(stands: Standing, edited: Edited) -> int:
    was, now = (
        loaded_cents(
            roster,
            people,
            stands.workspace.config.cost,
            stands.workspace.planned.days,
            groups=sorted(set(stands.case.requirement.frame["planning_group"])),
            work_plans=stands.workspace.config.work_plans,
            site=stands.case.site,
            week_starts=stands.workspace.config.roster.week_starts,
        )
        for roster, people in _both(stands, edited)
    )
    return now - was


def _both(stands: Standing, edited: Edited) -> tuple[tuple[Roster, Workforce], tuple[Roster, Workforce]]:
    return (stands.roster, stands.case.workforce), (edited.roster, edited.workforce)


def _people(stands: Standing, edited: Edited, touched: Sequence[str]) -> tuple[PersonEffect, ...]:
    config, workspace = stands.workspace.config, stands.workspace
    frame = stands.case.workforce.agents.frame
    names = dict(zip(frame["agent_id"], frame["name"], strict=True))
    groups = sorted(set(stands.case.requirement.frame["planning_group"]))
    was, now = (
        cost_of_people(
            touched,
            roster,
            people,
            config.cost,
            workspace.planned.days,
            groups=groups,
            work_plans=config.work_plans,
            site=stands.case.site,
            week_starts=config.roster.week_starts,
        )
        for roster, people in _both(stands, edited)
    )
    return tuple(PersonEffect(one, names.get(one, ""), was[one], now[one]) for one in touched)


def _days(stands: Standing, after: Roster, changes: Sequence[Changed]) -> list[DayEffect]:
    """The days and groups that those whose day changes work on and serve."""
    days, groups = _touched(stands, after, changes)
    if not days:
        return []
    planned = between(days[0], days[-1])
    need = _of_days(stands.case.requirement, planned.days, stands.timezone)
    was, now = (_short(stands, need, roster) for roster in (stands.roster, after))
    served = _service(stands, need, planned.days, (stands.roster, after), groups)
    return [
        DayEffect(*key, was.get(key, 0.0), now.get(key, 0.0), *served.get(key, (None, None, None)))
        for key in sorted(was.keys() | now.keys() | served.keys())
        if key[0] in days and key[1] in groups
    ]


def short_hours(stands: Standing, days: Sequence[date], roster: Roster) -> Mapping[tuple[date, str], float]:
    """Understaffed hours of some days by day and group, as far as there are any."""
    return _short(stands, _of_days(stands.case.requirement, days, stands.timezone), roster)


def _of_days(requirement: StaffingRequirement, days: Sequence[date], timezone: str) -> StaffingRequirement:
    local = local_dates(pd.DatetimeIndex(requirement.frame["interval_start"]), timezone)
    return requirement.only(pd.Series(local, dtype=object).isin(set(days)).to_numpy())


def _short(stands: Standing, need: StaffingRequirement, roster: Roster) -> dict[tuple[date, str], float]:
    """Understaffed hours by day and group."""
    if not len(need):
        return {}
    frame = coverage(roster, need, stands.case.site).frame
    frame = frame[frame["net"] < -1e-9]
    hours = -frame["net"] * stands.case.site.calendar.interval_minutes / 60
    days = pd.Series(local_dates(pd.DatetimeIndex(frame["interval_start"]), stands.timezone), index=frame.index)
    summed = hours.groupby([days, frame["planning_group"]]).sum()
    keys = [(day, str(group)) for day, group in summed.index.tolist()]
    return {key: round(hours, 6) for key, hours in zip(keys, summed.tolist(), strict=True)}


Served = Mapping[tuple[date, str], tuple[float | None, float | None, float | None]]


def _service(
    stands: Standing,
    need: StaffingRequirement,
    days: Sequence[date],
    rosters: tuple[Roster, Roster],
    touched: Collection[str],
) -> Served:
    """By day and group the service level before and after, and the goal: the days and the groups that are touched
    are played alone, with the same contacts for both. Work that waits for hours is left out, as its days hang
    together."""
    played = between(days[0], days[-1])
    site, part, need = _played_part(stands, need, played, touched)
    if part is None or not len(part) or not len(need):
        return {}
    was, now = (_played(stands, site, part, need, roster) for roster in rosters)
    return {key: (was.get(key, (None, None))[0], level, goal) for key, (level, goal) in now.items()}


def _played_part(
    stands: Standing, need: StaffingRequirement, days: PlannedDays, touched: Collection[str]
) -> tuple[Site, VolumeForecast | None, StaffingRequirement]:
    """Site, forecast and need of some days, and of the touched groups whose contacts do not wait for hours."""
    site = replace(stands.case.site, planned=days)
    touched = _linked(touched, stands.workspace.config.simulate.overflow)
    at_once = {
        name
        for name, queues in site.groups().items()
        if name in touched and all(queue.work_type != "deferred" for queue in queues)
    }
    need = need.only(need.frame["planning_group"].isin(at_once).to_numpy())
    try:
        forecast = stands.workspace.forecast()
    except (ConfigError, DataError):
        return site, None, need
    local = local_dates(pd.DatetimeIndex(forecast.frame["interval_start"]), stands.timezone)
    group = {name: queue.planning_group for name, queue in site.queues.items()}
    mine = forecast.frame["queue"].map(group).isin(at_once) & pd.Series(local, dtype=object).isin(set(days.days))
    return site, forecast.only(mine.to_numpy()), need


def _linked(groups: Collection[str], rules: Sequence[OverflowSettings]) -> set[str]:
    """The groups and all that help out with them, at first or second hand."""
    found, before = set(groups), set[str]()
    while found != before:
        before = set(found)
        for rule in rules:
            own = {rule.group, *rule.to}
            found |= own if own & found else set()
    return found


def _played(
    stands: Standing, site: Site, part: VolumeForecast, need: StaffingRequirement, roster: Roster
) -> dict[tuple[date, str], tuple[float | None, float | None]]:
    """By day and group the service level and its goal."""
    config = stands.workspace.config
    contacts = max(float(part.frame["offered"].sum()), 1.0)
    often = {"replications": int(np.clip(round(CONTACTS / contacts), FEWEST, MOST))}
    scene = make_scene(part, need, roster, site, stands.workspace.helpers)
    played = play(scene, config.simulate.model_copy(update=often), config.staffing, seed=config.plan.seed)
    frame = service_of_days(scene, need, played).frame[["day", "planning_group", "service_level", "goal"]]
    return {(day.date(), group): (_known(level), _known(goal)) for day, group, level, goal in frame.values}


def _known(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 6)
