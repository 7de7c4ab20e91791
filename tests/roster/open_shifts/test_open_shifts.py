"""Open shifts: the cheapest that cover what a roster lacks, and given to those who bid under every rule."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from roster_centers import MADRID, Center, activities, day, made, shift

from staffplan.clock import wall_instant
from staffplan.errors import DataError
from staffplan.roster.open_shifts.bids import Given, give_open_shifts
from staffplan.roster.open_shifts.need import Opened, open_shifts
from staffplan.roster.search.integer_program import IntegerProgram, Solved
from staffplan.settings.base import Section
from staffplan.settings.hard_rules import DailyRestSetting, PeriodDaysSetting, PeriodHoursSetting, ShiftsOfSetting
from staffplan.settings.open_shifts import OpenShiftsSettings
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.team_rules import MinimumOnDutySetting, MinimumStaffSetting, SeatsSetting
from staffplan.tables.open_shifts import Bids, OpenShifts, parse_breaks
from staffplan.tables.people import Agents
from staffplan.tables.skills import AgentSkills
from thorough import repetitions

PAUSE = BreakSettings(minutes=60, earliest_minutes=60, latest_minutes=120)
SHIFTS = {
    "early": ShiftSettings(hours=4, first_start="08:00", last_start="10:00", every_minutes=120, breaks=(PAUSE,)),
    "short": ShiftSettings(hours=2, first_start="12:00", last_start="12:00"),
}
CENTER = Center(
    need={
        "voice": {(0, 8): 1.0, (0, 9): 2.0, (0, 10): 2.0, (0, 11): 3.0, (0, 12): 1.0, (0, 13): 2.0, (1, 12): 1.0},
        "chat": {(0, 8): 1.0, (0, 9): 1.0, (0, 11): 1.0},
    },
    agents=[("ann", "voice", "any"), ("bob", "voice;chat", "any"), ("cid", "chat", "any")],
    shifts=SHIFTS,
    work_plans={"any": WorkPlanSettings(shifts=("early", "short"), weekly_hours_max=6)},
    settings=RosterSettings(rules=(), time_limit_seconds=300, effort=0.05),
)
ROSTER = made([shift(0, 12, 2, 2)], activities(0, "queue:voice 2", 12))
MIDNIGHT = wall_instant(day(0), 0, MADRID)


def opened(center: Center = CENTER, **settings: object) -> Opened:
    return open_shifts(center.case(), ROSTER, OpenShiftsSettings(**settings), MIDNIGHT)  # type: ignore[arg-type]


def every_shift() -> list[frozenset[tuple[str, int, int]]]:
    """What each shift with its break covers: group, day and hour."""
    spans = [[h for h in range(start, start + 4) if h != start + pause] for start in (8, 10) for pause in (1, 2)]
    spans.append([12, 13])
    return [frozenset((g, d, h) for h in span) for g, d, span in product(("voice", "chat"), (0, 1), spans)]


def price_of(shifts: tuple[frozenset[tuple[str, int, int]], ...], least: float) -> float:
    there = {("voice", 0, 12): 1, ("voice", 0, 13): 1}
    for at in (at for one in shifts for at in one):
        there[at] = there.get(at, 0) + 1
    need = {(g, d, h): people for g, hours in CENTER.need.items() for (d, h), people in hours.items()}
    surplus = [there.get(at, 0) - need.get(at, 0.0) for at in {*there, *need}]
    return sum(one if one > 0 else -10 * one for one in surplus) + 10 * least * len(shifts)


@pytest.mark.parametrize(("most", "least"), [(1, 1.0), (2, 1.0), (3, 1.0), (3, 2.5)])
def test_they_are_the_cheapest_of_all_sets_of_shifts(most: int, least: float) -> None:
    found = opened(most=most, hours_saved_min=least)
    sets = (some for n in range(most + 1) for some in combinations_with_replacement(every_shift(), n))
    best = min(price_of(some, least) for some in sets)
    rows = found.shifts.frame
    mine = tuple(covered(row) for _, row in rows.iterrows())
    assert price_of(mine, least) == pytest.approx(best)
    assert found.hours_before - found.hours_after == pytest.approx(rows["hours_saved"].sum())
    assert rows["hours_saved"].is_monotonic_decreasing


def covered(row: pd.Series) -> frozenset[tuple[str, int, int]]:
    number = (row["schedule_date"].date() - day(0)).days
    first = row["start"].tz_convert(MADRID).hour
    away = {
        first + minute // 60 for pause in parse_breaks(row["breaks"]) for minute in range(pause.begin, pause.end, 60)
    }
    hours = range(first, first + int((row["end"] - row["start"]) / pd.Timedelta(hours=1)))
    return frozenset((row["planning_group"], number, hour) for hour in hours if hour not in away)


@pytest.mark.parametrize(
    ("center", "settings", "said"),
    [
        (CENTER, {"hours_saved_min": 4.0}, "no shift of a work plan would save 4 understaffed hours"),
        (CENTER.but(need={"voice": {(0, 12): 1.0}, "chat": {(0, 12): 0.0}}), {}, "nothing is understaffed"),
    ],
    ids=["too little is saved", "nothing lacks"],
)
def test_where_nothing_is_opened_it_is_told_why(center: Center, settings: dict[str, float], said: str) -> None:
    found = opened(center, **settings)
    assert len(found.shifts) == 0
    assert [note.message.startswith(said) for note in found.notes] == [True]


def test_where_the_time_was_over_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def solve(*_: object, **__: object) -> Solved:
        return Solved(np.zeros(0), np.inf, 0.0)

    monkeypatch.setattr(IntegerProgram, "solve", solve)
    assert [note.message for note in opened().notes] == ["none was found in time: raise roster.time_limit_seconds"]


def test_a_skill_that_comes_later_makes_no_other_open_shifts(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = IntegerProgram.solve

    def solve(program: IntegerProgram, **named: Any) -> Solved:
        sizes.append(len(program.price))
        return real(program, **named)

    monkeypatch.setattr(IntegerProgram, "solve", solve)
    later = pd.DataFrame({"agent_id": ["ann"], "skill": ["chat"], "valid_from": [pd.Timestamp(day(1))]})
    case = CENTER.case()
    learning = replace(case, workforce=replace(case.workforce, skills=AgentSkills.of(later)))
    for one in (case, learning):
        open_shifts(one, ROSTER, OpenShiftsSettings(), MIDNIGHT)
    assert sizes[0] == sizes[1]


def test_what_has_begun_is_not_opened() -> None:
    later = open_shifts(
        CENTER.case(), ROSTER, OpenShiftsSettings(), wall_instant(day(0), 9 * 60, MADRID)
    ).shifts.frame
    assert (later["start"] >= wall_instant(day(0), 9 * 60, MADRID)).all()
    assert len(later)


OPEN = OpenShifts.of(
    pd.DataFrame(
        [
            {
                "shift_id": name,
                "schedule_date": pd.Timestamp(day(number)),
                "shift": f"early {hour:02d}:00",
                "start": wall_instant(day(number), hour * 60, MADRID),
                "end": wall_instant(day(number), hour * 60 + 240, MADRID),
                "paid_hours": 4.0,
                "planning_group": group,
                "breaks": "break 60-120",
            }
            for name, number, hour, group in (("A", 0, 8, "chat"), ("B", 1, 8, "chat"), ("C", 1, 10, "voice"))
        ]
    )
)
Bid = tuple[str, str, float, str]


def give(
    *bids: Bid,
    center: Center = CENTER,
    hired: tuple[str, ...] = (),
    after: Given | None = None,
    **settings: object,
) -> Given:
    """after: what was given before."""
    frame = pd.DataFrame(bids, columns=["shift_id", "agent_id", "rank", "time"])
    case = center.case()
    if hired:
        agents = Agents.of(case.workforce.agents.frame.assign(hired_on=pd.to_datetime(list(hired))))
        center.__dict__["workforce"].__dict__["agents"] = agents
    told = Bids.of(frame.assign(time=pd.to_datetime(frame["time"], utc=True)))
    roster, left = (ROSTER, OPEN) if after is None else (after.roster, after.still_open)
    return give_open_shifts(center.case(), roster, left, told, OpenShiftsSettings(**settings))  # type: ignore[arg-type]


def verdicts(given: Given) -> dict[tuple[str, str], str]:
    rows = given.results.frame
    return {(s, a): r or "given" for s, a, r in zip(rows["shift_id"], rows["agent_id"], rows["reason"], strict=True)}


def test_every_roster_that_is_given_keeps_every_rule_and_nothing_more_could_be_given() -> None:
    """Of bids drawn at random; a bid that was refused is refused of the finished roster too."""
    every = [(s, a, 1.0, "2026-10-01") for s, a in product("ABC", ("ann", "bob", "cid"))]
    for mask in np.random.default_rng(1).permutation(np.arange(1, 2**9))[: repetitions(2, 40)].tolist():
        bids = [bid for n, bid in enumerate(every) if mask >> n & 1]
        given = give(*bids)
        assert not CENTER.check(given.roster).breaches
        told = verdicts(given)
        assert set(told) == {bid[:2] for bid in bids}
        count = list(told.values()).count("given")
        assert len(given.still_open) == len(OPEN) - count
        assert len(given.roster.shifts) == len(ROSTER.shifts) + count
        left = set(given.still_open.frame["shift_id"])
        again = give(*(bid for bid in bids if bid[0] in left), after=given)
        assert "given" not in verdicts(again).values()


def test_who_gets_nothing_is_told_why() -> None:
    told = verdicts(
        give(
            ("A", "ann", 1, "2026-10-01"),
            ("A", "cid", 1, "2026-10-01"),
            ("B", "cid", 2, "2026-10-01"),
            ("C", "bob", 1, "2026-10-01"),
            ("C", "ann", 2, "2026-10-02"),
        )
    )
    assert told == {
        ("A", "ann"): "given to cid",
        ("A", "cid"): "given",
        ("B", "cid"): "weekly hours, maximum: 8 paid hours in the week, 6 are allowed (Mon 02 Nov)",
        ("C", "bob"): "given",
        ("C", "ann"): "given to bob",
    }


@pytest.mark.parametrize(("order", "first"), [("first_come", "cid"), ("seniority", "bob"), ("fairness", "cid")])
def test_the_stated_order_decides(order: str, first: str) -> None:
    """Cid's bid came first, Bob was hired first; neither has worked yet, so that then the bid counts."""
    told = verdicts(
        give(
            ("A", "bob", 1, "2026-10-02"),
            ("A", "cid", 1, "2026-10-01"),
            center=CENTER.but(),
            hired=("2020-01-01", "2021-01-01", "2022-01-01"),
            order=order,
        )
    )
    assert told["A", first] == "given"


def test_fairness_gives_the_next_shift_to_who_has_had_none() -> None:
    center = CENTER.but(work_plans={"any": WorkPlanSettings(shifts=("early", "short"), weekly_hours_max=40)})
    bids = [(s, a, 1.0, f"2026-10-0{n}") for s in "AB" for n, a in ((1, "bob"), (2, "cid"))]
    assert sorted(k for k, v in verdicts(give(*bids, center=center)).items() if v == "given") == [
        ("A", "bob"),
        ("B", "cid"),
    ]
    first = verdicts(give(*bids, center=center, order="first_come"))
    assert [k for k, v in first.items() if v == "given"] == [("A", "bob"), ("B", "bob")]


def test_rules_of_rest_and_between_people_hold_too() -> None:
    """From 14:00 to 08:00 there are 18 hours, and there is no seat for a second person at noon."""
    rest = RosterSettings(rules=(DailyRestSetting(hours=21),), time_limit_seconds=300, effort=0.05)
    plan = {"any": WorkPlanSettings(shifts=("early", "short"), weekly_hours_max=40)}
    told = verdicts(give(("C", "ann", 1, "2026-10-01"), center=CENTER.but(settings=rest, work_plans=plan)))
    assert told["C", "ann"].startswith("daily rest: 20 h")
    seats = RosterSettings(rules=(SeatsSetting(most=1),), time_limit_seconds=300, effort=0.05)
    bids = [("B", "cid", 1, "2026-10-01"), ("C", "bob", 1, "2026-10-02")]
    told = verdicts(give(*bids, center=CENTER.but(settings=seats, work_plans=plan)))
    assert told["B", "cid"] == "given"
    assert told["C", "bob"].startswith("seats")


@pytest.mark.parametrize(
    "rule",
    [
        PeriodHoursSetting(least=20),
        PeriodDaysSetting(least=3),
        ShiftsOfSetting(shift="early", least=2),
        MinimumStaffSetting(planning_group="chat", people=2, hours="08:00-09:00"),
        MinimumOnDutySetting(people=3, skill="chat", hours="08:00-12:00"),
    ],
    ids=lambda rule: type(rule).__name__,
)
def test_a_shift_that_lessens_what_is_lacking_breaks_no_rule(rule: Section) -> None:
    """Where more is due than one shift brings, the shift is given all the same."""
    settings = RosterSettings(rules=(rule,), time_limit_seconds=300, effort=0.05)
    assert verdicts(give(("A", "cid", 1, "2026-10-01"), center=CENTER.but(settings=settings))) == {
        ("A", "cid"): "given"
    }


@pytest.mark.parametrize(
    "rule",
    [PeriodHoursSetting(most=3), PeriodDaysSetting(most=0), ShiftsOfSetting(shift="early", most=0)],
    ids=lambda rule: type(rule).__name__,
)
def test_a_shift_beyond_what_is_allowed_is_not_given(rule: Section) -> None:
    settings = RosterSettings(rules=(rule,), time_limit_seconds=300, effort=0.05)
    told = verdicts(give(("A", "cid", 1, "2026-10-01"), center=CENTER.but(settings=settings)))
    assert told["A", "cid"].endswith("allowed (Mon 02 Nov)")


def test_nobody_has_two_shifts_on_a_day_or_serves_what_they_cannot() -> None:
    told = verdicts(give(("A", "ann", 1, "2026-10-01"), ("B", "ann", 2, "2026-10-01"), ("C", "cid", 1, "2026-10-01")))
    assert told == {
        ("A", "ann"): "has a shift on Mon 02 Nov already, day",
        ("B", "ann"): "has no skill for chat",
        ("C", "cid"): "has no skill for voice",
    }


def test_a_bid_on_what_nobody_knows_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        give(("A", "dan", 1, "2026-10-01"), ("Z", "ann", np.nan, "2026-10-01"))
    assert len(caught.value.problems) == 2


def test_breaks_are_read_as_they_are_written() -> None:
    [pause, meal] = parse_breaks("break 75-90; meal 240-270 unpaid")
    assert (pause.words, meal.words) == ("break 75-90", "meal 240-270 unpaid")
    with pytest.raises(ValueError, match="is not a break"):
        parse_breaks("at noon")
