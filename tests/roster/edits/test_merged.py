"""A workbook that comes back meets a plan that went on: three states of a day, every case of them."""

from __future__ import annotations

import itertools
from datetime import date

from staffplan.roster.edits.book_people import OwnedRow, missing, owned_rows
from staffplan.roster.edits.changes import Work
from staffplan.roster.edits.merged import edits_of, merged
from staffplan.roster.edits.vocabulary import Vocabulary
from staffplan.settings.roster import ShiftSettings, WorkPlanSettings
from staffplan.tables.roster_book import (
    DAY_OFF,
    BookCell,
    BookDay,
    BookGrid,
    BookMark,
    BookRow,
    DayOf,
    RosterBook,
    RosterState,
)

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
SHIFTS = {
    name: ShiftSettings(hours=8, first_start=f"{at}:00", last_start=f"{at}:00")
    for name, at in (("a", "08"), ("b", "09"))
}
A, B = BookDay("A08", "a 08:00", 480, "08:00-16:00"), BookDay("B09", "b 09:00", 480, "09:00-17:00")
CUT = BookDay("A08b", "a 08:00", 240, "08:00-12:00")
PEOPLE = {"x": "Ann", "y": "Bob", "z": "Bob"}


def mark(days: dict[DayOf, BookDay]) -> BookMark:
    worked = {key: day for key, day in days.items() if day != DAY_OFF}
    return BookMark("plan", MONDAY, TUESDAY, RosterState(0, "", ""), PEOPLE, worked)


def outcome(base: dict[DayOf, BookDay], texts: dict[DayOf, str], now: dict[DayOf, BookDay]):
    words = Vocabulary(SHIFTS, {"any": WorkPlanSettings(shifts=("a", "b"))}, mark(base))
    rows = [OwnedRow(who, "Roster", (BookCell(f"{who} {day}", day, text),)) for (who, day), text in texts.items()]
    edits, problems = edits_of(rows, dict.fromkeys(PEOPLE, "any"), words)
    found, ungiven = merged(edits, mark(base), mark(now), words)
    return found, problems + ungiven


def test_of_one_day_every_base_edit_and_state_now_comes_out_as_a_three_way_merge_has_it() -> None:
    key = ("x", MONDAY)
    for base, typed, now in itertools.product((DAY_OFF, A, B), repeat=3):
        found, problems = outcome({key: base}, {key: typed.shift}, {key: now})
        if typed == base:
            expected = (0, 0, 0)
        elif typed == now:
            expected = (0, 0, 1)
        else:
            expected = (1, 0, 0) if now == base else (0, 1, 0)
        assert (len(found.edits), len(found.conflicts), len(found.already)) == expected, (base, typed, now)
        assert found.wanted == ({key: Work(typed.shift)} if expected[0] else {})
        assert not problems


def test_two_people_who_change_shifts_take_them_over_as_a_swap_does() -> None:
    x, y = ("x", MONDAY), ("y", MONDAY)
    found, _ = outcome({x: A, y: B}, {x: "B09", y: "A08"}, {x: A, y: B})
    assert found.wanted == {x: Work(like="y"), y: Work(like="x")}
    found, _ = outcome({x: A}, {x: "off", y: "A08"}, {x: A})
    assert found.wanted == {x: Work(), y: Work(like="x")}


def test_a_shift_is_taken_over_once() -> None:
    x, y, z = (("x", MONDAY), ("y", MONDAY), ("z", MONDAY))
    found, _ = outcome({x: A}, {x: "", y: "A08", z: "A08"}, {x: A})
    assert found.wanted == {x: Work(), y: Work(like="x"), z: Work("a 08:00")}


def test_a_shift_that_no_setting_has_is_that_of_the_colleague_on_its_day_and_nobodys_on_another() -> None:
    x = ("x", MONDAY)
    found, problems = outcome({x: CUT}, {("y", MONDAY): "A08b"}, {x: CUT})
    assert (found.wanted, problems) == ({("y", MONDAY): Work(like="x")}, [])
    _, [problem] = outcome({x: CUT}, {("y", TUESDAY): "A08b"}, {x: CUT})
    assert problem.message == "y on Tue 03 Mar: no setting has the shift a 08:00 (08:00-12:00)"


def test_two_sheets_that_say_different_things_of_one_day_are_told_and_the_same_counts_once() -> None:
    words = Vocabulary(SHIFTS, {}, mark({}))
    rows = [
        OwnedRow("x", sheet, (BookCell(f"{sheet}!E3", MONDAY, text),)) for sheet, text in (("1", "a"), ("2", "b"))
    ]
    _, [problem] = edits_of(rows, {"x": ""}, words)
    assert str(problem).startswith("2!E3: is b 09:00 (09:00-17:00), and 1!E3 says a 08:00 (08:00-16:00)")
    same = [OwnedRow("x", sheet, (BookCell(f"{sheet}!E3", MONDAY, "a 8:00"),)) for sheet in "12"]
    edits, problems = edits_of(same, {"x": ""}, words)
    assert ([edit.place for edit in edits], problems) == (["1!E3"], [])


def book(*rows: tuple[str, str, str], days: tuple[date, ...] = (MONDAY, TUESDAY)) -> RosterBook:
    made = [
        BookRow(f"Roster!A{n}", who, name, tuple(BookCell(f"Roster!{n} {day}", day, text) for day in days))
        for n, (who, name, text) in enumerate(rows, start=3)
    ]
    return RosterBook(mark({}), (BookGrid("Roster", days, tuple(made)),))


def test_people_are_known_by_id_or_by_the_one_name_that_is_theirs() -> None:
    rows, problems = owned_rows(book(("x", "Ann", "a"), ("", "ann", "a"), ("Ann", "", "a"), ("y", "", "")), PEOPLE)
    assert [row.agent_id for row in rows] == ["x", "x", "x", "y"]
    assert not problems


def test_a_second_row_of_a_person_that_says_something_else_is_told() -> None:
    _, [problem] = owned_rows(book(("x", "Ann", "a"), ("x", "Ann", "b"), ("x", "Ann", "a")), PEOPLE)
    assert str(problem) == "Roster!A4: a second row of x Ann, other than Roster!A3\n    take one of the two out"


def test_rows_that_are_nobodys_are_told_unless_nothing_stands_in_them() -> None:
    rows, problems = owned_rows(
        book(("", "agents at work", "12"), ("", "my note", ""), ("", "Cid", "a"), ("", "Bob", "a"), ("x", "Bob", "")),
        PEOPLE,
    )
    assert not rows
    assert [str(problem).splitlines() for problem in problems] == [
        ["Roster!A5: nobody in the plan is called Cid", "    correct it, or take the row out"],
        ["Roster!A6: 2 people are called Bob", "    write the id: y, z"],
        ["Roster!A7: the row says x and Bob, and x is Ann", "    write the id and the name of one person"],
    ]


def test_a_row_or_a_column_that_is_gone_is_told_and_is_no_day_off() -> None:
    gone = book(("x", "Ann", ""), ("y", "Bob", ""), days=(MONDAY,))
    rows, _ = owned_rows(gone, PEOPLE)
    assert list(missing(gone, rows, PEOPLE)) == [
        "no sheet has a row of Bob (z): their days stay as they are",
        "no sheet has a column of Tue 03 Mar: these days stay as they are",
    ]
    assert not edits_of(rows, dict.fromkeys(PEOPLE, ""), Vocabulary(SHIFTS, {}, mark({})))[0]
