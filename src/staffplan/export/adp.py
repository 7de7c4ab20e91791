"""ADP: the paydata file of Workforce Now, and the import file of RUN.

Source: the headers that public programs write for these imports. In paydata a blank means no hours, never 0; a person
with more than two further codes has further records; File # has six digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from staffplan.cost.pay import OVERTIME, REGULAR
from staffplan.errors import ConfigError, DataError, Problem
from staffplan.export.pay import PayRecord, exported, periods, records, require_codes, require_settings
from staffplan.export.source import Exported, Source
from staffplan.export.text import csv_bytes, hours_text

PAYDATA = (
    "Co Code",
    "Batch ID",
    "File #",
    "Reg Hours",
    "O/T Hours",
    "Hours 3 Code",
    "Hours 3 Amount",
    "Hours 4 Code",
    "Hours 4 Amount",
)
CODES_PER_RECORD = 2
FILE_NUMBER_DIGITS = 6
RUN_FIRST_LINE = ("##GENERIC## V1.0",)
RUN = (
    "Company Code",
    "Pay Frequency",
    "Pay Period Start Date",
    "Pay Period End Date",
    "Employee ID",
    "Earnings Code",
    "Pay Hours",
    "Dollars",
    "Separate Check",
    "Worked In Dept",
    "Rate Code",
)
FREQUENCIES = {7: ("Weekly", "W"), 14: ("Biweekly", "B"), 28: ("Monthly", "M")}
"""By the days of a period, of a month 28 to 31: the name in the file's name, and the letter in the file."""


def make_workforce_now(source: Source) -> Exported:
    """A paydata file for each pay period; several periods are in a folder each."""
    require_codes(source, "adp-workforce-now", (REGULAR, OVERTIME))
    require_settings(source, ["company_code"], "adp-workforce-now")
    found = records(source)
    _refuse_file_numbers(found)
    code, spans, files = source.payroll.company_code, periods(found), {}
    name = f"PR{code.ljust(3, '_')}EPI.csv"
    for first, last in spans:
        own = [row for record in found if record.first == first for row in _paydata(record, source)]
        path = name if len(spans) == 1 else f"{last}/{name}"
        files[path] = csv_bytes([PAYDATA, *own], line_end="\r\n")
    return exported(source, files, "adp-workforce-now")


def _refuse_file_numbers(found: list[PayRecord]) -> None:
    wrong = ", ".join(sorted({r.payroll_id for r in found if not _is_file_number(r.payroll_id)}))
    if wrong:
        said = f"a File # has at most {FILE_NUMBER_DIGITS} digits; agents without one: {wrong}"
        raise DataError(Problem("agents", said, "give --map ids.csv with a row for each: agent,NAME,000101"))


def _is_file_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= FILE_NUMBER_DIGITS


def _paydata(record: PayRecord, source: Source) -> Iterator[tuple[str, ...]]:
    """The person's records: regular and overtime hours in the first, up to two further codes in each."""
    head = (source.payroll.company_code, f"SP{record.last:%y%m%d}", record.payroll_id.zfill(FILE_NUMBER_DIGITS))
    hours = [_hours(record, kind) for kind in (REGULAR, OVERTIME)]
    others = [(source.payroll.codes[k], k) for k in record.minutes if k not in (REGULAR, OVERTIME)]
    for first in range(0, max(1, len(others)), CODES_PER_RECORD):
        own = others[first : first + CODES_PER_RECORD]
        cells = [cell for code, kind in own for cell in (code, _hours(record, kind))]
        yield (*head, *(("", "") if first else hours), *cells, *[""] * (2 * CODES_PER_RECORD - len(cells)))


def _hours(record: PayRecord, kind: str) -> str:
    """Blank where there are none."""
    return hours_text(record.minutes[kind]) if record.minutes.get(kind) else ""


def make_run(source: Source) -> Exported:
    """An import file for each pay period."""
    require_codes(source, "adp-run")
    require_settings(source, ["company_code"], "adp-run")
    found, files = records(source), {}
    for first, last in periods(found):
        name, letter = _frequency(first, last)
        rows = [row for record in found if record.first == first for row in _run_rows(record, letter, source)]
        path = f"{name}-{first:%m%d%Y}-{last:%m%d%Y}.csv"
        files[path] = csv_bytes([RUN_FIRST_LINE, RUN, *rows])
    return exported(source, files, "adp-run")


def _frequency(first: date, last: date) -> tuple[str, str]:
    days = (last - first).days + 1
    known = FREQUENCIES.get(28 if first.day == 1 and 28 <= days <= 31 else days if days < 28 else 0)
    if known is None:
        said = f"a period of {days} days, {first} to {last}, is not one that ADP RUN knows"
        raise ConfigError(Problem("payroll.period", said, 'write period = "week", "two weeks" or "month"'))
    return known


def _run_rows(record: PayRecord, letter: str, source: Source) -> Iterator[tuple[str, ...]]:
    dates = (f"{record.first:%m/%d/%Y}", f"{record.last:%m/%d/%Y}")
    for kind, minutes in record.minutes.items():
        person = (source.payroll.company_code, letter, *dates, record.payroll_id)
        yield (*person, source.payroll.codes[kind], hours_text(minutes), "", "0", "", "BASE")
