"""What is out of date, and why; what one run makes and leaves alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from staffplan.errors import ConfigError, DataError, Note, UsageError
from staffplan.files.lock import locked
from staffplan.plan.directory import OpenPlan, open_existing
from staffplan.plan.manifest import Manifest
from staffplan.plan.run import StepState, all_notes, require_before, run, status
from staffplan.plan.steps import STANDBY, STEPS

NAMES = [step.name for step in STEPS if step is not STANDBY]


def states(planned: Path) -> dict[str, StepState]:
    opened = open_existing(planned / "plan")
    return {state.name: state for state in status(opened.workspace, opened.manifest)}


def stale(planned: Path) -> dict[str, str]:
    """Steps that are not up to date, and the reasons."""
    found = states(planned)
    return {name: "; ".join(state.reasons) for name, state in found.items() if state.state != "up to date"}


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_after_a_run_everything_is_up_to_date(planned: Path) -> None:
    assert stale(planned) == {}


def test_an_edited_input_is_named_and_what_follows_waits(planned: Path) -> None:
    rewrite(planned / "history.csv", ",280", ",290")
    found = stale(planned)
    assert list(found) == NAMES
    assert found["forecast"] == "input history (history.csv) changed"
    assert found["simulate"] == "waits for forecast, staff, roster"


@pytest.mark.parametrize("settings", ["plan.toml", "plan/plan.toml"])
def test_an_edited_setting_is_named_wherever_it_was_edited(settings: str, planned: Path) -> None:
    rewrite(planned / settings, "patience_seconds = 300", "patience_seconds = 200")
    found = stale(planned)
    assert "forecast" not in found
    assert found["staff"] == "setting queues.phone changed"
    remarks = open_existing(planned / "plan").remarks
    assert [remark.partition(": ")[0].endswith("plan.toml was edited by hand") for remark in remarks] == (
        [True] if settings.startswith("plan/") else []
    )


def test_a_price_makes_the_cost_stale_and_nothing_before_it(planned: Path) -> None:
    rewrite(planned / "plan.toml", "share = 0.3\n", "share = 0.35\n")
    assert list(stale(planned)) == ["cost", "report"]


def test_a_file_that_is_gone_is_called_gone_or_missing_never_changed(planned: Path) -> None:
    (planned / "plan" / "waits.csv").unlink()
    (planned / "time_off.csv").unlink()
    found = stale(planned)
    assert found["simulate"] == "waits.csv is missing"
    assert found["roster"] == "input time_off (time_off.csv) was removed"
    assert found["report"] == "input time_off (time_off.csv) was removed; waits.csv was removed"


@pytest.mark.parametrize(
    ("file", "step", "after"),
    [
        ("forecast.csv", "forecast", ["staff", "roster", "check", "simulate", "cost", "report"]),
        ("requirement.csv", "staff", ["roster", "check", "simulate", "cost", "report"]),
        ("roster_activities.csv", "roster", ["check", "simulate", "cost", "report"]),
        ("waits.csv", "simulate", ["report"]),
    ],
)
def test_a_hands_edit_is_kept_and_all_that_reads_it_is_stale(
    file: str, step: str, after: list[str], planned: Path
) -> None:
    path = planned / "plan" / file
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    found = states(planned)
    assert found[step].state == "changed by hand"
    assert found[step].by_hand == (file,)
    assert [name for name, state in found.items() if state.state == "stale"] == after


def test_a_busier_day_in_the_forecast_needs_more_people_that_day_alone(planned: Path) -> None:
    path = planned / "plan" / "forecast.csv"
    before = pd.read_csv(planned / "plan" / "requirement.csv")
    forecast = pd.read_csv(path)
    forecast.loc[forecast["interval_start"].str.startswith("2026-03-03"), "offered"] *= 1.2
    forecast.to_csv(path, index=False)
    opened = open_existing(planned / "plan")
    result = run(opened.workspace, opened.manifest, only=("staff",))
    assert result.ran == ("staff",)
    after = pd.read_csv(planned / "plan" / "requirement.csv")
    phone = (before["planning_group"] == "phone").to_numpy()
    grown = (after["agents_required"] - before["agents_required"])[phone]
    tuesday = before["interval_start"].str.startswith("2026-03-03")[phone]
    assert grown[tuesday].sum() > 0
    assert (grown[~tuesday] == 0).all()


def interrupted(opened: OpenPlan) -> Manifest:
    record = opened.manifest.steps["roster"]
    return opened.manifest.with_step("roster", replace(record, facts={**record.facts, "status": "interrupted"}))


def test_an_interrupted_search_is_stale_until_it_ran_to_its_end(planned: Path) -> None:
    opened = open_existing(planned / "plan")
    found = {state.name: state for state in status(opened.workspace, interrupted(opened))}
    assert found["roster"].reasons == ("the search was interrupted",)
    assert found["staff"].state == "up to date"
    assert found["report"].state == "stale"


def test_what_the_search_said_of_its_promises_is_not_said_of_an_edited_roster(planned: Path) -> None:
    opened = open_existing(planned / "plan")
    broken = Note("roster", "broken promise", "phone Mon 02 Mar 2026", "1.5 understaffed hours")
    record = opened.manifest.steps["roster"]
    manifest = opened.manifest.with_step("roster", replace(record, notes=(*record.notes, broken)))
    assert broken in all_notes(opened.workspace, manifest)
    path = planned / "plan" / "roster_shifts.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    notes = all_notes(opened.workspace, manifest)
    assert broken not in notes
    assert notes[0].kind == "changed by hand"
    assert {note for note in record.notes if note.kind == "left out"} <= set(notes)


def spoil_agents(planned: Path) -> None:
    rewrite(planned / "agents.csv", "F2,", "F1,")


def spoil_history(planned: Path) -> None:
    rewrite(planned / "history.csv", ",280", ",long")


def lose_agents(planned: Path) -> None:
    (planned / "agents.csv").unlink()


@pytest.mark.parametrize(
    ("spoilt", "kind", "said"),
    [
        ([spoil_agents], DataError, ["the same agent_id as row 2"]),
        ([spoil_agents, spoil_history], DataError, ["the same agent_id as row 2", "'long' is not a number"]),
        ([lose_agents], ConfigError, ["there is no file"]),
        ([lose_agents, spoil_history], DataError, ["there is no file", "'long' is not a number"]),
    ],
)
def test_inputs_that_cannot_be_read_are_told_together_before_any_step(
    spoilt: list[Callable[[Path], None]], kind: type[Exception], said: list[str], planned: Path
) -> None:
    for spoil in spoilt:
        spoil(planned)
    opened = open_existing(planned / "plan")
    ran: list[object] = []
    with pytest.raises(kind) as caught:
        run(opened.workspace, Manifest(), on_progress=ran.append)
    assert all(text in str(caught.value) for text in said)
    assert ran == []


def test_inputs_that_no_stale_step_reads_do_not_stand_in_the_way(planned: Path) -> None:
    (planned / "plan" / "waits.csv").unlink()
    opened = open_existing(planned / "plan")
    (planned / "time_off.csv").write_text("nonsense\n")
    result = run(opened.workspace, opened.manifest, only=("simulate",))
    assert result.ran == ("simulate",)


def test_a_step_alone_says_what_before_it_is_old_and_what_is_missing(planned: Path) -> None:
    rewrite(planned / "plan.toml", 'goal = "80/20"', 'goal = "85/20"')
    opened = open_existing(planned / "plan")
    remarks = require_before("cost", opened.workspace, opened.manifest)
    assert remarks[0].startswith("note: staff is stale (setting queues.phone changed); its existing files are used")
    (planned / "plan" / "coverage.csv").unlink()
    with pytest.raises(UsageError, match=r"coverage\.csv: the step cost needs this file"):
        require_before("cost", opened.workspace, opened.manifest)


def test_one_at_a_time_works_in_a_plan_directory(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(UsageError, match="another staffplan is working"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass
    with locked(tmp_path / "absent"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_copy_of_a_plan_directory_alone_tells_which_inputs_it_lacks(planned: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(planned / "plan", tmp_path / "elsewhere" / "deep" / "plan"))
    opened = open_existing(copy)
    assert "the plan's own settings are used" in opened.remarks[0]
    found = {state.name: "; ".join(state.reasons) for state in status(opened.workspace, opened.manifest)}
    assert found["forecast"] == "input history (history.csv) was removed"
    with pytest.raises(ConfigError, match=r"input\.history: there is no file"):
        run(opened.workspace, opened.manifest)
    assert json.loads((copy / "manifest.json").read_text())["steps"]["forecast"]["outputs"]


def test_an_edit_of_the_roster_by_hand_makes_the_fairness_of_the_edit(planned: Path) -> None:
    """F4 no longer works: every wish of theirs is granted by that."""
    folder = planned / "plan"
    before = pd.read_csv(folder / "fairness.csv")
    (planned / "wishes.csv").write_text("agent_id,first_day,last_day,wish\nF4,2026-03-02,2026-03-06,off\n")
    rewrite(planned / "plan.toml", 'time_off = "time_off.csv"', 'time_off = "time_off.csv"\nwishes = "wishes.csv"')
    for name in ("roster_shifts.csv", "roster_activities.csv"):
        table = pd.read_csv(folder / name)
        table[table["agent_id"] != "F4"].to_csv(folder / name, index=False)
    opened = open_existing(folder)
    result = run(opened.workspace, opened.manifest, only=("check", "report"))
    assert result.ran == ("check", "report")
    after = pd.read_csv(folder / "fairness.csv")
    assert set(before["what"]) == set(after["what"]) - {"wishes"}
    assert after.loc[after["what"] == "wishes", ["agent_id", "count", "of"]].to_numpy().tolist() == [["F4", 5, 5]]
    assert "Fairness and wishes" in (folder / "report" / "index.html").read_text(encoding="utf-8")


def without_fairness(opened: OpenPlan, folder: Path) -> Manifest:
    """As a version made it that knew no fairness."""
    (folder / "fairness.csv").unlink()
    record = opened.manifest.steps["check"]
    return opened.manifest.with_step("check", replace(record, outputs={"check.csv": record.outputs["check.csv"]}))


def test_a_plan_of_an_earlier_version_can_be_reported_and_a_run_adds_what_it_lacks(planned: Path) -> None:
    opened, folder = open_existing(planned / "plan"), planned / "plan"
    manifest = without_fairness(opened, folder)
    assert require_before("report", opened.workspace, manifest) == [
        "note: check is stale (fairness.csv is missing); its existing files are used"
    ]
    manifest = run(opened.workspace, manifest, only=("report",)).manifest
    assert "fairness.csv is missing" in (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert run(opened.workspace, manifest).ran == ("check", "report")
    assert (folder / "fairness.csv").exists()


def test_a_file_that_another_step_once_made_is_no_edit_by_hand(planned: Path) -> None:
    opened, folder = open_existing(planned / "plan"), planned / "plan"
    there = (folder / "fairness.csv").read_bytes()
    manifest = without_fairness(opened, folder)
    (folder / "fairness.csv").write_bytes(there + b"\n")
    state = next(state for state in status(opened.workspace, manifest) if state.name == "check")
    assert (state.state, state.reasons) == ("stale", ("fairness.csv is from an earlier version",))


def test_people_count_for_waits_where_groups_help_each_other_out(planned: Path) -> None:
    def simulated() -> str:
        opened = open_existing(planned / "plan")
        return next(state.state for state in status(opened.workspace, opened.manifest) if state.name == "simulate")

    agents = planned / "agents.csv"
    before = agents.read_text()
    agents.write_text(before + "\n")
    opened = open_existing(planned / "plan")
    reasons = {state.name: state.reasons for state in status(opened.workspace, opened.manifest)}
    assert not any("input agents" in reason for reason in reasons["simulate"])
    agents.write_text(before)
    with (planned / "plan.toml").open("a") as settings:
        settings.write('\n[[simulate.overflow]]\ngroup = "phone"\nto = ["mail"]\n')
    opened = open_existing(planned / "plan")
    run(opened.workspace, opened.manifest, only=("simulate",))
    assert simulated() == "up to date"
    agents.write_text(before + "\n")
    opened = open_existing(planned / "plan")
    reasons = {state.name: state.reasons for state in status(opened.workspace, opened.manifest)}
    assert any("input agents" in reason for reason in reasons["simulate"])
