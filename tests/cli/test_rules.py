"""`staffplan rules`: the agreement in sentences, with lines, and what never binds."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from commands import Run

PLAN = """[plan]
start = 2026-03-04
weeks = 1
timezone = "Europe/Madrid"

[input]
history = "history.csv"
agents = "agents.csv"
time_off = "time_off.csv"

[hours.office]
mon-fri = "08:00-16:00"

[queues.phone]
hours = "office"

[shifts.early]
hours = 8
first_start = "08:00"
last_start = "08:00"

[work_plans.any]
shifts = ["early"]
weekly_hours_max = 24

[work_plans.boss]
shifts = ["early"]

[roster]
rules = [
    { rule = "daily_rest" },
    { rule = "weekends_off", work_plans = ["any"] },
    { rule = "consecutive_days", days = 2, agents = ["bob"] },
    { rule = "seats", most = 3 },
]
"""

REST = (
    "  At least 11 hours of rest between the end of a shift and the start of the next. [plan.toml:31] - never binds"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ann and Bob of one contract, Cid of another; there is no history."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.toml").write_text(PLAN)
    (tmp_path / "agents.csv").write_text("agent_id,skills,work_plan\nann,phone,any\nbob,phone,any\ncid,phone,boss\n")
    (tmp_path / "time_off.csv").write_text(
        "agent_id,first_day,last_day,paid,start\nbob,2026-03-05,2026-03-06,yes,12:30\n"
    )
    return tmp_path


def test_every_rule_in_force_is_a_sentence_with_its_line(run: Run) -> None:
    done = run("rules", "plan.toml")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "Contract any, 2 people:",
        "  At most 24 paid hours a week. [plan.toml:24]",
        "  At most 5 days of work a week. [the default] - never binds",
        "  Only these shifts: early. [plan.toml:23]",
        REST,
        "  At least 1 weekend in the period without a minute of work. [plan.toml:32] - never binds",
        "  At most 2 days of work in a row. Only for bob. [plan.toml:33] - never binds",
        "",
        "Contract boss, 1 person:",
        "  At most 40 paid hours a week. [the default] - never binds",
        "  At most 5 days of work a week. [the default] - never binds",
        "  Only these shifts: early. [plan.toml:27]",
        REST,
        "",
        "Between people:",
        "  At most 3 people on site at the same time. [plan.toml:34]",
    ]


def test_of_one_person_only_what_holds_for_them(run: Run) -> None:
    done = run("rules", "plan.toml", "--agent", "bob", "-o", "bob.csv")
    frame = pd.read_csv("bob.csv").fillna("")
    assert set(frame["work_plan"]) == {"any", ""}
    assert frame.set_index("rule").loc["time_off", "sentence"] == "Off 2026-03-05 to 2026-03-06, 12:30-24:00."
    assert frame.set_index("rule").loc["consecutive_days", "binds"] == "never"  # two days off break every run
    assert "wrote bob.csv" in done.err
    assert run("rules", "plan.toml", "-o", "bob.csv").code == 2


def test_without_agents_the_rules_are_told_all_the_same(run: Run, folder: Path) -> None:
    (folder / "plan.toml").write_text(PLAN.replace('agents = "agents.csv"', ""))
    done = run("rules", "plan.toml")
    assert done.out.startswith("Contract any:\n  At most 24 paid hours a week. [plan.toml:24]\n")
    assert "never binds" not in done.out
    assert "which rules never bind was not looked into: there are no agents" in done.err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--contract", "ani"), "--contract: no [work_plans.ani] is defined\n    did you mean any?"),
        (("--agent", "bop"), "--agent: 'bop' is not among the agents\n    did you mean bob?"),
    ],
)
def test_names_that_are_not_there_are_told(run: Run, flags: tuple[str, str], said: str) -> None:
    done = run("rules", "plan.toml", *flags)
    assert (done.code, said in done.err) == (2, True)


def test_of_one_person_a_rule_is_known_by_its_own_place_whatever_stands_before_it(run: Run, folder: Path) -> None:
    """A preference and a rule for somebody else come first: the answer goes to the right rule all the same."""
    before = '{ rule = "wishes" },\n    { rule = "period_days", most = 1, agents = ["ann"] },\n    '
    (folder / "plan.toml").write_text(
        PLAN.replace('{ rule = "daily_rest" }', f'{before}{{ rule = "period_days", most = 2 }}')
    )
    run("rules", "plan.toml", "--agent", "cid", "-o", "cid.csv")
    binds = pd.read_csv("cid.csv").set_index("rule")["binds"]
    assert (binds["period_days"], binds["days_per_week_max"]) == ("yes", "never")
