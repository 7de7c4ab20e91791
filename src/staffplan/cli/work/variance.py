"""What `variance` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show, show_json
from staffplan.cli.work.delivery import put_tables, say_notes
from staffplan.cost.variance.bare import compare_labour, compare_workload
from staffplan.cost.variance.chain import LMDI, SHAPLEY, Method
from staffplan.cost.variance.plans import compare_plans
from staffplan.cost.variance.step import ACTUAL, BUDGET, Compared, Variance, variance
from staffplan.errors import Note, Problem, UsageError, place_of
from staffplan.files.read import read_file, read_table, table_from
from staffplan.files.write import table_bytes
from staffplan.plan.directory import PLAN_TOML, load_config_file
from staffplan.plan.published_cost import STEP, PublishedCost, is_published, published_cost
from staffplan.plan.text import percent, text_table
from staffplan.tables.cost import CostReport
from staffplan.tables.variance import TOTAL, LabourCost, WorkloadCost

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

SIGN = "actual minus budget: an amount above 0 is over the budget"


def compared_files(budget: Path, actual: Path) -> tuple[Compared, str]:
    """Two tables of one kind, or two plans or ledgers, compared; and their currency, "" where it is not said."""
    folders = [path.is_dir() or is_published(path) for path in (budget, actual)]
    if folders[0] != folders[1]:
        table, plan = (actual, budget) if folders[0] else (budget, actual)
        said = f"{place_of(plan)} is a folder, {place_of(table)} a file"
        raise UsageError(Problem("--budget", said, "give two plans or ledgers, or two tables"))
    if all(folders):
        return _compared_folders(budget, actual)
    first, last = read_file(budget), read_file(actual)
    if "grade" in first.frame and "contacts" not in first.frame:
        return compare_labour(table_from(first, LabourCost), table_from(last, LabourCost)), ""
    return compare_workload(table_from(first, WorkloadCost), table_from(last, WorkloadCost)), ""


def _compared_folders(budget: Path, actual: Path) -> tuple[Compared, str]:
    """Plans or ledgers. Where both are ledgers with the same spans of days these are the periods, else months are.

    Of entries for the same days the budget is the first one published, the actual the last one.
    """
    sides = [
        published_cost(folder, last=is_last) if is_published(folder) else None
        for folder, is_last in ((budget, False), (actual, True))
    ]
    published = [side for side in sides if side is not None]
    alike = len(published) == 2 and set(published[0].reports) == set(published[1].reports)
    reports = [
        read_table(folder / CostReport.file_name, CostReport)
        if side is None
        else (side.by_span() if alike else side.by_month())
        for folder, side in zip((budget, actual), sides, strict=True)
    ]
    compared = compare_plans(*reports)
    days = [_days_planned(folder) if side is None else side.days
            for folder, side in zip((budget, actual), sides, strict=True)]  # fmt: skip
    notes = (*(note for side in published for note in side.notes), *_other_days(days, published), *compared.notes)
    return replace(compared, notes=notes), str(reports[0].frame["currency"].max())


def _days_planned(folder: Path) -> frozenset[date]:
    """The days of a plan that names its first one; none where it does not."""
    path = folder / PLAN_TOML
    settings = load_config_file(path).plan if path.is_file() else None
    if settings is None or settings.start is None:
        return frozenset()
    return frozenset(settings.days_from(settings.start).days)


def _other_days(days: Sequence[frozenset[date]], published: Sequence[PublishedCost]) -> Iterator[Note]:
    """A warning where a ledger is compared with other days than its own: they look like volume."""
    if not published or not all(days) or days[0] == days[1]:
        return
    spans = [f"{len(own)} days from {min(own)} to {max(own)}" for own in days]
    said = f"the days differ (budget {spans[0]}; actual {spans[1]}): days that one side lacks are told as volume"
    yield Note(STEP, "warning", "--budget, --actual", f"{said}; name one entry, LEDGER/0001")


def tell(
    compared: Compared, method: str, currency: str, output: Path | None, before: Hashes, *, as_json: bool
) -> None:
    """Notes and tables for a person, then the file, or the rows on stdout."""
    found = variance(compared, method)
    say_notes(found.notes)
    put_tables({} if output is None else {output: found.table}, "UTC", before)
    if as_json:
        said = {"sign": SIGN, "base": BUDGET, "method": _words(found.method), "sequential": _words(found.sequential)}
        rows, notes = records(found.table.frame, "UTC"), [vars(note) for note in found.notes]
        show_json({"written": [str(output)] if output else [], **said, "rows": rows, "notes": notes})
        return
    for text in (_causes(found, currency), _by(found, "queue", found.part), _by(found, "period", "period")):
        if text:
            say(f"\n{text}")
    if output is None:
        show(table_bytes(found.table.frame).decode())


def _causes(found: Variance, currency: str) -> str:
    """All queues and periods together, cause by cause."""
    frame = found.table.frame
    rows = frame[(frame["period"] == TOTAL) & (frame["queue"] == "")]
    budget, actual = (float(rows.loc[rows["cause"] == name, "amount"].iloc[0]) for name in (BUDGET, ACTUAL))
    cells = [
        (
            row["cause"],
            f"{row['amount']:,.2f}",
            "" if row["cause"] in (BUDGET, ACTUAL) or not budget else percent(row["amount"] / budget),
            "" if row["cause"] in (BUDGET, ACTUAL) else f"{row['sequential_amount']:,.2f}",
        )
        for row in rows.to_dict("records")
    ]
    more = actual - budget
    side = "over the budget" if more > 0 else "under the budget" if more < 0 else "as budgeted"
    share = f" ({percent(abs(more) / budget)} of it)" if budget and more else ""
    header = ("cause", f"{currency} amount".strip(), "of the budget", "one after the other")
    told = f"{f'{currency} {abs(more):,.2f}'.strip()} {side}{share}; {SIGN}"
    ways = f"amount: {_words(found.method)}"
    if found.method != found.sequential:
        ways += f"; one after the other: {_words(found.sequential)}"
    return f"{told}\n{ways}\n\n{text_table(cells, header, right=(1, 2, 3))}"


def _by(found: Variance, column: str, words: str) -> str:
    """Amounts of each queue, or period, by cause; "" where there is only one."""
    frame, other = found.table.frame, "period" if column == "queue" else "queue"
    rows = frame[(frame[other] == (TOTAL if other == "period" else ""))]
    names = [name for name in dict.fromkeys(rows[column]) if name not in ("", TOTAL)]
    if len(names) < 2:
        return ""
    wide = rows.pivot_table(index=column, columns="position", values="amount", sort=False)
    causes = dict(zip(rows["position"], rows["cause"], strict=True))
    cells = [(name, *(f"{value:,.2f}" for value in wide.loc[name])) for name in names]
    header = (words, *(causes[place] for place in wide.columns))
    return text_table(cells, header, right=range(1, len(header)))


def _words(method: Method) -> str:
    """A method as a person reads it."""
    if method.name == SHAPLEY:
        return "the mean over all orders (shapley)"
    return "logarithmic mean index (lmdi)" if method.name == LMDI else f"in the order {', '.join(method.order)}"
