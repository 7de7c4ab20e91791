"""What the hard rules tell a reader, by example: which day, and what is so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from every_roster import agreed, tiny_problem, worked
from roster_centers import MONDAY

from staffplan.roster.rules import Locked, Rule
from staffplan.roster.rules.counts import Bounds, DayHours, PeriodDays, PeriodHours, ShiftsOf
from staffplan.roster.rules.fixed import Rotation
from staffplan.roster.rules.nights import Nights, NightsInARow, RestAfterNights
from staffplan.roster.rules.options import Night
from staffplan.roster.rules.rest_after import RestAfter
from staffplan.roster.rules.runs import ConsecutiveDaysMin, DaysOffInARow
from staffplan.roster.rules.starts import StartVariation, Succession
from staffplan.roster.rules.weekends import WeekendsInARow, WeekendsWorked, WholeWeekends
from staffplan.roster.rules.weekly_rest import WeeklyRest

NIGHT = Night(23 * 60, 30 * 60, 180)
EXAMPLES: tuple[tuple[Rule, str, str, list[tuple[int, str]]], ...] = (
    (
        WeeklyRest(48 * 60),
        "",
        "l-l-l-l",
        [(2, "44 h of rest at a stretch in 2-8 Nov 2026, 48 h are due")],
    ),
    (WeeklyRest(48 * 60), "", "s--s--s", []),
    (ConsecutiveDaysMin(3), "", "s-ss-s-", [
        (5, "2 days of work in a row, 3 are due"),
        (7, "1 day of work in a row, 3 are due"),
    ]),
    (ConsecutiveDaysMin(3), "-s", "s---sss", [(2, "2 days of work in a row, 3 are due")]),
    (DaysOffInARow(2), "s", "-ss-s--", [
        (3, "1 day off before this one, 2 in a row are due"),
        (6, "1 day off before this one, 2 in a row are due"),
    ]),
    (WeekendsInARow(1), "s-", "------s", [(8, "weekend 2 of work in a row, 1 allowed")]),
    (WeekendsInARow(1), "s", "-----ss", [(7, "weekend 2 of work in a row, 1 allowed")]),
    (WeekendsWorked(1), "", "-----s-------s", [(15, "weekend 2 of work in the period, 1 allowed")]),
    (WholeWeekends(), "", "-----s-", [(7, "Saturday is worked and Sunday is not")]),
    (NightsInARow(2, NIGHT), "n", "nn-n---", [(3, "night 3 in a row, 2 allowed")]),
    (Nights(1, NIGHT, "week"), "nn", "n--nn--", [(5, "3 night shifts in the week, 1 allowed")]),
    (RestAfterNights(48 * 60, NIGHT), "n", "-s--n--", [(3, "23 h after the last night, 48 h are due")]),
    (RestAfterNights(0, NIGHT, 1, 2), "", "nn-l---", [(5, "1 day off after the last night, 2 due")]),
    (RestAfter("night", 48 * 60), "n", "-s--n--", [(3, "23 h after night, 48 h are due")]),
    (StartVariation(120), "", "s--l---", [
        (5, "starts of the week from 08:00 to 16:00, 120 minutes apart are allowed"),
    ]),
    (Succession("late", ("short",)), "l", "s-ls---", [
        (2, "short on the day after late"),
        (5, "short on the day after late"),
    ]),
    (Succession("night", ("night",), 5, 2), "n--", "-n--nn-", [
        (3, "night 4 days after night"),
        (6, "night 3 days after night"),
    ]),
    (DayHours(600), "", "--n----", [(4, "11 paid hours on the day, 10 h are allowed")]),
    (PeriodHours(Bounds(40 * 60, None)), "nnn", "ss--nn-", [(2, "30 paid hours in the period, 40 h are due")]),
    (PeriodDays(Bounds(None, 2)), "s", "s-ss---", [(5, "3 working days in the period, 2 allowed")]),
    (ShiftsOf("late", Bounds(2, None)), "ll", "l-s----", [(2, "1 late shift in the period, 2 due")]),
    (Rotation((("late",), ())), "", "s------l------", [
        (2, "short is worked, the week's turn is late"),
        (9, "late is worked, the week's turn is off"),
    ]),
    (Locked(((MONDAY, "late 16:00"), (MONDAY.replace(day=3), "off"))), "", "sl-----", [
        (2, "late 16:00 is locked, short 08:00 is written"),
        (3, "off is locked, late 16:00 is written"),
    ]),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "past", "days", "said"), EXAMPLES, ids=lambda value: str(value)[:40])
def test_a_breach_names_its_day_and_what_is_so(rule: Rule, past: str, days: str, said: list[tuple[int, str]]) -> None:
    """Days are a letter each from Monday 2 November 2026 on: short, late, night, off; past: the days before it."""
    problem = tiny_problem(len(days), past=past)
    names = [option.name[0] for option in problem.options]
    shifts = worked(problem, [names.index(letter) if letter in names else -1 for letter in days])
    found = [(broken.day.day, broken.message) for broken in rule.violations(shifts, agreed(problem))]
    assert found == said
    assert all(broken.day.month == 11 for broken in rule.violations(shifts, agreed(problem)))


def test_a_shift_that_no_setting_knows_has_no_turn_in_a_rotation_and_keeps_no_lock() -> None:
    problem = tiny_problem(3)
    (odd,) = worked(problem, [0, -1, -1])
    unnamed = [replace(odd, shift="")]
    (broken,) = Rotation((("short",),)).violations(unnamed, agreed(problem))
    assert broken.message == "a shift is worked, the week's turn is short"
    (broken,) = Locked(((MONDAY, "short"),)).violations(unnamed, agreed(problem))
    assert broken.message == "short is locked, a shift is written"
