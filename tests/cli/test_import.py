"""A roster goes out as a workbook and comes back edited: the same as the verbs make of it, or nothing at all."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from commands import Run
from staffplan.plan.edits import standing
from staffplan.roster.edits.changes import Change, Verb, wanted
from staffplan.roster.edits.place import placed

ROSTER = ("roster_shifts.csv", "roster_activities.csv")
Edits = Mapping[tuple[str, str], object]
"""What is typed, by agent and day."""


@pytest.fixture
def handed(planned: Path, run: Run) -> Path:
    """The small center with the workbook of its plan, roster.xlsx."""
    assert run("handoff", planned / "plan", "-o", planned, "--only", "xlsx").code == 0
    return planned


def files(plan: Path) -> list[bytes]:
    return [(plan / name).read_bytes() for name in ROSTER]


def shifts(plan: Path) -> dict[tuple[str, str], str]:
    lines = [line.split(",") for line in (plan / ROSTER[0]).read_text().splitlines()[1:]]
    return {(line[0], line[2]): line[3] for line in lines}


def place(sheet: Worksheet, agent: str, day: str) -> tuple[int, int]:
    column = next(cell.column for cell in sheet[2] if str(cell.value)[:10] == day)
    return next(row for row in range(3, sheet.max_row + 1) if sheet.cell(row, 1).value == agent), column


def edited(
    path: Path, edits: Edits, sheet: str = "Roster", change: Callable[[Worksheet], None] | None = None
) -> Path:
    """The workbook with these cells typed over, saved under another name."""
    book = openpyxl.load_workbook(path)
    for (agent, day), value in edits.items():
        book[sheet].cell(*place(book[sheet], agent, day)).value = value
    if change is not None:
        change(book[sheet])
    made = path.with_name("edited.xlsx")
    book.save(made)
    return made


def a_full_day(plan: Path) -> tuple[str, str]:
    return next(key for key, shift in shifts(plan).items() if shift == "day 09:00")


def test_a_workbook_that_nobody_edited_changes_nothing(handed: Path, run: Run) -> None:
    before = files(handed / "plan")
    done = run("import", handed / "roster.xlsx", handed / "plan")
    assert (done.code, done.out, done.err) == (0, "nothing changed: the workbook says what the plan says\n", "")
    told = json.loads(run("import", handed / "roster.xlsx", handed / "plan", "--json").out)
    assert (told["written"], told["cells"]) == (False, [])
    assert files(handed / "plan") == before


@pytest.mark.parametrize(
    ("language", "sheets", "off", "vacation"),
    [
        ("ru", ["График смен", "Неделя 2 мар. 2026"], ["вых", "Выходной", "вых.", "off"], "отпуск"),
        ("de", ["Dienstplan", "Woche 2. März 2026"], ["frei", "Freier Tag", "dienstfrei", "off"], "Urlaub"),
    ],
)
def test_a_workbook_of_another_language_comes_back(
    planned: Path, run: Run, language: str, sheets: list[str], off: list[str], vacation: str
) -> None:
    plan, book = planned / "plan", planned / "roster.xlsx"
    with (plan / "plan.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[report]\nlanguage = "{language}"\n')
    assert run("handoff", plan, "-o", planned, "--only", "xlsx", "--agent-sheets").code == 0
    made = openpyxl.load_workbook(book)
    assert made.sheetnames[: len(sheets)] == sheets
    untouched = run("import", book, plan)
    assert (untouched.code, untouched.out) == (0, "nothing changed: the workbook says what the plan says\n")
    mine = a_full_day(plan)
    days = [key for key, shift in shifts(plan).items() if shift == "day 09:00" and key[0] == mine[0]]
    edits = dict(zip(days, off, strict=False))
    told = json.loads(run("import", edited(book, edits, sheets[1]), plan, "--dry-run", "--json").out)
    taken = [(cell["agent"], cell["day"], cell["shift"]) for cell in told["cells"]]
    assert taken == [(*key, "off") for key in days[: len(off)]]
    refused = run("import", edited(book, {mine: vacation}, sheets[0]), plan, "--yes")
    assert refused.code == 4
    assert f"{vacation!r} is time off" in refused.err
    gone = edited(book, {}, sheets[0], lambda sheet: sheet.delete_cols(1))
    assert f"no column of this row is called {made[sheets[0]]['A2'].value}" in run("import", gone, plan).err


def test_a_cell_is_shown_asked_for_made_logged_and_taken_back(handed: Path, run: Run) -> None:
    plan, key = handed / "plan", a_full_day(handed / "plan")
    before = files(plan)
    book = edited(handed / "roster.xlsx", {key: "off"})
    shown = run("import", book, plan, "--dry-run")
    assert (shown.code, files(plan)) == (0, before)
    assert f"edited.xlsx changes 1 day of 1 person: Full {key[0][1:]} ({key[0]})" in shown.out
    assert "together: -7.50 paid hours, -146.25 EUR" in shown.out
    assert "understaffed hours" in shown.out
    assert run("import", book, plan).code == 2
    assert files(plan) == before
    told = json.loads(run("import", book, plan, "--yes", "--json", "--by", "Ana", "--why", "asked").out)
    assert (told["written"], told["effect"]["paid_hours"], told["cells"][0]["shift"]) == (True, -7.5, "off")
    assert told["renewed"] == ["check", "simulate", "cost"]
    [logged] = json.loads(run("log", plan, "--json").out)
    assert (logged["verb"], logged["who"], logged["why"]) == ("import", "Ana", "asked")
    assert logged["arguments"] == {"days": [key[1]], "workbook": "edited.xlsx"}
    again = run("import", book, plan, "--yes")
    assert (again.code, again.out) == (0, "nothing changed: the workbook says what the plan says\n")
    assert "the workbook is older than the plan: 1 change since (1)" in again.err
    assert run("undo", plan, "--yes", "--later").code == 0
    assert files(plan) == before


def test_a_swap_in_the_grid_is_the_swap_of_the_verb_to_the_byte(handed: Path, run: Run) -> None:
    plan, mine = handed / "plan", a_full_day(handed / "plan")
    known = shifts(plan)
    other = next(key for key, shift in known.items() if key[1] == mine[1] and shift.startswith("half"))
    book = edited(handed / "roster.xlsx", {mine: known[other], other: "day 9:00"})
    assert run("import", book, plan, "--yes", "--later").code == 0
    by_import = files(plan)
    assert run("undo", plan, "--yes", "--later").code == 0
    assert run("swap", plan, mine[0], *other, "--yes", "--later").code == 0
    assert files(plan) == by_import


def test_any_cells_make_the_shifts_that_the_verbs_make(handed: Path, run: Run) -> None:
    plan, rng = handed / "plan", random.Random(5)
    known = shifts(plan)
    halves = [f"half {hour:02d}:00" for hour in range(9, 14)]
    keys = rng.sample(
        [(f"{who}", f"2026-03-{day:02d}") for who in ("P1", "P2", "P3", "F2", "F3") for day in range(2, 7)], 6
    )
    edits = {key: rng.choice([choice for choice in ["", *halves] if choice != known.get(key, "")]) for key in keys}
    book = edited(handed / "roster.xlsx", edits)
    stands = standing(plan)
    roster = stands.roster
    for (agent, day), shift in edits.items():
        verb: Verb = "remove" if not shift else "move" if (agent, day) in known else "assign"
        change = Change(verb, agent, (date.fromisoformat(day),), shift=shift)
        roster = placed(stands.case, roster, wanted(change, roster)).roster
    assert run("import", book, plan, "--yes", "--later").code == 0
    assert shifts(plan) == {key: shift for key, shift in {**known, **edits}.items() if shift}
    frame = roster.shifts.frame
    by_verbs = zip(frame["agent_id"], frame["schedule_date"].dt.date.map(str), frame["shift"], strict=True)
    assert shifts(plan) == {(agent, day): shift for agent, day, shift in by_verbs}


def test_all_cells_that_are_not_understood_are_told_at_once_and_nothing_is_written(handed: Path, run: Run) -> None:
    plan = handed / "plan"
    before = files(plan)
    assert run("lock", plan, "P2", "2026-03-03", "--yes").code == 0
    edits = {
        ("P1", "2026-03-02"): "late",
        ("P1", "2026-03-03"): "9:00-17:30",
        ("F1", "2026-03-04"): "",
        ("P2", "2026-03-03"): "half 09:00" if shifts(plan).get(("P2", "2026-03-03")) != "half 09:00" else "off",
    }
    book = edited(handed / "roster.xlsx", edits)
    refused = run("import", book, plan, "--yes")
    assert (refused.code, files(plan)) == (4, before)
    for said in (
        "P1 on Mon 02 Mar: 'late' is no shift",
        "no shift of the settings runs '9:00-17:30'",
        "F1 on Wed 04 Mar: the day is vacation, and a grid cannot take time off back",
        "P2 on Tue 03 Mar 2026 is locked\n    put the cell back, or: staffplan unlock",
    ):
        assert said in refused.err
    assert refused.err.count("Roster!") == 4


def test_a_shift_that_nobody_has_the_skill_for_is_told_with_its_cell(handed: Path, run: Run) -> None:
    settings = handed / "plan.toml"
    settings.write_text(
        settings.read_text().replace('last_start = "13:00"\n', 'last_start = "13:00"\ngroups = ["mail"]\n')
    )
    book = edited(handed / "roster.xlsx", {("F2", "2026-03-02"): "half 10:00"})
    refused = run("import", book, handed / "plan", "--yes")
    assert refused.code == 4
    assert "F2 on Mon 02 Mar: F2 has no skill for what half 10:00 serves" in refused.err
    assert "Roster!" in refused.err


def test_what_changed_on_both_sides_is_left_and_the_rest_is_taken(handed: Path, run: Run) -> None:
    plan, key = handed / "plan", a_full_day(handed / "plan")
    other = next(k for k, shift in shifts(plan).items() if shift == "day 09:00" and k[0] != key[0])
    assert run("move", plan, *key, "--shift", "half 10:00", "--yes", "--later").code == 0
    both = edited(handed / "roster.xlsx", {key: "half 11:00", other: "off"})
    done = run("import", both, plan, "--yes", "--later")
    assert done.code == 0
    assert "left as it is" in done.err
    assert "is half 10:00 (10:00-14:00) in the plan since change 1" in done.err
    assert "was day 09:00 (09:00-17:00); the workbook wants half 11:00 (11:00-15:00)" in done.err
    assert shifts(plan)[key] == "half 10:00"
    assert other not in shifts(plan)
    alone = run("import", edited(handed / "roster.xlsx", {key: "half 11:00"}), plan, "--yes")
    assert alone.code == 4
    assert "changed in the plan too: half 10:00 (10:00-14:00), was day 09:00 (09:00-17:00)" in alone.err


def test_leave_granted_since_is_told_and_is_not_worked_over(handed: Path, run: Run) -> None:
    plan, key = handed / "plan", a_full_day(handed / "plan")
    assert run("leave", plan, *key, "--no-cover", "--anyway", "--yes", "--later").code == 0
    refused = run("import", edited(handed / "roster.xlsx", {key: "half 11:00"}), plan, "--yes")
    assert refused.code == 4
    assert "changed in the plan too: vacation, was day 09:00" in refused.err
    assert run("handoff", plan, "-o", handed / "new", "--only", "xlsx").code == 0
    sheet = openpyxl.load_workbook(handed / "new" / "roster.xlsx")["Roster"]
    assert sheet.cell(*place(sheet, *key)).value == "va"


def test_rows_and_columns_may_be_sorted_moved_and_taken_out(handed: Path, run: Run) -> None:
    def shuffled(sheet: Worksheet) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
        random.Random(1).shuffle(rows)
        for n, row in enumerate(row for row in rows if row[0] != "F5"):
            for column, value in enumerate(row, start=1):
                sheet.cell(n + 3, column).value = value
        for cell in sheet[sheet.max_row]:
            cell.value = None
        sheet.move_range(f"D1:D{sheet.max_row}", cols=20)
        sheet.insert_cols(2)
        sheet.insert_rows(1)

    done = run("import", edited(handed / "roster.xlsx", {}, change=shuffled), handed / "plan")
    assert (done.code, done.out) == (0, "nothing changed: the workbook says what the plan says\n")
    assert done.err == "Roster has no row of F5: the other sheets count for them\n"


def test_a_workbook_of_another_plan_or_period_is_refused(handed: Path, run: Run) -> None:
    settings, text = handed / "plan.toml", (handed / "plan.toml").read_text()
    settings.write_text(text.replace("Small center", "Large center"))
    named = run("import", handed / "roster.xlsx", handed / "plan")
    assert named.code == 4
    assert "was made of the plan 'Small center'" in named.err
    settings.write_text(text.replace("2026-03-02", "2026-02-23"))
    other = run("import", handed / "roster.xlsx", handed / "plan")
    assert other.code == 4
    assert "is of the days from 2026-03-02 to 2026-03-08" in other.err


def test_a_roster_that_was_made_anew_since_is_told(handed: Path, run: Run) -> None:
    path = handed / "plan" / ROSTER[0]
    path.write_text(path.read_text().replace("Full 2", "Fully 2"))
    done = run("import", handed / "roster.xlsx", handed / "plan")
    assert "the roster was made anew since the workbook was made" in done.err
    assert done.code == 0


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
@pytest.mark.parametrize("way", ["xlsx", "ods"])
def test_a_workbook_saved_by_libreoffice_comes_back_as_no_change(handed: Path, run: Run, way: str) -> None:
    def convert(path: Path, form: str) -> Path:
        profile = f"-env:UserInstallation=file://{handed}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", str(handed / form), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return handed / form / f"roster.{form}"

    saved = convert(handed / "roster.xlsx", way)
    saved = saved if way == "xlsx" else convert(saved, "xlsx")
    done = run("import", saved, handed / "plan")
    assert (done.code, done.out, done.err) == (0, "nothing changed: the workbook says what the plan says\n", "")
