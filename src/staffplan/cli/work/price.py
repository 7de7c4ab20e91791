"""What `price` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show, show_json
from staffplan.cli.work.cut_short import warn_cut_short
from staffplan.cli.work.delivery import put
from staffplan.errors import Problem, UsageError, listed
from staffplan.files.write import table_bytes
from staffplan.plan.directory import OpenPlan
from staffplan.plan.text import percent, text_table
from staffplan.process.workers import Workers
from staffplan.progress import OnProgress
from staffplan.report.scenario_book import price_book, staircase_picture
from staffplan.scenario.frozen import open_base
from staffplan.scenario.price import STEPS_OF, price, service_steps
from staffplan.scenario.rules import rule_costs
from staffplan.tables.scenario import PromisePrices, RuleCosts
from staffplan.tables.spread import DAYS_PER_YEAR

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

TABLE, BOOK, PICTURE = PromisePrices.file_name, "prices.xlsx", "prices.png"
FILES: Mapping[str, tuple[str, ...]] = {
    "service": (TABLE, BOOK, PICTURE),
    "hours": (TABLE, BOOK),
    "shrinkage": (TABLE, BOOK),
    "rules": (RuleCosts.file_name,),
}
"""Files that are written, by what is priced."""


def goals_of(text: str) -> list[float]:
    """Shares of contacts in time, in order; UsageError with every one that is none."""
    problems, found = [], set()
    for part in text.split(","):
        try:
            share = float(part.strip().removesuffix("%")) / 100
        except ValueError:
            share = 0.0
        if 0 < share < 1:
            found.add(round(share, 6))
        else:
            message = f"{part.strip()!r} is not a percentage above 0 and below 100"
            problems.append(Problem("--goals", message, "write them with commas between: 60,70,80,90"))
    if problems:
        raise UsageError(problems)
    return sorted(found)


def price_and_tell(
    plan: Path,
    of: str,
    goals: str,
    output: Path | None,
    paths: Mapping[str, Path],
    before: Hashes,
    jobs: int | None,
    on_progress: OnProgress,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Price a promise: a table for a person, files, or the rows on stdout."""
    levels = goals_of(goals)
    opened = open_base(plan)
    if of == "rules":
        costs = rule_costs(opened, on_progress)
        _deliver({RuleCosts.file_name: table_bytes(costs.frame)}, paths, before)
        _tell(costs.frame, _rules(costs, opened), paths, as_json=as_json, year=_year(opened))
        return
    base = opened.workspace
    steps = service_steps(base, levels) if of == "service" else STEPS_OF[of](base)
    if not steps:
        raise UsageError(Problem("--of", f"the settings have no {of} that could be left out", "price service"))
    with TemporaryDirectory() as spare:
        folder = Path(spare) if output is None else output
        table = price(opened, steps, folder, Workers(jobs), force=force, on_progress=on_progress)
    currency = base.config.plan.currency
    details = [("plan", str(plan)), ("of", of), ("currency", currency), ("a year", _year(opened)), ("band", BAND)]
    contents = {TABLE: table_bytes(table.frame), BOOK: price_book(table, details)}
    if of == "service":
        contents[PICTURE] = staircase_picture(table, currency)
    _deliver(contents, paths, before)
    text = _service(table, currency) if of == "service" else _changes(table, currency)
    unsure = [f"\n{line}" for line in _unsure_steps(table.frame)] if of == "service" else []
    _tell(table.frame, f"{text}\n\n{BAND}{''.join(unsure)}", paths, as_json=as_json, year=_year(opened))
    warn_cut_short(table.frame.loc[table.frame["cut_short"] == "yes", "what"].tolist())


BAND = (
    "cost: of the roster that was found; with a search to the end it could be as low as at least. People come and go "
    "whole, in the proportions of today's, so that single steps may be off by one of them"
)


def _year(opened: OpenPlan) -> str:
    days = opened.workspace.planned.number
    return f"a year: the {days} days of the plan x {DAYS_PER_YEAR / days:.4g}, as if all days of it were like these"


def _deliver(contents: Mapping[str, bytes], paths: Mapping[str, Path], before: Hashes) -> None:
    put({path: contents[name] for name, path in paths.items()}, before)
    for path in paths.values():
        say(f"wrote {path}")


def _tell(frame: pd.DataFrame, text: str, paths: Mapping[str, Path], *, as_json: bool, year: str) -> None:
    if as_json:
        written = [str(path) for path in paths.values()]
        show_json({"written": written, "a year": year, "rows": records(frame, "UTC")})
        return
    say(f"\n{text}\n{year}")
    if not paths:
        show(table_bytes(frame).decode())


def _service(table: PromisePrices, currency: str) -> str:
    """The staircase: each goal with what it needs, what customers get, what it costs, and what the step costs."""
    rows = [
        (
            row["what"],
            f"{row['agents']:,.0f}",
            percent(row["service_level"]),
            _or_blank(row["asa_seconds"], ",.1f"),
            percent(row["abandon_rate"]),
            percent(row["occupancy"]),
            f"{row['cost_per_year']:,.0f}",
            f"{row['cost_low']:,.0f}",
            _or_blank(row["preview_cost_per_year"], ",.0f"),
            _or_blank(row["step_cost_per_year"], "+,.0f"),
            _or_blank(row["cost_per_point"], ",.0f"),
            _or_blank(row["cost_per_contact_saved"], ",.2f"),
        )
        for row in table.frame.to_dict("records")
    ]
    words = ("goal", "agents", "service level", "wait, s", "abandoned", "occupancy", f"{currency} a year", "at least")
    header = (*words, "square root", "step", "per point", "per contact saved")
    return text_table(rows, header, right=range(1, len(header)))


def _unsure_steps(frame: pd.DataFrame) -> Iterator[str]:
    """Steps that the searches do not tell from nothing, in one line."""
    steps = frame[(frame["step_low"] <= 0) & (frame["step_high"] >= 0)]
    if len(steps):
        several = listed([f"{row['what']} ({_band(row)})" for row in steps.to_dict("records")])
        yield f"steps whose price is not distinguishable from 0, with the range that the searches leave: {several}"


def _band(row: Mapping[Any, Any]) -> str:
    return f"{row['step_low']:+,.0f} to {row['step_high']:+,.0f}"


def _changes(table: PromisePrices, currency: str) -> str:
    """What each step saves or costs against the plan as it is."""
    rows = [
        (
            row["what"],
            f"{row['agents']:,.0f}",
            f"{row['required_hours']:,.1f}",
            percent(row["service_level"]),
            f"{row['contacts_per_year']:,.0f}",
            f"{row['cost_per_year']:,.0f}",
            *_change(row),
        )
        for row in table.frame.to_dict("records")
    ]
    header = (
        "what",
        "agents",
        "required hours",
        "service level",
        "contacts a year",
        f"{currency} a year",
        "change",
        "range that the search leaves",
    )
    return text_table(rows, header, right=range(1, len(header) - 1))


def _change(row: Mapping[Any, Any]) -> tuple[str, str]:
    """The change from the plan as it is, and between what it lies with searches to the end."""
    if row["is_base"] == "yes":
        return "", ""
    told = f"{row['change_low']:+,.0f} to {row['change_high']:+,.0f}"
    unsure = ", not distinguishable" if row["distinct"] == "no" else ""
    return f"{row['change_of_cost_per_year']:+,.0f}", f"{told}{unsure}"


def _rules(costs: RuleCosts, opened: OpenPlan) -> str:
    currency = opened.workspace.config.plan.currency
    rows = [
        (
            row["change"],
            f"{row['gained_found']:,.1f}",
            f"{row['cost_per_year']:,.0f}",
            f"{row['cost_low']:,.0f} to {row['cost_high']:,.0f}",
        )
        for row in costs.frame.to_dict("records")
    ]
    header: Sequence[str] = ("change", "hours saved", f"{currency} a year", "proven range")
    return text_table(rows, header, right=(1, 2, 3))


def _or_blank(value: float, form: str) -> str:
    return "" if pd.isna(value) else format(value, form)
