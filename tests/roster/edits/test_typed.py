"""What people type into a cell of the grid: each way of saying a shift means that shift, and nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest

from staffplan.roster.edits.typed import NotUnderstoodError, day_typed
from staffplan.roster.edits.vocabulary import Vocabulary
from staffplan.settings.roster import SecondPartSettings, ShiftSettings, WorkPlanSettings
from staffplan.tables.roster_book import DAY_OFF, BookDay, BookMark, RosterState

MONDAY = date(2026, 3, 2)
SHIFTS = {
    "day": ShiftSettings(hours=8, first_start="08:00", last_start="10:00"),
    "desk": ShiftSettings(hours=8, first_start="09:00", last_start="09:00"),
    "long": ShiftSettings(hours=9, first_start="09:00", last_start="09:00"),
    "night": ShiftSettings(hours=8, first_start="22:00", last_start="22:00"),
    "split": ShiftSettings(
        hours=4, first_start="08:00", second_part=SecondPartSettings(hours=4, free_hours_min=4, free_hours_max=4)
    ),
}
CONTRACTS = {"any": WorkPlanSettings(shifts=tuple(SHIFTS)), "days": WorkPlanSettings(shifts=("day", "night"))}
DAY8 = BookDay("D08", "day 08:00", 480, "08:00-16:00")
SHORT = BookDay("D08b", "day 08:00", 240, "08:00-12:00")
VACATION = BookDay("va", kind="vacation")
PART = BookDay("D08", "day 08:00", 480, "08:00-16:00", parts="vacation 08:00-10:00")
MARK = BookMark(
    "plan",
    MONDAY,
    MONDAY,
    RosterState(0, "", ""),
    {"a": "Ann"},
    {
        ("a", MONDAY): DAY8,
        ("b", MONDAY): SHORT,
        ("c", MONDAY): VACATION,
        ("d", MONDAY): BookDay("L09", "long 09:00", 540, "09:00-18:00"),
        ("e", MONDAY): BookDay("N22", "night 22:00", 480, "22:00-06:00"),
    },
    {"va": "vacation"},
)
WORDS = Vocabulary(SHIFTS, CONTRACTS, MARK)


def typed(text: str, base: BookDay = DAY_OFF, contract: str = "any") -> tuple[str, int, str]:
    return day_typed(text, base, MONDAY, contract, WORDS).meant


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("day 09:00", "day 09:00"),
        ("  Day   9:00 ", "day 09:00"),
        ("day 9", "day 09:00"),
        ("day 9.00", "day 09:00"),
        ("D08", "day 08:00"),
        ("d08", "day 08:00"),
        ("D10", "day 10:00"),
        ("D08\n08:00\N{EN DASH}16:00", "day 08:00"),
        ("8:00 - 16:00", "day 08:00"),
        ("08.00\N{EN DASH}16.00", "day 08:00"),
        ("long", "long 09:00"),
        ("9:00-18:00", "long 09:00"),
        ("22:00-6:00", "night 22:00"),
        ("N22", "night 22:00"),
        ("10:00", "day 10:00"),
        ("10:00:00", "day 10:00"),
        ("split 8:00/16:00", "split 08:00/16:00"),
        ("8:00-12:00, 16:00-20:00", "split 08:00/16:00"),
    ],
)
def test_each_way_of_saying_a_shift_means_it(text: str, shift: str) -> None:
    assert typed(text) == (shift, WORDS.forms[shift].minutes, "")


@pytest.mark.parametrize("text", ["", " ", "off", "OFF", "Day off", "-", "\N{EN DASH}"])
def test_an_empty_cell_is_a_day_off(text: str) -> None:
    assert typed(text, DAY8) == DAY_OFF.meant


def test_a_start_alone_keeps_the_kind_of_shift_and_otherwise_must_be_the_only_one() -> None:
    assert typed("9:00", DAY8)[0] == "day 09:00"
    assert typed("9:00", BookDay("L09", "long 09:00", 540, "09:00-18:00"))[0] == "long 09:00"
    with pytest.raises(NotUnderstoodError) as caught:
        typed("9:00")
    assert (
        caught.value.hint
        == "write which: day 09:00 (09:00-17:00), desk 09:00 (09:00-17:00), long 09:00 (09:00-18:00)"
    )


def test_times_of_two_shifts_are_told_apart_by_the_contract_alone() -> None:
    assert typed("9:00-17:00", contract="days")[0] == "day 09:00"
    with pytest.raises(NotUnderstoodError, match="may be several shifts"):
        typed("9:00-17:00", DAY8)


def test_of_a_code_and_times_that_disagree_the_changed_one_counts() -> None:
    assert typed("D10\n08:00-16:00", DAY8)[0] == "day 10:00"
    assert typed("D08\n10:00-18:00", DAY8)[0] == "day 10:00"
    with pytest.raises(NotUnderstoodError, match="the times are not those of the shift, 10:00-18:00"):
        typed("D10\n09:00-18:00", DAY8)


def test_a_shift_that_was_cut_short_is_itself_where_it_stands_and_may_be_copied() -> None:
    assert typed("D08b", SHORT) == SHORT.meant == typed("D08b\n08:00-12:00", SHORT)
    assert typed("D08b") == SHORT.meant
    assert typed("D08", SHORT) == DAY8.meant


def test_time_off_is_neither_given_nor_taken_back_in_a_cell() -> None:
    assert typed("va", VACATION) == VACATION.meant == typed("Vacation", VACATION)
    assert typed("day 09:00", VACATION)[0] == "day 09:00"
    for text, base in (("va", DAY8), ("vacation", DAY_OFF), ("", VACATION), ("off", VACATION)):
        with pytest.raises(NotUnderstoodError, match="time off"):
            typed(text, base)


def test_the_line_of_a_part_of_the_day_off_is_no_shift() -> None:
    assert typed("D08\nvacation 08:00-10:00", PART) == PART.meant
    assert typed("D10\nvacation 08:00-10:00", PART)[0] == "day 10:00"
    assert typed("vacation 08:00-10:00", BookDay(parts="vacation 08:00-10:00")) == DAY_OFF.meant


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("lng", "'lng' is no shift", "did you mean long?"),
        ("day", "'day' may be several shifts", "write which: day 08:00 (08:00-16:00)"),
        ("9:00-17:30", "no shift of the settings runs '9:00-17:30'", "day 09:00 (09:00-17:00)"),
        ("7:15", "no shift of the settings starts at '7:15'", "shifts start at 08:00, 09:00, 10:00, 22:00"),
        ("9", "'9' is no shift", 'write a shift as "day 08:00", its times as 08:00-16:00, or off'),
        ("day 25:00", "'day 25:00' is no shift", "write a shift"),
        ("=A1", "'=A1' is no shift", "write a shift"),
        ("2026-09-17 00:00:00", "'2026-09-17 00:00:00' is no shift", "write a shift"),
        ("day 08:00 please", "'day 08:00 please' is no shift", "write a shift"),
        ("day 08:00 day 09:00", "is no shift", "write a shift"),
    ],
)
def test_what_is_not_understood_is_told_with_what_to_write(text: str, said: str, hint: str) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        typed(text, DAY_OFF)
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_every_shift_of_the_settings_is_understood_by_its_name_and_as_the_grid_words_it() -> None:
    for name, form in WORDS.forms.items():
        day = WORDS.standard(form)
        assert typed(name) == typed(f"{name}\n{day.times}") == day.meant
