"""Two rosters side by side, counted by hand."""

from __future__ import annotations

import pandas as pd

from staffplan.control.compared import PlanTables, compare_plans
from staffplan.tables.cost import CostReport
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.waits import DayService

ZONE = "Europe/Madrid"


def roster(*shifts: tuple[str, str, int, int]) -> Roster:
    """Shifts of agent, day, first and last hour of the wall clock, on the phone throughout."""
    rows = [
        {
            "agent_id": agent,
            "schedule_date": pd.Timestamp(day),
            "shift": "day",
            "start": pd.Timestamp(f"{day} {begin:02d}:00", tz=ZONE).tz_convert("UTC"),
            "end": pd.Timestamp(f"{day} {end:02d}:00", tz=ZONE).tz_convert("UTC"),
            "paid_hours": float(end - begin),
        }
        for agent, day, begin, end in shifts
    ]
    frame = pd.DataFrame(rows)
    inside = frame.assign(activity="queue", planning_group="phone", paid="yes", activity_date=frame["schedule_date"])
    return Roster(RosterShifts.of(frame), RosterActivities.of(inside))


def waits(*days: tuple[str, str, float, float, str, float]) -> DayService:
    """Day, group, contacts, service level, whether the goal is kept, understaffed hours."""
    names = ("day", "planning_group", "offered", "service_level", "kept", "understaffed_hours")
    frame = pd.DataFrame(days, columns=names).astype({"day": "datetime64[ns]"})
    blank = ("service_level_low", "service_level_high", "goal", "asa_seconds", "abandon_rate", "occupancy")
    return DayService.of(frame.assign(overstaffed_hours=0.0, **dict.fromkeys(blank, float("nan"))))


def cost(**lines: float) -> CostReport:
    rows = [
        {
            "period": period,
            "ledger": "cost",
            "line": line.replace("_", " "),
            "planning_group": group,
            "amount": amount,
        }
        for line, amount in lines.items()
        for period, group in (("total", ""), ("2026-03", ""), ("total", "phone"))
    ]
    blank = dict.fromkeys(("hours", "quantity"), float("nan"))
    frame = pd.DataFrame(rows).assign(position=1.0, unit="", currency="EUR", source="made up", **blank)
    return CostReport.of(frame)


BEFORE = PlanTables(
    roster(("ann", "2026-03-02", 8, 12), ("bob", "2026-03-02", 9, 13), ("ann", "2026-03-03", 8, 12)),
    waits(("2026-03-02", "phone", 90, 0.8, "yes", 1.0), ("2026-03-02", "chat", 10, 0.5, "no", 0.5)),
    cost(base_pay=200.0, loaded_cost=200.0),
)
AFTER = PlanTables(
    roster(("ann", "2026-03-02", 8, 12), ("bob", "2026-03-02", 9, 15), ("cid", "2026-03-03", 8, 12)),
    waits(("2026-03-02", "phone", 90, 0.9, "yes", 0.25), ("2026-03-02", "chat", 10, 0.9, "yes", 0.0)),
    cost(base_pay=230.0, night=12.5, loaded_cost=242.5),
)


def test_a_plan_is_the_same_as_itself() -> None:
    found = compare_plans(BEFORE, BEFORE, ZONE)
    assert len(found.told) == 0
    assert found.days.frame["people_otherwise"].tolist() == [0, 0]
    assert found.cost == {"base pay": (200.0, 200.0), "loaded cost": (200.0, 200.0)}


def test_each_day_has_who_works_otherwise_hours_and_service() -> None:
    found = compare_plans(BEFORE, AFTER, ZONE)
    first, second = found.days.frame.to_dict("records")
    assert found.told.frame["agent_id"].tolist() == ["ann", "bob", "cid"]
    assert (first["people_otherwise"], first["paid_hours_before"], first["paid_hours_after"]) == (1, 8.0, 10.0)
    assert (first["understaffed_hours_before"], first["understaffed_hours_after"]) == (1.5, 0.25)
    assert (first["service_level_before"], first["service_level_after"]) == (0.77, 0.9)
    assert (first["goals_missed_before"], first["goals_missed_after"]) == (1, 0)
    assert (second["people_otherwise"], second["people_before"], second["people_after"]) == (2, 1, 1)
    assert pd.isna(second["service_level_after"])


def test_lines_that_one_plan_lacks_count_as_nothing_there() -> None:
    found = compare_plans(BEFORE, AFTER, ZONE)
    assert found.cost == {"base pay": (200.0, 230.0), "night": (0.0, 12.5), "loaded cost": (200.0, 242.5)}
    assert compare_plans(BEFORE, PlanTables(AFTER.roster, None, None), ZONE).cost == {}


def test_a_day_that_only_one_roster_has_is_listed() -> None:
    alone = PlanTables(roster(("ann", "2026-03-02", 8, 12)), None, None)
    days = compare_plans(BEFORE, alone, ZONE).days.frame
    assert days["people_after"].tolist() == [1, 0]
    assert days["paid_hours_after"].tolist() == [4.0, 0.0]
