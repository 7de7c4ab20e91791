"""Every hard rule says the same thing three times: to the solver, to the reader, to the tour search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from every_roster import (
    RARE,
    SHIFTS,
    accepted_by_machine,
    accepted_by_solver,
    agreed,
    every_assignment,
    tiny_problem,
    worked,
)
from roster_centers import MONDAY

from staffplan.roster.rules import DailyRest, DaysPerWeek, Locked, Rule, WeeklyHoursMax, WeeklyHoursMin
from staffplan.roster.rules.counts import Bounds, DayHours, PeriodDays, PeriodHours, ShiftsOf
from staffplan.roster.rules.fixed import Rotation
from staffplan.roster.rules.nights import Nights, NightsInARow, RestAfterNights
from staffplan.roster.rules.options import Night
from staffplan.roster.rules.rest_after import RestAfter
from staffplan.roster.rules.runs import ConsecutiveDays, ConsecutiveDaysMin, DaysOffInARow
from staffplan.roster.rules.starts import StartVariation, Succession
from staffplan.roster.rules.weekends import WeekendsInARow, WeekendsOff, WeekendsWorked, WholeWeekends
from staffplan.roster.rules.weekly_rest import WeeklyRest
from thorough import THOROUGH

NIGHT = Night(23 * 60, 30 * 60, 3 * 60)
SATURDAY, SUNDAY = 5, 6
CLOCKS_GO_BACK = (date(2026, 10, 25) - MONDAY).days


@dataclass(frozen=True)
class Case:
    """A rule, and the tiny problems in which it is tried."""

    rule: Rule
    days: int = 5
    first_day: int = 0
    pasts: tuple[str, ...] = ("", "-", "s", "ln", "nn-") if THOROUGH else ("", "ln")
    shifts: str = "sln"

    def __str__(self) -> str:
        return f"{self.rule.name} {self.rule} from {self.first_day}"


CASES = (
    Case(DailyRest(11 * 60)),
    Case(DailyRest(0)),
    Case(DailyRest(36 * 60), pasts=("", "n", "n-")),
    Case(DailyRest(12 * 60), first_day=CLOCKS_GO_BACK - 2),
    Case(WeeklyRest(35 * 60), days=7, shifts="ln", pasts=("", "n")),
    Case(WeeklyRest(59 * 60 + 30), days=7, shifts="sn", first_day=CLOCKS_GO_BACK - 4, pasts=("", "n")),
    Case(ConsecutiveDays(2), pasts=("", "s", "ss", "sss", "s-s", "s-")),
    Case(ConsecutiveDays(3), pasts=("", "ss", "ssss")),
    Case(ConsecutiveDaysMin(2), pasts=("", "s", "-s", "ss", "s-")),
    Case(ConsecutiveDaysMin(3), pasts=("", "s", "s-ss", "s-", "s---")),
    Case(DaysOffInARow(2), pasts=("", "s", "s-", "s--", "s-s-")),
    Case(DaysOffInARow(3), pasts=("", "s", "s-", "s--", "s---")),
    Case(WeekendsOff(1), first_day=SATURDAY),
    Case(WeekendsOff(1), days=10, first_day=SATURDAY, shifts="s"),
    Case(WeekendsOff(1), days=4, first_day=4, shifts="ln"),
    Case(WeekendsOff(1), days=10, first_day=4, shifts="n", pasts=("", "n")),
    Case(WeekendsInARow(1), days=10, first_day=SATURDAY, shifts="s", pasts=("", "s------", "s-----", "s")),
    Case(WeekendsInARow(1), days=10, first_day=SUNDAY, shifts="s", pasts=("", "s", "s------s", "s------")),
    Case(WeekendsInARow(2), days=11, first_day=4, shifts="s", pasts=("", "s-----", "s------s----", "s------------")),
    Case(
        WeekendsInARow(2), days=9, first_day=SUNDAY, shifts="s", pasts=("", "s------s", "s-------", "s-------------")
    ),
    Case(WeekendsWorked(1), days=10, first_day=SATURDAY, shifts="s", pasts=("", "s")),
    Case(WeekendsWorked(1), days=9, first_day=SUNDAY, shifts="s", pasts=("", "s")),
    Case(WeekendsWorked(0), first_day=4, days=3),
    Case(WholeWeekends(), first_day=3, pasts=("", "s")),
    Case(WholeWeekends(), first_day=SUNDAY, days=4, pasts=("", "s", "s-", "s--")),
    Case(WholeWeekends(), days=4, first_day=4),
    Case(NightsInARow(2, NIGHT), pasts=("", "n", "nn", "nnn", "n-", "ns")),
    Case(NightsInARow(0, NIGHT)),
    Case(Nights(2, NIGHT)),
    Case(Nights(1, NIGHT, "week"), days=9, shifts="n"),
    Case(RestAfterNights(48 * 60, NIGHT), pasts=("", "n", "n-", "n--", "ns", "nn")),
    Case(RestAfterNights(30 * 60, NIGHT, 2), pasts=("", "n", "nn", "nn-", "nns", "n-n")),
    Case(RestAfterNights(0, NIGHT, 1, 2), pasts=("", "n", "n-", "n--")),
    Case(RestAfterNights(60 * 60, NIGHT, 2, 1), pasts=("", "n", "nn", "nnn-"), first_day=CLOCKS_GO_BACK - 2),
    Case(StartVariation(6 * 60)),
    Case(StartVariation(0), days=8, shifts="sn", pasts=("",)),
    Case(StartVariation(8 * 60), first_day=CLOCKS_GO_BACK - 2),
    Case(Succession("late", ("short",)), pasts=("", "l", "l-", "s")),
    Case(Succession("night", ("short", "late")), pasts=("", "n")),
    Case(Succession("night", ("night",), 3), shifts="sn", pasts=("", "n", "n--", "n---", "ns")),
    Case(Succession("night", ("night", "late"), 3, 2), pasts=("", "n-", "nn")),
    Case(DayHours(8 * 60)),
    Case(PeriodHours(Bounds(16 * 60, 24 * 60))),
    Case(PeriodHours(Bounds(None, 13 * 60))),
    Case(PeriodHours(Bounds(13 * 60, None))),
    Case(PeriodDays(Bounds(2, 3))),
    Case(PeriodDays(Bounds(4, None))),
    Case(ShiftsOf("night", Bounds(1, 2))),
    Case(ShiftsOf("late", Bounds(2, None))),
    Case(ShiftsOf("short", Bounds(1, 2, "week")), days=10, shifts="s"),
    Case(ShiftsOf("short", Bounds(2, None, "week")), days=12, shifts="s", pasts=("",)),
    Case(Rotation((("short",), ("late", "night"), ())), days=8, shifts="sl", pasts=("",)),
    Case(Rotation((("short",), (), ("late",)), 2)),
    Case(Rotation((("short",), ("late", "night"), ()), 2, "day")),
    Case(Locked(((MONDAY + timedelta(days=1), "late 16:00"), (MONDAY + timedelta(days=3), "off")))),
    Case(Locked(((MONDAY, "night"), (MONDAY - timedelta(days=1), "late"), (MONDAY + timedelta(days=9), "off")))),
    Case(DailyRest(9 * 60), days=4, shifts="st", pasts=("", "t")),
    Case(NightsInARow(1, Night(23 * 60, 30 * 60, 270)), days=4, shifts="tn", pasts=("", "n")),
    Case(RestAfterNights(30 * 60, Night(23 * 60, 30 * 60, 180)), days=4, shifts="ts", pasts=("", "t")),
    Case(DayHours(8 * 60), days=2, shifts="tn"),
    Case(DailyRest(48 * 60), shifts="sd", pasts=("", "d", "d-", "d--")),
    Case(DailyRest(24 * 60), first_day=CLOCKS_GO_BACK - 2, shifts="sd", pasts=("", "d")),
    Case(RestAfter("duty", 48 * 60), shifts="sd", pasts=("", "d", "d-", "d--", "ds")),
    Case(RestAfter("duty", 72 * 60), first_day=CLOCKS_GO_BACK - 2, shifts="sd", pasts=("", "d")),
    Case(RestAfter("twice", 33 * 60), days=4, shifts="st", pasts=("", "t")),
    Case(NightsInARow(1, NIGHT), shifts="sd", pasts=("", "d")),
    Case(WeeklyRest(59 * 60), days=7, shifts="sd", pasts=("", "d")),
    Case(WholeWeekends(), days=5, first_day=3, shifts="sd", pasts=("", "d")),
    Case(WeekendsOff(1), first_day=3, shifts="sd", pasts=("", "d")),
    Case(DaysPerWeek()),
    Case(WeeklyHoursMin()),
    Case(WeeklyHoursMax()),
)


LONG = (Case(WeeklyRest(90 * 60), days=8, shifts="sn", pasts=("", "n")),)
"""Thousands of rosters, of a rule that a smaller case has too."""


@pytest.mark.parametrize(
    "case", [*CASES, *(pytest.param(case, marks=pytest.mark.thorough) for case in LONG)], ids=str
)
def test_solver_reader_and_search_agree_on_every_roster_of_a_tiny_problem(case: Case) -> None:
    shifts = {name: shift for name, shift in (SHIFTS | RARE).items() if name[0] in case.shifts}
    verdicts = set()
    for past in case.pasts:
        problem = tiny_problem(case.days, case.first_day, past, shifts)
        said, machine = agreed(problem), case.rule.machine(problem, problem.people[0])
        accepted = accepted_by_solver(problem, case.rule)
        for assignment in every_assignment(problem):
            broken = list(case.rule.violations(worked(problem, assignment), said))
            place = (past, assignment, broken)
            assert (assignment in accepted) == (not broken), place
            assert accepted_by_machine(machine, assignment) == (not broken), place
            assert all(0 <= (b.day - said.period_first).days < said.period_days for b in broken), place
            verdicts.add(not broken)
    assert verdicts == {True, False}
