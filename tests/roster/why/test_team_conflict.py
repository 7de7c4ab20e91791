"""A rule between people that no roster keeps: the conflict is one, no part of it is, and the ways out work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product

import numpy as np
import pytest
from roster_centers import LATE, MONDAY, SHORT, Center, day, every_day

from staffplan.clock import SiteCalendar
from staffplan.errors import Note
from staffplan.planned import PlannedDays
from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import Agreed, Rule, Worked, rules_of
from staffplan.roster.rules.between import TeamRule
from staffplan.roster.rules.team import ConcurrentBreaks, Seats, minimum_people, team_rules
from staffplan.roster.why.headcount import outnumbered
from staffplan.roster.why.team_conflict import Clash, Question, find_clashes
from staffplan.roster.why.team_remedies import ways_out
from staffplan.roster.why.team_words import broken_days, team_notes
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings

PAUSE = BreakSettings(activity="meal", minutes=60, paid=False, earliest_minutes=60, latest_minutes=120)
MIDDAY = ShiftSettings(hours=4, first_start="10:00", last_start="10:00", breaks=(PAUSE,))
NOON = MIDDAY.model_copy(update={"breaks": (PAUSE.model_copy(update={"latest_minutes": 60}),)})
SHIFTS = {"short": SHORT, "late": LATE, "midday": MIDDAY}
ANY = WorkPlanSettings(shifts=("short", "late", "midday"))


def under(*rules: dict[str, object]) -> RosterSettings:
    return RosterSettings(rules=rules, effort=0.1)  # type: ignore[arg-type]


def least(people: int, hours: str, **more: object) -> dict[str, object]:
    return {"rule": "minimum_staff", "planning_group": "voice", "people": people, "hours": hours} | more


def center(days: int, *agents: str, **changes: object) -> Center:
    made = Center(
        {"voice": every_day(days, range(8, 20))},
        agents=[(name, "voice", "any") for name in agents],
        shifts=SHIFTS,
        work_plans={"any": ANY},
    )
    return made.but(**changes)


ONE_A_WEEK = WorkPlanSettings(shifts=("short", "late"), days_per_week_max=1)
BROKEN = {
    "time off, a contract and a lock leave one": center(
        2,
        "ann",
        "bob",
        "cleo",
        agents=[
            ("ann", "voice", "any"),
            ("bob", "voice", "any"),
            ("cleo", "voice", "early"),
            ("dan", "voice", "any"),
        ],
        work_plans={"any": ANY, "early": WorkPlanSettings(shifts=("short",))},
        time_off=[("bob", day(0), day(1), "yes")],
        locks=[("dan", day(1), "short")],
        settings=under(least(2, "16:00-20:00", weekdays="tue")),
    ),
    "hours in which people are available": center(
        1, "ann", "bob", availability=[("bob", "daily", "08:00-15:00")], settings=under(least(2, "17:00-18:00"))
    ),
    "more shifts than days that contracts allow": center(
        2, "ann", "bob", work_plans={"any": ONE_A_WEEK}, settings=under(least(1, "08:00-12:00, 16:00-20:00"))
    ),
    "rest after a late shift": center(
        2,
        "ann",
        settings=under(
            {"rule": "daily_rest", "hours": 13},
            least(1, "16:00-20:00", weekdays="mon"),
            least(1, "08:00-12:00", weekdays="tue"),
        ),
    ),
    "a meal that somebody has to take": center(
        1, "ann", work_plans={"any": WorkPlanSettings(shifts=("midday",))}, settings=under(least(1, "11:00-13:00"))
    ),
    "no shift of the site": center(1, "ann", settings=under(least(1, "14:00-15:00"))),
    "nobody with the skill": center(
        1,
        "ann",
        need={"voice": every_day(1, range(8, 20)), "chat": every_day(1, range(8, 20))},
        agents=[("ann", "voice", "any"), ("bob", "chat", "any")],
        settings=under(least(2, "08:00-12:00")),
    ),
    "fewer seats than contracts have hours": center(
        2,
        "ann",
        "bob",
        shifts={"short": SHORT},
        work_plans={"any": WorkPlanSettings(shifts=("short",), weekly_hours_min=12)},
        need={"voice": every_day(5, range(8, 12))},
        planned=PlannedDays(MONDAY, 5),
        settings=under({"rule": "seats", "most": 1}, {"rule": "consecutive_days", "days": 1}),
    ),
    "more people on queue than there are seats": center(
        2, "ann", "bob", "cleo", settings=under(least(2, "16:00-20:00"), {"rule": "seats", "most": 1})
    ),
    "meals that all have to take at once": center(
        5,
        "ann",
        "bob",
        shifts={"noon": NOON},
        work_plans={"any": WorkPlanSettings(shifts=("noon",), weekly_hours_min=15)},
        settings=under({"rule": "concurrent_breaks", "share": 0.5}),
    ),
}
LONG = "fewer seats than contracts have hours"
EACH_BROKEN = [pytest.param(name, marks=pytest.mark.thorough) if name == LONG else name for name in BROKEN]
Tour = tuple[tuple[int, int] | None, ...]
"""Of each day the option and where its pause begins (0: none)."""


def tours(problem: RosterProblem) -> list[Tour]:
    choices: list[tuple[int, int] | None] = [None]
    for o, option in enumerate(problem.options):
        [window] = [range(p.earliest, p.latest + 1) for p in option.pauses] or [range(1)]
        choices += [(o, start) for start in window]
    return list(product(choices, repeat=problem.period.days))


def worked(problem: RosterProblem, tour: Tour) -> list[Worked]:
    found = []
    for d, choice in enumerate(tour):
        if choice is not None:
            option, slot = problem.options[choice[0]], int(problem.option_slot[choice[0], d])
            start, end = problem.period.instant(slot), problem.period.instant(slot + option.slots)
            found.append(Worked(problem.period.day(d), start, end, option.paid_minutes / 60, option.name))
    return found


def agreed(problem: RosterProblem, n: int) -> Agreed:
    return Agreed(
        problem.period.first_day,
        problem.period.days,
        tuple((problem.paid_minutes_min[n] / 60).tolist()),
        tuple((problem.paid_minutes_max[n] / 60).tolist()),
        problem.people[n].contract.days_per_week_max,
        problem.period.timezone,
    )


def keeps(done: list[Worked], agreement: Agreed, rules: Iterable[Rule]) -> bool:
    return not any(list(rule.violations(done, agreement)) for rule in rules if rule.weight is None)


def there(problem: RosterProblem, tour: Tour) -> tuple[bytes, bytes]:
    """Slots in the house and slots on queue."""
    house, queue = np.zeros(problem.period.slots, dtype=bool), np.zeros(problem.period.slots, dtype=bool)
    for d, choice in enumerate(tour):
        if choice is not None:
            first, option = int(problem.option_slot[choice[0], d]), problem.options[choice[0]]
            house[first : first + option.slots] = queue[first : first + option.slots] = True
            for pause in option.pauses:
                queue[first + choice[1] : first + choice[1] + pause.slots] = False
    return house.tobytes(), queue.tobytes()


Known = dict[Tour, tuple[list[Worked], tuple[bytes, bytes]]]


def known(problem: RosterProblem) -> Known:
    """Of every tour what is worked, and when somebody is there."""
    return {tour: (worked(problem, tour), there(problem, tour)) for tour in tours(problem)}


def some_roster(
    problem: RosterProblem,
    ways: Sequence[set[tuple[bytes, bytes]]],
    demands: Iterable[tuple[TeamRule, int]],
    site: SiteCalendar,
) -> bool:
    """By trying every roster: ways are what each of the people can be there for; demands: rules and slots."""
    least_of = {rule: minimum_people([rule], ["voice"], problem.period, site)[0] for rule, _ in demands}
    able = ["voice" in person.skills for person in problem.people]
    for roster in product(*ways):
        house = sum(np.frombuffer(mine[0], dtype=bool).astype(int) for mine in roster)
        queue = sum(
            np.frombuffer(mine[1], dtype=bool).astype(int) * on for mine, on in zip(roster, able, strict=True)
        )
        if all(holds(rule, house[slot], queue[slot], least_of[rule][slot]) for rule, slot in demands):
            return True
    return False


def holds(rule: TeamRule, house: int, queue: int, least: int) -> bool:
    """In a slot; everybody in the house who is not on queue is on break."""
    match rule:
        case Seats(most=most):
            return house <= most
        case ConcurrentBreaks(most=most, share=share):
            limits = [max(int(share * house), 1)] if share is not None else [most]
            return house - queue <= min(limit for limit in limits if limit is not None)
        case _:
            return queue >= least


def possible(question: Question, every: Known, clash: Clash, bonds: set[int], days: set[tuple[int, int]]) -> bool:
    """With these bonds of the conflict, and its slots on these (rule, day)s alone."""
    problem, calendar = question.problem, question.case.site.calendar
    ways = []
    for n, person in enumerate(problem.people):
        mine = [clash.bonds[b] for b in sorted(bonds) if clash.bonds[b].agent_id == person.agent_id]
        bad = [bond.forbids for bond in mine if bond.forbids is not None]
        rules = [bond.rule for bond in mine if bond.rule is not None]
        agreement = agreed(problem, n)
        ways.append(
            {
                times
                for tour, (done, times) in every.items()
                if not any(forbids[d, c[0]] for forbids in bad for d, c in enumerate(tour) if c is not None)
                and keeps(done, agreement, rules)
            }
        )
    demands = [(clash.rules[r], slot) for r, slot in clash.atoms if (r, question.day_of(slot)) in days]
    return some_roster(problem, ways, demands, calendar)


@cache
def conflict(name: str) -> tuple[Question, tuple[Clash, ...], tuple[Note, ...]]:
    made = BROKEN[name]
    roster = made.solve().roster
    question = Question.of(made.case(), lambda: 100.0)
    clashes = tuple(find_clashes(question, broken_days(made.case(), roster)))
    return question, clashes, tuple(team_notes(made.case(), roster, seconds=lambda: 100.0))


@pytest.mark.parametrize("name", EACH_BROKEN)
def test_a_conflict_leaves_no_roster_and_without_any_part_of_it_there_is_one(name: str) -> None:
    question, clashes, _ = conflict(name)
    every = known(question.problem)
    assert clashes
    for clash in clashes:
        bonds = set(range(len(clash.bonds)))
        days = {(rule, question.day_of(slot)) for rule, slot in clash.atoms}
        assert clash.smallest
        assert not possible(question, every, clash, bonds, days)
        for bond in bonds:
            assert possible(question, every, clash, bonds - {bond}, days)
        for one in days:
            assert possible(question, every, clash, bonds, days - {one})


@pytest.mark.parametrize("name", EACH_BROKEN)
def test_with_each_way_out_there_is_a_roster_and_as_it_is_there_is_none(name: str) -> None:
    question, clashes, _ = conflict(name)
    for clash in clashes:
        assert not kept_with(question.case, [(clash.rules[number], slot) for number, slot in clash.atoms])
        ways = ways_out(question, clash)
        assert ways
        assert [way.cost for way in ways] == sorted(way.cost for way in ways)
        for way in ways:
            assert kept_with(way.case, way.demands), way.words


def kept_with(case: Case, demands: Sequence[tuple[TeamRule, int]]) -> bool:
    problem = case.problem()
    every = known(problem)
    ways = [
        {
            times
            for tour, (done, times) in every.items()
            if all(c is None or problem.allowed[n, d, c[0]] for d, c in enumerate(tour))
            and keeps(done, agreed(problem, n), rules_of(person))
        }
        for n, person in enumerate(problem.people)
    ]
    return some_roster(problem, ways, demands, case.site.calendar)


SAID = {
    "more people on queue than there are seats": (
        "minimum staff voice, seats 2-3 Nov 2026 each day 16:00-20:00",
        "at least 2 on queue for voice and at most 1 people on site: these contradict "
        "each other in every roster. Cheapest: 1 instead of 2 on queue for voice then; "
        "or: 2 seats instead of 1 then (tested for Mon 2 Nov 2026 16:00-20:00)",
    ),
    "time off, a contract and a lock leave one": (
        "minimum staff voice Tue 3 Nov 2026 16:00-20:00",
        "no roster satisfies at least 2 on queue for voice together with all of this: time "
        "off 2 Nov to 3 Nov 2026 (bob); only the shifts of [work_plans.early]: short "
        "(cleo); the lock 'short' on Tue 3 Nov 2026 (dan). 4 can serve voice: ann, "
        "bob, cleo, dan; can be on queue: ann. Cheapest: 1 instead of 2 on queue for "
        "voice then; or: without the lock 'short' of dan on Tue 3 Nov 2026; or: every "
        "shift of the site allowed ([work_plans.early] shifts); or: bob works in spite "
        "of the time off 2 Nov to 3 Nov 2026",
    ),
    "rest after a late shift": (
        "minimum staff voice 2-3 Nov 2026",
        "no roster satisfies at least 1 on queue for voice together with all of this: 13 h "
        "of rest between shifts (ann). 1 can serve voice: ann; not restricted: nobody. "
        "Cheapest: 12 h of rest between shifts instead of 13 (daily_rest); or: nobody "
        "instead of 1 on queue for voice on Mon 2 Nov 2026 16:00-20:00; or: nobody "
        "instead of 1 on queue for voice on Tue 3 Nov 2026 08:00-12:00",
    ),
    "nobody with the skill": (
        "minimum staff voice Mon 2 Nov 2026 08:00-12:00",
        "no roster satisfies at least 2 on queue for voice with the existing shifts "
        "and skills. 1 can serve voice: ann; can be on queue: ann. "
        "Cheapest: 1 instead of 2 on queue for voice then; or: bob learns to serve "
        "voice",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_a_manager_reads_when_what_contradicts_who_is_left_and_what_would_help(name: str) -> None:
    place, message = SAID[name]
    [note] = conflict(name)[2]
    assert (note.kind, note.place, note.message) == ("warning", place, message)
    assert note in BROKEN[name].solve().notes


def test_without_time_to_try_the_count_of_heads_says_how_much_must_be_given_up() -> None:
    made = BROKEN["more people on queue than there are seats"]
    [note] = team_notes(made.case(), made.solve().roster, seconds=lambda: 0.0)
    assert note.message.endswith("It takes at least: 1 instead of 2 on queue for voice; or: 2 seats instead of 1")


def test_a_night_is_told_with_its_hours_and_a_whole_day_as_such() -> None:
    question = Question.of(center(2, "ann").case(), lambda: 1.0)
    first, second, end = question.problem.period.day_slot.tolist()
    hour = (second - first) // 24
    night = range(first + 22 * hour, second + 6 * hour)
    assert question.when(night) == "Mon 2 Nov 2026 22:00-06:00"
    assert question.when(range(first, second)) == "Mon 2 Nov 2026 all day"
    assert question.times([range(first, second), range(second, end), night]) == (
        "2-3 Nov 2026 all day, Mon 2 Nov 2026 22:00-06:00"
    )


def test_nobody_serves_two_queues_at_once_so_that_their_minimums_add_up_against_the_seats() -> None:
    made = center(
        1,
        "ann",
        need={"voice": every_day(1, range(8, 20)), "chat": every_day(1, range(8, 20))},
        settings=under(
            least(1, "08:00-12:00"),
            least(2, "09:00-12:00") | {"planning_group": "chat"},
            {"rule": "seats", "most": 2},
        ),
    )
    problem, rules = made.problem(), team_rules(made.settings)
    assert list(outnumbered(made.case(), problem, rules)) == [((1, 0, 2), [9, 10, 11], 1)]
    assert not list(outnumbered(made.case(), problem, [*rules[:2], Seats(3)]))


def test_who_is_absent_for_a_part_of_a_shift_leaves_the_seat_to_somebody_else() -> None:
    """One seat: bob until 10:00, when ann comes from the doctor's to the rest of a shift that begins at 08:00."""
    first = ShiftSettings(hours=2, first_start="08:00", last_start="08:00")
    case = center(
        1,
        "ann",
        "bob",
        need={"voice": every_day(1, range(8, 12))},
        shifts={"short": SHORT, "first": first},
        work_plans={"any": WorkPlanSettings(shifts=("short", "first"), part_days_off="rest_of_shift")},
        parts_off=[("ann", day(0), "08:00", "10:00", "yes")],
        locks=[("ann", day(0), "short"), ("bob", day(0), "first")],
        settings=under({"rule": "seats", "most": 1}),
    ).case()
    assert list(find_clashes(Question.of(case, lambda: 60.0), {Seats(1): [0]})) == []


def test_once_the_time_is_over_no_model_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of a long period takes seconds to build, for each of many rules that a roster breaks."""

    def never(*_: object) -> None:
        raise AssertionError("a model is built")

    monkeypatch.setattr("staffplan.roster.why.team_conflict.loose_model", never)
    case = BROKEN["more shifts than days that contracts allow"].case()
    question = Question.of(case, lambda: 0.0)
    assert list(find_clashes(question, {team_rules(question.case.settings)[0]: [0]})) == []
