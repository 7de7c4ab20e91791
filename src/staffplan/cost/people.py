"""Whose paid minutes, in which month, for whom: the roster and paid time off as whole numbers.

A minute belongs to the month that the wall clock shows. What an agent is paid for beside the queue (breaks,
training, time off) is attributed to planning groups by the agent's own minutes on queue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import local_dates, midnight
from staffplan.cost.exact import Floats, Ints, exact, half_up, share_out
from staffplan.cost.exchange import HOME, Exchange
from staffplan.cost.norms import LONGEST_BEFORE, Blocks, Norms, worked_before
from staffplan.cost.over_hours import WorkedSpans
from staffplan.cost.premiums import minutes_of, paid_for_shift, paid_minutes
from staffplan.settings.cost import CostSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.people import PartOff, Workforce, part_hours
from staffplan.tables.roster import ABSENCE, SPLIT, Roster

NO_GROUP = "(no group)"
"""Stands for the planning group of people who are paid but have neither a minute on queue nor a skill."""
OTHER_KINDS = ("break", "meal", "meeting", "training", "time off")
"""What people are paid for beside the queue; an absence within a shift is time off."""
DAYS_PAID_PER_WEEK = 5
"""Days of paid time off in a week of absence: each is a fifth of the contract's week (see WorkPlanSettings)."""


@dataclass(frozen=True)
class Frame:
    """What the cost tables are laid out by."""

    periods: tuple[str, ...]
    groups: tuple[str, ...]
    agents: tuple[str, ...]


@dataclass(frozen=True)
class Spans:
    """Paid activities cut at the ends of months; (spans,) each, times in minutes since 1970."""

    agent: Ints
    period: Ints
    group: Ints
    """-1 where not on queue."""
    kind: NDArray[np.object_]
    start: Ints
    end: Ints
    day: NDArray[np.object_]
    """Day on which the shift begins."""
    row: Ints
    """Position of the activity in its table."""

    @property
    def minutes(self) -> Ints:
        """Length of each span in minutes, (spans,)."""
        return self.end - self.start


@dataclass(frozen=True)
class PaidTime:
    """Minutes paid: (agents, periods, groups) on queue, (agents, periods, kinds) beside it,
    (premiums, agents, periods) with a premium; and (agents, periods, groups) how each agent's time is attributed.
    `premium_shifts`, (premiums, agents, periods): shifts for which an amount is paid."""

    frame: Frame
    spans: Spans
    on_queue: Ints
    other: Ints
    premium: Ints
    premium_shifts: Ints
    weights: Floats
    premium_by_span: Ints
    """(premiums, spans): minutes of each span with each premium."""

    def attributed(self, minutes: Ints) -> Ints:
        """(agents, periods) to (agents, periods, groups), by the agents' minutes on queue."""
        return share_out(minutes, self.weights)

    @property
    def by_agent(self) -> Ints:
        """(agents, periods): all minutes paid."""
        return np.asarray(self.on_queue.sum(axis=2) + self.other.sum(axis=2), dtype=np.int64)


def make_frame(
    roster: Roster, workforce: Workforce, groups: Sequence[str], days: Sequence[date], site: Site
) -> Frame:
    """Periods are the months of the plan's days and of the roster; agents those of either table."""
    activities = roster.activities.frame
    zone = site.calendar.timezone
    worked = local_dates(pd.DatetimeIndex(activities["start"]), zone).tolist()
    worked += local_dates(pd.DatetimeIndex(activities["end"]) - pd.Timedelta(1, "ns"), zone).tolist()
    months = pd.period_range(min([*days, *worked]), max([*days, *worked]), freq="M")
    known = set(groups) | set(activities.loc[activities["activity"] == "queue", "planning_group"])
    agents = set(workforce.agents.frame["agent_id"]) | set(activities["agent_id"])
    return Frame(tuple(months.strftime("%Y-%m")), (*sorted(known - {""}), NO_GROUP), tuple(sorted(agents)))


def paid_time(
    roster: Roster,
    workforce: Workforce,
    frame: Frame,
    days: Sequence[date],
    *,
    work_plans: Mapping[str, WorkPlanSettings],
    settings: CostSettings,
    site: Site,
    norms: Norms,
) -> PaidTime:
    """All minutes paid, cut and counted."""
    spans = paid_spans(roster, frame, site)
    shape = (len(frame.agents), len(frame.periods))
    on_queue = np.zeros((*shape, len(frame.groups)), dtype=np.int64)
    there = spans.group >= 0
    np.add.at(on_queue, (spans.agent[there], spans.period[there], spans.group[there]), spans.minutes[there])
    other = np.zeros((*shape, len(OTHER_KINDS)), dtype=np.int64)
    other[:, :, -1] = time_off_minutes(workforce, frame, days, work_plans, site.calendar.timezone)
    for number, kind in enumerate((*OTHER_KINDS[:-1], ABSENCE)):
        own = spans.kind == kind
        np.add.at(other, (spans.agent[own], spans.period[own], number), spans.minutes[own])
    weights = _weights(on_queue, workforce, frame)
    by_span = _premium_minutes(spans, frame, settings, site, norms)
    premium = np.zeros((len(settings.premiums), *shape), dtype=np.int64)
    for number, minutes in enumerate(by_span):
        np.add.at(premium[number], (spans.agent, spans.period), minutes)
    shifts = _premium_shifts(roster, frame, settings, site)
    return PaidTime(frame, spans, on_queue, other, premium, shifts, weights, by_span)


def paid_spans(roster: Roster, frame: Frame, site: Site) -> Spans:
    """The paid activities, those over the end of a month in two. Free time of a split shift that is paid after all
    counts as a break."""
    every = roster.activities.frame
    position = np.flatnonzero((every["paid"] == "yes").to_numpy())
    rows = every.iloc[position]
    start, end = minutes_of(rows["start"]), minutes_of(rows["end"])
    edges = _month_edges(frame.periods, site.calendar.timezone)
    first = np.searchsorted(edges, start, side="right") - 1
    last = np.searchsorted(edges, end, side="left") - 1
    count = np.maximum(1, last - first + 1)
    row = np.repeat(np.arange(len(rows)), count)
    period = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    groups = {name: number for number, name in enumerate(frame.groups)}
    agents = {name: number for number, name in enumerate(frame.agents)}
    kind = rows["activity"].replace(SPLIT, "break").to_numpy(dtype=object)
    named = np.array([groups.get(name, len(groups) - 1) for name in rows["planning_group"]], dtype=np.int64)
    group = np.where(kind == "queue", named, -1)
    agent = np.array([agents[name] for name in rows["agent_id"]], dtype=np.int64)
    return Spans(
        agent[row],
        np.asarray(period, dtype=np.int64),
        group[row],
        kind[row],
        np.maximum(start[row], edges[period]),
        np.minimum(end[row], edges[period + 1]),
        rows["schedule_date"].dt.date.to_numpy(dtype=object)[row],
        position[row],
    )


def _month_edges(periods: Sequence[str], timezone: str) -> Ints:
    """Minutes since 1970 at which each month begins, and the last one ends."""
    firsts = [date.fromisoformat(f"{period}-01") for period in periods]
    after = (firsts[-1] + timedelta(days=32)).replace(day=1)
    return minutes_of(pd.DatetimeIndex([midnight(day, timezone) for day in [*firsts, after]]))


def time_off_minutes(
    workforce: Workforce,
    frame: Frame,
    days: Sequence[date],
    work_plans: Mapping[str, WorkPlanSettings],
    timezone: str,
) -> Ints:
    """(agents, periods): minutes of paid time off on the plan's days, at most five days a week.

    A day counts its hours, or a fifth of the contract's weekly minimum; a part of a day its length, at most that.
    Where a contract lets the rest of a shift be worked, parts of days are paid in the shift.
    """
    minutes = np.zeros((len(frame.agents), len(frame.periods)), dtype=np.int64)
    for agent, day, paid, _ in paid_time_off(workforce, days, work_plans, timezone):
        minutes[frame.agents.index(agent), frame.periods.index(f"{day:%Y-%m}")] += paid
    return minutes


def paid_time_off(
    workforce: Workforce, days: Sequence[date], work_plans: Mapping[str, WorkPlanSettings], timezone: str
) -> Iterator[tuple[str, date, int, str]]:
    """Agent, day, minutes and kind of all paid time off among `days`: at most five whole days a week, and parts of
    days in weeks with fewer of them."""
    contract = dict(zip(workforce.agents.frame["agent_id"], workforce.agents.frame["work_plan"], strict=True))
    whole, parts = _days_off(workforce, days), _parts_off(workforce, days)
    for agent in dict.fromkeys([*whole, *parts]):
        plan = work_plans.get(contract.get(agent, ""))
        if plan is None:
            continue
        own, a_fifth = whole.get(agent, {}), exact(plan.weekly_hours_min) / DAYS_PAID_PER_WEEK
        paid = _paid_days(day for day, (hours, _) in own.items() if hours != 0)
        for day in paid:
            hours, kind = own[day]
            yield agent, day, half_up((a_fifth if pd.isna(hours) else exact(hours)) * 60), kind
        weeks = Counter(day.isocalendar()[:2] for day in paid)
        for day, some in parts.get(agent, {}).items():
            _, hours = part_hours(some, float(a_fifth), timezone, rest_of_shift=plan.works_rest_of_shift)
            if hours and weeks[day.isocalendar()[:2]] < DAYS_PAID_PER_WEEK:
                yield agent, day, half_up(exact(hours) * 60), some[0].kind


def norms_of(
    workforce: Workforce,
    days: Sequence[date],
    work_plans: Mapping[str, WorkPlanSettings],
    week_starts: str | None = None,
    *,
    timezone: str,
) -> Norms:
    """What premiums for hours over a norm need to know of the people and of the days before."""
    frame, first = workforce.agents.frame, days[0]
    earlier = [first - timedelta(days=back) for back in range(LONGEST_BEFORE.days, 0, -1)]
    off = paid_time_off(workforce, [*earlier, *days], work_plans, timezone)
    return Norms(
        Blocks(days, week_starts),
        dict(zip(frame["agent_id"], frame["work_plan"], strict=True)),
        work_plans,
        worked_before(workforce, first),
        tuple((agent, day, minutes) for agent, day, minutes, _ in off),
    )


def _days_off(workforce: Workforce, days: Sequence[date]) -> dict[str, dict[date, tuple[float, str]]]:
    """Each agent's days of paid absence among the days planned, with their hours, NaN where none are given, and their
    kind. Left blank, `paid` is yes, as the roster takes it."""
    rows = workforce.time_off.whole.frame
    rows = rows[rows["paid"] != "no"]
    off: dict[str, dict[date, tuple[float, str]]] = {}
    columns = (rows["agent_id"], rows["first_day"].dt.date, rows["last_day"].dt.date, rows["hours"], rows["kind"])
    for agent, first, last, *told in zip(*columns, strict=True):
        off.setdefault(agent, {}).update({day: (told[0], told[1]) for day in days if first <= day <= last})
    return off


def _parts_off(workforce: Workforce, days: Sequence[date]) -> dict[str, dict[date, list[PartOff]]]:
    """Each agent's paid parts of days off among the days planned."""
    found: dict[str, dict[date, list[PartOff]]] = {}
    for part in workforce.time_off.within(min(days), max(days)).parts:
        if part.paid:
            found.setdefault(part.agent_id, {}).setdefault(part.day, []).append(part)
    return found


def _paid_days(days: Iterable[date]) -> list[date]:
    """The first five days of each week."""
    weeks: dict[tuple[int, int], list[date]] = {}
    for day in sorted(days):
        weeks.setdefault(day.isocalendar()[:2], []).append(day)
    return [day for week in weeks.values() for day in week[:DAYS_PAID_PER_WEEK]]


def _premium_minutes(spans: Spans, frame: Frame, settings: CostSettings, site: Site, norms: Norms) -> Ints:
    """(premiums, spans)"""
    agents = [frame.agents[number] for number in spans.agent.tolist()]
    worked = WorkedSpans(agents, spans.day.tolist(), spans.start, spans.end, spans.kind != ABSENCE)
    return paid_minutes(worked, settings.premiums, site.calendar, norms)


def _premium_shifts(roster: Roster, frame: Frame, settings: CostSettings, site: Site) -> Ints:
    counted = np.zeros((len(settings.premiums), len(frame.agents), len(frame.periods)), dtype=np.int64)
    agents = {agent: number for number, agent in enumerate(frame.agents)}
    periods = {period: number for number, period in enumerate(frame.periods)}
    rows = roster.shifts.frame
    for agent, day, shift in zip(rows["agent_id"], rows["schedule_date"].dt.date, rows["shift"], strict=True):
        place = agents.get(agent), periods.get(f"{day:%Y-%m}")
        for number, premium in enumerate(settings.premiums):
            if None not in place and paid_for_shift(premium, shift, day, site.calendar):
                counted[number, *place] += 1
    return counted


def _weights(on_queue: Ints, workforce: Workforce, frame: Frame) -> Floats:
    """(agents, periods, groups): minutes on queue in the month; without any, in the plan; without any, the
    skills in equal parts; without any, NO_GROUP."""
    weights = on_queue.astype(float)
    whole_plan = on_queue.sum(axis=1, dtype=float)[:, None, :]
    for fallback in (whole_plan, _skills(workforce, frame)[:, None, :]):
        weights = np.where(weights.sum(axis=2, keepdims=True) > 0, weights, fallback)
    return weights


def _skills(workforce: Workforce, frame: Frame) -> Floats:
    """(agents, groups): 1 where the agent has the skill; NO_GROUP for an agent without any."""
    able = np.zeros((len(frame.agents), len(frame.groups)))
    agents = workforce.agents.frame
    skills = dict(zip(agents["agent_id"], agents["skills"], strict=True))
    for number, agent in enumerate(frame.agents):
        own = {skill.strip() for skill in skills.get(agent, "").split(";")}
        able[number] = [group in own for group in frame.groups]
    able[able.sum(axis=1) == 0, -1] = 1.0
    return able


@dataclass(frozen=True)
class Wage:
    """Base pay of an hour, in currency units; `currency` is HOME for that of the plan."""

    rate: Fraction
    currency: str = HOME


def hourly_wages(
    workforce: Workforce, frame: Frame, settings: CostSettings, work_plans: Mapping[str, WorkPlanSettings]
) -> list[Wage]:
    """Base pay of each agent: the agent's own, else the contract's, both in the contract's currency; else the
    default, in the plan's."""
    agents, exchange = workforce.agents.frame, Exchange.of(settings)
    own = dict(zip(agents["agent_id"], agents["hourly_rate"], strict=True))
    plans = dict(zip(agents["agent_id"], agents["work_plan"], strict=True))
    found = []
    for agent in frame.agents:
        contract = work_plans.get(plans.get(agent, ""))
        choices = (own.get(agent), None if contract is None else contract.hourly_rate)
        known = [rate for rate in choices if rate is not None and not np.isnan(rate)]
        rate = float(known[0]) if known else settings.default_hourly_rate
        found.append(Wage(exact(rate), exchange.known(contract.currency) if known and contract else HOME))
    return found
