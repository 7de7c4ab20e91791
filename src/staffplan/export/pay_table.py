"""pay_hours.csv: the pay hours of every agent and day, for any payroll."""

from __future__ import annotations

from staffplan.export.pay import SAID
from staffplan.export.source import Exported, Source, note
from staffplan.tables.exchange import PayHours


def make(source: Source) -> Exported:
    """The table as it is; kinds of hours without a code have a blank one."""
    notes = [note("pay-hours", SAID, "warning")]
    blank = sorted(set(source.pay.frame["kind"]) - set(source.payroll.codes))
    if blank:
        notes.append(note("pay-hours", f"no pay code under [payroll.codes] for: {', '.join(blank)}"))
    return Exported({PayHours.file_name: source.pay}, tuple(notes))
