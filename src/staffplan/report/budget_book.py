"""The budget as a workbook: one page in plain words, and behind it everything that its figures are sums of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment

from staffplan.report import summaries
from staffplan.report.budget_capacity import BY_MONTH, BY_YEAR, BudgetCapacity, by_month, by_year, capacity_lines
from staffplan.report.candour import CANDOUR, candour
from staffplan.report.data import ReportData
from staffplan.report.formats import count, day, hours, listed, money, plural, promise, share
from staffplan.report.headline import decisions
from staffplan.report.ledgers import TOTAL_LINE, cost_per_contact, paid_hours, total_of
from staffplan.report.sheets import BOLD, DAY, ONE, PERCENT, TWO, WHOLE, Sheet, print_setup, same_bytes, table, widths
from staffplan.report.sheets import put as put_cell

PREMIUM = "premium: "
TOTAL = "total"
LARGEST_CAUSES = 3
"""Causes of a change that the first page names."""
MOST_DECISIONS = 12
"""Decisions that the first page lists."""
_METRICS: tuple[Sheet, ...] = (
    ("period", "period", ""),
    ("first", "first day", DAY),
    ("last", "last day", DAY),
    ("contacts", "contacts", ONE),
    ("work_hours", "hours of work", ONE),
    ("paid_hours", "paid hours", TWO),
    ("people", "people rostered", WHOLE),
    ("cost", "cost", TWO),
    ("per_contact", "cost of a contact", TWO),
    ("service_level", "answered in time", PERCENT),
    ("days_kept", "days on target", WHOLE),
    ("days_missed", "days below the target", WHOLE),
)
_PEOPLE: tuple[Sheet, ...] = (
    ("period", "period", ""),
    ("agent_id", "person", ""),
    ("name", "name", ""),
    ("shifts", "shifts", WHOLE),
    ("paid_hours", "paid hours", TWO),
)
_PREMIUMS: tuple[Sheet, ...] = (
    ("month", "month", ""),
    ("line", "premium", ""),
    ("hours", "hours", TWO),
    ("amount", "amount", TWO),
)
_CHANGES: tuple[Sheet, ...] = (
    ("before", "from", ""),
    ("after", "to", ""),
    ("cause", "cause", ""),
    ("amount", "amount", TWO),
)
_RISKS: tuple[Sheet, ...] = (
    ("period", "period", ""),
    ("kind", "kind", ""),
    ("place", "subject", ""),
    ("message", "what to know", ""),
)
_SOURCES: tuple[Sheet, ...] = (("period", "period", ""), ("file", "file", ""), ("hash", "sha256, first 12", ""))


@dataclass(frozen=True)
class BudgetPeriod:
    """A plan as a period of the budget. `folder` is where it stands."""

    folder: str
    data: ReportData
    first: pd.Timestamp
    last: pd.Timestamp

    @property
    def words(self) -> str:
        """First and last day, as people read them."""
        return f"{day(self.first.date())} to {day(self.last.date())}"


@dataclass(frozen=True)
class Budget:
    """Periods in the order of time; causes of the change between each two (before, after, cause, amount); gaps and
    overlaps in words."""

    periods: Sequence[BudgetPeriod]
    changes: pd.DataFrame
    remarks: Sequence[str]
    capacities: Sequence[BudgetCapacity] = ()
    """Capacity plans that stand beside the periods; their cost is that of the same people, and not added."""

    @property
    def currency(self) -> str:
        """The currency of all periods."""
        return self.periods[0].data.currency

    def by_month(self, ledger: str, value: str) -> pd.DataFrame:
        """Lines of a ledger of all periods, a column for each month and the total; site-wide rows of the reports."""
        frames = [period.data.cost.frame for period in self.periods]
        rows = pd.concat([f[(f["ledger"] == ledger) & (f["planning_group"] == "")] for f in frames])
        rows = rows[(rows["period"] != TOTAL) & ~rows["line"].str.startswith("memo:")]
        wide = rows.pivot_table(index="line", columns="period", values=value, aggfunc="sum", sort=False).fillna(0.0)
        wide = wide[sorted(wide.columns)]
        last = TOTAL_LINE[ledger]
        ordered = [*(line for line in wide.index if line != last), last]
        return wide.loc[ordered].assign(**{TOTAL: wide.sum(axis=1)}).round(4).reset_index()


def budget_book(budget: Budget) -> bytes:
    """The workbook as bytes: the page, then metrics, cost and hours by month, capacity, people, premiums, changes,
    candour, risks and sources."""
    book = Workbook()
    book.remove(book.active)
    _page(book, budget)
    table(book, "Metrics", metrics(budget), _METRICS)
    for title, ledger, value in (("Cost by month", "cost", "amount"), ("Hours by month", "hours", "hours")):
        frame = budget.by_month(ledger, value)
        columns: list[Sheet] = [("line", "line", ""), *((name, name, TWO) for name in frame.columns[1:])]
        sheet = table(book, title, frame, columns)
        for cell in sheet[sheet.max_row]:
            cell.font = BOLD
    if budget.capacities:
        last = budget.by_month("cost", "amount").to_dict("records")[-1]
        of_months = {str(month): cost for month, cost in last.items() if month not in ("line", TOTAL)}
        table(book, "Capacity by month", by_month(budget.capacities, of_months), BY_MONTH)
        table(book, "Capacity by year", by_year(budget.capacities), BY_YEAR)
    table(book, "People", _people(budget), _PEOPLE)
    table(book, "Premiums", _premiums(budget), _PREMIUMS)
    table(book, "Changes", budget.changes, _CHANGES)
    table(book, "Candour", _candour(budget), (("period", "period", ""), *CANDOUR))
    table(book, "Risks", _risks(budget), _RISKS)
    table(book, "Sources", _sources(budget), _SOURCES)
    for sheet in book.worksheets[1:]:
        print_setup(sheet, title="Budget", subject=budget.periods[0].data.title, paper="A4", head_rows=1)
    return same_bytes(book)


def metrics(budget: Budget) -> pd.DataFrame:
    """A row for each period: contacts, hours, people, money, service."""
    rows = []
    for period in budget.periods:
        data, groups = period.data, summaries.group_table(period.data)
        rows.append(
            {
                "period": period.words,
                "first": period.first,
                "last": period.last,
                "contacts": float(data.forecast.frame["offered"].sum()),
                "work_hours": float(groups["work_hours"].sum()),
                "paid_hours": paid_hours(data),
                "people": int(data.roster.shifts.frame["agent_id"].nunique()),
                "cost": total_of(data.cost, "cost"),
                "per_contact": cost_per_contact(data),
                "service_level": summaries.weighted(groups["service_level"], groups["offered"]),
                "days_kept": int(groups["days_kept"].sum()),
                "days_missed": int(groups["days_missed"].sum()),
            }
        )
    return pd.DataFrame(rows)


def _people(budget: Budget) -> pd.DataFrame:
    frames = []
    for period in budget.periods:
        shifts = period.data.roster.shifts.frame
        sums = shifts.groupby(["agent_id", "name"], as_index=False).agg(
            shifts=("shift", "count"), paid_hours=("paid_hours", "sum")
        )
        frames.append(sums.assign(period=period.words))
    return pd.concat(frames, ignore_index=True)


def _premiums(budget: Budget) -> pd.DataFrame:
    """Hours and money of each premium by month."""
    amounts, paid = (budget.by_month("cost", value).set_index("line") for value in ("amount", "hours"))
    months = [name for name in amounts.columns if name != TOTAL]
    rows = [
        {
            "month": month,
            "line": line.removeprefix(PREMIUM),
            "hours": paid.loc[line, month],
            "amount": amounts.loc[line, month],
        }
        for line in amounts.index
        if line.startswith(PREMIUM)
        for month in months
    ]
    return pd.DataFrame(rows, columns=["month", "line", "hours", "amount"])


def _risks(budget: Budget) -> pd.DataFrame:
    rows = [
        (period.words, note.kind, note.place, note.message) for period in budget.periods for note in period.data.notes
    ]
    told = [("", "periods", "", text) for text in budget.remarks]
    return pd.DataFrame([*told, *rows], columns=["period", "kind", "place", "message"]).drop_duplicates()


def _candour(budget: Budget) -> pd.DataFrame:
    frames = [candour(period.data).assign(period=period.words) for period in budget.periods]
    return pd.concat(frames, ignore_index=True)


def _sources(budget: Budget) -> pd.DataFrame:
    rows = [
        (period.words, f"{period.folder}/{name}", sha)
        for period in budget.periods
        for name, sha in period.data.provenance
    ]
    return pd.DataFrame(rows, columns=["period", "file", "hash"])


def page_lines(budget: Budget) -> Iterator[tuple[str, str]]:
    """The first page, a heading or "" before each sentence."""
    first, last = budget.periods[0], budget.periods[-1]
    frame = metrics(budget)
    paid = f"{hours(float(frame['paid_hours'].sum()))} paid hours"
    yield (
        "What it costs",
        (
            f"From {day(first.first.date())} to {day(last.last.date())} we spend "
            f"{money(float(frame['cost'].sum()), budget.currency)} on {paid}, to serve "
            f"{plural(float(frame['contacts'].sum()), 'contact')}."
        ),
    )
    if len(frame) > 1:
        for row in frame.to_dict("records"):
            yield "", f"{row['period']}: {money(row['cost'], budget.currency)}, {count(row['contacts'])} contacts"
    for text in budget.remarks:
        yield "", f"Please note: {text}."
    yield from _capacity(budget)
    yield from _service(budget)
    yield from _changed(budget)
    yield from _decisions(budget)


def _capacity(budget: Budget) -> Iterator[tuple[str, str]]:
    heading = "Whom we hire"
    for text in capacity_lines(budget.capacities, budget.currency):
        yield heading, text
        heading = ""


def _service(budget: Budget) -> Iterator[tuple[str, str]]:
    """A line for each planning group, over all periods."""
    heading = "What customers get for it"
    groups = pd.concat([summaries.group_table(period.data) for period in budget.periods])
    for name, own in groups.groupby("planning_group", sort=False):
        in_time = share(summaries.weighted(own["service_level"], own["offered"]))
        kept, missed = int(own["days_kept"].sum()), int(own["days_missed"].sum())
        text = (
            f"{name}: {in_time} in time (goal: {_goals(budget, str(name))}), {kept} of {kept + missed} days on target"
        )
        yield heading, text
        heading = ""


def _goals(budget: Budget, group: str) -> str:
    queues = [queue for period in budget.periods for queue in period.data.site.groups().get(group, ())]
    return listed(list(dict.fromkeys(promise(queue.goal, queue.channel) for queue in queues)))


def _changed(budget: Budget) -> Iterator[tuple[str, str]]:
    heading = "What changed, and why"
    if budget.changes.empty:
        yield heading, "There is one period, and nothing to compare it with."
        return
    for (before, after), own in budget.changes.groupby(["before", "after"], sort=False):
        ends = own[own["cause"].isin(("budget", "actual"))].set_index("cause")["amount"]
        causes = own[~own["cause"].isin(("budget", "actual"))]
        causes = causes[causes["amount"] != 0]
        largest = causes.loc[
            causes["amount"].abs().sort_values(ascending=False, kind="stable").index[:LARGEST_CAUSES]
        ]
        told = listed(
            [f"{PLAIN.get(c, c)} {a:+,.0f}" for c, a in zip(largest["cause"], largest["amount"], strict=True)]
        )
        change = ends["actual"] - ends["budget"]
        why = f"; most of it: {told}" if told else ""
        yield heading, f"From {before} to {after}: {budget.currency} {change:+,.0f}{why}"
        heading = ""


PLAIN: Mapping[str, str] = {
    "volume": "number of contacts",
    "mix": "which contacts they are",
    "aht": "time for each contact",
    "queueing buffer": "people ready so that nobody waits long",
    "shrinkage": "absence, coaching and other time away",
    "roster fit": "how well shifts fit the need",
    "off the queue": "breaks, meetings, training and leave",
    "rate": "pay for an hour",
}
"""Causes of a variance in words for people who plan no contact center."""


def _decisions(budget: Budget) -> Iterator[tuple[str, str]]:
    every = [
        f"By {day(period.first.date())}: {text}"
        for period in budget.periods
        for text in decisions(period.data, summaries.group_table(period.data))
    ]
    asked = list(dict.fromkeys(every))
    more = len(asked) - MOST_DECISIONS
    told = [f"And {more} more, in the reports of the plans."] if more > 0 else []
    for number, text in enumerate([*asked[:MOST_DECISIONS], *told]):
        yield "" if number else "Decisions", text


def _page(book: Workbook, budget: Budget) -> None:
    """One sheet, as wide as a page of paper."""
    sheet = book.create_sheet("Budget")
    put_cell(sheet.cell(1, 1), f"Budget: {budget.periods[0].data.title}")
    sheet.cell(1, 1).font = BOLD
    row = 1
    for heading, text in page_lines(budget):
        row += 1
        if heading:
            row += 1
            put_cell(sheet.cell(row, 1), heading)
            sheet.cell(row, 1).font = BOLD
        put_cell(sheet.cell(row, 2), text)
        sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    widths(sheet, [26, 95])
    print_setup(sheet, title="Budget", subject=budget.periods[0].data.title, paper="A4", head_rows=1)
    sheet.page_setup.fitToHeight = 1
