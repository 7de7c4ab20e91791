"""What fell to whom, against the fair share, from one period into the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from roster_centers import LATE, MONDAY, NIGHT, SHORT, Center, every_day, shift

from staffplan.roster.case.fairness_table import fairness_of
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.wishes import Fairness, Wishes

CENTER = Center(
    {"voice": every_day(7, range(14, 20), 1.0)},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any"), ("cyd", "voice", "any")],
    shifts={"short": SHORT, "late": LATE},
    work_plans={"any": WorkPlanSettings(shifts=("short", "late"), weekly_hours_max=40)},
    settings=RosterSettings(
        rules=({"rule": "fair_share", "of": "weekends", "weight": 5.0}, {"rule": "wishes", "weight": 5.0}),
        effort=0.05,
    ),
)


def solved(past: Fairness | None = None, *wishes: tuple[str, int, int]) -> tuple[Roster, Fairness]:
    """wishes: agent, first and last day of the days off wished for."""
    people = CENTER.workforce
    if past is not None:
        people = replace(people, past_fairness=past)
    if wishes:
        rows = [(a, MONDAY + timedelta(days=i), MONDAY + timedelta(days=j), "off") for a, i, j in wishes]
        frame = pd.DataFrame(rows, columns=["agent_id", "first_day", "last_day", "wish"])
        frame[["first_day", "last_day"]] = frame[["first_day", "last_day"]].astype("datetime64[ns]")
        people = replace(people, wishes=Wishes.of(frame.assign(shift="", weight=float("nan"))))
    made = CENTER.solve(people).roster
    return made, fairness_of(made, replace(CENTER.case(), workforce=people))


def rows(fairness: Fairness, what: str) -> pd.DataFrame:
    return fairness.frame[fairness.frame["what"] == what].set_index("agent_id")


def test_shares_add_up_to_what_there_was_and_the_rest_is_carried_out() -> None:
    made, fairness = solved()
    found = rows(fairness, "weekends")
    worked = made.shifts.frame
    busy = worked[worked["schedule_date"].dt.day_of_week >= 5]["agent_id"].unique()
    assert found["fair_share"].sum() == pytest.approx(found["count"].sum())
    assert set(found.index[found["count"] > 0]) == set(busy)
    assert found["carried_out"].tolist() == pytest.approx((found["count"] - found["fair_share"]).tolist())


def test_the_file_of_one_period_is_the_past_of_the_next_and_the_burden_goes_round() -> None:
    """A weekend needs one or two of three people: over six weeks nobody is far from the share."""
    past = solved()[1]
    for _ in range(5):
        now = solved(past)[1]
        before, after = rows(past, "weekends")["carried_out"], rows(now, "weekends")["carried_in"]
        assert after.to_dict() == pytest.approx(before.to_dict())
        past = now
    assert rows(past, "weekends")["carried_out"].abs().max() < 1.5


def test_wishes_are_counted_day_by_day_and_what_was_granted_to_one_alone_is_carried() -> None:
    made, fairness = solved(None, ("ann", 0, 1), ("bob", 5, 6), ("cyd", 5, 6))
    found = rows(fairness, "wishes")
    assert found["of"].to_dict() == {"ann": 2, "bob": 2, "cyd": 2}
    worked = made.shifts.frame
    for agent, first in (("ann", 0), ("bob", 5), ("cyd", 5)):
        days = {pd.Timestamp(MONDAY + timedelta(days=first + k)) for k in (0, 1)}
        taken = len(days & set(worked[worked["agent_id"] == agent]["schedule_date"]))
        assert found.loc[agent, "count"] == 2 - taken
    assert found["fair_share"].sum() == pytest.approx(found["count"].sum())


def test_the_fairness_of_a_roster_edited_by_hand_is_that_of_the_edit() -> None:
    """Ann takes Bob's weekend: her count rises by one, his falls, the shares of what there was stay."""
    case, early = CENTER.case(), {number: shift(number, start=16, hours=4, paid=4) for number in (5, 6)}

    def fallen_to(agent: str) -> pd.DataFrame:
        shifts = RosterShifts.of(pd.DataFrame([{**row, "agent_id": agent} for row in early.values()]))
        return rows(fairness_of(Roster(shifts, RosterActivities.empty()), case), "weekends")

    bob, ann = fallen_to("bob"), fallen_to("ann")
    assert bob["count"].to_dict() == {"ann": 0, "bob": 1, "cyd": 0}
    assert ann["count"].to_dict() == {"ann": 1, "bob": 0, "cyd": 0}
    assert ann["fair_share"].tolist() == pytest.approx([1 / 3] * 3) == bob["fair_share"].tolist()
    assert ann["carried_out"].to_dict() == pytest.approx({"ann": 2 / 3, "bob": -1 / 3, "cyd": -1 / 3})


def test_a_night_before_the_period_spoils_the_day_off_wished_for_on_its_first_day() -> None:
    """The table counts as the check does."""
    night = {**shift(-1, start=22, hours=11, paid=11), "shift": "night"}
    center = CENTER.but(past=[night], shifts={**CENTER.shifts, "night": NIGHT})
    frame = pd.DataFrame([("ann", MONDAY, MONDAY, "off")], columns=["agent_id", "first_day", "last_day", "wish"])
    frame[["first_day", "last_day"]] = frame[["first_day", "last_day"]].astype("datetime64[ns]")
    people = replace(center.workforce, wishes=Wishes.of(frame.assign(shift="", weight=float("nan"))))
    nobody = Roster(RosterShifts.empty(), RosterActivities.empty())
    found = rows(fairness_of(nobody, replace(center.case(), workforce=people)), "wishes")
    assert found.loc["ann", ["count", "of"]].tolist() == [0, 1]
