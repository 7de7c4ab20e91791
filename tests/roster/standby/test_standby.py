"""Standby is shared out as well as it can be: all sharings of a week are tried, and the checker reads the answer."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from roster_centers import MONDAY, Center, every_day, shift

from staffplan.clock import SpecialDay
from staffplan.roster.check.standby import StandbyCase, standby_breaches
from staffplan.roster.standby.step import StandbyResult, share_standby
from staffplan.settings.roster import WorkPlanSettings
from staffplan.settings.standby import StandbySettings
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.standby import Standby

EVENING = StandbySettings(name="evening", hours="18:00-22:00", per_hour=4.5, per_duty=10.0)
NOBODY_WORKS = Roster(RosterShifts.empty(), RosterActivities.empty())
CENTER = Center(
    {"voice": every_day(7, range(8, 16), 1.0)},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any"), ("cid", "voice", "any")],
    work_plans={"any": WorkPlanSettings(shifts=("day",))},
    time_off=[("bob", MONDAY, MONDAY + timedelta(days=3), "yes")],
)


def working(start: int) -> Roster:
    """Ann works seven hours from Monday to Friday."""
    shifts = pd.DataFrame([shift(number, start=start) for number in range(5)])
    return Roster(RosterShifts.of(shifts), RosterActivities.empty())


def case_for(center: Center, roster: Roster, *kinds: StandbySettings) -> StandbyCase:
    return StandbyCase(kinds, roster, center.workforce, center.site, MONDAY, 7, MONDAY, "any")


def shared(center: Center, roster: Roster, *kinds: StandbySettings, **more: Standby) -> StandbyResult:
    """The sharing, which the checker finds no fault in beside people who are missing."""
    found = share_standby(center.case(), roster, kinds, **more)
    faults = standby_breaches(found.standby, case_for(center, roster, *kinds))
    assert all(fault.agent_id == "" and "are due" in fault.message for fault in faults)
    assert bool(faults) == bool(found.missing)
    assert found.proven
    return found


def people_of(found: StandbyResult) -> list[str]:
    frame = found.standby.frame
    return [f"{row.agent_id} {row.schedule_date:%a}" for row in frame.itertuples()]


Chosen = tuple[str, ...]
"""Who has each of the seven evenings; "" for nobody."""


def unfairness(chosen: Chosen) -> tuple[int, float]:
    """Evenings without anybody; squares of everybody's turns, and half the squares of those on weekends."""
    turns, late = Counter(filter(None, chosen)), Counter(filter(None, chosen[5:]))
    return chosen.count(""), sum(n * n for n in turns.values()) + 0.5 * sum(n * n for n in late.values())


def table_of(chosen: Chosen) -> Standby:
    days = [pd.Timestamp(MONDAY + timedelta(days=n)) for n in range(7)]
    rows = [
        {
            "standby": "evening",
            "agent_id": agent,
            "schedule_date": day,
            "start": (day + pd.Timedelta(hours=18)).tz_localize("Europe/Madrid").tz_convert("UTC"),
            "end": (day + pd.Timedelta(hours=22)).tz_localize("Europe/Madrid").tz_convert("UTC"),
        }
        for agent, day in zip(chosen, days, strict=True)
        if agent
    ]
    return Standby.of(pd.DataFrame(rows))


def chosen_in(table: Standby) -> Chosen:
    who = dict(zip(table.frame["schedule_date"].dt.day_of_week, table.frame["agent_id"], strict=True))
    return tuple(who.get(day, "") for day in range(7))


def allowed(chosen: Chosen, days_apart: int) -> bool:
    """Whether nobody has a turn too soon after another, and Bob none on his days off."""
    apart = all(
        one != other or not one
        for first, one in enumerate(chosen)
        for other in chosen[first + 1 : first + days_apart]
    )
    return apart and "bob" not in chosen[:4]


@pytest.mark.parametrize("days_apart", [1, 2, 3, 4])
def test_no_sharing_that_is_allowed_is_fairer(days_apart: int) -> None:
    """All 4^7 of them: three people, or nobody, each evening."""
    found = shared(CENTER, NOBODY_WORKS, EVENING.model_copy(update={"days_apart": days_apart}))
    here = chosen_in(found.standby)
    assert allowed(here, days_apart)
    every = itertools.product(["ann", "bob", "cid", ""], repeat=7)
    fairer = (chosen for chosen in every if unfairness(chosen) < unfairness(here))
    assert not any(allowed(chosen, days_apart) for chosen in fairer)


def test_turns_are_shared_evenly_and_weekends_too() -> None:
    found = shared(replace(CENTER, time_off=()), NOBODY_WORKS, EVENING)
    assert sorted(found.turns["evening"].values()) == [2, 2, 3]
    late = [who.split()[0] for who in people_of(found) if who.endswith(("Sat", "Sun"))]
    assert len(set(late)) == 2


def test_nobody_stands_by_on_time_off_or_near_a_shift() -> None:
    roster = working(start=10)
    found = shared(CENTER, roster, EVENING.model_copy(update={"rest_hours": 2.0}))
    taken = people_of(found)
    assert not any(who.startswith("ann") and who[-3:] not in ("Sat", "Sun") for who in taken)
    assert [who for who in taken if who[-3:] in ("Mon", "Tue", "Wed", "Thu")] == [
        "cid Mon",
        "cid Tue",
        "cid Wed",
        "cid Thu",
    ]


def test_a_turn_that_nobody_can_take_says_why() -> None:
    roster = working(start=10)
    center = replace(CENTER, agents=CENTER.agents[:2])
    found = shared(center, roster, EVENING.model_copy(update={"rest_hours": 2.0}))
    assert found.missing == 4
    assert found.notes[0].place == "evening Mon 02 Nov 2026"
    assert found.notes[0].message == "1 person is missing; of 2: 1 at work within 2 h of it, 1 time off"


def test_a_week_is_one_turn() -> None:
    kind = EVENING.model_copy(update={"turn": "week"})
    found = shared(CENTER, NOBODY_WORKS, kind)
    assert len({row.agent_id for row in found.standby.frame.itertuples()} - {"bob"}) == 1
    assert len(found.standby) == 7


def test_two_duties_at_the_same_time_are_two_people_and_skills_hold_by_the_day() -> None:
    other = StandbySettings(name="late", hours="20:00-02:00", agents=("ann", "cid"))
    found = shared(CENTER, NOBODY_WORKS, EVENING, other)
    frame = found.standby.frame
    for _, rows in frame.groupby("schedule_date"):
        assert rows["agent_id"].nunique() == 2
    assert set(frame.loc[frame["standby"] == "late", "agent_id"]) == {"ann", "cid"}


def test_holidays_and_closed_days_are_left_out() -> None:
    days = (SpecialDay(MONDAY, "fair"), SpecialDay(MONDAY + timedelta(days=1), "works", "closed"))
    center = replace(CENTER, special_days=days)
    assert len(shared(center, NOBODY_WORKS, EVENING).standby) == 6
    assert len(shared(center, NOBODY_WORKS, EVENING.model_copy(update={"holidays": False})).standby) == 5


@pytest.mark.parametrize("on", ["days_off", "workdays"])
def test_only_days_off_or_only_days_with_a_shift(on: str) -> None:
    roster = working(start=8)
    found = shared(replace(CENTER, agents=CENTER.agents[:1]), roster, EVENING.model_copy(update={"on": on}))
    assert found.missing == (5 if on == "days_off" else 2)


def test_what_was_published_is_kept_where_it_can_be() -> None:
    center = replace(CENTER, time_off=())
    before = shared(center, NOBODY_WORKS, EVENING)
    away = replace(center, time_off=[("ann", MONDAY, MONDAY + timedelta(days=6), "yes")])
    after = shared(away, NOBODY_WORKS, EVENING, published=before.standby)
    kept = before.standby.frame[before.standby.frame["agent_id"] != "ann"][["agent_id", "schedule_date"]]
    now = after.standby.frame[["agent_id", "schedule_date"]]
    assert len(kept.merge(now)) == len(kept)
    assert after.changed == before.turns["evening"]["ann"]


def test_turns_before_the_period_count() -> None:
    """Ann had five evenings last week, the last of them on Sunday."""
    center = replace(CENTER, agents=[CENTER.agents[0], CENTER.agents[2]])
    frame = table_of(("", "", *["ann"] * 5)).frame.assign(
        schedule_date=lambda rows: rows["schedule_date"] - pd.Timedelta(days=7),
        start=lambda rows: rows["start"] - pd.Timedelta(days=7),
        end=lambda rows: rows["end"] - pd.Timedelta(days=7),
    )
    found = shared(center, NOBODY_WORKS, EVENING.model_copy(update={"days_apart": 2}), past=Standby.of(frame))
    assert "ann Mon" not in people_of(found)
    assert found.turns["evening"] == {"ann": 3, "cid": 4}
    fair = shared(center, NOBODY_WORKS, EVENING, past=Standby.of(frame))
    assert fair.turns["evening"] == {"ann": 1, "cid": 6}


def test_the_pay_is_that_of_the_hours_as_they_pass() -> None:
    """From 18:00 to 22:00: 4 hours at 4.50 and 10 for the duty."""
    frame = shared(CENTER, NOBODY_WORKS, EVENING).standby.frame
    assert set(frame["hours"]) == {4.0}
    assert set(frame["amount"]) == {28.0}


def test_the_night_of_the_clock_change_has_its_hour_more() -> None:
    """Midnight to 06:00 on 25 October 2026 lasts 7 hours in Madrid."""
    day = MONDAY - timedelta(days=14)
    center = replace(CENTER, first_day=day, time_off=())
    night = StandbySettings(name="night", hours="00:00-06:00", per_hour=1.0)
    frame = share_standby(center.case(), NOBODY_WORKS, [night]).standby.frame
    assert frame["amount"].tolist() == [6.0] * 6 + [7.0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"agent_id": "bob"}, "evening: time off"),
        ({"agent_id": "eve"}, "is not in the agents table"),
        ({"standby": "morning"}, "no standby 'morning' is defined"),
        ({"end": pd.Timestamp("2026-11-02 20:00", tz="UTC")}, "evening has other times than 18:00-22:00"),
    ],
)
def test_the_checker_finds_what_a_hand_has_done(change: dict[str, object], said: str) -> None:
    found = shared(CENTER, NOBODY_WORKS, EVENING)
    frame = found.standby.frame.copy()
    for column, value in change.items():
        frame.loc[0, column] = value
    faults = standby_breaches(Standby.of(frame), case_for(CENTER, NOBODY_WORKS, EVENING))
    assert said in [fault.message for fault in faults]
