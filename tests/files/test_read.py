"""Files as they come from spreadsheets and routing systems, and files as we leave them."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffplan.clock import SpecialDay
from staffplan.errors import DataError, Problem, UsageError, place_of
from staffplan.files.csv import decode
from staffplan.files.disk import sha256
from staffplan.files.read import read_special_days, read_table
from staffplan.files.workforce import read_workforce
from staffplan.files.write import refuse_existing, table_bytes, write_atomic, write_table
from staffplan.ingest import read_history
from staffplan.settings.config import load_config
from staffplan.tables.cost import CostReport
from staffplan.tables.history import ContactHistory
from staffplan.tables.meetings import attendees
from staffplan.tables.people import Agents, TimeOff
from staffplan.tables.roster import RosterBreaches, RosterShifts
from staffplan.tables.schema import Column, Table
from staffplan.tables.wishes import Wishes
from thorough import repetitions

MADRID = "Europe/Madrid"
HEADER = "interval_start,queue,offered\n"
ROWS = "2026-01-05 08:00,voice,3\n2026-01-05 08:30,voice,4.5\n"
Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a file with these contents; gives its path."""

    def write(contents: str | bytes, name: str = "f.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(contents.encode() if isinstance(contents, str) else contents)
        return path

    return write


def offered(path: Path) -> list[float]:
    return read_table(path, ContactHistory).frame["offered"].tolist()


def problems_of(read: Callable[[], object]) -> list[Problem]:
    with pytest.raises(DataError) as caught:
        read()
    return list(caught.value.problems)


def told(path: Path, table: type[Table] = ContactHistory, **how: object) -> list[str]:
    found = problems_of(lambda: read_table(path, table, **how))  # type: ignore[arg-type]
    return [f"{problem.place.removeprefix(place_of(path))}: {problem.message}" for problem in found]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.replace(",", "|").encode(),
        lambda text: text.replace(",", ";").replace("4.5", "4,5").encode(),
        lambda text: text.replace(",", ";").replace("4.5", "4,5").encode("utf-16"),
        lambda text: b"sep=,\r\n" + text.encode(),
        lambda text: ("\n , \n\r\n" + text).encode(),
        lambda text: (text + "\n,,\n ,,\r\n").encode(),
        lambda text: text.rstrip().encode(),
        lambda text: text.replace("\n", ",,\n").encode(),
        lambda text: text.replace("4.5", '"4,5"').encode(),
        lambda text: '"{}"'.format(text.strip().replace(",", '","').replace("\n", '"\n"')).encode(),
        lambda text: text.replace("\n", ", seen\n", 1).replace("3\n", '3,"two\nlines, ""quoted"""\n').encode(),
    ],
)
def test_one_table_is_read_from_any_csv_that_says_the_same(put: Put, change: Callable[[str], bytes]) -> None:
    assert offered(put(change(HEADER + ROWS))) == [3.0, 4.5]


def realistic(queues: list[str]) -> str:
    """A month of hours: mostly digits, as histories are, so that letters are few."""
    rows = [
        f"2026-01-{day:02d} {hour:02d}:00;{queue};{day * hour % 17};{100 + hour}"
        for day in range(1, 29)
        for hour in range(8, 20)
        for queue in queues
    ]
    return "\n".join(["interval_start;queue;offered;aht_seconds", *rows])


@pytest.mark.parametrize(
    ("code_page", "queues"),
    [
        ("cp1251", ["Продажи", "Поддержка клиентов", "Жалобы"]),
        ("cp1251", ["ЧАТ"]),
        ("cp1251", ["VIP клиенты", "Service"]),
        ("cp1252", ["Atención al cliente", "Reclamación", "España"]),
        ("cp1252", ["Réclamations", "Français", "Œuvres"]),
        ("cp1252", ["Zürich", "Größe", "Störung"]),
        ("cp1252", ["Försäljning", "Ärenden", "Åtgärd"]),
        ("cp1252", ["Atenção", "Reclamações"]),
        ("cp1252", ["Nº 1", "100 € – 200 €"]),
        ("cp1250", ["Sprzedaż", "Obsługa klientów", "Łódź"]),
        ("cp1250", ["Stížnosti", "Přímý prodej", "Nižší"]),
    ],
)
def test_queue_names_of_an_old_windows_are_read_in_their_own_letters(
    put: Put, code_page: str, queues: list[str]
) -> None:
    table = read_table(put(realistic(queues).encode(code_page)), ContactHistory)
    assert set(table.frame["queue"]) == set(queues)


def test_a_utf_8_file_with_one_damaged_letter_is_not_taken_for_another_code_page(put: Put) -> None:
    text = realistic(["Größe", "Störung"]).encode()
    damaged = text.replace("Größe".encode(), "Größe".encode()[:-2] + b"e", 1)
    assert told(put(damaged)) == [": a character in line 2 is damaged: it is not UTF-8 like the rest"]


@settings(max_examples=repetitions(17, 50))
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30))
def test_any_text_in_utf_8_or_utf_16_is_read_as_it_was_written(text: str) -> None:
    assert decode(codecs.BOM_UTF8 + text.encode(), "f") == text
    assert decode(text.encode("utf-16"), "f") == text
    assert decode(codecs.BOM_UTF16_BE + text.encode("utf-16-be"), "f") == text


def test_rows_are_counted_as_a_spreadsheet_counts_them_whatever_stands_between(put: Put) -> None:
    rows = '"2026-01-05 08:00","two\nlines",-1\n\n,,\n2026-01-05 08:30,voice,-2\n'
    assert told(put(f"\n\n{HEADER}{rows}")) == [":4:offered: -1 is below 0", ":7:offered: -2 is below 0"]


def test_every_problem_of_a_file_is_told_at_once_by_row(put: Put) -> None:
    rows = "2026-01-05 08:00,v,x\n2026-01-05,,3\n2026-01-05 09:00,v,-3\n2026-01-05 09:00,v,1\nnoon,v,abc\n"
    assert told(put(HEADER + rows)) == [
        ":2:offered: 'x' is not a number",
        ":3:queue: the cell is empty",
        ":4:offered: -3 is below 0",
        ":5:interval_start: the same queue and interval_start as row 4",
        ":6:interval_start: 'noon' is not a date and time",
        ":6:offered: 'abc' is not a number",
    ]


def test_problems_beyond_a_hundred_are_counted_once_and_last(put: Put) -> None:
    days = pd.date_range("2026-01-05", periods=240, freq="30min").strftime("%Y-%m-%d %H:%M")
    rows = "".join(f"{day},v,{-1 - number}\n" for number, day in enumerate(days[:60]))
    mixed = "".join(f"{day},v,{'x' if number % 2 else '1,5,2'}\n" for number, day in enumerate(days[60:]))
    found = told(put(HEADER.replace(",", ";") + (rows + mixed).replace(",v,", ";v;").replace("5,2", "5")))
    assert len(found) == 101
    assert found[-1] == ": and 50 more problems like these"


def test_a_hundred_rows_that_say_the_same_are_one_problem(put: Put) -> None:
    days = pd.date_range("2026-01-05", periods=240, freq="30min").strftime("%Y-%m-%d %H:%M")
    rows = "".join(f"{day},v,{'x' if number % 2 else '-1'}\n" for number, day in enumerate(days))
    assert told(put(HEADER + rows)) == [
        ":2:offered: -1 is below 0 (and 119 more rows like it)",
        ":3:offered: 'x' is not a number (and 119 more rows like it)",
    ]


def test_a_row_with_too_many_cells_is_told_and_stray_blank_ones_are_not(put: Put) -> None:
    path = put(HEADER + "2026-01-05 08:00,v,3,,\n2026-01-05 08:30,v,4,5\n")
    assert told(path) == [":3: the row has 4 cells, the header 3"]


def test_cells_missing_at_the_end_of_a_row_are_empty(put: Put) -> None:
    assert told(put(HEADER + "2026-01-05 08:00,v\n")) == [":2:offered: the cell is empty"]
    agents = read_table(put("agent_id,skills,name\na1,v\n"), Agents)
    assert agents.frame["name"].tolist() == [""]


def test_a_quotation_mark_that_is_never_closed_swallows_nothing(put: Put) -> None:
    path = put('agent_id,skills,name\na1,v,Ann\na2,v,"Bob\na3,v,Eve\n')
    assert told(path, Agents) == [":3: the row cannot be read: unexpected end of data"]


def test_columns_are_named_once(put: Put) -> None:
    path = put("interval_start,queue,offered,offered\n2026-01-05 08:00,v,3,4\n")
    assert told(path) == [":1:offered: the column appears twice"]


def test_missing_columns_are_named_with_those_that_are_there(put: Put) -> None:
    found = problems_of(lambda: read_table(put("time;queue\n2026-01-05 08:00;v\n"), ContactHistory))
    assert [problem.place.rsplit(":", 1)[1] for problem in found] == ["interval_start", "offered"]
    assert "columns there: time, queue" in found[0].hint


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (b"", "the file is empty"),
        (b"\n \r\n", "the file is empty"),
        (codecs.BOM_UTF8, "the file is empty"),
        (b",,,\n,\n", "the file has no header"),
        (HEADER.encode(), "the file has a header but no rows"),
        (HEADER.encode() + b",,\n\n", "the file has a header but no rows"),
        (b"PK\x03\x04rest", "the archive is damaged"),
        (b"%PDF-1.7", "this is a PDF document, not a CSV file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "the workbook is damaged, or of a kind that is not read"),
        (b"\x89PNG\r\n", "this is a picture, not a CSV file"),
        (b"\x1f\x8b\x08", "the archive is damaged"),
        (b"SQLite format 3\x00", "this is a database, not a CSV file"),
        (b"a,b\x00\x01\x02\n", "this is a binary file, not a CSV file"),
        (HEADER.encode("utf-16-le"), "this is a binary file, not a CSV file"),
        (HEADER.encode("utf-16") + b"x", "a character in line 2 is damaged: it is not UTF-16-LE like the rest"),
        (b"PAR1 and no more", "the Parquet file is damaged"),
    ],
)
def test_a_file_that_is_no_table_is_called_what_it_is(put: Put, contents: bytes, said: str) -> None:
    assert told(put(contents)) == [f": {said}"]


def test_a_path_that_leads_nowhere_or_to_a_folder_is_told(tmp_path: Path, put: Put) -> None:
    assert told(tmp_path / "absent.csv") == [": no such file"]
    assert told(tmp_path) == [": this is a folder, not a file"]
    assert told(put("x") / "below.csv") == [": cannot be read: Not a directory"]


def test_nobody_may_be_off_and_no_rule_broken_so_these_files_may_have_no_rows(put: Put) -> None:
    assert len(read_table(put("agent_id,first_day,last_day\n"), TimeOff)) == 0
    assert len(read_table(put(table_bytes(RosterBreaches.empty().frame)), RosterBreaches)) == 0


@pytest.mark.parametrize("zone", [None, MADRID])
def test_parquet_says_the_same_as_csv(tmp_path: Path, zone: str | None) -> None:
    frame = pd.DataFrame(
        {
            "interval_start": pd.to_datetime(["2026-01-05 08:00", "2026-01-05 08:30"]).tz_localize(zone),
            "queue": ["voice", "voice"],
            "offered": [3, 4],
            "aht_seconds": pd.to_timedelta([300, 312], unit="s"),
        }
    )
    frame.to_parquet(tmp_path / "f.parquet")
    frame.set_index("interval_start").to_parquet(tmp_path / "indexed.parquet")
    for name in ("f.parquet", "indexed.parquet"):
        table = read_table(tmp_path / name, ContactHistory, timezone=MADRID).frame
        assert table["interval_start"][0].isoformat() == "2026-01-05T07:00:00+00:00"
        assert table["aht_seconds"].tolist() == [300.0, 312.0]


def test_parquet_rows_are_counted_as_if_they_had_a_header(tmp_path: Path) -> None:
    times = pd.to_datetime(["2026-01-05 08:00", "2026-01-05 08:30"])
    frame = pd.DataFrame({"interval_start": times, "queue": "v", "offered": [1, -1]})
    frame.to_parquet(tmp_path / "f.parquet")
    assert told(tmp_path / "f.parquet") == [":3:offered: -1 is below 0"]


def test_a_stranger_is_named_once_with_the_number_of_its_rows(put: Put) -> None:
    rows = "2026-01-05 08:00,voise,1\n2026-01-05 08:30,voise,1\n2026-01-05 08:00,voice,1\n"
    found = problems_of(lambda: read_table(put(HEADER + rows), ContactHistory, known={"queue": ["voice", "chat"]}))
    assert [problem.message for problem in found] == ["queue 'voise' is not in the settings (and in 1 more rows)"]
    assert found[0].place.endswith(":2:queue")
    assert found[0].hint == "did you mean voice?"


def test_a_stranger_hides_nothing_else_of_its_row(put: Put) -> None:
    rows = "2026-01-05 08:00,voise,-1\n2026-01-05 08:30,voise,1\n2026-01-05 08:30,voise,2\n"
    found = problems_of(lambda: read_table(put(HEADER + rows), ContactHistory, known={"queue": ["voice"]}))
    assert [problem.place.partition(".csv:")[2] for problem in found] == ["2:offered", "2:queue", "4:interval_start"]


# --- what the settings ask of a history ---


def settings_text(**keys: str) -> str:
    lines = [f"{key} = {value}" for key, value in keys.items()]
    return '[plan]\ntimezone = "Europe/Madrid"\n[input]\n' + "\n".join(lines)


def test_columns_of_another_program_are_mapped_to_ours(put: Put) -> None:
    path = put("timestamp,offered,calls\n2026-01-05 08:00,99,3\n")
    columns = '{ interval_start = "timestamp", offered = "calls" }'
    config = load_config(settings_text(columns=columns, queue='"voice"'), "plan.toml")
    history = read_history(path, config).frame
    assert history[["queue", "offered"]].values.tolist() == [["voice", 3.0]]
    assert history["interval_start"][0].isoformat() == "2026-01-05T07:00:00+00:00"


def test_a_mapped_column_that_is_not_there_is_told_with_those_that_are(put: Put) -> None:
    config = load_config(settings_text(columns='{ offered = "calls" }'), "plan.toml")
    problem = problems_of(lambda: read_history(put(HEADER + ROWS), config))[0]
    assert problem.place.endswith(":1:calls")
    assert problem.hint == "columns there: interval_start, queue, offered; correct [input.columns]"


def test_blank_rows_at_the_end_stay_blank_where_the_queue_is_given_by_the_settings(put: Put) -> None:
    config = load_config(settings_text(queue='"voice"'), "plan.toml")
    assert len(read_history(put("interval_start,offered\n2026-01-05 08:00,3\n,\n,\n"), config)) == 1


def test_days_after_the_last_one_wanted_and_queues_not_wanted_are_left_out(put: Put) -> None:
    rows = "2026-01-05 23:30,voice,1\n2026-01-06 00:00,voice,2\n2026-01-05 08:00,test,3\n"
    config = load_config(
        settings_text(until="2026-01-05", ignore_queues='["test"]') + "\n[queues.voice]", "plan.toml"
    )
    assert read_history(put(HEADER + rows), config).frame["offered"].tolist() == [1.0]


def test_a_queue_that_the_settings_do_not_name_is_a_problem_only_where_they_name_any(put: Put) -> None:
    path = put(HEADER + "2026-01-05 08:00,voise,1\n")
    assert len(read_history(path, load_config("", "plan.toml"))) == 1
    problem = problems_of(lambda: read_history(path, load_config("[queues.voice]", "plan.toml")))[0]
    assert problem.hint == "did you mean voice?"


def test_a_queue_of_the_settings_without_any_row_is_told(put: Put) -> None:
    config = load_config("[queues.voice]\n[queues.chat]", "plan.toml")
    problem = problems_of(lambda: read_history(put(HEADER + ROWS), config))[0]
    assert problem.message == "there are no rows for queue 'chat'"


def test_when_nothing_is_left_the_settings_that_took_it_are_named(put: Put) -> None:
    config = load_config(settings_text(until="2020-01-01"), "plan.toml")
    problem = problems_of(lambda: read_history(put(HEADER + ROWS), config))[0]
    assert problem == Problem(
        problem.place, "no rows are left", "look at input.until and input.ignore_queues in the settings"
    )


# --- people and days ---


def test_people_without_absences_or_limits_are_simply_there(put: Put) -> None:
    people = read_workforce(put("agent_id,skills\na1,v\n"), {})
    assert (len(people.agents), len(people.time_off), len(people.availability)) == (1, 0, 0)


def test_every_problem_of_the_three_files_about_people_is_told_at_once(put: Put) -> None:
    agents = put("agent_id,skills,hourly_rate\na1,v,12\na2,v,-1\n", "agents.csv")
    time_off = put("agent_id,first_day,last_day\na1,2026-03-09,2026-03-02\na1,someday,2026-03-02\n", "time_off.csv")
    hours = put("agent_id,weekdays,hours\na1,mon-fri,8-4\n", "availability.csv")
    found = problems_of(lambda: read_workforce(agents, {"time_off": time_off, "availability": hours}))
    assert [problem.place.rsplit("/", 1)[-1] for problem in found] == [
        "agents.csv:3:hourly_rate",
        "time_off.csv:2:last_day",
        "time_off.csv:3:first_day",
        "availability.csv:2:hours",
    ]


def test_time_off_of_somebody_unknown_is_told_at_its_row(put: Put) -> None:
    agents = put("agent_id,skills\nanna,v\n", "agents.csv")
    time_off = put("agent_id,first_day,last_day\nanna,2026-03-02,2026-03-02\nana,2026-03-09,2026-03-09\n", "off.csv")
    problem = problems_of(lambda: read_workforce(agents, {"time_off": time_off}))[0]
    assert problem.place.endswith("off.csv:3:agent_id")
    assert problem.message == "agent_id 'ana' is not in the agents file"
    assert problem.hint == "did you mean anna?"


def test_special_days_are_read_with_their_kinds(put: Put) -> None:
    path = put("day,name,kind\n24.12.2026,Christmas Eve,closed\n2026-11-27,Black Friday,event\n")
    assert read_special_days(path) == (
        SpecialDay(date(2026, 11, 27), "Black Friday", "event"),
        SpecialDay(date(2026, 12, 24), "Christmas Eve", "closed"),
    )


# --- what we write ---

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)
RISKY = st.sampled_from(["=1+1", "+49 30", "-5", "@home", "'=1", "''@x", "'", "a;b", 'say "hi"', "two\nlines", "1,5"])
WITHIN = {"min_value": pd.Timestamp("2026-02-01"), "max_value": pd.Timestamp("2026-06-30")}
"""One calendar, as rows years apart are refused; Madrid's clocks change in it."""


READ = {"weekdays": "mon-fri", "start": "08:00", "end": "16:00"}
"""Texts that a column reads, by its name; other columns hold hours."""


def values_of(column: Column) -> st.SearchStrategy[object]:
    """Values that a column may hold, as a written table keeps them: whole seconds, six decimals, trimmed text."""
    match column.kind:
        case "instant":
            wanted: st.SearchStrategy[object] = st.datetimes(**WITHIN).map(
                lambda moment: pd.Timestamp(moment).floor("s").tz_localize("UTC")
            )
        case "date":
            wanted = st.dates(*(day.date() for day in WITHIN.values())).map(pd.Timestamp)
        case "text" if column.choices:
            wanted = st.sampled_from(column.choices)
        case "text" if column.reader is not None:
            wanted = st.just(READ.get(column.name, "08:00-16:00"))
        case "text":
            wanted = TEXTS.filter(bool) | RISKY
        case "count" if column.reader is not None:
            wanted = st.sampled_from([5.0, 45.0, 480.0])
        case "count":
            wanted = st.integers(int(column.minimum or 0), int(column.maximum or 10**6)).map(float)
        case _:
            low = -(10**6) if column.minimum is None else column.minimum
            high = 10**6 if column.maximum is None else column.maximum
            wanted = st.floats(low, high).map(lambda value: round(value, 6) + 0.0)
    blank: object = {"text": "", "instant": pd.NaT, "date": pd.NaT}.get(column.kind, np.nan)
    return wanted | st.just(blank) if column.blank or not column.required else wanted


@st.composite
def frames(draw: st.DrawFn, table: type[Table]) -> pd.DataFrame:
    """Rows of a table with distinct keys; where two columns are in order, both hold the same."""
    rows = draw(
        st.lists(st.fixed_dictionaries({c.name: values_of(c) for c in table.columns}), min_size=1, max_size=5)
    )
    frame = pd.DataFrame(rows).drop_duplicates(list(table.key))
    if table.work:  # no more than a million contacts of an hour
        frame["aht_seconds"] = (frame["aht_seconds"] / 1000).round(6)
    if table.one_of:
        kept = draw(st.sampled_from(table.one_of))
        frame = frame.assign(**{name: frame[name].fillna(0) if name == kept else np.nan for name in table.one_of})
    if table.ordered is not None:
        first, last = table.ordered
        frame[last] = frame[first]
    return frame.assign(wish="shift") if table is Wishes else frame


WRITTEN = [table for table in Table.__subclasses__() if "_row" not in table.key]
"""Tables whose rows are known by their line in the file are read, never written."""


@pytest.mark.parametrize("table", sorted(WRITTEN, key=lambda t: t.file_name), ids=lambda t: t.__name__)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), zone=st.sampled_from(["UTC", MADRID]))
def test_every_table_is_read_back_as_it_was_written(
    table: type[Table], tmp_path: Path, data: st.DataObject, zone: str
) -> None:
    written = table.of(data.draw(frames(table)))
    write_table(written, tmp_path / table.file_name, zone)
    again = read_table(tmp_path / table.file_name, table, timezone=zone)
    pd.testing.assert_frame_equal(again.frame, written.frame)


def test_a_written_table_is_plain_text_with_offsets_days_and_few_decimals() -> None:
    frame = RosterShifts.of(
        pd.DataFrame(
            {
                "agent_id": ["a1"],
                "name": ["Núria"],
                "schedule_date": ["2026-10-25"],
                "shift": ["night"],
                "start": ["2026-10-25T00:30Z"],
                "end": ["2026-10-25T08:00Z"],
                "paid_hours": [22 / 3],
                "premium_hours": [""],
            }
        )
    ).frame
    assert table_bytes(frame, MADRID).decode() == (
        "agent_id,name,schedule_date,shift,start,end,paid_hours,premium_hours\n"
        "a1,Núria,2026-10-25,night,2026-10-25T02:30:00+02:00,2026-10-25T09:00:00+01:00,7.333333,\n"
    )


def cost_line(amount: float) -> CostReport:
    line = {"period": "total", "ledger": "cost", "line": "loaded cost", "source": "s", "amount": [amount]}
    blank = dict.fromkeys(("planning_group", "hours", "quantity", "unit", "currency"))
    return CostReport.of(pd.DataFrame(line | blank))


@pytest.mark.parametrize(
    ("amount", "text"), [(123456789.12, "123456789.12"), (0.1 + 0.2, "0.3"), (2 / 3, "0.666667"), (-1e-7, "0")]
)
def test_amounts_keep_their_cents_and_nothing_is_written_as_minus_nothing(amount: float, text: str) -> None:
    lines = csv.DictReader(table_bytes(cost_line(amount).frame).decode().splitlines())
    assert [line["amount"] for line in lines] == [text]


def test_no_cell_starts_as_a_formula_would() -> None:
    names = ["=HYPERLINK(1)", "+1", "-1", "@x", "plain", "'=quoted"]
    frame = Agents.of(pd.DataFrame({"agent_id": list("abcdef"), "skills": "v", "name": names})).frame
    lines = table_bytes(frame).decode().splitlines()[1:]
    assert [line.split(",")[1] for line in lines] == ["'=HYPERLINK(1)", "'+1", "'-1", "'@x", "plain", "''=quoted"]


def test_no_part_of_a_cell_starts_as_a_formula_would_whatever_separates_cells() -> None:
    names = ["A05;=1+1", "a;+b;-c", "a|@x", "a\t=1", "a\r=1", 'a;"=1', "a; =1", "a;'=1", "a;b", "a-1;b=2"]
    frame = Agents.of(pd.DataFrame({"agent_id": [f"a{i}" for i in range(10)], "skills": "v", "name": names})).frame
    rows = [row["name"] for row in csv.DictReader(io.StringIO(table_bytes(frame).decode(), newline=""))]
    kept = ["a;b", "a-1;b=2"]
    guarded = ["A05;'=1+1", "a;'+b;'-c", "a|'@x", "a\t'=1", "a\n'=1", "a;'\"=1", "a;' =1", "a;''=1"]
    assert rows == guarded + kept


@given(st.text(alphabet="=+-@'\" ;|\t\na", max_size=8).map(str.strip).filter(bool))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_guards_against_formulas_are_taken_off_again(tmp_path: Path, name: str) -> None:
    path = tmp_path / "agents.csv"
    frame = pd.DataFrame({"agent_id": ["a"], "skills": ["v"], "name": [name], "work_plan": ["w"]})
    path.write_bytes(table_bytes(frame))
    assert read_table(path, Agents).frame["name"].tolist() == [name]
    assert not re.search(r"(^|[;|\t\n])[ \"]*[=+@-]", table_bytes(frame).decode().split(",", 4)[-1])


def test_a_file_is_written_whole_with_its_folders_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "f.csv"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["f.csv"]
    assert sha256(path) == "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    path = tmp_path / "f.csv"
    write_atomic(path, b"old")

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else UsageError):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["f.csv"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, put: Put) -> None:
    for path in (put("x") / "f.csv", tmp_path):
        with pytest.raises(UsageError, match=r"cannot be written|is a folder"):
            write_atomic(path, b"data")


def test_files_that_are_there_are_all_named_and_kept_unless_forced(tmp_path: Path, put: Put) -> None:
    paths = [put("x", "a.csv"), tmp_path / "new.csv", put("x", "b.csv")]
    with pytest.raises(UsageError) as caught:
        refuse_existing(paths, force=False)
    assert [Path(problem.place).name for problem in caught.value.problems] == ["a.csv", "b.csv"]
    refuse_existing(paths, force=True)
    refuse_existing([tmp_path / "new.csv"], force=False)


def test_a_file_is_called_by_its_shortest_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert place_of(tmp_path / "data" / "f.csv") == "data/f.csv"
    assert place_of(Path("/f.csv")) == "/f.csv"


MEETINGS = "meeting,activity,minutes,first_day,last_day,hours,agents,staffing_group,together\n"


def test_meetings_say_who_attends_by_agent_and_team_and_blank_means_everybody(put: Put) -> None:
    agents = put("agent_id,skills,staffing_group\nann,v,day\nbob,v,night\ncleo,v,night\n", "agents.csv")
    rows = "all,meeting,30,2026-03-02,2026-03-06,,,,yes\n"
    rows += "some,training,45,2026-03-02,2026-03-06,9:00-16:00,ann,night,no\n"
    people = read_workforce(agents, {"meetings": put(MEETINGS + rows, "meetings.csv")})
    assert attendees(people.meetings, people.agents.frame) == [("ann", "bob", "cleo"), ("ann", "bob", "cleo")]
    assert people.meetings.frame["minutes"].tolist() == [30, 45]


def test_every_problem_of_the_meetings_is_told_at_once(put: Put) -> None:
    agents = put("agent_id,skills,staffing_group\nanna,v,day\n", "agents.csv")
    rows = [
        "a,lunch,30,2026-03-02,2026-03-06,,,,yes",
        "b,meeting,7,2026-03-02,2026-03-06,,,,yes",
        "c,meeting,30,2026-03-09,2026-03-02,,,,yes",
        "d,meeting,60,2026-03-02,2026-03-06,09:00-09:30,,,yes",
        "e,meeting,30,2026-03-02,2026-03-06,closed,,,yes",
        "f,meeting,30,2026-03-02,soon,,,,maybe",
    ]
    meetings = put(MEETINGS + "\n".join(rows), "meetings.csv")
    found = problems_of(lambda: read_workforce(agents, {"meetings": meetings}))
    assert [(p.place.rsplit("/", 1)[-1], p.message) for p in found] == [
        ("meetings.csv:2:activity", "'lunch' is not known here"),
        ("meetings.csv:3:minutes", "7 is not a multiple of 5 minutes"),
        ("meetings.csv:4:last_day", "2026-03-02 is before first_day, 2026-03-09"),
        ("meetings.csv:5:hours", "'09:00-09:30' is shorter than the 60 minutes of the meeting"),
        ("meetings.csv:6:hours", "'closed' names no hours; leave the cell blank for any time of day"),
        ("meetings.csv:7:last_day", "'soon' is not a day"),
    ]


def test_people_and_teams_that_meetings_name_and_nobody_knows_are_told_beside_all_else(put: Put) -> None:
    agents = put("agent_id,skills,staffing_group\nanna,v,day\n", "agents.csv")
    meetings = put(MEETINGS + "talk,meeting,30,2026-03-02,2026-03-06,,ana;anna,nights,yes\n", "meetings.csv")
    off = put("agent_id,first_day,last_day\nanna,someday,2026-03-02\n", "time_off.csv")
    found = problems_of(lambda: read_workforce(agents, {"time_off": off, "meetings": meetings}))
    assert [(p.place.rsplit("/", 1)[-1], p.message, p.hint) for p in found[1:]] == [
        ("meetings.csv:2:agents", "'ana' is not in the agents table", "did you mean anna?"),
        ("meetings.csv:2:staffing_group", "'nights' is not in the agents table", "known: day"),
    ]
    assert found[0].place.endswith("time_off.csv:2:first_day")
