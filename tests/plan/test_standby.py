"""Standby in a plan: made after the roster, checked, paid, and in what people are handed."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from commands import Run
from staffplan.errors import ConfigError
from staffplan.plan.directory import open_existing
from staffplan.plan.run import run, status

EVENING = """
[[standby]]
name = "evening"
hours = "18:00-22:00"
per_duty = 25
call_out_hours_min = 2
"""


def states(center: Path) -> dict[str, str]:
    opened = open_existing(center / "plan")
    return {state.name: state.state for state in status(opened.workspace, opened.manifest)}


def renewed(center: Path, *steps: str) -> tuple[str, ...]:
    opened = open_existing(center / "plan")
    return run(opened.workspace, opened.manifest, only=steps).ran


@pytest.fixture
def on_call(planned: Path) -> Path:
    """The small center with a standby every evening, planned up to its cost."""
    with (planned / "plan.toml").open("a") as settings:
        settings.write(EVENING)
    assert "standby" in states(planned)
    assert renewed(planned, "standby", "check", "cost") == ("standby", "check", "cost")
    return planned


def lines(center: Path) -> dict[str, float]:
    cost = pd.read_csv(center / "plan" / "cost.csv")
    own = cost[(cost["period"] == "total") & (cost["ledger"] == "cost") & cost["planning_group"].isna()]
    return dict(zip(own["line"], own["amount"], strict=True))


def test_standby_is_given_out_checked_and_paid_with_on_costs(on_call: Path) -> None:
    """Seven evenings at 25."""
    table = pd.read_csv(on_call / "plan" / "standby.csv")
    assert len(table) == 7
    assert "standby" not in set(pd.read_csv(on_call / "plan" / "check.csv")["rule"])
    found = lines(on_call)
    assert found["standby: evening"] == 175
    pay = found["base pay"] + found["standby: evening"]
    assert found["on-cost: contributions"] == pytest.approx(0.3 * pay, abs=0.005)
    assert found["loaded cost"] == pytest.approx(pay + found["on-cost: contributions"], abs=0.001)


def test_a_plan_without_standby_has_no_such_step(planned: Path) -> None:
    assert "standby" not in states(planned)


def test_a_roster_changed_by_hand_makes_standby_stale(on_call: Path) -> None:
    shifts = on_call / "plan" / "roster_shifts.csv"
    text = shifts.read_text()
    shifts.write_text("\n".join(text.splitlines()[:-1]) + "\n")
    assert states(on_call)["standby"] == "stale"


def test_a_price_makes_standby_check_and_cost_stale(on_call: Path) -> None:
    settings = on_call / "plan.toml"
    settings.write_text(settings.read_text().replace("per_duty = 25", "per_duty = 26"))
    stale = [name for name, state in states(on_call).items() if state == "stale"]
    assert stale == ["standby", "check", "cost", "report"]
    renewed(on_call, "standby", "check", "cost")
    assert lines(on_call)["standby: evening"] == 182


def test_what_a_hand_did_to_it_is_kept_and_a_broken_rule(on_call: Path) -> None:
    table = on_call / "plan" / "standby.csv"
    table.write_text("\n".join(table.read_text().splitlines()[:-1]) + "\n")
    assert states(on_call)["standby"] == "changed by hand"
    renewed(on_call, "standby", "check", "cost")
    broken = pd.read_csv(on_call / "plan" / "check.csv")
    assert broken.loc[broken["rule"] == "standby", "message"].tolist() == ["evening: nobody stands by, 1 person due"]
    assert lines(on_call)["standby: evening"] == 150


def test_call_outs_are_paid_and_known_to_the_check(on_call: Path) -> None:
    """Half an hour counts as two hours at the contract's rate, of somebody who stands by then and of one who does
    not."""
    table = pd.read_csv(on_call / "plan" / "standby.csv")
    monday = table.loc[table["schedule_date"] == "2026-03-02", "agent_id"].item()
    other = next(agent for agent in ("F2", "F3") if agent != monday)
    rows = [f"evening,{agent},2026-03-02 19:00,2026-03-02 19:30\n" for agent in (monday, other)]
    (on_call / "calls.csv").write_text(f"standby,agent_id,start,end\n{''.join(rows)}")
    settings = on_call / "plan.toml"
    settings.write_text(settings.read_text().replace("[input]", '[input]\ncall_outs = "calls.csv"'))
    assert states(on_call)["cost"] == "stale"
    renewed(on_call, "check", "cost")
    rates = [15 if agent.startswith("F") else 14 for agent in (monday, other)]
    assert lines(on_call)["call-outs: evening"] == 2 * sum(rates)
    broken = pd.read_csv(on_call / "plan" / "check.csv")
    assert broken.loc[broken["rule"] == "standby", "message"].tolist() == [
        "called out at 19:00, and does not stand by for evening then"
    ]


@pytest.fixture
def called(on_call: Path) -> Path:
    """Of the first evening's person one call-out in the evening and, as others do not stand by then, one of somebody
    in the middle of a shift."""
    shift = pd.read_csv(on_call / "plan" / "roster_shifts.csv").iloc[0]
    begin = pd.Timestamp(shift["start"]) + pd.Timedelta(minutes=30)
    inside = f"evening,{shift['agent_id']},{begin.isoformat()},{(begin + pd.Timedelta(minutes=20)).isoformat()}\n"
    first = pd.read_csv(on_call / "plan" / "standby.csv").iloc[0]
    evening = f"evening,{first['agent_id']},{first['schedule_date']} 19:00,{first['schedule_date']} 19:30\n"
    (on_call / "calls.csv").write_text(f"standby,agent_id,start,end\n{evening}{inside}")
    settings = on_call / "plan.toml"
    text = settings.read_text().replace("[input]", '[input]\ncall_outs = "calls.csv"')
    settings.write_text(text.replace("call_out_hours_min = 2", "call_out_hours_min = 2\ncall_out_share = 0.335"))
    renewed(on_call, "standby", "check", "cost")
    return on_call


def test_payroll_and_roster_json_carry_the_pay_of_the_cost_to_the_cent(called: Path, run_in: Run) -> None:
    """Two hours of the evening are paid beside the roster; of those in the shift the share alone."""
    done = run_in(called, "export", "plan", "--to", "pay-hours", "-o", "pay.csv")
    assert done.code == 0, done.err
    pay = pd.read_csv(called / "pay.csv").dropna(subset="amount")
    costs = {line: amount for line, amount in lines(called).items() if line.startswith(("standby: ", "call-outs: "))}
    assert set(costs) == {"standby: evening", "call-outs: evening"}
    assert pay.groupby("kind")["amount"].sum().round(2).to_dict() == costs
    assert pay.groupby("kind")["hours"].sum().to_dict() == {"standby: evening": 28, "call-outs: evening": 2}
    assert run_in(called, "handoff", "plan", "-o", "given", "--only", "json").code == 0
    agents = json.loads((called / "given" / "roster.json").read_text())["agents"]
    for name, line in (("standby", "standby: evening"), ("call_outs", "call-outs: evening")):
        rows = pd.json_normalize(agents, name, "agent_id")
        assert round(rows["amount"].sum(), 2) == costs[line]
        own = pay[pay["kind"] == line].groupby("agent_id")["amount"].sum().to_dict()
        assert rows.groupby("agent_id")["amount"].sum().to_dict() == pytest.approx(own)


def test_hours_of_standby_need_a_pay_code_of_their_own_and_their_amounts_stand_beside(called: Path, run_in: Run):
    settings = called / "plan.toml"
    payroll = '[payroll]\ncompany_code = "ABC"\nperiod = "week"\n[payroll.codes]\nregular = "REG"\nvacation = "VAC"\n'
    settings.write_text(settings.read_text() + payroll)
    refused = run_in(called, "export", "plan", "-c", "plan.toml", "--to", "adp-run", "-o", "out")
    assert refused.code == 3
    assert 'payroll.codes."standby: evening": no pay code for 28.00 hours' in refused.err
    settings.write_text(settings.read_text() + '"standby: evening" = "SBY"\n"call-outs: evening" = "CALL"\n')
    done = run_in(called, "export", "plan", "-c", "plan.toml", "--to", "adp-run", "-o", "out")
    assert done.code == 0, done.err
    assert "adp-run: hours alone: the file has no room for the amounts for call-outs: evening" in done.err
    [file] = (called / "out").glob("*.csv")
    rows = [line.split(",") for line in file.read_text().splitlines()]
    assert sum(float(row[6]) for row in rows if row[5:6] == ["SBY"]) == 28
    assert "standby: evening: 175.00" in (called / "out" / "planned_hours.txt").read_text()


def test_publish_keeps_standby_and_tells_whose_changed(on_call: Path, run_in: Run) -> None:
    publish = ("publish", "plan", "--to", "ledger")
    assert run_in(on_call, *publish).code == 0
    path = on_call / "plan" / "standby.csv"
    assert (on_call / "ledger" / "0001" / "standby.csv").is_file()
    table = pd.read_csv(path)
    first, other = table.iloc[0], next(one for one in ("F1", "F2", "F3") if one != table.loc[0, "agent_id"])
    table.loc[0, ["agent_id", "name"]] = other, "Other One"
    table.to_csv(path, index=False)
    changes = json.loads(run_in(on_call, *publish, "--diff", "--json").out)["changes"]
    said = "standby evening 18:00-22:00"
    assert {(row["agent_id"], row["change"], row["before"], row["after"]) for row in changes} == {
        (first["agent_id"], "standby", said, "no standby"),
        (other, "standby", "no standby", said),
    }
    done = run_in(on_call, *publish, "--who", "Ana", "--why", "swap", "--messages", "told")
    assert done.code == 0, done.err
    assert "SUMMARY:On call 18:00–22:00" in (on_call / "told" / f"{other}.ics").read_text()
    assert "STATUS:CANCELLED" in (on_call / "told" / f"{first['agent_id']}.ics").read_text()
    assert said in (on_call / "told" / f"{other}.txt").read_text()


def test_people_that_nobody_knows_are_told_before_anything_is_run(planned: Path) -> None:
    with (planned / "plan.toml").open("a") as settings:
        settings.write(EVENING + 'agents = ["F1", "G1"]\n')
    with pytest.raises(ConfigError, match="'G1' is not in the agents table"):
        renewed(planned)


def test_calendars_and_the_workbook_show_who_is_on_call(on_call: Path, run_in: Run, tmp_path: Path) -> None:
    run_in(on_call, "handoff", "plan", "-o", tmp_path / "given")
    first = pd.read_csv(on_call / "plan" / "standby.csv").iloc[0]
    mine = (tmp_path / "given" / "calendars" / f"{first['agent_id']}.ics").read_text()
    assert "SUMMARY:On call 18:00–22:00" in mine
    sheets = pd.read_excel(tmp_path / "given" / "roster.xlsx", sheet_name=None, header=None, engine="openpyxl")
    cells = [str(cell) for cell in sheets["Roster"].to_numpy().ravel()]
    assert sum(cell.split("\n")[-1] == "oc" for cell in cells) == 7
    assert any("oc: on call" in str(cell) for cell in sheets["Legend"].to_numpy().ravel())


def test_an_absence_tells_whose_standby_is_lost_and_who_can_take_it(on_call: Path, run_in: Run) -> None:
    first = pd.read_csv(on_call / "plan" / "standby.csv").iloc[0]
    told = run_in(on_call, "absent", "plan", first["agent_id"], first["schedule_date"], "--dry-run")
    assert f"standby evening, {pd.Timestamp(first['schedule_date']):%a %d %b}: {first['name']} cannot (" in told.out
    assert "can take it: " in told.out


def test_now_tells_who_is_on_call_today(on_call: Path, run_in: Run) -> None:
    tuesday = pd.read_csv(on_call / "plan" / "standby.csv").iloc[1]
    told = run_in(on_call, "now", "plan", "--at", f"{tuesday['schedule_date']}T11:05")
    assert f"on call today: {tuesday['name']} 18:00-22:00 (evening)" in told.out
    over = run_in(on_call, "now", "plan", "--at", f"{tuesday['schedule_date']}T22:05")
    assert "on call" not in over.out


def test_a_workbook_with_standby_comes_back_as_no_change(on_call: Path, run_in: Run) -> None:
    """The lines of standby in a cell are no shift; a shift that is put off leaves them."""
    assert run_in(on_call, "handoff", "plan", "-o", ".", "--only", "xlsx").code == 0
    done = run_in(on_call, "import", "roster.xlsx", "plan")
    assert (done.code, done.out) == (0, "nothing changed: the workbook says what the plan says\n")
    shifts = pd.read_csv(on_call / "plan" / "roster_shifts.csv")
    turns = pd.read_csv(on_call / "plan" / "standby.csv").merge(shifts, on=["agent_id", "schedule_date"])
    agent, day = turns.loc[0, ["agent_id", "schedule_date"]]
    book = openpyxl.load_workbook(on_call / "roster.xlsx")
    for name in [name for name in book.sheetnames if name not in ("Days", "Legend", "staffplan")]:
        sheet = book[name]
        columns = [cell.column for cell in sheet[2] if str(cell.value)[:10] == day]
        for row in range(3, sheet.max_row + 1) if columns else ():
            if sheet.cell(row, 1).value == agent:
                sheet.cell(row, columns[0]).value = "off\noc"
    book.save(on_call / "edited.xlsx")
    told = run_in(on_call, "import", "edited.xlsx", "plan", "--dry-run")
    assert told.code == 0
    assert f"{agent}" in told.out
    assert "off" in told.out
