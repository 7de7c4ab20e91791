"""Xero: bodies of timesheets, for Australia and for the UK and New Zealand.

Source: XeroAPI/Xero-OpenAPI, payroll-au (dates as milliseconds, a number of units for each day of the period) and
payroll-uk, payroll-nz (a line for each day). The code of a kind of hours is its earnings rate's id.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from staffplan.export.pay import (
    PayRecord,
    exported,
    hour_rows,
    minutes_of_row,
    records,
    require_codes,
    require_settings,
)
from staffplan.export.source import Exported, Source
from staffplan.export.text import json_bytes

ByDay = dict[str, Counter[tuple[date, str]]]
"""Minutes by payroll id, and by day and code."""


def make_australia(source: Source) -> Exported:
    """Draft timesheets, one for each employee and pay period."""
    found = _checked(source, "xero-au")
    by_day = _by_day(source)
    sheets = [_australian(record, by_day[record.payroll_id], source) for record in found]
    return exported(source, {"xero_au_timesheets.json": json_bytes(sheets)}, "xero-au")


def make_uk_and_nz(source: Source) -> Exported:
    """Timesheets, one for each employee and pay period."""
    require_settings(source, ["calendar_id"], "xero-uk-nz")
    found = _checked(source, "xero-uk-nz")
    by_day = _by_day(source)
    sheets = [_british(record, by_day[record.payroll_id], source) for record in found]
    return exported(source, {"xero_timesheets.json": json_bytes(sheets)}, "xero-uk-nz")


def _checked(source: Source, preset: str) -> list[PayRecord]:
    require_codes(source, preset)
    found = records(source)
    source.ids.require({"agent": {record.agent_id for record in found}}, preset)
    return found


def _by_day(source: Source) -> ByDay:
    found: ByDay = {}
    for row in hour_rows(source):
        code = source.payroll.codes[str(row.kind)]
        if code:
            own = found.setdefault(str(row.payroll_id), Counter())
            own[row.day.date(), code] += minutes_of_row(row.hours)
    return found


def _australian(record: PayRecord, by_day: Counter[tuple[date, str]], source: Source) -> dict[str, object]:
    days = [record.first + timedelta(days=number) for number in range((record.last - record.first).days + 1)]
    lines = [
        {"EarningsRateID": code, "NumberOfUnits": [_hours(by_day[day, code]) for day in days]}
        for code in _codes(record, source)
    ]
    return {
        "EmployeeID": record.payroll_id,
        "StartDate": _milliseconds(record.first),
        "EndDate": _milliseconds(record.last),
        "Status": "DRAFT",
        "TimesheetLines": lines,
    }


def _codes(record: PayRecord, source: Source) -> list[str]:
    """The person's codes, each once, in the order of the settings."""
    return list(dict.fromkeys(code for kind, code in source.payroll.codes.items() if kind in record.minutes))


def _milliseconds(day: date) -> str:
    return f"/Date({round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)}+0000)/"


def _british(record: PayRecord, by_day: Counter[tuple[date, str]], source: Source) -> dict[str, object]:
    lines = [
        {"date": day.isoformat(), "earningsRateID": code, "numberOfUnits": _hours(minutes)}
        for (day, code), minutes in sorted(by_day.items())
        if record.first <= day <= record.last
    ]
    return {
        "payrollCalendarID": source.payroll.calendar_id,
        "employeeID": record.payroll_id,
        "startDate": record.first.isoformat(),
        "endDate": record.last.isoformat(),
        "timesheetLines": lines,
    }


def _hours(minutes: int) -> float:
    return round(minutes / 60, 2)
