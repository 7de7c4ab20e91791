"""Gusto: hours by employee, in the columns of the company's own template or of the usual one.

Source: the header of a real template, as public programs keep it. There is no row of totals.
"""

from __future__ import annotations

import csv
import io

from staffplan.cost.pay import OVERTIME, REGULAR
from staffplan.errors import ConfigError, DataError, Problem
from staffplan.export.pay import PayRecord, exported, periods, records, require_codes
from staffplan.export.source import Exported, Source
from staffplan.export.text import csv_bytes, guarded, hours_text
from staffplan.export.work import first_and_last_name
from staffplan.settings.toml_words import quoted_name

HEADER = (
    *("last_name", "first_name", "title", "gusto_employee_id", "regular_hours", "overtime_hours"),
    *("double_overtime_hours", "missed_break_hours", "owners_draw", "bonus", "commission", "paycheck_tips"),
    *("cash_tips", "correction_payment", "reimbursement", "personal_note"),
)
COLUMNS = {REGULAR: "regular_hours", OVERTIME: "overtime_hours"}
"""The column of the kinds that need no code; the code of any kind may name another column."""


def make(source: Source) -> Exported:
    """A file for each pay period. The template, where one is given, brings the header."""
    require_codes(source, "gusto", COLUMNS)
    header, found, files = _header(source), records(source), {}
    _refuse_columns(source, found, header)
    for first, last in periods(found):
        rows = [_row(record, source, header) for record in found if record.first == first]
        files[f"gusto_hours_{first}_{last}.csv"] = csv_bytes([header, *rows])
    return exported(source, files, "gusto")


def _header(source: Source) -> tuple[str, ...]:
    if source.template is None:
        return HEADER
    try:
        header = tuple(next(csv.reader(io.StringIO(source.template.decode("utf-8-sig")))))
    except (UnicodeDecodeError, StopIteration, csv.Error):
        header = ()
    if "gusto_employee_id" not in header:
        hint = "give the CSV file that Gusto offers for download"
        raise DataError(Problem(source.template_place, "has no column gusto_employee_id in its first line", hint))
    return header


def _column(source: Source, kind: str, header: tuple[str, ...]) -> str:
    code = source.payroll.codes.get(kind, "")
    return code if code in header else COLUMNS.get(kind, code)


def _refuse_columns(source: Source, found: list[PayRecord], header: tuple[str, ...]) -> None:
    kinds = sorted({kind for record in found for kind in record.minutes})
    problems = [
        Problem(
            f"payroll.codes.{quoted_name(kind)}",
            f"{_column(source, kind, header)!r} is not a column of the Gusto file",
            f"columns there: {', '.join(header)}",
        )
        for kind in kinds
        if _column(source, kind, header) not in header
    ]
    if problems:
        raise ConfigError(problems)


def _row(record: PayRecord, source: Source, header: tuple[str, ...]) -> list[str]:
    first_name, last_name = first_and_last_name(record.name)
    names = {"last_name": guarded(last_name), "first_name": guarded(first_name)}
    cells = {**names, "gusto_employee_id": record.payroll_id}
    minutes: dict[str, int] = {}
    for kind, worked in record.minutes.items():
        column = _column(source, kind, header)
        minutes[column] = minutes.get(column, 0) + worked
    cells |= {column: hours_text(worked) for column, worked in minutes.items()}
    return [cells.get(name, "") for name in header]
