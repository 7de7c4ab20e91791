"""The roster step as a whole: best on tiny problems, repeatable, honest about what it could not do."""

from __future__ import annotations

import importlib
import re
import signal
import subprocess
import sys
from datetime import date
from itertools import product
from time import monotonic

import numpy as np
import pytest
from roster_centers import DAY, LATE, MADRID, NIGHT, SHORT, Center, day, every_day

from staffplan.progress import Progress
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.search.exact_model import pause_choices
from staffplan.roster.step import RosterResult
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings

TWO_SKILLS = (("ann", "voice", "any"), ("bob", "voice; chat", "any"), ("cid", "chat", "any"))


def brute_force(problem: RosterProblem) -> float:
    """The lowest cost of all rosters of people free of rules, each working at most one shift on a single day."""
    ways: list[list[np.ndarray]] = []
    for number in range(len(problem.people)):
        mine = [np.zeros(problem.period.slots, dtype=int)]
        for o, option in enumerate(problem.options):
            if not problem.allowed[number, 0, o]:
                continue
            for pauses in pause_choices(option):
                on_queue = np.zeros(problem.period.slots, dtype=int)
                first = int(problem.option_slot[o, 0])
                on_queue[first : first + option.slots] = 1
                for pause, start in zip(option.pauses, pauses, strict=True):
                    on_queue[first + start : first + start + pause.slots] = 0
                mine.append(on_queue)
        ways.append(mine)
    return min(cheapest_split(problem, together) for together in product(*ways))


def cheapest_split(problem: RosterProblem, together: tuple[np.ndarray, ...]) -> float:
    """The cost of these people on queue, each slot's groups chosen by trying all."""
    total = 0.0
    masks = [int(problem.skillsets[s]) for s in problem.skillset_of]
    for slot in np.flatnonzero(problem.hours > 0):
        there = [mask for mask, on_queue in zip(masks, together, strict=True) if on_queue[slot]]
        choices = [[g for g in range(len(problem.groups)) if mask >> g & 1] for mask in there]
        costs = []
        for served in product(*choices):
            net = np.bincount(np.array(served, dtype=int), minlength=len(problem.groups)) - problem.required[:, slot]
            costs.append(
                problem.understaffing_weight * np.maximum(-net, 0).sum()
                + problem.overstaffing_weight * np.maximum(net, 0).sum()
            )
        total += min(costs) * float(problem.hours[slot])
    return total


@pytest.mark.parametrize("seed", range(4))
def test_the_cost_of_a_tiny_roster_is_that_of_the_best_by_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    need = {group: {(0, hour): float(rng.integers(0, 3)) for hour in range(8, 18)} for group in ("chat", "voice")}
    center = Center(need, agents=TWO_SKILLS)
    result = center.solve(seed=seed)
    assert result.objective == pytest.approx(brute_force(center.problem()))
    assert result.status == "optimal"
    assert result.bound == pytest.approx(result.objective)
    assert result.gap == pytest.approx(0)
    assert not center.check(result.roster).breaches


def test_somebody_with_two_skills_counts_once_in_every_interval() -> None:
    center = Center({"chat": every_day(1, range(8, 17)), "voice": every_day(1, range(8, 17))}, agents=TWO_SKILLS[1:2])
    cover = center.solve().coverage.frame
    assert cover.groupby("interval_start")["scheduled"].sum().max() == 1


def two_weeks() -> Center:
    plans = {
        "full": WorkPlanSettings(shifts=("day",), weekly_hours_min=24, weekly_hours_max=30),
        "part": WorkPlanSettings(shifts=("short", "late"), weekly_hours_min=8, weekly_hours_max=20),
    }
    agents = [(f"a{n}", "voice" if n % 2 else "voice;chat", "full" if n < 4 else "part") for n in range(7)]
    rules = ({"rule": "daily_rest"}, {"rule": "consecutive_days", "days": 4}, {"rule": "weekends_off", "weekends": 1})
    return Center(
        {"voice": every_day(14, range(8, 20), 2), "chat": every_day(14, range(9, 15))},
        agents=agents,
        shifts={"day": DAY, "short": SHORT, "late": LATE},
        work_plans=plans,
        settings=RosterSettings(rules=rules, effort=0.02, time_limit_seconds=300),
        time_off=[("a1", day(2), day(4), "yes"), ("a5", day(8), day(8), "no")],
        availability=[("a6", "mon-fri", "08:00-20:00")],
        minutes=30,
    )


def five_days() -> Center:
    """The first days of the two weeks, for what ends a search before it has done much."""
    return two_weeks().but(
        need={"voice": every_day(5, range(8, 20), 2), "chat": every_day(5, range(9, 15))},
        time_off=[("a1", day(2), day(4), "yes")],
    )


@pytest.fixture(scope="module")
def two_weeks_result() -> RosterResult:
    return two_weeks().solve(seed=3)


def test_a_roster_keeps_every_rule_that_the_checker_knows(two_weeks_result: RosterResult) -> None:
    assert two_weeks().check(two_weeks_result.roster).breaches == ()


def test_the_same_seed_gives_the_same_cost_and_bound(two_weeks_result: RosterResult) -> None:
    again = two_weeks().solve(seed=3)
    assert (again.objective, again.bound) == (two_weeks_result.objective, two_weeks_result.bound)


def test_what_is_spent_before_the_search_counts_to_the_time_limit() -> None:
    center = two_weeks()
    long = center.but(settings=center.settings.model_copy(update={"effort": 1000.0, "time_limit_seconds": 600.0}))
    result = long.solve(begun=monotonic() - 600)
    assert result.status == "time limit"
    assert center.check(result.roster).breaches == ()


def test_the_bound_is_never_above_the_objective_and_the_gap_says_how_far(two_weeks_result: RosterResult) -> None:
    result = two_weeks_result
    assert 0 < result.bound <= result.objective
    expected = (result.objective - result.bound) / 10 / float(result.facts["required_hours"])
    assert result.gap == pytest.approx(expected)


def test_the_objective_is_the_weighted_sum_of_the_hours_that_the_cover_shows(two_weeks_result: RosterResult) -> None:
    result = two_weeks_result
    net = result.coverage.frame["net"].to_numpy() / 2
    assert result.understaffed_hours == pytest.approx(-net[net < 0].sum())
    assert result.overstaffed_hours == pytest.approx(net[net > 0].sum())
    assert result.objective == pytest.approx(10 * result.understaffed_hours + result.overstaffed_hours)


def test_what_is_missing_is_noted_as_a_broken_promise_and_never_an_error() -> None:
    result = Center({"voice": every_day(20, range(8, 12), 9.0)}).solve()
    promises = [note for note in result.notes if note.kind == "broken promise"]
    assert len(promises) == 16
    assert "understaffed hours on 5 more queue-days" in promises[-1].message
    assert promises[0].place.startswith("voice ")


def test_a_shift_over_midnight_keeps_its_first_day_and_serves_the_next() -> None:
    need = {(0, 22): 1.0, (0, 23): 1.0} | {(1, hour): 1.0 for hour in range(9)}
    plan = WorkPlanSettings(shifts=("night",))
    center = Center({"voice": need}, shifts={"night": NIGHT}, work_plans={"any": plan})
    result = center.solve()
    assert result.objective == 0
    assert len(result.roster.shifts) == 1
    assert result.roster.shifts.frame["schedule_date"][0].date() == day(0)
    assert result.roster.shifts.frame["shift"][0] == "night 22:00"
    assert not center.check(result.roster).breaches


@pytest.mark.parametrize(("sunday", "wall_end"), [(date(2026, 3, 29), "10:00"), (date(2026, 10, 25), "08:00")])
def test_a_night_shift_lasts_its_hours_when_the_clock_changes(sunday: date, wall_end: str) -> None:
    saturday = date.fromordinal(sunday.toordinal() - 1)
    need = {(0, 22): 1.0, (0, 23): 1.0, (1, 0): 1.0, (1, 5): 1.0, (1, 6): 1.0}
    plan = WorkPlanSettings(shifts=("night",))
    center = Center({"voice": need}, shifts={"night": NIGHT}, work_plans={"any": plan}, first_day=saturday)
    result = center.solve()
    shift = result.roster.shifts.frame.iloc[0]
    assert (shift["end"] - shift["start"]).total_seconds() == 11 * 3600
    assert shift["paid_hours"] == 11
    assert f"{shift['end'].tz_convert(MADRID):%H:%M}" == wall_end
    assert not center.check(result.roster).breaches
    [note] = [note for note in result.notes if note.place == f"{saturday:%a %d %b %Y}" and note.kind == "assumption"]
    assert note.message == f"the clock changes: night 22:00 lasts 11 hours and ends at {wall_end}"


def test_a_break_shorter_than_the_interval_counts_as_its_part() -> None:
    pause = BreakSettings(minutes=15, earliest_minutes=60, latest_minutes=60)
    shifts = {"short": ShiftSettings(hours=4, first_start="08:00", last_start="08:00", breaks=(pause,))}
    center = Center(
        {"voice": every_day(1, range(8, 12))}, shifts=shifts, work_plans={"any": WorkPlanSettings(shifts=("short",))}
    )
    result = center.solve()
    assert result.coverage.frame["scheduled"].tolist() == [1, 0.75, 1, 1]
    assert result.understaffed_hours == pytest.approx(0.25)
    assert any("grid of 15 minutes" in note.message for note in result.notes)


def test_a_meal_is_taken_when_it_hurts_least() -> None:
    need = {(0, hour): 0.0 if hour == 11 else 1.0 for hour in range(8, 15)}
    assert Center({"voice": need}).solve().objective == 0


@pytest.mark.parametrize(
    "moment",
    [
        "search.stages.best_prices",
        "search.stages.start",
        "search.stages.improve",
        "search.stages.days_together",
        "step.settle",
        "step.place_meetings",
    ],
)
def test_ctrl_c_at_any_moment_keeps_the_best_roster_so_far(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    name = f"staffplan.roster.{moment}"
    module, _, function = name.rpartition(".")
    real = getattr(importlib.import_module(module), function)

    def interrupted(*args: object, **named: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return real(*args, **named)

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("staffplan.roster.search.stages.is_tiny", lambda _: False)
    monkeypatch.setattr(name, interrupted)
    result = five_days().solve()
    assert result.status == "interrupted"
    assert not five_days().check(result.roster).breaches
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("staffplan.roster.step.settle", interrupted)
    with pytest.raises(KeyboardInterrupt):
        five_days().solve()


def test_progress_tells_seconds_and_how_near_the_roster_is() -> None:
    said: list[Progress] = []
    five_days().but(settings=RosterSettings(rules=(), effort=0.05)).solve(on_progress=said.append)
    assert re.fullmatch(r"s at most; within \d+\.\d % of the best possible", said[-1].label)
    assert {progress.of for progress in said} == {round(RosterSettings().time_limit_seconds)}
    assert all(0 <= progress.done <= progress.of for progress in said)


def test_an_agent_whose_skills_nobody_needs_is_left_out_and_named() -> None:
    center = Center({"voice": every_day(1, range(8, 12)), "chat": {}}, agents=TWO_SKILLS)
    result = center.solve()
    assert any(note.kind == "left out" and "cid" in note.message for note in result.notes)
    assert not center.check(result.roster).breaches


def test_checking_and_covering_never_load_the_solver() -> None:
    code = "import sys, staffplan.roster; print(sorted({'ortools', 'numba', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_is_worked_when_nothing_is_due_and_nothing_helps() -> None:
    result = Center({"voice": {(0, 3): 1.0}}).solve()
    assert len(result.roster.shifts) == 0
    assert result.understaffed_hours == 1


def test_on_a_day_that_is_short_throughout_meals_are_not_all_taken_at_once():
    """An hour missing costs the same at every hour there; eight meals in three hours, the most at once are three."""
    people = tuple((f"p{number}", "voice", "any") for number in range(8))
    one_start = DAY.model_copy(update={"first_start": "08:00", "last_start": "08:00"})
    center = Center(need={"voice": every_day(1, range(8, 15), 12.0)}, agents=people, shifts={"day": one_start})
    made = center.solve(seed=3)
    meals = made.roster.activities.frame.query("activity == 'meal'")
    assert len(meals) == 8
    assert meals.groupby("start").size().max() == 3
    assert made.understaffed_hours == pytest.approx(7 * 12 - 8 * 6)
