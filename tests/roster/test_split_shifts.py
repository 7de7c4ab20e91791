"""Split shifts: two parts on a day and free time between them, found by the search and read by the check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pandas as pd
import pytest
from roster_centers import MADRID, Center, activities, day, every_day, made, shift

from staffplan.clock import wall_instant
from staffplan.errors import InfeasibleError
from staffplan.roster.repair.absences import Absence
from staffplan.roster.repair.repair import repair
from staffplan.roster.rules.options import Night, night_options
from staffplan.settings.hard_rules import DailyRestSetting, RestAfterSetting
from staffplan.settings.roster import (
    BreakSettings,
    RosterSettings,
    SecondPartSettings,
    ShiftSettings,
    WorkPlanSettings,
)
from staffplan.settings.rule_sections import RuleSection
from staffplan.settings.team_rules import ConcurrentBreaksSetting, SeatsSetting, TeamRuleSetting
from staffplan.tables.roster import Roster, on_site

EARLY = ShiftSettings(hours=4, first_start="08:00", last_start="08:00")
LATE = ShiftSettings(
    hours=4,
    first_start="12:00",
    last_start="12:00",
    second_part=SecondPartSettings(hours=4, free_hours_min=2, free_hours_max=4),
)
"""12:00-16:00, and 18:00-22:00, 19:00-23:00 or 20:00-24:00."""
REST_HOURS, WEEK_HOURS = 9, 16
FREE = (2, 3, 4)


def settings(*rules: RuleSection | TeamRuleSetting) -> RosterSettings:
    return RosterSettings(rules=rules, time_limit_seconds=300, effort=0.05)


TWO = Center(
    need={"voice": every_day(2, [*range(8, 16), *range(18, 24)]) | {(1, 8): 2.0, (0, 19): 2.0}},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any")],
    shifts={"early": EARLY, "late": LATE},
    work_plans={"any": WorkPlanSettings(shifts=("early", "late"), weekly_hours_max=WEEK_HOURS)},
    settings=settings(DailyRestSetting(hours=REST_HOURS)),
)
Day = int | None
"""Hours of the free time of a late shift, 0 for an early one, None for a day off."""


def hours_of(choice: Day) -> list[int]:
    """Hours on queue, after midnight."""
    if choice is None:
        return []
    return list(range(8, 12)) if choice == 0 else [*range(12, 16), *range(16 + choice, 20 + choice)]


def is_lawful(days: Sequence[Day]) -> bool:
    """The rest from the end of the second part on, and the hours of the week without the free time."""
    one, other = days
    rested = not one or other != 0 or 24 + 8 - (20 + one) >= REST_HOURS
    return rested and sum(len(hours_of(choice)) for choice in days) <= WEEK_HOURS


def cost(tours: Sequence[Sequence[Day]]) -> float:
    there: dict[tuple[int, int], int] = {}
    for tour in tours:
        for number, choice in enumerate(tour):
            for hour in hours_of(choice):
                there[number, hour] = there.get((number, hour), 0) + 1
    need = TWO.need["voice"]
    surplus = [there.get(at, 0) - need.get(at, 0.0) for at in {*there, *need}]
    return sum(one if one > 0 else -10 * one for one in surplus)


def roster_of(days: Sequence[Day]) -> Roster:
    """Ann's."""
    shifts, doing = [], []
    for number, choice in enumerate(days):
        if choice == 0:
            shifts.append(shift(number, 8, 4, 4))
            doing += activities(number, "queue:voice 4", 8)
        elif choice:
            shifts.append(shift(number, 12, 8 + choice, 8))
            doing += unpaid(activities(number, f"queue:voice 4, split {choice}, queue:voice 4", 12))
    return made(shifts, doing)


def unpaid(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{**row, "paid": "no"} if row["activity"] == "split" else row for row in rows]


def every_tour() -> Iterator[tuple[Day, ...]]:
    return product((None, 0, *FREE), repeat=2)


def test_the_search_finds_the_best_of_all_rosters() -> None:
    result = TWO.solve()
    lawful = [tour for tour in every_tour() if is_lawful(tour)]
    best = min(cost(tours) for tours in product(lawful, repeat=2))
    assert (result.status, result.objective) == ("optimal", pytest.approx(best))
    assert not TWO.check(result.roster).breaches


def test_the_check_knows_which_rosters_keep_the_rules() -> None:
    verdicts = set()
    for tour in every_tour():
        if any(choice is not None for choice in tour):
            rules = {breach.rule for breach in TWO.check(roster_of(tour)).breaches}
            assert rules <= {"daily rest", "weekly hours, maximum"}
            assert (not rules) == is_lawful(tour), tour
            verdicts.add(not rules)
    assert verdicts == {True, False}


def test_a_split_shift_has_a_name_for_each_start_of_its_parts() -> None:
    names = [option.name for option in TWO.problem().options]
    assert names == ["early 08:00", "late 12:00/18:00", "late 12:00/19:00", "late 12:00/20:00"]
    assert LATE.names("late") == ["late", *names[1:]]


@pytest.mark.parametrize(
    ("spans", "hours", "said"),
    [
        ("queue:voice 4, split 6, queue:voice 4", 14, "6 h free between the parts, 2 to 4 h are allowed"),
        ("queue:voice 3, split 3, queue:voice 5", 11, "split at 15:00 is 180 minutes into the shift, 240 to 240"),
        ("queue:voice 4, meal 3, queue:voice 4", 11, "meal at 16:00: number 1 should be a split"),
        ("queue:voice 11", 11, "a split of 180 minutes is missing"),
    ],
)
def test_the_check_tells_what_is_wrong_with_a_split_shift_made_by_hand(spans: str, hours: int, said: str) -> None:
    found = TWO.check(made([shift(0, 12, hours, 8)], unpaid(activities(0, spans, 12)))).breaches
    assert any(said in breach.message for breach in found), found


def test_the_free_time_is_not_paid() -> None:
    paid = made([shift(0, 12, 11, 11)], activities(0, "queue:voice 4, split 3, queue:voice 4", 12))
    assert [b.message for b in TWO.check(paid).breaches] == ["split at 16:00 is marked paid"]


def test_each_part_has_its_own_breaks() -> None:
    rest = BreakSettings(minutes=30, earliest_minutes=60, latest_minutes=150)
    second = SecondPartSettings(hours=4, free_hours_min=2, free_hours_max=2, breaks=(rest,))
    split = ShiftSettings(hours=4, first_start="08:00", last_start="08:00", breaks=(rest,), second_part=second)
    center = TWO.but(shifts={"early": EARLY, "late": split}, minutes=30)
    frame = center.solve().roster.activities.frame
    for _, own in frame.groupby(["agent_id", "schedule_date"]):
        free = own[own["activity"] == "split"]
        if len(free):
            breaks = own[own["activity"] == "break"]
            assert (breaks["end"] <= free["start"].iloc[0]).tolist() == [True, False]
            assert (breaks["start"] - own["start"].min()).iloc[1] >= pd.Timedelta(hours=4 + 2 + 1)


def test_somebody_works_around_hours_in_which_they_cannot() -> None:
    center = TWO.but(availability=[("ann", "daily", "08:00-16:00, 19:00-24:00")])
    problem = center.problem()
    may = {problem.options[o].name for o in np.flatnonzero(problem.allowed[0].any(axis=0))}
    assert may == {"early 08:00", "late 12:00/19:00", "late 12:00/20:00"}
    assert not center.check(roster_of((3, None))).breaches
    late = [breach.message for breach in center.check(roster_of((2, None))).breaches]
    assert late == ["18:00-22:00 is outside the hours the agent can work"]


def test_between_the_parts_nobody_has_a_seat_or_a_break() -> None:
    """Ann and Cid are free from 16:00 to 18:00, when Bob has the only seats that there are."""
    middle = ShiftSettings(hours=2, first_start="16:00", last_start="16:00")
    split = LATE.model_copy(update={"second_part": SecondPartSettings(hours=2, free_hours_min=2, free_hours_max=2)})
    plans = {
        "split": WorkPlanSettings(shifts=("late",), weekly_hours_min=6),
        "plain": WorkPlanSettings(shifts=("middle",)),
    }
    center = Center(
        need={"voice": every_day(5, range(12, 20), 2.0)},
        agents=[("ann", "voice", "split"), ("bob", "voice", "plain"), ("cid", "voice", "split")],
        shifts={"late": split, "middle": middle},
        work_plans=plans,
        settings=settings(SeatsSetting(most=2), ConcurrentBreaksSetting(most=1)),
    )
    result = center.solve()
    assert not result.broken
    assert not center.check(result.roster).breaches
    shown = on_site(result.roster.shifts.frame, result.roster.activities.frame)
    noon = wall_instant(day(0), 17 * 60, MADRID)
    assert shown.loc[(shown["start"] <= noon) & (noon < shown["end"]), "agent_id"].tolist() == ["bob"]


def test_only_the_parts_make_a_shift_a_night() -> None:
    second = SecondPartSettings(hours=4, free_hours_min=2, free_hours_max=4, every_minutes=120)
    night = ShiftSettings(hours=4, first_start="16:00", last_start="16:00", second_part=second)
    center = TWO.but(
        need={"voice": every_day(2, range(24))},
        shifts={"night": night},
        work_plans={"any": WorkPlanSettings(shifts=("night",))},
    )
    problem = center.problem()
    inside = {minutes: night_options(problem, Night(23 * 60, 30 * 60, minutes))[0].tolist() for minutes in (180, 270)}
    assert inside == {180: [True, True], 270: [False, False]}


def test_a_repair_says_the_parts_of_a_new_shift() -> None:
    roster = made([shift(0, 12, 11, 8)], unpaid(activities(0, "queue:voice 4, split 3, queue:voice 4", 12)))
    since = wall_instant(day(0), 0, MADRID)
    result = repair(TWO.case(), roster, [Absence("ann", day(0), day(1))], since)
    rows = result.changes.frame
    assert rows.loc[rows["agent_id"] == "ann", "before"].tolist() == ["day 12:00-16:00, 19:00-23:00"]
    after = rows.loc[rows["agent_id"] == "bob", "after"].tolist()
    assert any("late 12:00-16:00, " in words for words in after), after


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (DailyRestSetting(hours=10), "9 h of rest between shifts instead of 10"),
        (RestAfterSetting(shift="late", hours=10), "9 h of rest after late instead of 10"),
    ],
)
def test_a_conflict_counts_the_rest_from_the_end_of_the_second_part(rule: RuleSection, told: str) -> None:
    locks = [("ann", day(0), "late 12:00/19:00"), ("ann", day(1), "early")]
    with pytest.raises(InfeasibleError) as caught:
        TWO.but(settings=settings(rule), locks=locks).solve()
    assert told in caught.value.problems[0].hint
