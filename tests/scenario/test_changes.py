"""Each kind of change does what it says to settings, forecast or people, and tells all that cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from staffplan.errors import ConfigError
from staffplan.plan.directory import OpenPlan
from staffplan.scenario.crew import shared_out, sized
from staffplan.scenario.totals import moved_totals
from staffplan.settings.config import load_config
from staffplan.tables.forecast import ForecastTotals
from staffplan.tables.requirement import StaffingRequirement


def offered(frame: pd.DataFrame, queue: str) -> float:
    return float(frame.loc[frame["queue"] == queue, "offered"].sum())


def test_volume_of_some_days_changes_these_alone(draft_of, plan: OpenPlan):
    before = plan.workspace.forecast().frame
    draft = draft_of(
        '{ change = "volume", factor = 1.5, queues = ["phone"], first_day = 2026-03-03, last_day = 2026-03-03 }'
    )
    after = draft.forecast.frame
    days = before["interval_start"].dt.tz_convert("Europe/Madrid").dt.day
    tuesday = (days == 3) & (before["queue"] == "phone")
    assert np.allclose(after.loc[tuesday, "offered"], 1.5 * before.loc[tuesday, "offered"])
    assert after.loc[~tuesday, "offered"].equals(before.loc[~tuesday, "offered"])
    assert (after.loc[tuesday, "offered_p90"] >= before.loc[tuesday, "offered_p90"]).all()


def test_seconds_are_added_to_the_mean_handling_time(draft_of, plan: OpenPlan):
    def mean(frame: pd.DataFrame) -> float:
        own = frame[frame["queue"] == "phone"]
        return float((own["offered"] * own["aht_seconds"]).sum() / own["offered"].sum())

    draft = draft_of('{ change = "aht", added_seconds = 30, channels = ["voice"] }')
    assert mean(draft.forecast.frame) == pytest.approx(mean(plan.workspace.forecast().frame) + 30)


def test_deflected_contacts_go_and_the_others_take_longer(draft_of, plan: OpenPlan):
    before = plan.workspace.forecast().frame
    after = draft_of('{ change = "deflection", share = 0.1, residual_aht_factor = 1.05 }').forecast.frame
    assert offered(after, "phone") == pytest.approx(0.9 * offered(before, "phone"))
    assert np.allclose(after["aht_seconds"], 1.05 * before["aht_seconds"])


def test_changes_follow_each_other(draft_of, plan: OpenPlan):
    draft = draft_of('{ change = "volume", factor = 1.1 }, { change = "volume", factor = 1.1 }')
    assert offered(draft.forecast.frame, "mail") == pytest.approx(
        1.21 * offered(plan.workspace.forecast().frame, "mail")
    )
    assert [row["override"] for row in draft.edits] == [1, 2, 3, 4]


def test_totals_of_a_changed_forecast_are_its_sums(draft_of, plan: OpenPlan):
    workspace = plan.workspace
    base = workspace.table(ForecastTotals)
    same = moved_totals(base, workspace.forecast(), workspace.planned, "Europe/Madrid").frame
    assert np.allclose(same["offered"], base.frame["offered"], atol=1e-4)
    assert np.allclose(same["offered_p90"], base.frame["offered_p90"], atol=1e-3)
    draft = draft_of('{ change = "volume", factor = 2 }')
    after = moved_totals(base, draft.forecast, workspace.planned, "Europe/Madrid").frame
    assert np.allclose(after["offered"], 2 * base.frame["offered"], atol=1e-3)


def test_a_lost_queue_has_no_rows_and_an_end(draft_of):
    draft = draft_of('{ change = "queue_lost", queues = ["mail"], first_day = 2026-03-04 }')
    rows = draft.forecast.frame[draft.forecast.frame["queue"] == "mail"]
    assert rows["interval_start"].max() < pd.Timestamp("2026-03-04", tz="Europe/Madrid")
    assert draft.overrides == {"queues.mail.ended": "2026-03-04"}


def test_a_queue_won_is_like_another_or_from_a_file(draft_of, plan: OpenPlan, tmp_path: Path):
    like = draft_of('{ change = "queue_added", name = "new client", like = "phone", factor = 0.5 }')
    before = offered(plan.workspace.forecast().frame, "phone")
    assert offered(like.forecast.frame, "new client") == pytest.approx(0.5 * before)
    assert like.overrides['queues."new client"']["goal"] == {
        "service_level": 0.8,
        "within_seconds": 20.0,
        "clock": "opening",
        "definition": "excluding_short_abandons",
    }
    (tmp_path / "won.csv").write_text(
        "interval_start,queue,offered,aht_seconds\n2026-03-02 09:00,won,12,200\n2026-04-02 09:00,won,12,200\n"
    )
    won = draft_of('{ change = "queue_added", name = "won", file = "won.csv", settings = { hours = "office" } }')
    assert offered(won.forecast.frame, "won") == 12
    assert won.overrides["queues.won"]["hours"] == "office"


def test_contacts_of_hours_that_close_are_lost_or_move_within_the_day(draft_of, plan: OpenPlan):
    times = 'change = "opening_hours", name = "office", times = { mon-fri = "09:00-16:00" }'
    before = plan.workspace.forecast().frame
    hours = before["interval_start"].dt.tz_convert("Europe/Madrid").dt.hour
    late = offered(before[hours == 16], "phone")
    lost = draft_of(f"{{ {times} }}")
    assert offered(lost.forecast.frame, "phone") == pytest.approx(offered(before, "phone") - late)
    assert any("do not come at other times" in note.message for note in lost.notes)
    moved = draft_of(f"{{ {times}, moved_share = 1 }}").forecast.frame
    assert offered(moved, "phone") == pytest.approx(offered(before, "phone"))
    assert offered(moved, "mail") == offered(before, "mail")  # mail arrives around the clock


def test_a_queue_won_closes_with_the_hours_that_it_shares(draft_of, plan: OpenPlan):
    times = 'change = "opening_hours", name = "office", times = { mon-fri = "09:00-16:00" }'
    draft = draft_of(f'{{ change = "queue_added", name = "won", like = "phone" }}, {{ {times} }}')
    assert offered(draft.forecast.frame, "won") == pytest.approx(offered(draft.forecast.frame, "phone"))


def test_hours_that_open_need_their_contacts(draft_of, plan: OpenPlan):
    times = 'change = "opening_hours", name = "office", times = { mon-fri = "09:00-18:00" }'
    with pytest.raises(ConfigError, match="phone opens in 10 intervals of which the history says nothing"):
        draft_of(f"{{ {times} }}")
    before = plan.workspace.forecast().frame
    mean = offered(before, "phone") / (before["queue"] == "phone").sum()
    after = draft_of(f"{{ {times}, new_hours_factor = 0.5 }}").forecast.frame
    assert offered(after, "phone") == pytest.approx(offered(before, "phone") + 10 * 0.5 * mean)


def test_goals_shrinkage_and_wages_change_their_settings(draft_of):
    draft = draft_of(
        '{ change = "goal", goal = "90/30", queues = ["phone"] },'
        ' { change = "shrinkage", category = "sickness", points = 0.03 },'
        ' { change = "wages", factor = 1.1, work_plans = ["full"] },'
        ' { change = "wages", factor = 1.1 },'
        ' { change = "setting", key = "roster.effort", value = 0.5 }'
    )
    config = load_config((draft.base.folder / "plan.toml").read_text(), "plan.toml", draft.overrides)
    assert config.queues["phone"].goal.service_level == 0.9
    assert config.staffing.shrinkage["sickness"].share == 0.08
    assert config.work_plans["full"].hourly_rate == pytest.approx(15 * 1.21)
    assert config.work_plans["part"].hourly_rate == pytest.approx(14 * 1.1)
    assert config.roster.effort == 0.5


def test_a_goal_where_no_queue_is_listed_lists_them_all(draft_of, plan: OpenPlan, monkeypatch):
    monkeypatch.setattr("staffplan.settings.config.Config.queues_listed", lambda _: [])
    draft = draft_of('{ change = "goal", goal = "90/30", queues = ["phone"] }')
    assert list(draft.overrides) == ["queues.mail", "queues.phone", "queues.phone.goal"]
    assert draft.overrides["queues.mail"]["goal"]["within_hours"] == 8


def test_people_who_go_leave_every_table(draft_of):
    draft = draft_of('{ change = "headcount", people = -8, work_plan = "full" }')
    assert draft.people["agents"]["agent_id"].tolist() == ["P1", "P2", "P3", "P4"]
    assert draft.people["time_off"].empty


def test_people_who_come_are_like_others_with_their_time_off(draft_of):
    draft = draft_of('{ change = "headcount", people = 9, work_plan = "full" }')
    new = draft.people["agents"].set_index("agent_id").loc[[f"new {n}" for n in range(1, 10)]]
    assert set(new["work_plan"]) == {"full"}
    assert sorted(draft.people["time_off"]["agent_id"]) == ["F1", "new 1", "new 9"]


def test_who_learns_a_skill_keeps_the_others(draft_of):
    draft = draft_of('{ change = "cross_training", skill = "mail", people = 2 }')
    skills = draft.people["agents"].set_index("agent_id")["skills"]
    assert skills[["F2", "F4", "F6"]].tolist() == ["phone;mail", "phone;mail", "phone"]


def test_part_time_keeps_the_hours_of_the_contracts(draft_of):
    draft = draft_of('{ change = "part_time", from_contract = "full", to_contract = "part", people = 4 }')
    counts = draft.people["agents"]["work_plan"].value_counts()
    assert counts.to_dict() == {"part": 4 + 8, "full": 4}  # 4 x 37.5 hours are 7.5 x 20


def test_a_setting_holds_for_the_changes_after_it(draft_of):
    """A contract made by one change is there for the next, and a queue won has the goal of now."""
    contract = '{ shifts = ["half"], weekly_hours_min = 8, weekly_hours_max = 12 }'
    draft = draft_of(
        f'{{ change = "setting", key = "work_plans.tiny", value = {contract} }},'
        '{ change = "part_time", people = 1, from_contract = "full", to_contract = "tiny", keep_hours = false },'
        '{ change = "goal", queues = ["phone"], goal = "90/20" },'
        '{ change = "queue_added", name = "won", like = "phone" }'
    )
    assert (draft.people["agents"]["work_plan"] == "tiny").sum() == 1
    assert draft.value("queues", "won", "goal") == draft.value("queues", "phone", "goal")


def test_attrition_is_told_as_no_part_of_a_roster(draft_of):
    draft = draft_of('{ change = "attrition", share_per_year = 0.3 }')
    assert draft.notes[0].kind == "left out"
    assert draft.overrides == {}


def test_all_that_cannot_be_is_told_at_once_each_at_its_place(draft_of):
    with pytest.raises(ConfigError) as caught:
        draft_of(
            '{ change = "volume", factor = 2, queues = ["phones"] },'
            ' { change = "shrinkage", category = "sicknes", share = 0.1 },'
            ' { change = "headcount", people = -12 },'
            ' { change = "part_time", from_contract = "ful", to_contract = "par", people = 1 },'
            ' { change = "setting", key = "plan.weeks", value = 2 },'
            ' { change = "opening_hours", name = "office", times = { mon-fri = "9 to 5" } },'
            ' { change = "volume", factor = 2, first_day = 2027-01-01, last_day = 2027-01-02 }'
        )
    problems = {
        problem.place.removeprefix("s.toml:scenario.0.changes."): problem for problem in caught.value.problems
    }
    keys = {
        "0.queues",
        "1.category",
        "2.people",
        "3.from_contract",
        "3.to_contract",
        "4.key",
        "5.times",
        "6.first_day",
    }
    assert set(problems) == keys
    assert problems["0.queues"].hint == "did you mean phone?"


def test_a_setting_that_the_plan_cannot_have_is_told_at_the_scenario(draft_of):
    with pytest.raises(ConfigError, match=r"s\.toml:scenario\.0: roster\.efort: unknown setting"):
        draft_of('{ change = "setting", key = "roster.efort", value = 1 }')


def test_a_crew_follows_the_need_in_whole_people(draft_of, plan: OpenPlan):
    needed = plan.workspace.table(StaffingRequirement)
    draft = draft_of('{ change = "volume", factor = 1 }')
    sized(draft, needed)
    assert len(draft.people["agents"]) == 12
    more = needed.frame.assign(agents_on_queue=needed.frame["agents_on_queue"] * 1.5)
    sized(draft, StaffingRequirement.of(more))
    assert len(draft.people["agents"]) == 18


def test_people_are_shared_out_by_largest_remainders():
    assert shared_out(np.array([1.5, 2.2, 0.4])).tolist() == [2, 2, 0]
    assert shared_out(np.array([0.1, 0.1])).tolist() == [1, 0]
