"""The cost reports of a ledger: of each span of days one entry, joined to one report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from staffplan.errors import DataError, Note, Problem, UsageError, listed, place_of
from staffplan.files.ledger import ENTRIES, Entry, Ledger, read_ledger
from staffplan.files.read import read_table
from staffplan.planned import between
from staffplan.tables.cost import CostReport
from staffplan.tables.variance import TOTAL

SUMS = ["hours", "amount", "quantity"]
KEY = ["period", "ledger", "line", "planning_group"]
STEP = "variance"
TO = " to "


@dataclass(frozen=True)
class PublishedCost:
    """A report for each span of days, by its words; which entries they are of, and what was left out."""

    reports: Mapping[str, CostReport]
    notes: tuple[Note, ...]

    @property
    def days(self) -> frozenset[date]:
        """All days of the spans."""
        ends = [[date.fromisoformat(end) for end in span.split(TO)] for span in self.reports]
        return frozenset(day for first, last in ends for day in between(first, last).days)

    def by_span(self) -> CostReport:
        """All of them, each span as a period."""
        frames = [_whole(report).assign(period=span) for span, report in self.reports.items()]
        every = pd.concat(frames, ignore_index=True)
        return _summed([every, every.assign(period=TOTAL)])

    def by_month(self) -> CostReport:
        """All of them, months added up over the spans."""
        return _summed(report.frame for report in self.reports.values())


def _whole(report: CostReport) -> pd.DataFrame:
    return report.frame[report.frame["period"] == TOTAL]


def _summed(frames: Iterable[pd.DataFrame]) -> CostReport:
    """Rows of the same line added up; prices of a unit cannot be, and are left out."""
    rows = pd.concat(list(frames), ignore_index=True)
    rows = rows[rows["ledger"] != "unit"]
    first = [name for name in rows.columns if name not in (*SUMS, *KEY, "position")]
    groups = rows.groupby(KEY, sort=False, as_index=False)
    sums = groups[SUMS].sum(min_count=1).round(10)
    told = groups[["position", *first]].first()
    return CostReport.of(sums.merge(told, on=KEY)[list(rows.columns)], CostReport.file_name)


def is_published(folder: Path) -> bool:
    """Whether a folder is a ledger, or the folder of an entry in one."""
    return (folder / ENTRIES).is_file() or _is_entry(folder)


def _is_entry(folder: Path) -> bool:
    return folder.name.isdigit() and (folder.parent / ENTRIES).is_file()


def published_cost(folder: Path, *, last: bool) -> PublishedCost:
    """The costs of a ledger, or of one entry where its folder is given (ledger/0002).

    last: where entries are of the same days, the one published last counts; else the first. Raises UsageError where
    no entry has a cost, DataError where currencies differ.
    """
    ledger = read_ledger(folder.parent if _is_entry(folder) else folder)
    entries = [entry for entry in ledger.entries if not _is_entry(folder) or entry.number == int(folder.name)]
    costed = [entry for entry in entries if CostReport.file_name in entry.files]
    if not costed:
        hint = "publish a plan that is costed: staffplan publish PLAN --to LEDGER"
        raise UsageError(Problem(place_of(folder), "has no entry with a cost", hint))
    chosen, left = _apart(costed, last=last)
    currencies = sorted({str(entry.facts.get("currency", "")) for entry in chosen})
    if len(currencies) > 1:
        said = f"has entries in different currencies: {listed(currencies)}"
        raise DataError(Problem(place_of(folder), said, "name one entry: LEDGER/0001"))
    reports = {_span(entry): _report(ledger, entry) for entry in chosen}
    return PublishedCost(reports, tuple(_notes(folder, chosen, left, last=last)))


def _apart(entries: Sequence[Entry], *, last: bool) -> tuple[list[Entry], list[Entry]]:
    """Entries of which no two have a day in common, in the order of their days; and those left out."""
    taken: list[Entry] = []
    left: list[Entry] = []
    for entry in reversed(entries) if last else entries:
        first, end = entry.facts["first_day"], entry.facts["last_day"]
        free = all(end < other.facts["first_day"] or first > other.facts["last_day"] for other in taken)
        (taken if free else left).append(entry)
    return sorted(taken, key=lambda entry: str(entry.facts["first_day"])), left


def _span(entry: Entry) -> str:
    return f"{entry.facts['first_day']}{TO}{entry.facts['last_day']}"


def _report(ledger: Ledger, entry: Entry) -> CostReport:
    return read_table(entry.path(ledger.folder, CostReport.file_name), CostReport)


def _notes(folder: Path, chosen: Sequence[Entry], left: Sequence[Entry], *, last: bool) -> Iterable[Note]:
    used = listed([f"{entry.number} ({_span(entry)})" for entry in chosen])
    which = "the last" if last else "the first"
    yield Note(STEP, "assumption", place_of(folder), f"{which} entry published for each span of days: {used}")
    spans = {_span(entry) for entry in chosen}
    partly = [f"{entry.number} ({_span(entry)})" for entry in left if _span(entry) not in spans]
    if partly:
        said = f"entries whose days are partly those of another one are not compared: {listed(partly)}"
        yield Note(STEP, "left out", place_of(folder), said)
