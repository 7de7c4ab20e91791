"""What planners keep in spreadsheets: long, times as columns, days as columns, a sheet a day, a typical week."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from example_exports import problems_of, read
from staffplan.ingest import Asked, ingest
from staffplan.ingest.wide import minute_of_header

HALF_HOURS = ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30"]


def frame_of(tmp_path: Path, text: str, name: str = "export.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return ingest([tmp_path / name], Asked(queue="Sales")).history.frame


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_times_as_columns_are_unfolded_without_their_totals(kind: str) -> None:
    frame = read(f"generic_excel/date_by_48_times.{kind}").history.frame
    assert len(frame) == 7 * 48
    assert frame["queue"].unique().tolist() == ["Support EN"]
    local = frame.loc[frame["offered"] > 0].assign(day=frame["interval_start"].dt.strftime("%m-%d"))
    assert local.groupby("day")["offered"].sum().tolist() == [141, 129, 117, 105, 93, 81, 69]
    first = local[local["day"] == "11-02"]
    assert first["interval_start"].dt.strftime("%H:%M").tolist() == HALF_HOURS
    assert first["offered"].tolist() == [18, 25, 31, 29, 22, 16]


def test_a_sheet_a_day_is_one_history() -> None:
    frame = read("generic_excel/one_sheet_a_day.xlsx").history.frame
    assert frame.groupby(frame["interval_start"].dt.strftime("%m-%d"))["offered"].sum().to_dict() == {
        f"11-{day:02d}": 141 - 6 * (day - 2) for day in range(2, 7)
    }
    assert frame["queue"].unique().tolist() == ["Support EN"]
    assert frame["aht_seconds"].tolist()[:6] == [220, 232, 240, 232, 220, 215]


@pytest.mark.parametrize("name", ["weekday_by_halfhour.xlsx", "weekday_by_halfhour_cp1251.csv"])
def test_a_typical_week_is_no_history(name: str) -> None:
    from example_exports import EXAMPLES

    (problem,) = problems_of(EXAMPLES / "generic_excel" / name)
    assert "typical week" in problem.message
    assert "--profile" in problem.hint


def test_weekdays_as_rows_are_a_typical_week_too(tmp_path: Path) -> None:
    days = ["lunes", "martes", "miércoles", "jueves", "viernes"]
    rows = "".join(f"{day},1,2,3,4\n" for day in days)
    (tmp_path / "week.csv").write_text(f"Día,08:00,09:00,10:00,11:00\n{rows}", encoding="utf-8")
    assert "typical week" in problems_of(tmp_path / "week.csv")[0].message


def test_days_as_columns_are_unfolded(tmp_path: Path) -> None:
    days = ",".join(f"2026-11-{day:02d}" for day in range(2, 7))
    frame = frame_of(tmp_path, f"Time,{days}\n08:00,1,2,3,4,5\n08:30,6,7,8,9,10\nTotal,7,9,11,13,15\n")
    assert frame["offered"].sum() == 55
    assert frame["interval_start"].iloc[1].isoformat() == "2026-11-02T08:30:00+00:00"


def test_a_sheet_of_handling_times_goes_with_the_sheet_of_contacts(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Calls"
    for title, cells in (("Calls", [18, 25, 31, 29]), ("AHT", [220, 232, 240, 232])):
        sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
        sheet.append(["Date", "08:00", "08:30", "09:00", "09:30"])
        sheet.append(["2026-11-02", *cells])
    out = io.BytesIO()
    book.save(out)
    (tmp_path / "two.xlsx").write_bytes(out.getvalue())
    frame = ingest([tmp_path / "two.xlsx"], Asked()).history.frame
    assert frame[["offered", "aht_seconds"]].to_numpy().tolist() == [[18, 220], [25, 232], [31, 240], [29, 232]]


@pytest.mark.parametrize(
    "header",
    [
        "Date;Time;Calls;AHT",
        "Datum;Uhrzeit;Anrufe;Bearbeitungszeit",
        "Fecha;Hora;Llamadas;TMO",
        "Дата;Время;Поступило;Среднее время обработки",
        "Day;Interval;Calls Offered;Avg Handle Time (min)",
    ],
)
def test_usual_names_in_five_languages_are_known(tmp_path: Path, header: str) -> None:
    aht = "3,5" if "(min)" in header else "210"
    frame = frame_of(tmp_path, f"{header}\n02.11.2026;08:00-08:30;18;{aht}\n02.11.2026;08:30-09:00;25;{aht}\n")
    assert frame["interval_start"].dt.strftime("%m-%d %H:%M").tolist() == ["11-02 08:00", "11-02 08:30"]
    assert frame[["queue", "offered", "aht_seconds"]].to_numpy().tolist() == [["Sales", 18, 210], ["Sales", 25, 210]]


def test_rows_of_skills_are_added_up_and_their_handling_times_weighted(tmp_path: Path) -> None:
    text = (
        "Start,Queue,Skill level,Offered,Answered,AHT\n2026-11-02 08:00,A,1,10,9,100\n2026-11-02 08:00,A,2,2,1,200\n"
    )
    frame = frame_of(tmp_path, text)
    assert frame[["offered", "handled", "aht_seconds"]].to_numpy().tolist() == [[12, 10, 110]]


def test_a_row_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Start,Queue,Calls\n" + 2 * "2026-11-02 08:00,A,10\n")
    made = ingest([tmp_path / "a.csv"], Asked())
    assert made.history.frame["offered"].tolist() == [10]
    assert made.rejects.frame[["row", "reason"]].to_numpy().tolist() == [[3, "the same as an earlier row"]]


def test_times_without_a_date_are_asked(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Time,Calls\n08:00,10\n08:30,11\n")
    assert "have no date" in problems_of(tmp_path / "a.csv")[0].message


def test_many_bad_cells_of_a_kind_are_one_problem_with_its_first_rows(tmp_path: Path) -> None:
    rows = "".join(f"2026-11-02 {hour:02d}:00,many\n" for hour in range(9, 19))
    (tmp_path / "a.csv").write_text(f"Start,Calls\n2026-11-02 08:00,1\n{rows}")
    (problem,) = problems_of(tmp_path / "a.csv")
    assert problem.place.endswith("a.csv:3:Calls")
    assert problem.message == "'many' is not a number (and 9 more rows like it: 4, 5, 6, ...)"


def test_a_file_that_fits_nothing_names_the_nearest_preset_and_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("CSQ Name,Calls Presented,Level\nA,1,2\n")
    (problem,) = problems_of(tmp_path / "a.csv")
    assert "CSQ Name, Calls Presented, Level" in problem.message
    assert "Cisco UCCX" in problem.hint
    assert "Interval Start Time" in problem.hint


@pytest.mark.parametrize(
    ("header", "minute"),
    [("08:00", 480), ("8-9", 480), ("08:00-08:30", 480), ("12:00AM-12:30AM", 0), ("1:30 PM", 810), ("0.0208", 30)],
)
def test_headers_may_be_times_of_the_day(header: str, minute: int) -> None:
    assert minute_of_header(header) == minute


@pytest.mark.parametrize("header", ["8", "Total", "25:00", "08/2026", "2026-11-02", "Q1-2"])
def test_other_headers_are_no_times(header: str) -> None:
    assert minute_of_header(header) is None


def test_rows_that_name_the_ends_of_their_intervals_begin_before(tmp_path: Path) -> None:
    rows = "2026-11-02 08:30,3\n2026-11-02 09:00,4\n2026-11-02 24:00,5\n"
    frame = frame_of(tmp_path, f"Interval End,Calls\n{rows}")
    starts = frame["interval_start"].dt.strftime("%m-%d %H:%M").tolist()
    assert starts == ["11-02 08:00", "11-02 08:30", "11-02 23:30"]


def test_numbers_that_a_spreadsheet_shows_as_dates_and_times_are_read(tmp_path: Path) -> None:
    together = frame_of(tmp_path, "Start;Calls\n46328.3333333;10\n46328.3541667;11\n")
    apart = frame_of(tmp_path, "Date;Time;Calls\n46328;0.3333333;10\n46328;0.3541667;11\n", "b.csv")
    for frame in (together, apart):
        assert frame["interval_start"].dt.strftime("%m-%d %H:%M").tolist() == ["11-02 08:00", "11-02 08:30"]


def test_an_order_of_day_and_month_that_the_file_does_not_show_is_asked_and_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Start,Calls\n11/2/2026 8:00 AM,10\n11/2/2026 8:30 AM,11\n")
    (problem,) = problems_of(path)
    assert "input.date_order" in problem.hint
    frame = ingest([path], Asked(date_order="month/day/year")).history.frame
    assert frame["interval_start"].iloc[1].isoformat() == "2026-11-02T08:30:00+00:00"


def test_a_handling_time_that_no_center_has_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Start,Calls,AHT\n2026-11-02 08:00,10,220000\n2026-11-02 08:30,12,230000\n")
    asked = [note.message for note in ingest([path], Asked(zone_given=True)).notes if note.kind == "question"]
    assert len(asked) == 1
    assert "milliseconds" in asked[0]
    frame = ingest([path], Asked(aht_unit="milliseconds")).history.frame
    assert frame["aht_seconds"].tolist() == [220, 230]


def test_months_are_totals_too(tmp_path: Path) -> None:
    for name, months in (("a.csv", "2026-01 2026-02 2026-03"), ("b.csv", "Jan_2026 Feb_2026 März_2026")):
        rows = "".join(f"{month.replace('_', ' ')},900\n" for month in months.split())
        (tmp_path / name).write_text(f"month,calls\n{rows}", encoding="utf-8")
        assert "totals by month" in problems_of(tmp_path / name)[0].message
