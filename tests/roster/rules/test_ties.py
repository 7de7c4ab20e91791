"""Rules between named people: the rows of the search, the check and brute force say the same of every roster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from roster_centers import LATE, NIGHT, SHORT, Center, activities, day, every_day, made, shift

from staffplan.clock import wall_instant
from staffplan.errors import ConfigError
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.repair.absences import Absence
from staffplan.roster.repair.repair import repair
from staffplan.roster.rules.between import Finished, Known
from staffplan.roster.rules.team import team_rules
from staffplan.roster.rules.ties import tie_of
from staffplan.roster.search.compiled.arrays import NOTHING
from staffplan.roster.search.space import Tours
from staffplan.roster.search.tables_out import make_roster
from staffplan.roster.why.team_words import broken_days
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.team_rules import ApartSetting, MentorSetting, MinimumOnDutySetting, TogetherSetting
from staffplan.tables.roster import Roster, RosterActivities

SHIFTS = {"short": SHORT, "long": ShiftSettings(hours=7, first_start="08:00"), "night": NIGHT}
PLAN = WorkPlanSettings(shifts=tuple(SHIFTS), weekly_hours_max=60, days_per_week_max=7)
NEED = {(0, hour): 1.0 for hour in (9, 13, 23)} | {(1, hour): 2.0 for hour in (9, 13, 23)}
CENTER = Center(
    {"voice": NEED},
    agents=(("ann", "voice", "any"), ("bob", "voice", "any")),
    shifts=SHIFTS,
    work_plans={"any": PLAN},
)
PAIR = ("ann", "bob")
RULES = {
    "together": TogetherSetting(agents=PAIR),
    "shared car": TogetherSetting(agents=PAIR, start_minutes=120, end_minutes=180),
    "apart": ApartSetting(agents=PAIR),
    "apart on days": ApartSetting(agents=PAIR, per="day"),
    "mentor": MentorSetting(trainee="ann", mentors=("bob",)),
    "minimum of a skill": MinimumOnDutySetting(skill="voice", people=1, hours="09:00-11:00"),
    "minimum of some": MinimumOnDutySetting(agents=("bob",), hours="12:00-15:00", weekdays="tue"),
    "minimum at night": MinimumOnDutySetting(agents=PAIR, hours="23:00-02:00", people=2),
}
NOTHING_DONE = RosterActivities.empty().frame
AGENTS = {name: Known("", {"voice": ((1, date.min, date.max),)}) for name in PAIR}


def center_with(*rules: object, **changes: object) -> Center:
    return CENTER.but(settings=RosterSettings(rules=rules, time_limit_seconds=300, effort=0.05), **changes)  # type: ignore[arg-type]


def every_choice(problem: RosterProblem) -> Iterator[np.ndarray]:
    """All that the people may do on all days."""
    people, days, _ = problem.allowed.shape
    menus = [
        [NOTHING, *np.flatnonzero(problem.allowed[person, d]).tolist()]
        for person in range(people)
        for d in range(days)
    ]
    for choice in product(*menus):
        yield np.array(choice, dtype=np.int16).reshape(people, days)


def broken(center: Center, choice: np.ndarray) -> list[str]:
    """What the check says of the roster's shifts."""
    done = done_of(tuple(map(tuple, choice.tolist())))
    return [violation.message for rule in team_rules(center.settings) for violation in rule.violations(done)]


@cache
def plain_problem() -> RosterProblem:
    return CENTER.problem()


@cache
def done_of(choice: tuple[tuple[int, ...], ...]) -> Finished:
    """A roster as the check reads it."""
    problem = plain_problem()
    rows = [
        {"agent_id": problem.people[person].agent_id, **_row(problem, d, option)}
        for person, days in enumerate(choice)
        for d, option in enumerate(days)
        if option != NOTHING
    ]
    shifts = pd.DataFrame(rows, columns=["agent_id", "schedule_date", "start", "end"])
    period, calendar = problem.period, CENTER.site.calendar
    return Finished(shifts, NOTHING_DONE, {}, calendar, period.first_day, period.days, AGENTS)


def _row(problem: RosterProblem, d: int, option: int) -> dict[str, object]:
    done = problem.worked(d, option)
    return {"schedule_date": pd.Timestamp(done.schedule_date), "start": done.start, "end": done.end}


@pytest.mark.parametrize("name", RULES)
def test_rows_and_check_agree_on_every_roster_of_two_people(name: str) -> None:
    center = center_with(RULES[name])
    problem = center.problem()
    for choice in every_choice(problem):
        assert (problem.ties.cost(choice) == 0) == (not broken(center, choice)), choice


@pytest.mark.parametrize("name", ["together", "apart", "mentor", "minimum at night"])
def test_the_price_of_a_preference_is_its_weight_for_each_breach(name: str) -> None:
    """Of a minimum it is that of each hour of a missing person."""
    hard, soft = center_with(RULES[name]), center_with(RULES[name].model_copy(update={"weight": 3.0}))
    problem, priced = hard.problem(), soft.problem()
    for choice in every_choice(problem):
        amount = float(len(broken(hard, choice)))
        if name == "minimum at night":
            amount = sum(_missing_hours(message) for message in broken(hard, choice))
        assert priced.ties.cost(choice) == pytest.approx(3 * amount)
        assert broken(soft, choice) == []


def _missing_hours(message: str) -> float:
    """Hours of "0 among ann, bob on duty from 23:00 to 02:00, 2 are due"."""
    there = 0 if message.startswith("nobody") else int(message.split(" ")[0])
    since, until = (message.split(word)[1][:2] for word in ("from ", "to "))
    return (2 - there) * ((int(until) - int(since)) % 24)


@pytest.mark.parametrize(
    ("name", "weight"), [*((name, None) for name in RULES), ("together", 4.0), ("minimum at night", 1.0)]
)
def test_the_search_finds_the_cheapest_of_all_rosters(name: str, weight: float | None) -> None:
    """Every roster whose shifts do not overlap, its cover counted slot by slot, against what the search proves."""
    center = center_with(RULES[name].model_copy(update={"weight": weight}))
    problem, least = center.problem(), np.inf
    for choice in every_choice(problem):
        if not _overlaps(problem, choice):
            least = min(least, _cover(problem, choice) + problem.ties.cost(choice))
    found = center.solve()
    assert found.objective == pytest.approx(least)
    assert found.bound == pytest.approx(least)
    assert found.broken == ()
    assert center.check(found.roster).breaches == ()


def _overlaps(problem: RosterProblem, choice: np.ndarray) -> bool:
    for row in choice:
        spans = [
            (problem.option_slot[o, d], problem.option_slot[o, d] + problem.options[o].slots)
            for d, o in enumerate(row.tolist())
            if o != NOTHING
        ]
        if any(a[1] > b[0] for a, b in pairwise(spans)):
            return True
    return False


def _cover(problem: RosterProblem, choice: np.ndarray) -> float:
    on_queue = np.zeros((1, problem.period.slots))
    for person, d in np.argwhere(choice != NOTHING).tolist():
        option = int(choice[person, d])
        first = int(problem.option_slot[option, d])
        on_queue[0, first : first + problem.options[option].slots] += 1
    return problem.cost(on_queue)[2]


def test_rosters_of_several_weeks_keep_what_they_kept_and_cost_little_more() -> None:
    """Too large to be solved whole: a pair, a trainee, a minimum of a team in four weeks."""
    names = [f"a{n}" for n in range(8)]
    rules = (
        TogetherSetting(agents=("a0", "a1")),
        ApartSetting(agents=("a2", "a3")),
        MentorSetting(trainee="a4", mentors=("a5", "a6")),
        MinimumOnDutySetting(agents=("a6", "a7"), hours="16:00-20:00"),
    )
    shifts = {"short": SHORT, "late": LATE}
    plan = PLAN.model_copy(
        update={"shifts": tuple(shifts), "weekly_hours_min": 20.0, "weekly_hours_max": 30.0, "days_per_week_max": 5}
    )
    need = every_day(14, range(8, 12), 3.0) | every_day(14, range(16, 20), 2.0)
    agents = tuple((name, "voice", "any") for name in names)
    tied = center_with(*rules, need={"voice": need}, agents=agents, work_plans={"any": plan}, shifts=shifts)
    found = tied.solve()
    assert found.broken == ()
    assert tied.check(found.roster).breaches == ()
    assert found.objective <= 1.1 * found.bound + 10, "the bound is that of rosters that need not keep these rules"


def test_a_minimum_holds_on_days_without_need_and_in_a_repair() -> None:
    """Nobody is needed at the weekend, one of three is due; when one is absent another comes."""
    rule = MinimumOnDutySetting(agents=("a0", "a1"), hours="08:00-12:00")
    center = center_with(
        rule,
        need={"voice": every_day(5, range(8, 12), 1.0)},
        agents=tuple((f"a{n}", "voice", "any") for n in range(3)),
        shifts={"short": SHORT},
        work_plans={"any": PLAN.model_copy(update={"shifts": ("short",)})},
    )
    made = center.solve()
    assert made.broken == ()
    rows = made.roster.shifts.frame
    friday = rows[(rows["schedule_date"] == pd.Timestamp(day(4))) & rows["agent_id"].isin(["a0", "a1"])]
    absent = str(friday["agent_id"].iloc[0])
    start = wall_instant(day(0), 0, center.timezone)
    mended = repair(center.case(), made.roster, [Absence(absent, day(4), day(4))], start)
    assert center.but(time_off=((absent, day(4), day(4), "no"),)).check(mended.roster).breaches == ()


HALVES = {
    "short": SHORT,
    "first": ShiftSettings(hours=2, first_start="08:00"),
    "second": ShiftSettings(hours=2, first_start="10:00", last_start="10:00"),
}
AWAY = {
    "minimum": MinimumOnDutySetting(agents=PAIR, hours="09:00-11:00"),
    "together": TogetherSetting(agents=PAIR),
    "apart": ApartSetting(agents=PAIR),
    "mentor": MentorSetting(trainee="ann", mentors=("bob",)),
}


@pytest.mark.parametrize("name", AWAY)
def test_who_is_absent_for_a_part_of_the_shift_is_not_there_for_rows_and_check(name: str) -> None:
    """Ann is away until 10:00 and may work the rest of the shift that begins at 08:00."""
    center = center_with(
        AWAY[name],
        need={"voice": every_day(1, range(8, 12))},
        shifts=HALVES,
        work_plans={"any": PLAN.model_copy(update={"shifts": tuple(HALVES), "part_days_off": "rest_of_shift"})},
        parts_off=(("ann", day(0), "08:00", "10:00", "yes"),),
    )
    problem = center.problem()
    assert any(problem.options[o].off for o in np.flatnonzero(problem.allowed[0, 0]))
    for choice in every_choice(problem):
        if (choice != NOTHING).any():
            breaches = center.check(_roster_of(problem, choice)).breaches
            assert (problem.ties.cost(choice) == 0) == (not breaches), choice


def _roster_of(problem: RosterProblem, choice: np.ndarray) -> Roster:
    """Everybody on queue for the only group, pauses at their earliest."""
    pauses = np.zeros((*choice.shape, max(1, *(len(option.pauses) for option in problem.options))), dtype=np.int16)
    for person, d in np.argwhere(choice != NOTHING).tolist():
        for k, pause in enumerate(problem.options[choice[person, d]].pauses):
            pauses[person, d, k] = pause.earliest
    return make_roster(problem, Tours(choice, pauses, np.zeros((len(choice), problem.period.slots), dtype=np.int8)))


def test_somebody_comes_for_the_only_one_on_duty_who_goes_home() -> None:
    """Nobody is needed on queue after noon, when ann goes home."""
    noon = ShiftSettings(hours=4, first_start="12:00", last_start="12:00")
    shifts = {"day": ShiftSettings(hours=8, first_start="08:00"), "noon": noon}
    center = center_with(
        MinimumOnDutySetting(agents=PAIR, hours="08:00-16:00"),
        need={"voice": every_day(1, range(8, 12))},
        shifts=shifts,
        work_plans={"any": PLAN.model_copy(update={"shifts": tuple(shifts)})},
    )
    begun = made([{**shift(0, hours=8, paid=8), "shift": "day 08:00"}], activities(0, "queue:voice 8"))
    home = wall_instant(day(0), 12 * 60, center.timezone)
    rows = repair(center.case(), begun, [Absence("ann", day(0), day(0))], home).roster.shifts.frame
    assert rows.loc[rows["agent_id"] == "bob", "start"].tolist() == [home]


def test_the_night_that_began_before_the_period_counts_until_it_ends() -> None:
    """Ann's ends on Monday at 09:00; bob, who is not named, counts for nothing."""
    center = center_with(
        MinimumOnDutySetting(agents=("ann",), hours="06:00-10:00", weekdays="mon"),
        past=[{**shift(-1, 22, 11, 11), "agent_id": who, "shift": "night 22:00"} for who in PAIR],
    )
    problem = center.problem()
    assert _row_slots(problem) == [9]
    choice = np.full((2, 2), NOTHING, dtype=np.int16)
    choice[1, 1] = 0
    found = center.check(_roster_of(problem, choice)).breaches
    assert [breach.message for breach in found] == ["nobody among ann on duty from 09:00 to 10:00, 1 is due"]


def _row_slots(problem: RosterProblem) -> list[int]:
    return sorted(set(problem.ties.slot.tolist()))


def test_a_level_that_is_too_low_for_the_group_is_no_skill_for_what_is_told() -> None:
    rule = MinimumOnDutySetting(skill="voice", hours="09:00-11:00", weekdays="mon")
    center = center_with(rule)
    settings = center.settings.model_copy(update={"skill_levels_min": {"voice": 2}})
    problem = center.problem()
    choice = np.full((2, 2), NOTHING, dtype=np.int16)
    choice[:, 0] = 0
    case = replace(center.case(), settings=settings)
    assert list(broken_days(case, _roster_of(problem, choice)).values()) == [[0]]


def test_a_minimum_that_nobody_can_keep_says_why() -> None:
    rule = MinimumOnDutySetting(agents=("bob",), hours="09:00-11:00")
    center = center_with(rule, time_off=(("bob", day(1), day(1), ""),))
    found = center.solve()
    assert [breach.message for breach in found.broken] == ["nobody among bob on duty from 09:00 to 11:00, 1 is due"]
    [note] = [note for note in found.notes if note.place.startswith("minimum on duty")]
    assert "at least 1 person among bob on duty together with all of this: time off 3 Nov (bob)" in note.message
    assert "bob works in spite of the time off" in note.message


def test_a_pair_that_contracts_keep_apart_says_why() -> None:
    """Both must work each day, one in the morning, one in the evening."""
    early = WorkPlanSettings(shifts=("short",), weekly_hours_min=8, weekly_hours_max=8)
    late = WorkPlanSettings(shifts=("late",), weekly_hours_min=8, weekly_hours_max=8)
    center = center_with(
        TogetherSetting(agents=PAIR),
        shifts={"short": SHORT, "late": LATE},
        need={"voice": every_day(5, (*range(8, 12), *range(16, 20)))},
        work_plans={"early": early, "late": late},
        agents=(("ann", "voice", "early"), ("bob", "voice", "late")),
        locks=tuple((who, day(n), shift) for n in range(2) for who, shift in (("ann", "short"), ("bob", "late"))),
    )
    found = center.solve()
    assert {breach.rule for breach in found.broken} == {"together"}
    said = [note.message for note in found.notes if note.place.startswith("together")]
    assert len(said) == 2
    assert all(words.startswith("no roster satisfies the same start for ann and bob together with") for words in said)
    assert all("without the same start for ann and bob then" in words for words in said)


def test_a_preference_that_is_not_kept_is_told_and_is_no_breach() -> None:
    """Two are needed at the same time on the second day, and a weight of 1 is far less than an hour missing."""
    found = center_with(ApartSetting(agents=PAIR, per="day", weight=1)).solve()
    assert found.broken == ()
    [note] = [note for note in found.notes if note.place.startswith("apart")]
    assert note.message == "a preference, not kept on 1 day; first: ann and bob both work on this day"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("together", "the same start for ann and bob"),
        ("apart", "separate hours for ann and bob"),
        ("apart on days", "separate days for ann and bob"),
        ("mentor", "a mentor for ann (bob)"),
    ],
)
def test_a_rule_has_words_that_fit_into_a_sentence(rule: str, words: str) -> None:
    assert tie_of(RULES[rule]).words == words


def test_a_level_without_a_skill_is_refused() -> None:
    with pytest.raises(ValidationError, match="level 2 of no skill; name the skill, or leave level out"):
        MinimumOnDutySetting(staffing_group="red", level=2)


def test_people_and_teams_that_nobody_knows_are_refused() -> None:
    rules = (
        MentorSetting(trainee="anne", mentors=("bob",)),
        MinimumOnDutySetting(staffing_group="red"),
    )
    with pytest.raises(ConfigError) as caught:
        center_with(*rules).problem()
    assert [(problem.place, problem.message) for problem in caught.value.problems] == [
        ("roster.rules.0.trainee", "'anne' is not in the agents table"),
        ("roster.rules.1.staffing_group", "nobody is of the team 'red'"),
    ]
