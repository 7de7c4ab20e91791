"""A table is checked once, when it is made; every problem is told, at its row."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.errors import DataError
from staffplan.files.workforce import read_workforce
from staffplan.tables.backtest import StaffedAgents
from staffplan.tables.forecast import Overrides, VolumeForecast
from staffplan.tables.history import WORK_TYPE, ContactHistory, SpecialDays
from staffplan.tables.people import Agents, Availability, TimeOff
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import RosterBreaches, RosterShifts
from staffplan.tables.schema import MAX_PROBLEMS, MOST_CONTACTS, Table
from staffplan.tables.waits import Coverage
from thorough import repetitions

ALL_TABLES = sorted(Table.__subclasses__(), key=lambda table: table.file_name)


def history(**columns: list[object]) -> pd.DataFrame:
    rows = len(next(iter(columns.values()))) if columns else 2
    given: dict[str, object] = {
        "interval_start": pd.date_range("2026-01-05 08:00", periods=rows, freq="30min", tz="UTC"),
        "queue": ["voice"] * rows,
        "offered": [1.0] * rows,
    }
    return pd.DataFrame(given | columns)


def problems(table: type[Table], frame: pd.DataFrame, source: str = "f.csv") -> list[str]:
    with pytest.raises(DataError) as caught:
        table.of(frame, source)
    return [f"{problem.place}: {problem.message}" for problem in caught.value.problems]


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    assert problems(ContactHistory, history(offered=[1, -3])) == ["f.csv:3:offered: -3 is below 0"]


def test_rows_keep_the_numbers_that_a_file_gave_them() -> None:
    assert problems(ContactHistory, history(offered=[1, -3], _row=[7, 12])) == ["f.csv:12:offered: -3 is below 0"]


def test_every_problem_is_told_in_the_order_of_the_rows() -> None:
    frame = history(offered=[-1, 2, np.nan, np.inf], queue=["v", "", "v", "v"], aht_seconds=[1, 2, 3, -4])
    assert problems(ContactHistory, frame) == [
        "f.csv:2:offered: -1 is below 0",
        "f.csv:3:queue: the cell is empty",
        "f.csv:4:offered: the cell is empty",
        "f.csv:5:aht_seconds: -4 is below 0",
        "f.csv:5:offered: inf is not a finite number",
    ]


def test_missing_columns_are_all_named_with_those_that_are_there() -> None:
    with pytest.raises(DataError) as caught:
        ContactHistory.of(pd.DataFrame({"time": [1], "calls": [2], "_row": [2]}), "f.csv")
    places = [problem.place for problem in caught.value.problems]
    assert places == ["f.csv:1:interval_start", "f.csv:1:queue", "f.csv:1:offered"]
    assert "columns there: time, calls;" in caught.value.problems[0].hint


def test_a_doubled_row_names_the_row_that_was_there_first() -> None:
    start = pd.Timestamp("2026-01-05 08:00", tz="UTC")
    frame = history(interval_start=[start, start + pd.Timedelta("30min"), start])
    assert problems(ContactHistory, frame) == ["f.csv:4:interval_start: the same queue and interval_start as row 2"]


def test_two_queues_may_have_the_same_interval() -> None:
    start = pd.Timestamp("2026-01-05 08:00", tz="UTC")
    assert len(ContactHistory.of(history(interval_start=[start, start], queue=["a", "b"]))) == 2


def test_a_word_outside_the_choices_is_told_with_the_choices() -> None:
    frame = pd.DataFrame({"day": ["2026-01-06"], "name": ["Kings"], "kind": ["holliday"]})
    with pytest.raises(DataError) as caught:
        SpecialDays.of(frame)
    problem = caught.value.problems[0]
    assert (problem.place, problem.message) == ("special_days.csv:2:kind", "'holliday' is not known here")
    assert problem.hint == "known: holiday, closed, event, ordinary"


def test_a_share_lies_between_nothing_and_all() -> None:
    row = {"interval_start": pd.Timestamp("2026-01-05", tz="UTC"), "planning_group": "a", "required": 1}
    frame = pd.DataFrame([row | {"scheduled": 1, "net": -5, "service_level": 1.2, "occupancy": -0.1}])
    assert problems(Coverage, frame) == [
        "f.csv:2:occupancy: -0.1 is below 0",
        "f.csv:2:service_level: 1.2 is above 1",
    ]


def test_availability_that_cannot_be_read_is_told_in_its_own_words() -> None:
    frame = pd.DataFrame({"agent_id": ["a", "a"], "weekdays": ["mon-fri", "someday"], "hours": ["8 to 4", "24h"]})
    found = problems(Availability, frame)
    assert found[0].startswith("f.csv:2:hours: '8 to 4' is not a span of hours")
    assert found[1].startswith("f.csv:3:weekdays: 'someday' is not a weekday")


def test_an_absence_may_last_one_day_and_not_end_before_it_begins() -> None:
    frame = pd.DataFrame(
        {"agent_id": ["a", "b"], "first_day": ["2026-03-09", "2026-03-09"], "last_day": ["2026-03-09", "2026-03-02"]}
    )
    assert problems(TimeOff, frame) == ["f.csv:3:last_day: 2026-03-02 is before first_day, 2026-03-09"]


def test_a_shift_does_not_end_before_it_starts() -> None:
    frame = pd.DataFrame(
        {
            "agent_id": ["a"],
            "schedule_date": ["2026-03-09"],
            "shift": ["early"],
            "start": ["2026-03-09T08:00Z"],
            "end": ["2026-03-09T07:00Z"],
            "paid_hours": [8],
        }
    )
    assert problems(RosterShifts, frame)[0].startswith("f.csv:2:end: 2026-03-09 07:00:00+00:00 is before start")


def overrides(**columns: list[object]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    usual = {"first_day": ["2026-12-07"] * rows, "who": ["Ana"] * rows, "why": ["mailing"] * rows}
    return pd.DataFrame(usual | columns)


def test_an_override_says_one_thing_and_by_whom() -> None:
    frame = overrides(change_share=[0.1, None, None, 0.1], offered=[5, 5, None, None], who=["Ana", "", "Ana", "Ana"])
    assert problems(Overrides, frame) == [
        "f.csv:2:offered: change_share and offered are given together",
        "f.csv:3:who: the cell is empty",
        "f.csv:4:change_share: none of change_share, offered, offered_total, aht_change_share and aht_seconds is "
        "given",
    ]


def test_an_override_takes_away_no_more_than_all_and_ends_after_it_begins_and_has_hours_that_can_be_read() -> None:
    frame = overrides(
        change_share=[-1, -1.5, 1, 1, 1],
        last_day=[None, None, "2026-12-06", None, None],
        hours=["", "08:00-12:00, 14:00-15:00", "24h", "morning", "closed"],
    )
    assert [line.partition(": ")[0] for line in problems(Overrides, frame)] == [
        "f.csv:3:change_share",
        "f.csv:4:last_day",
        "f.csv:5:hours",
        "f.csv:6:hours",
    ]


def test_overrides_are_numbered_in_the_order_of_the_file_unless_it_numbers_them() -> None:
    frame = overrides(change_share=[0.1, 0.2, 0.3], first_day=["2026-12-09", "2026-12-07", "2026-12-08"])
    assert Overrides.of(frame).frame[["override", "change_share"]].to_numpy().tolist() == [
        [1, 0.1],
        [2, 0.2],
        [3, 0.3],
    ]
    own = Overrides.of(frame.assign(override=[7, 3, 5])).frame
    assert own["change_share"].tolist() == [0.2, 0.3, 0.1]
    assert problems(Overrides, frame.assign(override=[1, 1, 2.5])) == [
        "f.csv:3:override: the same override as row 2",
        "f.csv:4:override: 2.5 is not a whole number",
    ]


def test_a_hundred_problems_are_listed_and_the_rest_is_counted() -> None:
    below, above = [-1.0] * (MAX_PROBLEMS - 10), [2e6] * 33
    found = problems(ContactHistory, history(offered=below + above))
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1] == "f.csv: and 23 more problems like these"


def test_more_than_a_hundred_problems_that_say_the_same_are_one() -> None:
    found = problems(ContactHistory, history(offered=[-1.0] * (MAX_PROBLEMS + 23)))
    assert found == [f"f.csv:2:offered: -1 is below 0 (and {MAX_PROBLEMS + 22} more rows like it)"]


def test_a_table_holds_its_columns_in_their_kinds_and_no_others() -> None:
    frame = ContactHistory.of(history(offered=[1, 2], note=["x", "y"])).frame
    assert frame.columns.tolist() == [column.name for column in ContactHistory.columns]
    assert frame["interval_start"].dtype == "datetime64[ns, UTC]"
    assert frame["queue"].dtype == object
    assert {str(frame[name].dtype) for name in ("offered", "aht_seconds", "abandoned")} == {"float64"}
    assert TimeOff.empty().frame["first_day"].dtype == "datetime64[ns]"


def test_a_column_that_may_be_left_out_is_blank_throughout() -> None:
    agents = Agents.of(pd.DataFrame({"agent_id": ["a"], "skills": [None]})).frame
    assert agents.loc[0, ["name", "skills", "work_plan"]].tolist() == ["", "", ""]
    assert np.isnan(agents.loc[0, "hourly_rate"])


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.file_name)
def test_every_table_can_be_empty_and_keeps_its_kinds(table: type[Table]) -> None:
    empty = table.empty()
    assert len(empty) == 0
    assert empty.source == table.file_name
    assert empty.frame.dtypes.equals(table.of(empty.frame).frame.dtypes)


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.file_name)
def test_every_key_and_order_is_made_of_columns_that_are_there(table: type[Table]) -> None:
    names = [column.name for column in table.columns]
    assert table.key
    assert len(names) == len(set(names))
    assert {*table.key, *(table.ordered or ())} <= set(names)


def test_no_two_tables_share_a_file() -> None:
    """But for what goes to other systems, which lies nowhere beside staffplan's own tables, and for people on queue,
    who are a column of the history."""
    elsewhere = "staffplan.tables.exchange"
    own = [table for table in ALL_TABLES if table.__module__ != elsewhere and table is not StaffedAgents]
    assert len({table.file_name for table in own}) == len(own)


def test_the_requirement_has_a_column_for_each_way_to_count_heads() -> None:
    names = [column.name for column in StaffingRequirement.columns]
    assert [name for name in names if name.startswith("agents_")] == [
        "agents_required",
        "agents_on_queue",
        "agents_scheduled",
    ]


def test_a_table_and_its_values_cannot_be_exchanged() -> None:
    table = ContactHistory.of(history())
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.source = "other"  # type: ignore[misc]


def test_breaches_without_agent_or_day_are_one_of_a_kind_each() -> None:
    frame = pd.DataFrame({"agent_id": ["", ""], "schedule_date": [None, None], "rule": "r", "message": ["x", "y"]})
    assert len(RosterBreaches.of(frame)) == 2


@settings(max_examples=repetitions(7, 20))
@given(st.permutations(range(12)))
def test_the_order_of_the_rows_changes_nothing(order: list[int]) -> None:
    frame = history(queue=list("aabbccaabbcc"), offered=[float(number) for number in range(12)])
    shuffled = frame.iloc[order]
    assert ContactHistory.of(shuffled).frame.equals(ContactHistory.of(frame).frame)


@settings(max_examples=repetitions(10, 30))
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=8))
def test_a_table_is_made_exactly_when_every_number_may_be_there(values: list[float]) -> None:
    bad = [value for value in values if not 0 <= value <= MOST_CONTACTS]
    frame = history(offered=list(values))
    if bad:
        assert len(problems(ContactHistory, frame)) >= len(bad)
    else:
        assert ContactHistory.of(frame).frame["offered"].tolist() == values


def test_a_table_knows_how_long_it_is_and_where_it_came_from() -> None:
    table = VolumeForecast.empty()
    assert (len(table), table.source) == (0, "forecast.csv")


def test_every_channel_waits_in_one_of_three_ways() -> None:
    assert set(WORK_TYPE.values()) == {"immediate", "concurrent", "deferred"}


def test_a_row_knows_its_place_in_the_file_though_the_table_is_sorted() -> None:
    frame = pd.DataFrame({"agent_id": ["b", "a", "c"], "skills": "x", "_row": [2, 3, 5]})
    agents = Agents.of(frame, "people.csv")
    assert [agents.place(n, "skills") for n in range(3)] == [f"people.csv:{row}:skills" for row in (3, 2, 5)]
    assert agents.only(agents.frame["agent_id"].to_numpy() != "a").place(1, "skills") == "people.csv:5:skills"


def test_time_off_is_cut_to_the_days_asked_for() -> None:
    days = [("a", "2026-01-01", "2099-12-31"), ("b", "2026-03-01", "2026-03-02"), ("c", "2026-03-04", "2026-03-08")]
    frame = pd.DataFrame(days, columns=["agent_id", "first_day", "last_day"])
    cut = TimeOff.of(frame).within(date(2026, 3, 3), date(2026, 3, 5))
    ends = cut.frame[["agent_id", "first_day", "last_day"]].astype(str).to_numpy().tolist()
    assert ends == [["a", "2026-03-03", "2026-03-05"], ["c", "2026-03-04", "2026-03-05"]]
    assert cut.place(1, "last_day").endswith(":4:last_day")


def test_hours_of_a_day_that_are_off_in_two_rows_are_told_with_both_rows(tmp_path: Path) -> None:
    """08-10 and 09-11 have an hour in common on the second day; beside them, and of somebody else, is fine."""
    rows = ["a,1,2,08:00,10:00", "a,2,3,09:00,11:00", "a,2,2,11:00,", "a,4,4,08:00,10:00", "b,1,2,08:00,10:00"]
    cells = [[f"2026-11-0{cell}" if n in (1, 2) else cell for n, cell in enumerate(row.split(","))] for row in rows]
    lines = ["agent_id,first_day,last_day,start,end", *(",".join(row) for row in cells)]
    (tmp_path / "agents.csv").write_text("agent_id,skills\na,voice\nb,voice\n")
    (tmp_path / "time_off.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError) as caught:
        read_workforce(tmp_path / "agents.csv", {"time_off": tmp_path / "time_off.csv"})
    [problem] = caught.value.problems
    assert problem.place.endswith("time_off.csv:3:start")
    assert problem.message == "the same hours of a day are off for a in two rows (the other is row 2)"


def test_two_shifts_on_a_day_are_told_how_a_split_shift_is_written() -> None:
    begin = pd.Timestamp("2026-11-02 08:00", tz="UTC")
    row = {"agent_id": "ann", "schedule_date": pd.Timestamp("2026-11-02"), "shift": "split", "paid_hours": 4.0}
    rows = [row | {"start": begin + pd.Timedelta(hours=h), "end": begin + pd.Timedelta(hours=h + 4)} for h in (0, 8)]
    with pytest.raises(DataError, match="a split shift is one row"):
        RosterShifts.of(pd.DataFrame(rows))
