"""The rules that a roster breaks, of some people and of all together: asked of the checker, which knows no search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date

import pandas as pd

from staffplan.roster.case.case import Case
from staffplan.roster.check.check import breaches_together, check
from staffplan.roster.check.report import Breach
from staffplan.tables.roster import Roster

Broken = Counter[Breach]
"""Each breach, as often as it occurs."""


def first_day_of(case: Case) -> date:
    """The first day planned."""
    return case.site.days_of(pd.DatetimeIndex(case.requirement.frame["interval_start"])).first


def broken_alone(case: Case, roster: Roster, agent_id: str) -> Broken:
    """What the roster of one person breaks."""
    one = case.of_one(agent_id, first_day_of(case))
    report = check(
        of_people(roster, [agent_id]),
        one.workforce,
        one.settings,
        requirement=one.requirement,
        shifts=one.shifts,
        work_plans=one.work_plans,
        site=one.site,
    )
    return Counter(report.breaches)


def broken_together(case: Case, roster: Roster) -> Broken:
    """What people together break."""
    planned = case.site.days_of(pd.DatetimeIndex(case.requirement.frame["interval_start"]))
    return Counter(
        breaches_together(
            roster, case.workforce, case.settings, first=planned.first, days=planned.number, site=case.site
        )
    )


def of_people(roster: Roster, people: Collection[str]) -> Roster:
    """The rows of some people."""
    shifts, doing = roster.shifts, roster.activities
    return Roster(
        shifts.only(shifts.frame["agent_id"].isin(list(people)).to_numpy()),
        doing.only(doing.frame["agent_id"].isin(list(people)).to_numpy()),
    )
