"""The manager's commands: people by name, what a change means before it is made, and nothing without a yes."""

from __future__ import annotations

import json
from pathlib import Path

from commands import Run

ROSTER = ("roster_shifts.csv", "roster_activities.csv")


def files(plan: Path) -> list[bytes]:
    return [(plan / name).read_bytes() for name in ROSTER]


def worked(plan: Path) -> tuple[str, str, str]:
    """Id, name and day of the first shift of the day."""
    lines = [line.split(",") for line in (plan / ROSTER[0]).read_text().splitlines()]
    row = next(row for row in lines if row[3] == "day 09:00")
    return row[0], row[1], row[2]


def test_a_change_is_shown_then_made_logged_and_taken_back(planned: Path, run: Run) -> None:
    plan = planned / "plan"
    before = files(plan)
    agent_id, name, day = worked(plan)
    shown = run("remove", plan, name.upper(), day, "--dry-run")
    assert (shown.code, files(plan)) == (0, before)
    assert f"{name} ({agent_id}) is off on" in shown.out
    assert "together: -7.50 paid hours, -146.25 EUR" in shown.out
    assert "understaffed hours" in shown.out
    assert "nothing was written" in shown.err
    done = run("remove", plan, agent_id, day, "--yes", "--json", "--by", "Ana", "--why", "asked for it")
    told = json.loads(done.out)
    assert (told["written"], told["change"], told["effect"]["paid_hours"]) == (True, 1, -7.5)
    assert (told["renewed"], told["out_of_date"]) == (["check", "simulate", "cost"], ["report"])
    assert files(plan) != before
    listed = json.loads(run("log", plan, "--json").out)
    assert [(one["who"], one["why"], one["verb"], one["taken_back_by"]) for one in listed] == [
        ("Ana", "asked for it", "remove", None)
    ]
    back = run("undo", plan, "--yes")
    assert (back.code, files(plan)) == (0, before)
    assert "takes back change 1" in back.out
    assert [one["taken_back_by"] for one in json.loads(run("log", plan, "--json").out)] == [2, None]
    assert run("undo", plan, "--yes").code == 2
    assert json.loads(run("status", plan, "--json").out)[2]["state"] == "up to date"


def test_the_settings_to_plan_again_with_are_those_that_the_change_was_costed_with(planned: Path, run: Run) -> None:
    plan = planned / "plan"
    agent_id, _, day = worked(plan)
    settings = planned / "plan.toml"
    settings.write_text(settings.read_text().replace("hourly_rate = 15", "hourly_rate = 20"))
    done = run("remove", plan, agent_id, day, "--yes")
    assert "-7.50 paid hours, -195.00 EUR" in done.out
    assert "plan.toml -o" in done.err
    assert "plan/plan.toml -o" not in done.err


def test_nothing_is_asked_where_there_is_no_terminal(planned: Path, run: Run) -> None:
    plan = planned / "plan"
    before = files(plan)
    agent_id, _, day = worked(plan)
    refused = run("remove", plan, agent_id, day)
    assert (refused.code, files(plan)) == (2, before)
    assert "add --yes to make the change, or --dry-run to look only" in refused.err


def test_people_and_days_that_cannot_be_meant_are_told(planned: Path, run: Run) -> None:
    plan = planned / "plan"
    agents = planned / "agents.csv"
    agents.write_text(agents.read_text().replace("Full 2", "Full 1"))
    for arguments, said in (
        (("Ful 3", "2026-03-02"), "did you mean Full 3?"),
        (("full 1", "2026-03-02"), "2 people have this name\n    say which by the id: F1, F2"),
        (("F3", "2026-04-02"), "it runs from 2026-03-02 to 2026-03-08"),
        (("F3", "2.3.2026"), "write it as 2026-12-01"),
    ):
        refused = run("remove", plan, *arguments, "--yes")
        assert refused.code == 2, refused.err
        assert said in refused.err
