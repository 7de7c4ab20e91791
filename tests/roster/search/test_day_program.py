"""A whole day chosen at once is the best of all choices, counted one by one, and everybody gets it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
import pytest
from roster_centers import Center, every_day

from staffplan.roster.problem.worth import Worth
from staffplan.roster.search.anneal import Board
from staffplan.roster.search.cover_rows import steps_of
from staffplan.roster.search.day_program import choice_in
from staffplan.roster.search.space import Tours, TourSpace, make_tour_space
from staffplan.roster.search.whole_days import Found, alike_on, program_of, with_day
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings

SEEDS = (1, 0)
Parts = tuple[np.ndarray, np.ndarray, np.ndarray]
TEA = BreakSettings(minutes=30, paid=False, earliest_minutes=30, latest_minutes=90)
LUNCH = BreakSettings(activity="meal", minutes=30, paid=False, earliest_minutes=60, latest_minutes=120)
EARLY = ShiftSettings(hours=3, first_start="08:30", last_start="08:30", breaks=(TEA, LUNCH))
LATE = ShiftSettings(hours=2, first_start="10:00", last_start="10:30", every_minutes=30)
CENTER = Center(
    {"voice": every_day(1, range(8, 13), 1.0), "chat": {(0, 9): 1.0, (0, 10): 2.0, (0, 11): 0.5}},
    agents=(("ann", "voice;chat", "any"), ("bob", "voice;chat", "any"), ("cyd", "chat", "any")),
    shifts={"early": EARLY, "late": LATE},
    work_plans={"any": WorkPlanSettings(shifts=("early", "late"))},
)


@pytest.mark.parametrize(
    "center",
    [
        pytest.param(CENTER, marks=pytest.mark.thorough),
        pytest.param(
            CENTER.but(settings=RosterSettings(rules=({"rule": "seats", "most": 2},), time_limit_seconds=300)),
            marks=pytest.mark.thorough,
        ),
        CENTER.but(
            settings=RosterSettings(
                rules=({"rule": "concurrent_breaks", "most": 1},), overstaffing_weight=4, time_limit_seconds=300
            )
        ),
    ],
    ids=["plain", "seats", "breaks"],
)
def test_a_day_at_once_is_the_best_of_all_choices(center: Center) -> None:
    space = make_tour_space(center.problem())
    board = Board(space)
    made, alike, present = program_of(board, 0, SEEDS)
    solved = made.program.solve(seconds=60, gap=0.0)
    found = with_day(board, Found(0, alike, choice_in(made, solved.values), 0.0))
    assert present == 0.0
    assert found.cost == pytest.approx(board.cost + solved.objective)
    assert found.cost == pytest.approx(min(costs_of_all(space)))
    assert Board(space, found.tours()).cost == pytest.approx(found.cost)


def test_people_whose_choices_cost_the_same_are_counted_together() -> None:
    board = Board(make_tour_space(CENTER.problem()))
    assert sorted(some.people for some in alike_on(board, 0)) == [(0, 1), (2,)]


def test_a_choice_that_is_no_better_changes_nothing() -> None:
    board = Board(make_tour_space(CENTER.problem()))
    made, alike, _ = program_of(board, 0, SEEDS)
    best = with_day(board, Found(0, alike, choice_in(made, made.program.solve(seconds=60, gap=0.0).values), 0.0))
    again, alike, present = program_of(best, 0, SEEDS)
    solved = again.program.solve(seconds=60, gap=0.0)
    assert present == pytest.approx(solved.objective)
    assert with_day(best, Found(0, alike, choice_in(again, solved.values), 0.0)) is best


def test_levels_go_on_from_the_people_there() -> None:
    worth = Worth.of_lines(np.array([[[3.0, 3.0, 1.0, -1.0]]], dtype=np.float32), 0.0)
    steps = {there: [(saved, most) for saved, _, most in steps_of(worth, 0, 0, there)] for there in (0, 1, 9)}
    assert steps[0] == [(3.0, 2.0), (1.0, 1.0), (-1.0, float("inf"))]
    assert steps[1] == [(3.0, 1.0), (1.0, 1.0), (-1.0, float("inf"))]
    assert steps[9] == [(-1.0, float("inf"))]


def costs_of_all(space: TourSpace) -> Iterator[float]:
    """Of every roster of the day, from its cover and from who is in the house and on pauses in each slot."""
    problem, team = space.problem, space.team
    for on_queue, site, away in sums_of_all(space):
        above = np.maximum(site - team.seats, 0).sum() + np.maximum(away - team.pausing, 0).sum()
        yield problem.worth.cost(on_queue.astype(float)) + (team.price * above if team.watched else 0.0)


def sums_of_all(space: TourSpace) -> list[Parts]:
    """Cover, presence and pauses of every roster of the day; equal ones once."""
    first, *others = (days_of(space, person) for person in range(3))
    sums = first
    for days in others:
        more = (tuple(map(np.add, some, mine)) for some in sums for mine in days)
        sums = list({b"".join(part.tobytes() for part in parts): parts for parts in more}.values())
    return sums


def days_of(space: TourSpace, person: int) -> list[Parts]:
    """Cover, presence and pauses of all that a person can do on the day; equal ones once."""
    problem, step = space.problem, space.need.step
    empty = Board(space).tours()
    found = {}
    for option in [-1, *np.flatnonzero(problem.allowed[person, 0]).tolist()]:
        pauses = problem.options[option].pauses if option >= 0 else ()
        starts = product(*(range(pause.earliest, pause.latest + 1) for pause in pauses))
        for times in starts:
            if any(after < before + pauses[0].slots for before, after in pairwise(times)):
                continue
            first = int(problem.option_slot[option, 0]) if option >= 0 else 0
            last = first + problem.options[option].slots if option >= 0 else 0
            intervals = range(first // step, -(-last // step))
            mine = [g for g in range(len(problem.groups)) if space.folk.mask[person] >> g & 1]
            for groups in product(mine, repeat=len(intervals)):
                tours = Tours(empty.choice.copy(), empty.pauses.copy(), empty.group.copy())
                tours.choice[person, 0] = option
                tours.pauses[person, 0, : len(times)] = times
                tours.group[person, intervals.start : intervals.stop] = groups
                plan = Board(space, tours).plan
                parts = (plan.on_queue.copy(), plan.on_site.copy(), plan.pausing.copy())
                found[b"".join(part.tobytes() for part in parts)] = parts
    return list(found.values())
