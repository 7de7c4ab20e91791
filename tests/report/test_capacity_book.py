"""The capacity plan's workbook: sheets, numbers as numbers, and whether a spreadsheet program opens it."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from staffplan.capacity import capacity, compare_plans
from staffplan.capacity.step import Capacity
from staffplan.errors import Note
from staffplan.report.capacity_book import capacity_book
from staffplan.settings.capacity import CapacitySettings, HiringSettings
from staffplan.tables.capacity import RequiredPeople

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
OPENING_TAKES_SECONDS = 120


def planned(heads: float = 21) -> Capacity:
    months = [f"2027-{n:02d}" for n in range(1, 7)]
    table = {"period": months, "required": [20.0, 20, 22, 24, 26, 26], "events": ["=1+1 opens", *[""] * 5]}
    hiring = HiringSettings(largest=6, alternatives=1)
    own = CapacitySettings(heads=heads, attrition=0.04, shortfall_cost=3, wage=1, hiring=hiring)
    return capacity(RequiredPeople.of(pd.DataFrame(table)), own)


@pytest.fixture(scope="module")
def book() -> bytes:
    made = planned()
    changes = compare_plans(planned(20).plan, made.plan).changes
    notes = [Note("capacity", "warning", "heads", "a sentence, with a comma")]
    return capacity_book(made.plan, made.hiring, {"heads": 21}, notes, changes=changes)


def test_cells_are_numbers_and_texts_that_no_spreadsheet_reckons_with(book: bytes):
    found = load_workbook(io.BytesIO(book))
    assert found.sheetnames == ["Metrics", "Plan", "Scenario", "Generation details", "Changes"]
    headers = [cell.value for cell in found["Plan"][1]]
    first = dict(zip(headers, found["Plan"][2], strict=True))
    assert first["required, net"].value == 20
    assert first["launches and closures"].data_type == "s"
    assert first["chance of being short"].number_format.endswith("%")


def test_every_sheet_prints_as_wide_as_a_page_with_its_header(book: bytes):
    for sheet in load_workbook(io.BytesIO(book)).worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 1)
        assert sheet.print_title_rows == "$1:$1"


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_reads_the_same_numbers(book: bytes, tmp_path: Path):
    """Every sheet to a CSV file by LibreOffice itself, without a window."""
    (tmp_path / "capacity.xlsx").write_bytes(book)
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    command = [
        str(OFFICE),
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--convert-to",
        every_sheet,
    ]
    where = ["--outdir", str(tmp_path / "out"), str(tmp_path / "capacity.xlsx")]
    subprocess.run([*command, *where], check=True, capture_output=True, timeout=OPENING_TAKES_SECONDS)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    sheets = ("Changes", "Generation details", "Metrics", "Plan", "Scenario")
    assert names == [f"capacity-{name}.csv" for name in sheets]
    rows = list(csv.DictReader((tmp_path / "out" / "capacity-Plan.csv").read_text().splitlines()))
    plan = planned().plan.frame
    assert [float(row["required, net"]) for row in rows] == plan["required"].tolist()
    assert [float(row["cost"]) for row in rows] == pytest.approx(plan["cost"].tolist())
    assert rows[0]["launches and closures"] == "=1+1 opens"
