"""The fair share follows from the requirement and from who can do it, before anybody is rostered."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roster_centers import LATE, MONDAY, NIGHT, SHORT, Center, every_day

from staffplan.roster.case.shares import divided, fair_shares
from staffplan.roster.rules.fairness import Burden
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from thorough import repetitions

NIGHTS, WEEKENDS = Burden("nights"), Burden("weekends")
ROUND = [hour % 24 for hour in range(22, 33)]
"""22:00 to 09:00, as long as a night shift."""


def center(need: dict[str, dict[tuple[int, int], float]], *agents: tuple[str, str, str]) -> Center:
    return Center(
        need,
        agents=agents,
        shifts={"short": SHORT, "late": LATE, "night": NIGHT},
        work_plans={
            "any": WorkPlanSettings(shifts=("short", "late", "night"), weekly_hours_max=40),
            "half": WorkPlanSettings(shifts=("short", "late", "night"), weekly_hours_max=20),
            "days": WorkPlanSettings(shifts=("short", "late"), weekly_hours_max=40),
        },
    )


def nightly(days: int, people: float) -> dict[tuple[int, int], float]:
    """People from 22:00 to 09:00 of the next morning, `days` nights."""
    return {(day + (hour < 22), hour): people for day in range(days) for hour in ROUND}


def test_six_nights_are_shared_by_contract_hours() -> None:
    """Two people every night for three nights: six nights; a half-time contract takes half of a full one."""
    people = (("ann", "voice", "any"), ("bob", "voice", "any"), ("cat", "voice", "half"), ("dan", "voice", "days"))
    shares = fair_shares(center({"voice": nightly(3, 2)}, *people).problem(), NIGHTS)
    assert shares == pytest.approx([2.4, 2.4, 1.2, 0.0])


def test_shifts_and_hours_are_shared_by_contract_hours_and_no_share_is_below_what_the_contract_takes() -> None:
    """Five days of three people for four hours: 15 shifts of four hours; a half-time contract takes half."""
    people = (("ann", "voice", "any"), ("bob", "voice", "any"), ("cat", "voice", "half"))
    needed = center({"voice": every_day(5, range(8, 12), 3.0)}, *people)
    assert fair_shares(needed.problem(), Burden("shifts")) == pytest.approx([6, 6, 3])
    assert fair_shares(needed.problem(), Burden("hours")) == pytest.approx([24, 24, 12])
    least = WorkPlanSettings(shifts=("short", "late"), weekly_hours_min=20, weekly_hours_max=20)
    bound = needed.but(work_plans={**needed.work_plans, "half": least})
    assert fair_shares(bound.problem(), Burden("hours"))[2] == 20


def test_shifts_on_public_holidays_are_shared_and_those_of_other_days_are_not() -> None:
    """Two people are needed on each of five days, one of them a holiday."""
    people = (("ann", "voice", "any"), ("bob", "voice", "any"), ("cat", "voice", "any"))
    needed = center({"voice": every_day(5, range(8, 12), 2.0)}, *people)
    holidays = Burden("holidays", holidays=frozenset({MONDAY + timedelta(days=2), MONDAY - timedelta(days=1)}))
    assert fair_shares(needed.problem(), holidays) == pytest.approx([2 / 3] * 3)


@pytest.mark.parametrize("of", ["shifts", "hours"])
def test_work_that_costs_as_much_whoever_does_it_falls_on_everybody(of: str) -> None:
    """Five days of one person for four hours, three agents: nobody has three shifts, nobody none."""
    people = tuple((name, "voice", "days") for name in ("ann", "bob", "cat"))
    rules = ({"rule": "fair_share", "of": of},)
    shared = center({"voice": every_day(5, range(8, 12), 1.0)}, *people).but(settings=RosterSettings(rules=rules))
    worked = shared.solve().roster.shifts.frame["agent_id"].value_counts()
    assert sorted(worked) == [1, 2, 2]


def test_who_is_away_half_of_the_nights_takes_half_a_share() -> None:
    people = (("ann", "voice", "any"), ("bob", "voice", "any"))
    away = center({"voice": nightly(4, 3)}, *people).but(
        time_off=[("bob", MONDAY, MONDAY + timedelta(days=1), "yes")]
    )
    shares = fair_shares(away.problem(), NIGHTS)
    assert shares == pytest.approx([8.0, 4.0])


def test_nights_of_a_group_fall_on_those_who_can_serve_it() -> None:
    """Chat's nights fall on its only agent; voice's on the other two, so that nobody who can has less."""
    need = {"voice": nightly(2, 2), "chat": nightly(2, 2)}
    people = (("ann", "voice", "any"), ("bob", "voice;chat", "any"), ("cat", "chat", "any"), ("dan", "voice", "any"))
    shares = fair_shares(center(need, *people).problem(), NIGHTS)
    assert shares == pytest.approx([2.0, 2.0, 2.0, 2.0])


def test_a_weekend_counts_once_however_many_of_its_days_are_worked() -> None:
    """One on Saturday, two on Sunday: two people have the weekend."""
    need = {(day, hour): float(people) for day, people in ((2, 1), (5, 1), (6, 2)) for hour in range(8, 12)}
    people = (("ann", "voice", "any"), ("bob", "voice", "any"))
    shares = fair_shares(center({"voice": need}, *people).problem(), WEEKENDS)
    assert shares == pytest.approx([1.0, 1.0])


def test_a_break_takes_more_people_than_are_needed_at_once() -> None:
    """Four hours of need, of which everybody is one hour on break: four thirds of a person."""
    pause = BreakSettings(minutes=60, earliest_minutes=60, latest_minutes=120)
    shifts = {"short": ShiftSettings(hours=4, first_start="08:00", last_start="08:00", breaks=(pause,))}
    plan = WorkPlanSettings(shifts=("short",))
    one = Center({"voice": every_day(1, range(8, 12))}, shifts=shifts, work_plans={"any": plan})
    early = Burden("early_starts", before=9 * 60)
    assert fair_shares(one.problem(), early) == pytest.approx([4 / 3])


def test_a_start_is_early_only_where_the_need_makes_it_so() -> None:
    """From 08:00 on one is needed: one early start a day; late ends there are none."""
    need = {"voice": every_day(5, range(8, 20))}
    shifts = {
        "short": ShiftSettings(hours=4, first_start="08:00", last_start="16:00", every_minutes=60),
    }
    plan = WorkPlanSettings(shifts=("short",))
    one = Center(need, shifts=shifts, work_plans={"any": plan}).problem()
    assert fair_shares(one, Burden("early_starts", before=8 * 60 + 30)) == pytest.approx([5.0])
    assert fair_shares(one, Burden("late_ends", after=19 * 60)) == pytest.approx([5.0])
    assert fair_shares(one, Burden("late_ends", after=20 * 60)) == pytest.approx([0.0])


def test_nobody_who_can_means_nobody_has_a_share() -> None:
    shares = fair_shares(center({"voice": nightly(2, 1)}, ("dan", "voice", "days")).problem(), NIGHTS)
    assert shares == pytest.approx([0.0])


def test_the_division_of_overlapping_groups_by_hand() -> None:
    """30 for the first group, 10 for the second; ten people each, and ten of both: 1.5, 1.5 and 1.0."""
    able = np.array([[True, False]] * 10 + [[True, True]] * 10 + [[False, True]] * 10)
    shares = divided(np.array([30.0, 10.0]), able, np.ones(30))
    assert shares == pytest.approx([1.5] * 20 + [1.0] * 10)


@settings(max_examples=repetitions(8, 200))
@given(
    st.lists(st.floats(0, 20), min_size=3, max_size=3),
    st.lists(st.integers(1, 7), min_size=4, max_size=6),
    st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=6, max_size=6),
)
def test_no_division_is_more_even(due: list[float], masks: list[int], weights: list[float]) -> None:
    """Everything is divided, and moving any of it from one person to another makes the squares no smaller.

    By the optimality of a convex sum: of two people able to do a group, the one with the higher load has none of it
    that the other could take, which is to say its lowest able person is as high as anybody who has some of it.
    """
    able = np.array([[bool(mask >> g & 1) for g in range(3)] for mask in masks])
    width = np.array(weights[: len(masks)])
    wanted = np.where(able.any(axis=0), due, 0.0)
    shares = divided(np.array(due), able, width)
    assert shares.sum() == pytest.approx(wanted.sum(), abs=1e-6)
    for subset in product([False, True], repeat=3):
        chosen = np.array(subset)
        must = able[:, chosen].any(axis=1) & ~able[:, ~chosen].any(axis=1)
        assert shares[able[:, chosen].any(axis=1)].sum() >= wanted[chosen].sum() - 1e-6
        assert shares[must].sum() <= wanted[chosen].sum() + 1e-6
    best = _least_squares(wanted, able, width)
    assert float((shares**2 / width).sum()) <= best * (1 + 1e-4) + 1e-6


def _least_squares(due: np.ndarray, able: np.ndarray, width: np.ndarray) -> float:
    """The smallest sum of squares / weight, by the method of Frank and Wolfe's lower bound on a fine descent."""
    given = np.where(able, width[:, None], 0.0)
    given = given * np.divide(due, given.sum(axis=0), out=np.zeros(3), where=given.sum(axis=0) > 0)
    for step in range(4000):
        load = given.sum(axis=1) / width
        corner = np.zeros_like(given)
        for g in np.flatnonzero(due):
            lowest = np.where(able[:, g], load, np.inf).argmin()
            corner[lowest, g] = due[g]
        given += (corner - given) * 2 / (step + 2)
    load = given.sum(axis=1)
    return float((load**2 / width).sum())
