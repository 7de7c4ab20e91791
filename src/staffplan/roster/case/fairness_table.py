"""How what is shared out fell in a finished roster: counts against fair shares, what goes into the next period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import get_args

import pandas as pd

from staffplan.roster.case.case import Case
from staffplan.roster.case.hours_accounts import averaged
from staffplan.roster.case.shares import fair_shares
from staffplan.roster.case.soft import carried_over
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.problem.worked import Agreed, Worked
from staffplan.roster.rules import worked_by_agent
from staffplan.roster.rules.accounts import balance_before, due_hours, reference_begin
from staffplan.roster.rules.agreement import soft_settings
from staffplan.roster.rules.fairness import Burden, burden_of, one_a_weekend
from staffplan.roster.rules.reading import wishes_by_agent
from staffplan.roster.rules.wishes import WishesGranted
from staffplan.settings.priced_rules import FairKind, FairShareSetting
from staffplan.settings.roster import RosterSettings
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster
from staffplan.tables.wishes import BALANCE, WHERE_RULED, Fairness

Before = Mapping[tuple[str, str], float]
"""By agent_id and what is shared: what was carried into the period."""
Row = tuple[str, str, str, float, float | None, float, float | None, float, float]
NO_MORE = 1e-6
"""Of a share: nobody could have had one."""


def fairness_of(roster: Roster, case: Case) -> Fairness:
    """What fell to everybody who could have had it, by kind; and the wishes of everybody who had some.

    The roster may be anybody's. What there was in the end is divided as the expected shares are; wishes are granted
    alike where everybody's are granted to the same part. The file is the next period's input.past_fairness. Raises
    ConfigError or DataError as `build_problem` does.
    """
    problem = case.hard().problem()
    worked = worked_by_agent(roster.shifts.frame, case.shifts, problem.period.timezone)
    before = carried_over(case.workforce)
    burdens = _burdens(case.settings, case.site.calendar.holidays)
    rows = [row for burden in burdens for row in _shared(burden, worked, problem, before)]
    rows += _wishes(worked, problem, case.workforce, before)
    rows += _balances(worked, problem, case)
    return Fairness.of(pd.DataFrame(rows, columns=[column.name for column in Fairness.columns]))


def _burdens(settings: RosterSettings, holidays: frozenset[date]) -> list[Burden]:
    """Every kind that is unpopular, and others where a rule shares them, with the site's times."""
    rules = [setting for setting in soft_settings(settings) if isinstance(setting, FairShareSetting)]
    ruled = {rule.of: burden_of(rule, holidays) for rule in rules}
    return [ruled.get(kind, Burden(kind)) for kind in get_args(FairKind) if kind in ruled or kind not in WHERE_RULED]


def _count(burden: Burden, worked: list[Worked], timezone: str) -> float:
    if burden.of == "hours":
        return sum(shift.paid_hours for shift in worked)
    days = [shift.schedule_date for shift in worked if burden.counts(shift, timezone)]
    return len(one_a_weekend(days) if burden.of == "weekends" else days)


def _shared(
    burden: Burden,
    worked: Mapping[str, list[Worked]],
    problem: RosterProblem,
    before: Before,
) -> Iterator[Row]:
    expected = fair_shares(problem, burden)
    counts = [_count(burden, worked.get(person.agent_id, []), problem.period.timezone) for person in problem.people]
    in_all = float(expected.sum())
    scale = sum(counts) / in_all if in_all > NO_MORE else 0.0
    for person, count, part in zip(problem.people, counts, expected.tolist(), strict=True):
        if count or part > NO_MORE:
            carried = before.get((person.agent_id, burden.of), 0.0)
            share = part * scale if in_all > NO_MORE else float(count)
            out = carried + count - share
            yield person.agent_id, person.name, burden.of, float(count), None, share, part, carried, out


def _balances(worked: Mapping[str, list[Worked]], problem: RosterProblem, case: Case) -> Iterator[Row]:
    """Hours worked and due in the reference period in which the period ends, of everybody with such a rule."""
    for person, rule, holder, account in averaged(case, problem):
        first = max(reference_begin(rule, account.last_day), holder.first_day)
        carried = balance_before(rule, holder) if first == holder.first_day else 0.0
        count = sum(w.paid_hours for w in worked.get(person.agent_id, ()) if first <= w.schedule_date)
        due = due_hours(rule, account, first, account.last_day)
        yield person.agent_id, person.name, BALANCE, count, None, due, None, carried, carried + count - due


def _wishes(
    worked: Mapping[str, list[Worked]],
    problem: RosterProblem,
    workforce: Workforce,
    before: Before,
) -> list[Row]:
    period = problem.period
    agreed = Agreed(period.first_day, period.days, (), (), 7, period.timezone)
    wishes = wishes_by_agent(workforce.wishes)
    asked, granted = {}, {}
    for person in problem.people:
        mine = wishes.get(person.agent_id, ())
        days = [wish for d in range(period.days) for wish in mine if wish.first_day <= period.day(d) <= wish.last_day]
        done = [*person.past, *worked.get(person.agent_id, [])]
        missed = sum(1 for _ in WishesGranted(mine).violations(done, agreed))
        asked[person.agent_id], granted[person.agent_id] = len(days), len(days) - missed
    part = sum(granted.values()) / max(sum(asked.values()), 1)
    rows: list[Row] = []
    for person in problem.people:
        if count := asked[person.agent_id]:
            carried = before.get((person.agent_id, "wishes"), 0.0)
            share, got = count * part, float(granted[person.agent_id])
            row = (person.agent_id, person.name, "wishes", got, float(count), share, None, carried)
            rows.append((*row, carried + got - share))
    return rows
