"""Files of every kind hold the same table: CSV in any encoding, workbooks, JSON, XML, archives."""

from __future__ import annotations

import datetime
import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from staffplan.errors import DataError
from staffplan.files.read import read_file, read_table, tables_in
from staffplan.files.unpack import unpacked
from staffplan.tables.history import ContactHistory

CSV = """interval_start,queue,offered,aht_seconds
2026-11-02 08:00,Техподдержка,18,220
2026-11-02 08:30,Техподдержка,25,232
"""
JSON = """{"rows": [
 {"interval_start": "2026-11-02T08:00:00Z", "queue": "Техподдержка", "offered": 18, "aht_seconds": 220.0},
 {"interval_start": "2026-11-02T08:30:00Z", "queue": "Техподдержка", "offered": 25, "aht_seconds": 232.0}],
 "next": null}"""
JSON_LINES = "\n".join(line.strip().removesuffix(",").partition("]")[0] for line in JSON.splitlines()[1:3])
XML = """<?xml version="1.0" encoding="utf-8"?><rows>
<row><interval_start>2026-11-02T08:00:00Z</interval_start><queue>Техподдержка</queue>
<offered>18</offered><aht_seconds>220</aht_seconds></row>
<row><interval_start>2026-11-02T08:30:00Z</interval_start><queue>Техподдержка</queue>
<offered>25</offered><aht_seconds>232</aht_seconds></row>
</rows>"""


def workbook(*, hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "History"
    sheet["A1"] = "Calls of November"
    sheet.merge_cells("A1:D1")
    sheet.append([])
    sheet.append(["interval_start", "queue", "offered", "aht_seconds"])
    for minute, offered, aht in ((0, 18, 220), (30, 25, 232)):
        start = datetime.datetime(2026, 11, 2, 8, minute)
        sheet.append([start, "Техподдержка", offered, datetime.timedelta(seconds=aht)])
    if hidden:
        book.create_sheet("Old").append(["nothing", "to", "see"])
        book["Old"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def open_document(rows: str) -> bytes:
    """A workbook of LibreOffice, with one visible sheet."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = f"""<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>
<office:spreadsheet><table:table table:name="History">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>"""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}.items():
            archive.writestr(name, text)
    return out.getvalue()


def open_document_row(*cells: str) -> str:
    """Cells of text, or of the kind that stands before "="."""
    written = []
    for cell in cells:
        kind, _, value = cell.partition("=")
        name = {"date": "date-value", "time": "time-value", "float": "value"}.get(kind)
        about = f'office:value-type="{kind}" office:{name}="{value}"' if name else 'office:value-type="string"'
        written.append(f"<table:table-cell {about}><text:p>{value or cell}</text:p></table:table-cell>")
    return f"<table:table-row>{''.join(written)}</table:table-row>"


OPEN_DOCUMENT = open_document(
    open_document_row("interval_start", "queue", "offered", "aht_seconds")
    + open_document_row("date=2026-11-02T08:00:00", "Техподдержка", "float=18", "time=PT00H03M40S")
    + open_document_row("date=2026-11-02T08:30:00", "Техподдержка", "float=25", "time=PT00H03M52S")
)
OLD_WORKBOOK = (Path(__file__).parent / "history.xls").read_bytes()
"""A title over merged cells, a queue merged over two rows, dates, durations, and a hidden sheet; written by xlwt."""


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        CSV.encode("utf-16"),
        CSV.encode("utf-8-sig"),
        CSV.replace(",", ";").encode("cp1251"),
        workbook(),
        workbook(hidden=True),
        OLD_WORKBOOK,
        OPEN_DOCUMENT,
        JSON.encode(),
        JSON_LINES.encode(),
        XML.encode(),
        gzip.compress(CSV.encode()),
        gzip.compress(CSV[:40].encode()) + gzip.compress(CSV[40:].encode()),
        zipped("history.csv", CSV.encode()),
    ],
    ids=[
        "csv",
        "utf-16",
        "bom",
        "cp1251",
        "xlsx",
        "hidden sheet",
        "xls",
        "ods",
        "json",
        "json lines",
        "xml",
        "gz",
        "two gz",
        "zip",
    ],
)
def test_every_kind_of_file_gives_the_same_history(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    frame = read_table(path, ContactHistory).frame
    assert frame["interval_start"].dt.strftime("%Y-%m-%d %H:%M").tolist() == ["2026-11-02 08:00", "2026-11-02 08:30"]
    assert frame[["queue", "offered", "aht_seconds"]].to_numpy().tolist() == [
        ["Техподдержка", 18, 220],
        ["Техподдержка", 25, 232],
    ]


def test_xml_that_declares_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text('<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a><r><x>&c;</x></r></a>')
    with pytest.raises(DataError) as raised:
        tables_in(path)
    assert "declares a document type" in raised.value.problems[0].message


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    for data in (gzip.compress(b"0" * 100_000), zipped("a", b"0" * 100_000)):
        with pytest.raises(DataError) as raised:
            unpacked(data, "bomb", most_bytes=50_000)
        assert "unpacks to more than" in raised.value.problems[0].message


def test_a_damaged_archive_is_told() -> None:
    with pytest.raises(DataError) as raised:
        unpacked(gzip.compress(CSV.encode())[:-20], "half.gz")
    assert raised.value.problems[0].message == "the archive is damaged"


def test_a_file_of_several_sheets_is_no_one_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    book.create_sheet("Second").append(["a", "b"])
    book["Second"].append([1, 2])
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(DataError) as raised:
        read_file(tmp_path / "two.xlsx")
    assert "the file holds 2 tables: [Sheet], [Second]" in raised.value.problems[0].message


def test_a_cell_merged_over_rows_counts_for_each_and_formulas_without_values_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Queue", "Start", "Calls"], ["Sales", "8:00", 3], [None, "8:30", 4], ["Total", None, "=SUM(C2:C3)"]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.save(tmp_path / "merged.xlsx")
    records = read_file(tmp_path / "merged.xlsx")
    assert records.frame["Queue"].tolist() == ["Sales", "Sales", "Total"]
    assert records.told[0].startswith("1 formulas have no value yet")


@pytest.mark.parametrize("text", ['{"a": ' * 5000 + "1" + "}" * 5000, '[{"a": 1]', "[]", "{}"])
def test_json_without_rows_or_too_deep_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError):
        tables_in(tmp_path / "a.json")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staffplan.files.workbook.MOST_BYTES", 100)
    (tmp_path / "a.xlsx").write_bytes(workbook())
    with pytest.raises(DataError) as raised:
        tables_in(tmp_path / "a.xlsx")
    assert "unpacks to more than" in raised.value.problems[0].message


def refusal(folder: Path, data: bytes) -> str:
    """Why a workbook is not read."""
    (folder / "book").write_bytes(data)
    with pytest.raises(DataError) as raised:
        tables_in(folder / "book")
    return raised.value.problems[0].message


def test_an_old_workbook_that_fills_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few bytes claim fifty million cells."""
    monkeypatch.setattr("staffplan.files.other_workbooks.MOST_MEMORY", 300_000_000)
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="1000"><text:p>x</text:p>'
    row = f'<table:table-row table:number-rows-repeated="50000">{cell}</table:table-cell></table:table-row>'
    assert refusal(tmp_path, open_document(row)) == "the workbook fills the memory"


def test_an_old_workbook_that_is_large_or_damaged_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(tmp_path, OLD_WORKBOOK[:600]).startswith("the workbook is damaged")
    monkeypatch.setattr("staffplan.files.other_workbooks.MOST_BYTES", 100)
    assert "is larger than" in refusal(tmp_path, OLD_WORKBOOK)
