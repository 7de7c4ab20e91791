"""A roster goes out of the house: files that open, names that any system takes, nothing overwritten unasked."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from commands import Run
from staffplan.cli.work.handoff import safe_names

ROSTER = ("roster_shifts.csv", "roster_activities.csv")


@pytest.fixture
def bare(planned: Path) -> Path:
    """The small center's folder with a roster that is no plan directory, `roster`."""
    (planned / "roster").mkdir()
    for name in ROSTER:
        shutil.copy(planned / "plan" / name, planned / "roster" / name)
    return planned


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def events_of(path: Path):
    return Calendar.from_ical(path.read_bytes()).walk("VEVENT")


def test_a_plan_is_handed_off_whole(planned: Path, run_in: Run) -> None:
    code, out, err = run_in(planned, "handoff", "plan", "-o", "out")
    agents = pd.read_csv(planned / "agents.csv")["agent_id"]
    assert (code, out) == (0, "")
    assert "wrote 12 calendars of agents to out/calendars" in err
    calendars = {f"calendars/{name}.ics" for name in ["all", *agents]}
    assert files_in(planned / "out") == {"roster.xlsx", "roster.json", *calendars}
    shifts = pd.read_csv(planned / "plan" / ROSTER[0])
    assert len(events_of(planned / "out" / "calendars" / "all.ics")) == len(shifts)
    assert len(events_of(planned / "out" / "calendars" / "F2.ics")) == (shifts["agent_id"] == "F2").sum()
    document = json.loads((planned / "out" / "roster.json").read_text(encoding="utf-8"))
    assert sum(agent["totals"]["paid_hours"] for agent in document["agents"]) == shifts["paid_hours"].sum()


def test_the_plan_brings_names_contracts_time_off_coverage_and_the_days_without_work(
    planned: Path, run_in: Run
) -> None:
    assert run_in(planned, "handoff", "plan", "-o", "out", "--only", "xlsx")[0] == 0
    assert files_in(planned / "out") == {"roster.xlsx"}
    book = openpyxl.load_workbook(planned / "out" / "roster.xlsx")
    assert book.sheetnames == ["Roster", "Week 2 Mar 2026", "Days", "Coverage", "Legend", "staffplan"]
    assert book["staffplan"].sheet_state == "hidden"
    grid = pd.read_excel(
        planned / "out" / "roster.xlsx", header=1, dtype={"contract": str}, engine="openpyxl"
    ).set_index("agent")
    assert [f"{day:%a %d}" for day in grid.columns[3:10]] == [
        "Mon 02",
        "Tue 03",
        "Wed 04",
        "Thu 05",
        "Fri 06",
        "Sat 07",
        "Sun 08",
    ]
    assert grid.loc["F1", ["name", "contract"]].tolist() == ["Full 1", "full"]
    assert grid.loc["F1", pd.Timestamp("2026-03-04")] == "va"
    assert book["Roster"].oddHeader.left.text == "Small center"


def test_handed_off_twice_everything_is_the_same(planned: Path, run_in: Run) -> None:
    assert run_in(planned, "handoff", "plan", "-o", "out")[0] == 0
    before = {name: (planned / "out" / name).read_bytes() for name in files_in(planned / "out")}
    code, out, _ = run_in(planned, "handoff", "plan", "-o", "out", "--force", "--json")
    assert code == 0
    assert {Path(name).relative_to("out").as_posix() for name in json.loads(out)["written"]} == set(before)
    assert {name: (planned / "out" / name).read_bytes() for name in before} == before


def test_a_roster_edited_by_hand_moves_what_is_in_the_calendars(bare: Path, run_in: Run) -> None:
    arguments = ("handoff", "roster", "--timezone", "Europe/Madrid", "-o", "out", "--only", "ics")
    assert run_in(bare, *arguments)[0] == 0
    shifts, activities = (pd.read_csv(bare / "roster" / name, dtype=str) for name in ROSTER)
    gone = shifts.iloc[0]
    shifts.iloc[1:].to_csv(bare / "roster" / ROSTER[0], index=False)
    left = (activities["agent_id"] != gone["agent_id"]) | (activities["schedule_date"] != gone["schedule_date"])
    activities[left].to_csv(bare / "roster" / ROSTER[1], index=False)
    assert run_in(bare, *arguments, "--force")[0] == 0
    events = events_of(bare / "out" / "calendars" / f"{gone['agent_id']}.ics")
    found = {str(event["X-STAFFPLAN-DAY"]): (str(event["STATUS"]), int(event["SEQUENCE"])) for event in events}
    assert found.pop(gone["schedule_date"]) == ("CANCELLED", 1)
    assert set(found.values()) == {("CONFIRMED", 0)}


def test_a_bare_folder_needs_a_zone_and_takes_names_from_an_agents_file(bare: Path, run_in: Run) -> None:
    code, _, err = run_in(bare, "handoff", "roster", "-o", "out")
    assert code == 2
    assert "--timezone" in err
    people = pd.read_csv(bare / "agents.csv").replace({"name": {"Full 2": '=HYPERLINK("http://x","y")'}})
    people.to_csv(bare / "people.csv", index=False)
    code, _, _ = run_in(
        bare, "handoff", "roster", "--timezone", "Europe/Madrid", "--agents", "people.csv", "-o", "out"
    )
    assert code == 0
    book = openpyxl.load_workbook(io.BytesIO((bare / "out" / "roster.xlsx").read_bytes()))
    cell = next(row[1] for row in book["Roster"].iter_rows(min_row=3) if row[0].value == "F2")
    assert (cell.value, cell.data_type, cell.quotePrefix) == ('=HYPERLINK("http://x","y")', "s", True)
    assert "Coverage" not in book.sheetnames


def test_settings_bring_zone_and_people_to_a_bare_folder(bare: Path, run_in: Run) -> None:
    assert run_in(bare, "handoff", "roster", "-c", "plan.toml", "-o", "out", "--only", "json")[0] == 0
    document = json.loads((bare / "out" / "roster.json").read_text(encoding="utf-8"))
    assert document["timezone"] == "Europe/Madrid"
    assert {agent["work_plan"] for agent in document["agents"]} == {"full", "part"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("roster", "--timezone", "Europe/Madird"), 2, "--timezone"),
        (("nowhere", "--timezone", "Europe/Madrid"), 4, "nowhere/roster_activities.csv: no such file"),
        (("roster", "--timezone", "UTC", "--agents", "none.csv"), 4, "none.csv: no such file"),
        (("roster", "--timezone", "UTC", "--only", "pdf"), 2, "pdf"),
    ],
)
def test_what_cannot_be_done_is_said(
    bare: Path, run_in: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done, _, err = run_in(bare, "handoff", *arguments, "-o", "out")
    assert (done, said in err) == (code, True)
    assert not (bare / "out").exists()


def test_nothing_is_overwritten_unasked(planned: Path, run_in: Run) -> None:
    (planned / "out").mkdir()
    (planned / "out" / "roster.json").write_text("mine")
    code, _, err = run_in(planned, "handoff", "plan", "-o", "out")
    assert (code, "out/roster.json: already exists" in err) == (2, True)
    assert files_in(planned / "out") == {"roster.json"}
    assert run_in(planned, "handoff", "plan", "-o", "out", "--only", "xlsx")[0] == 0


def test_a_calendar_of_somebody_else_is_not_taken_for_the_one_before(planned: Path, run_in: Run) -> None:
    theirs = planned / "out" / "calendars" / "all.ics"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n")
    code, _, err = run_in(planned, "handoff", "plan", "-o", "out", "--force")
    assert (code, "out/calendars/all.ics: is not a calendar of a roster" in err) == (4, True)


def test_file_names_are_safe_on_every_system() -> None:
    agents = ["a/b", "a_b", "../x", "CON", "con.1", "All", "É", "x" * 300, ".", "A/B", ""]
    names = safe_names(agents)
    assert [names[agent] for agent in ("a/b", "a_b", "../x", "CON", "All", "É", ".")] == [
        "a_b",
        "a_b-2",
        "_x",
        "_CON",
        "All-2",
        "É",
        "_",
    ]
    assert len(names["x" * 300]) == 100


@given(st.lists(st.text(max_size=130), max_size=30, unique=True))
def test_no_two_agents_share_a_file_and_none_leaves_the_folder(agents: list[str]) -> None:
    names = safe_names(agents)
    assert len({name.casefold() for name in [*names.values(), "all"]}) == len(agents) + 1
    assert all(name and not set(name) & set('/\\:*?"<>|\0') and not name.startswith(".") for name in names.values())


def test_a_roster_whose_agents_lost_their_zeros_is_not_handed_off(bare: Path, run_in: Run) -> None:
    first = pd.read_csv(bare / "roster" / "roster_shifts.csv").loc[0, "agent_id"]
    for name in ROSTER:
        path = bare / "roster" / name
        path.write_text(path.read_text().replace(f"{first},", "5,"))
    agents = bare / "agents.csv"
    agents.write_text(agents.read_text().replace(f"{first},", "005,"))
    code, _, err = run_in(bare, "handoff", "roster", "--agents", "agents.csv", "--timezone", "UTC", "-o", "out")
    assert code == 4
    assert "roster_shifts.csv:2:agent_id: '5' is not in agents.csv" in err
    assert "did a spreadsheet drop the zeros: 5 -> 005?" in err
    assert not (bare / "out").exists()
