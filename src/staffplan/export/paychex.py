"""Paychex Flex: hours by worker and pay component.

Source: the header that a public program writes for this import; try it on one pay period first.
"""

from __future__ import annotations

from staffplan.export.pay import exported, periods, records, require_codes, require_settings
from staffplan.export.source import Exported, Source
from staffplan.export.text import csv_bytes, hours_text

HEADER = (
    *("Client ID", "Worker ID", "Org", "Job Number", "Pay Component", "Rate", "Rate Number", "Hours", "Units"),
    *("Line Date", "Amount", "Check Seq Number", "Override State", "Override Local"),
    *("Override Local Jurisdiction", "Labor Assignment"),
)


def make(source: Source) -> Exported:
    """A file for each pay period, a line for each worker and pay component."""
    require_codes(source, "paychex")
    require_settings(source, ["company_code"], "paychex")
    found, files = records(source), {}
    for first, last in periods(found):
        rows = []
        for record in (record for record in found if record.first == first):
            for kind, minutes in record.minutes.items():
                cells = {
                    "Client ID": source.payroll.company_code,
                    "Worker ID": record.payroll_id,
                    "Pay Component": source.payroll.codes[kind],
                    "Hours": hours_text(minutes),
                }
                rows.append([cells.get(name, "") for name in HEADER])
        files[f"paychex_{first}_{last}.csv"] = csv_bytes([HEADER, *rows])
    return exported(source, files, "paychex")
