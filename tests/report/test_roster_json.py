"""The roster as JSON: any program reads it, and finds what the tables say."""

from __future__ import annotations

import json
from datetime import timedelta

import pandas as pd
from handoffs import AUTUMN, EVIL, MONDAY, Work, agents_of, coverage_of, handoff_of, time_off_of, week_of

from staffplan.report.handoff import Handoff
from staffplan.report.roster_json import build_roster_json


def strict(data: bytes):
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(data.decode("utf-8"), parse_constant=refuse)


def test_the_agents_shifts_and_activities_are_those_of_the_tables(plan):
    document = strict(build_roster_json(Handoff(plan.roster, "Europe/Madrid", coverage=plan.coverage)))
    shifts = pd.json_normalize(document["agents"], "shifts", "agent_id")
    told = pd.json_normalize(document["agents"], ["shifts", "activities"])
    table, activities = plan.roster.shifts.frame, plan.roster.activities.frame
    assert pd.to_datetime(shifts["start"], utc=True).tolist() == table["start"].tolist()
    for name in ("agent_id", "shift", "paid_hours"):
        assert shifts[name].tolist() == table[name].tolist()
    assert pd.to_datetime(told["end"], utc=True).tolist() == activities["end"].tolist()
    assert told["activity"].tolist() == activities["activity"].tolist()
    assert sum(agent["totals"]["paid_hours"] for agent in document["agents"]) == table["paid_hours"].sum()
    assert sum(row["scheduled"] for row in document["coverage"]) == plan.coverage.frame["scheduled"].sum()


def test_an_agent_is_told_whole():
    works = [Work("a", MONDAY, 22 * 60, 30 * 60, "night"), *week_of("b")[1:]]
    off = time_off_of(("a", MONDAY + timedelta(days=2), MONDAY + timedelta(days=3), "vacation"))
    agents = agents_of(("a", EVIL, "Sales", "full"), ("b", "Bob", "Sales", "part"))
    agent = strict(build_roster_json(handoff_of(*works, agents=agents, time_off=off)))["agents"][0]
    shift = agent.pop("shifts")[0]
    assert agent == {
        "agent_id": "a",
        "name": EVIL,
        "staffing_group": "Sales",
        "work_plan": "full",
        "skills": ["sales"],
        "totals": {"days": 1, "paid_hours": 7.5, "nights": 1, "weekends": 0},
        "time_off": [
            {
                "first_day": "2026-12-09",
                "last_day": "2026-12-10",
                "start": None,
                "end": None,
                "kind": "vacation",
                "paid": None,
            }
        ],
        "standby": [],
        "call_outs": [],
    }
    assert (shift["start"], shift["end"]) == ("2026-12-07T22:00:00+01:00", "2026-12-08T06:00:00+01:00")
    assert (shift["schedule_date"], shift["code"]) == ("2026-12-07", "N22")
    assert [row["activity"] for row in shift["activities"]] == ["queue", "meal", "queue"]


def test_the_offset_tells_the_two_hours_of_the_night_the_clock_goes_back_apart():
    shift = strict(build_roster_json(handoff_of(Work("a", AUTUMN, 22 * 60, 30 * 60))))["agents"][0]["shifts"][0]
    assert (shift["start"], shift["end"]) == ("2026-10-24T22:00:00+02:00", "2026-10-25T06:00:00+01:00")
    assert shift["activities"][1]["start"] == "2026-10-25T02:30:00+02:00"


def test_what_is_not_known_is_null_and_nothing_is_an_empty_list():
    document = strict(build_roster_json(handoff_of()))
    assert (document["agents"], document["coverage"], document["first_day"]) == ([], None, None)
    known = strict(build_roster_json(handoff_of(coverage=coverage_of())))
    assert known["coverage"][0] == {
        "interval_start": "2026-12-07T08:00:00+01:00",
        "planning_group": "sales",
        "required": 4.0,
        "scheduled": 3.0,
        "net": -1.0,
    }


def test_the_same_roster_gives_the_same_bytes():
    assert build_roster_json(handoff_of(*week_of("a"))) == build_roster_json(handoff_of(*week_of("a")))
