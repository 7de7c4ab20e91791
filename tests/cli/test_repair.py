"""`repair` on files: what is written, what is said, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from commands import Run

PLAN = """
[plan]
timezone = "Europe/Madrid"
interval_minutes = 60
[shifts.early]
hours = 4
first_start = "08:00"
last_start = "08:00"
[work_plans.any]
shifts = ["early"]
[roster]
rules = [{ rule = "daily_rest", hours = 11 }]
"""
HEAD = (
    "interval_start,planning_group,channel,offered,aht_seconds,load_erlangs,agents_required,"
    "agents_on_queue,agents_scheduled,service_level,asa_seconds,occupancy,abandon_rate,model\n"
)
DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")
NEED = "".join(f"{d} {h:02d}:00,phone,voice,10,300,1,1,1,1,,,,,made up\n" for d in DAYS for h in range(8, 12))
FILES = {
    "plan.toml": PLAN,
    "agents.csv": "agent_id,name,skills\nann,Ann,phone\nbob,Bob,phone\n",
    "requirement.csv": HEAD + NEED,
    "roster_shifts.csv": "agent_id,schedule_date,shift,start,end,paid_hours\n"
    + "".join(f"ann,{d},early 08:00,{d} 08:00,{d} 12:00,4\n" for d in DAYS),
    "roster_activities.csv": "agent_id,schedule_date,activity_date,start,end,activity,planning_group,paid\n"
    + "".join(f"ann,{d},{d},{d} 08:00,{d} 12:00,queue,phone,yes\n" for d in DAYS),
}
GIVEN = ("--requirement", "requirement.csv", "--agents", "agents.csv", "-c", "plan.toml")
FILE_ARGUMENTS = (".", *GIVEN, "-o", "repaired")


@pytest.fixture
def repair(tmp_path: Path, run: Run) -> Run:
    """Run a command in a folder with the files."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return run


def test_somebody_who_comes_later_keeps_the_rest_of_the_shift(repair: Run) -> None:
    code, _, err = repair("repair", *FILE_ARGUMENTS, "--absent", "ann:2026-03-03..2026-03-04,08:00-09:30")
    assert code == 0
    assert "0.0 before, 3.0 with the absences" in err
    doing = pd.read_csv("repaired/roster_activities.csv")
    mine = doing[(doing["agent_id"] == "ann") & (doing["schedule_date"] == "2026-03-03")]
    hours = zip(mine["start"].str[11:16], mine["end"].str[11:16], mine["activity"], mine["paid"], strict=True)
    assert list(hours) == [("08:00", "09:30", "absence", "yes"), ("09:30", "12:00", "queue", "yes")]
    assert pd.read_csv("repaired/roster_shifts.csv").query("agent_id == 'ann'")["paid_hours"].tolist() == [4, 4, 4]
    assert repair("check", "repaired", *GIVEN)[0] == 0


def test_nobody_is_given_a_shift_in_the_hours_in_which_they_are_absent(repair: Run) -> None:
    absent = ("--absent", "ann:2026-03-03", "--absent", "bob:2026-03-03,11:00-24:00")
    code, _, err = repair("repair", *FILE_ARGUMENTS, *absent)
    assert code == 0
    assert "4.0 with the absences, 4.0 after the repair" in err
    rows = pd.read_csv("repaired/absences.csv").query("agent_id == 'bob'")
    assert rows[["first_day", "start", "end", "hours"]].to_numpy().tolist() == [["2026-03-03", "11:00", "24:00", 0]]
    code, _, err = repair("repair", ".", *GIVEN, "-o", "other", "--absent", "ann:2026-03-03,12:00-08:00")
    assert code == 2
    assert "the hours end before they begin" in err


def test_somebody_takes_over_and_the_next_steps_know_of_the_absence(repair: Run) -> None:
    code, _, err = repair("repair", *FILE_ARGUMENTS, "--absent", "ann:2026-03-03..2026-03-04")
    assert code == 0
    assert "0.0 before, 8.0 with the absences, 0.0 after the repair" in err
    shifts = pd.read_csv("repaired/roster_shifts.csv")
    assert list(zip(shifts["agent_id"], shifts["schedule_date"], strict=True)) == [
        ("ann", "2026-03-02"),
        ("bob", "2026-03-03"),
        ("bob", "2026-03-04"),
    ]
    changes = pd.read_csv("repaired/roster_changes.csv")
    assert list(changes["change"]) == ["absent", "absent", "shift new", "shift new"]
    assert list(changes["after"]) == ["off", "off", "early 08:00-12:00", "early 08:00-12:00"]
    assert list(changes["missing_hours"]) == [8, 8, 0, 0]
    off = pd.read_csv("repaired/absences.csv")
    assert off.iloc[0].dropna().to_dict() == {
        "agent_id": "ann",
        "first_day": "2026-03-03",
        "last_day": "2026-03-04",
        "kind": "absence",
        "paid": "yes",
        "hours": 4,
    }
    assert repair("check", "repaired", *GIVEN)[:2] == (0, "every rule is kept\n\nevery interval is covered\n")


def test_roster_with_repair_is_another_way_to_write_it(repair: Run) -> None:
    absent = ("--absent", "ann:2026-03-03", "--from", "2026-03-03T07:00", "--per-change", "0.5")
    told = repair("repair", *FILE_ARGUMENTS, *absent, "--json")
    files = {path.name: path.read_bytes() for path in Path("repaired").iterdir()}
    alias = ("roster", "requirement.csv", "agents.csv", "-c", "plan.toml", "--repair", ".", "-o", "repaired")
    assert repair(*alias, *absent, "--json", "--force") == told
    assert {path.name: path.read_bytes() for path in Path("repaired").iterdir()} == files
    assert told[0] == 0
    assert len(files) == 6


def test_what_a_folder_lacks_is_named_with_the_flag_that_gives_it(repair: Run) -> None:
    code, _, err = repair("repair", ".", "-o", "repaired")
    assert (code, "give -c plan.toml, --requirement and --agents" in err) == (2, True)
    Path("requirement.csv").unlink()
    code, _, err = repair("repair", ".", "--agents", "agents.csv", "-c", "plan.toml", "-o", "repaired")
    assert (code, "has no requirement.csv\n    give --requirement requirement.csv" in err) == (2, True)


def test_a_repaired_roster_can_be_repaired_again(repair: Run) -> None:
    assert repair("repair", *FILE_ARGUMENTS, "--absent", "ann:2026-03-03")[0] == 0
    code, _, err = repair("repair", "repaired", *GIVEN, "-o", "again", "--absent", "bob:2026-03-03")
    assert code == 0
    assert "4.0 with the absences, 4.0 after the repair" in err  # nobody else is left: ann is still absent
    assert len(pd.read_csv("again/absences.csv")) == 2


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(repair: Run) -> None:
    wrong = ("ann", "anna:2026-03-03", "ann:2026-03-05..2026-03-04", "ann:2026-02-30", "bob:2026-04-01")
    absent = [part for text in wrong for part in ("--absent", text)]
    code, out, err = repair("repair", *FILE_ARGUMENTS, *absent, "--from", "noon")
    assert (code, out) == (2, "")
    for said in (
        "--absent: 'ann' is not an absence",
        "write AGENT:DATE or AGENT:DATE..DATE",
        "'anna:2026-03-03': anna is not in agents.csv",
        "did you mean ann?",
        "'ann:2026-03-05..2026-03-04': the last day is before the first day",
        "'ann:2026-02-30': day is out of range for month",
        "'bob:2026-04-01': the days are outside the period of the roster",
        "the period is 2026-03-02 to 2026-03-04",
        "--from: 'noon' is not a time",
    ):
        assert said in err
    assert not Path("repaired").exists()


def test_a_time_outside_the_period_is_refused(repair: Run) -> None:
    code, _, err = repair("repair", *FILE_ARGUMENTS, "--from", "2026-03-05T00:00")
    assert code == 2
    assert "--from: '2026-03-05T00:00' is outside the period of the roster" in err


def test_without_a_roster_an_absence_says_nothing(repair: Run) -> None:
    code, _, err = repair("roster", "-o", "new", "--absent", "ann:2026-03-03", "--from", "2026-03-03")
    assert code == 2
    for name in (
        "requirement: is missing",
        "agents: is missing",
        "-c: is missing",
        "--absent: needs",
        "--from: needs",
    ):
        assert name in err


def test_json_tells_the_hours_and_what_was_written(repair: Run) -> None:
    code, out, _ = repair("repair", *FILE_ARGUMENTS, "--absent", "ann:2026-03-03", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["facts"]["missing_hours_repaired"] == 0
    assert told["facts"]["changed_days"] == 1
    assert any(path.endswith("roster_changes.csv") for path in told["written"])


def test_nothing_is_overwritten_unasked(repair: Run) -> None:
    arguments = ("repair", ".", *GIVEN, "-o", ".", "--absent", "ann:2026-03-03")
    assert repair(*arguments)[0] == 2
    assert Path("roster_shifts.csv").read_text() == FILES["roster_shifts.csv"]
    assert repair(*arguments, "--force")[0] == 0
    assert set(pd.read_csv("roster_shifts.csv")["agent_id"]) == {"ann", "bob"}


def without_zeros(folder: Path) -> None:
    """Agents 007 and bob; the roster of both has been through a spreadsheet."""
    (folder / "agents.csv").write_text("agent_id,name,skills\n007,Ann,phone\nbob,Bob,phone\n")
    for name in ("roster_shifts.csv", "roster_activities.csv"):
        (folder / name).write_text(FILES[name].replace("ann,", "7,"))


def test_a_roster_of_other_agents_is_refused_and_lost_zeros_are_named(repair: Run) -> None:
    without_zeros(Path())
    shifts = Path("roster_shifts.csv")
    shifts.write_text(shifts.read_text() + "zoe,2026-03-02,early 08:00,2026-03-02 08:00,2026-03-02 12:00,4\n")
    code, _, err = repair("repair", *FILE_ARGUMENTS, "--absent", "bob:2026-03-03")
    assert code == 4
    assert (
        "roster_shifts.csv:2:agent_id: '7' is not in agents.csv\n    did a spreadsheet drop the zeros: 7 -> 007?"
        in err
    )
    assert "roster_shifts.csv:5:agent_id: 'zoe' is not in agents.csv" in err
    assert err.count("is not in") == 2
    assert not Path("repaired").exists()


def test_check_asks_about_lost_zeros_too(repair: Run) -> None:
    without_zeros(Path())
    assert (
        "is not in the agents table; did a spreadsheet drop the leading zeros of 007?"
        in repair("check", ".", *GIVEN)[1]
    )


BARE = "interval_start,planning_group,agents_on_queue\n" + "".join(
    f"{d} {h:02d}:00,phone,1\n" for d in DAYS for h in range(8, 12)
)


@pytest.mark.parametrize(
    "command",
    [
        ("roster", "requirement.csv", "agents.csv", "-c", "plan.toml", "-o", "new"),
        ("repair", ".", *GIVEN, "-o", "new"),
        ("check", ".", *GIVEN),
    ],
)
def test_a_requirement_by_hand_needs_only_when_for_whom_and_how_many(repair: Run, command: tuple[str, ...]) -> None:
    Path("requirement.csv").write_text(BARE)
    code, out, _ = repair(*command)
    assert code == 0
    if command[0] == "check":
        assert out == "every rule is kept\n\nevery interval is covered\n"
        return
    assert pd.read_csv("new/coverage.csv")[["required", "scheduled"]].eq(1).all(axis=None)
    assert pd.read_csv("new/coverage.csv")["offered"].isna().all()


def test_shifts_alone_are_checked_and_what_they_cannot_tell_is_named(repair: Run) -> None:
    rules = 'rules = [{ rule = "daily_rest", hours = 21 }, { rule = "seats", most = 1 }, '
    rules += '{ rule = "minimum_staff", planning_group = "phone" }]'
    Path("plan.toml").write_text(PLAN.replace('rules = [{ rule = "daily_rest", hours = 11 }]', rules))
    Path("roster_activities.csv").unlink()
    given = (".", *GIVEN)
    code, out, _ = repair("check", *given)
    assert code == 5
    assert "2 broken rules" in out
    assert "daily rest" in out
    named = "coverage of the requirement, breaks, paid hours against activities, skills, minimum staff"
    assert out.rstrip().endswith(f"not checked, because roster_activities.csv is missing: {named}")
    assert "understaffed" not in out
    told = json.loads(repair("check", *given, "--json")[1])
    assert (len(told["broken_rules"]), told["uncovered"], len(told["not_checked"])) == (2, [], 5)
    shifts = Path("roster_shifts.csv")
    shifts.write_text(shifts.read_text() + "bob,2026-03-02,early 08:00,2026-03-02 08:00,2026-03-02 12:00,4\n")
    assert "2 people on site" in repair("check", *given)[1]


def test_names_that_the_settings_do_not_have_are_told_with_the_cells_that_cannot_be_read(repair: Run) -> None:
    agents = "agent_id,skills,work_plan,hourly_rate\nann,phone;mail,anny,15\nbob,phone,any,abc\n"
    Path("agents.csv").write_text(agents)
    Path("locks.csv").write_text("agent_id,day,shift\nann,2026-03-02,early 08:30\nann,2026-03-03,off\n")
    Path("wishes.csv").write_text("agent_id,first_day,last_day,wish,shift\nann,2026-03-02,2026-03-02,shift,late\n")
    given = ("--locks", "locks.csv", "--wishes", "wishes.csv")
    files = ("requirement.csv", "agents.csv", "-c", "plan.toml")
    for command in (("roster", *files), ("repair", ".", *GIVEN)):
        code, _, err = repair(*command, "-o", "new", *given)
        assert code == 4
        for said in (
            "agents.csv:2:skills: skills 'mail' is not in the settings\n    known: phone",
            "agents.csv:2:work_plan: work_plan 'anny' is not in the settings\n    did you mean any?",
            "agents.csv:3:hourly_rate: 'abc' is not a number",
            "locks.csv:2:shift: shift 'early 08:30' is not in the settings\n    did you mean early 08:00?",
            "wishes.csv:2:shift: shift 'late' is not in the settings",
        ):
            assert said in err
        assert "locks.csv:3" not in err
