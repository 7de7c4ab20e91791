"""What `savings` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, say_long, show_json, show_text
from staffplan.cli.work.cut_short import warn_cut_short
from staffplan.cli.work.delivery import put
from staffplan.cli.work.scenario import read_scenarios
from staffplan.errors import InfeasibleError, Problem, UsageError, place_of
from staffplan.files.write import table_bytes
from staffplan.plan.text import percent, text_table
from staffplan.process.workers import Workers
from staffplan.progress import OnProgress
from staffplan.report.savings_book import savings_book, savings_picture
from staffplan.scenario.frozen import open_base
from staffplan.scenario.savings import SavingsResult, savings
from staffplan.settings.scenarios import HarmSettings
from staffplan.tables.savings import BEST, BOTH, GREEDY, Savings

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

BOOK, PICTURE = "savings.xlsx", "savings.png"
FILES = (Savings.file_name, BOOK, PICTURE)
MOST_OPTIONS = 15
"""Options whose combinations are looked through: 2^15 of them."""
SHOWN = 12
"""Sets that the table for a terminal has."""


def target_of(text: str) -> Callable[[float], float]:
    """From the cost of a year to the money to save: "5%" a share of it, "20000" money. Raises UsageError."""
    hint = "write a share of the cost, 5%, or money a year, 20000"
    plain = text.strip().replace(" ", "")
    try:
        number = float(plain.removesuffix("%"))
    except ValueError:
        number = -1.0
    if not 0 < number < float("inf") or (plain.endswith("%") and number >= 100):
        raise UsageError(Problem("--target", f"{text!r} is not an amount to save", hint))
    if not plain.endswith("%") and number < 1:
        raise UsageError(Problem("--target", f"{text} is less than 1 a year", f"did you mean {100 * number:g}%?"))
    return (lambda cost: cost * number / 100) if plain.endswith("%") else (lambda _: number)


def save_and_tell(
    source: Path,
    plan: Path,
    output: Path,
    target: str,
    runs: int,
    paths: Mapping[str, Path],
    before: Hashes,
    jobs: int | None,
    on_progress: OnProgress,
    *,
    force: bool,
    as_json: bool,
) -> int:
    """Search, write and say; the exit code: that of an infeasible target where no set reaches it."""
    wanted, options, opened = target_of(target), read_scenarios(source), open_base(plan)
    if len(options.scenario) > MOST_OPTIONS:
        said = f"has {len(options.scenario)} options: their combinations are too many"
        raise UsageError(Problem(place_of(source), said, f"choose {MOST_OPTIONS} of them"))
    found = savings(
        opened,
        options,
        source,
        output,
        target_of=wanted,
        runs=runs,
        workers=Workers(jobs),
        force=force,
        on_progress=on_progress,
    )
    facts = list(_facts(found, plan, options.harm))
    contents = {
        Savings.file_name: table_bytes(found.table.frame),
        BOOK: savings_book(found.table, facts),
        PICTURE: savings_picture(found.table, found.target, found.base.currency),
    }
    put({path: contents[name] for name, path in paths.items()}, before)
    for path in paths.values():
        say(f"wrote {path}")
    if as_json:
        rows = records(found.table.frame, "UTC")
        show_json({"written": [str(p) for p in paths.values()], "sets": rows, **dict(facts)})
    else:
        _tell(found, options.harm)
    return 0 if found.found.best is not None else InfeasibleError.exit_code


def _facts(found: SavingsResult, plan: Path, harm: HarmSettings) -> Iterator[tuple[str, str]]:
    """How the table came about, in words."""
    base = found.base
    yield "plan", str(plan)
    yield "currency", base.currency
    yield "cost of a year", f"{base.cost_of_a_year:,.0f}"
    yield "to save", f"{found.target:,.0f}"
    yield "search", found.found.proof
    yield "a year", f"the {base.days} days of the plan x {base.per_year:.4g}, as if all days of it were like these"
    yield "points of harm", ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in harm)


def _tell(found: SavingsResult, harm: HarmSettings) -> None:
    base, currency = found.base, found.base.currency
    share = found.target / base.cost_of_a_year if base.cost_of_a_year else 0.0
    say(f"\nto save: {currency} {found.target:,.0f} a year, {percent(share)} of {base.cost_of_a_year:,.0f}")
    frame = found.table.frame
    for row in frame[frame["chosen_by"] != ""].to_dict("records"):
        say(f"\n{_sentence(row, currency)}")
    if found.found.best is None:
        rows = frame.sort_values("saving_per_year", ascending=False).to_dict("records")[:1]
        told = "".join(f"; the most is {most['saving_per_year']:,.0f}: {most['what']}" for most in rows)
        say_long(f"\nno set of these options that was run saves as much{told}")
    show_text("\n" + _sets(frame, currency))
    say_long(f"points of harm a year: {dict(_facts(found, Path(), harm))['points of harm']} ([harm] of the file)")
    say_long(f"search: {found.found.proof}")
    for what, error in found.errors.items():
        say_long(f"warning: {what} cannot be planned: {'; '.join(p.message for p in error.problems)}")
    warn_cut_short(found.cut_short)


HOW = {BOTH: "best, by greed and exactly", BEST: "best, exactly", GREEDY: "by greed"}


def _sentence(row: Mapping[Any, Any], currency: str) -> str:
    """A chosen set with what it saves, and what customers and people lose."""
    saved = f"{currency} {row['saving_per_year']:,.0f} a year ({percent(row['saving_share'])})"
    band = f"{row['saving_low']:,.0f} to {row['saving_high']:,.0f} if the searches had gone to their ends"
    lines = [
        f"{HOW[row['chosen_by']]}: {row['what']}",
        f"  saves {saved}; {band}",
        f"  customers: {row['customers']}",
        f"  people: {row['people']}",
        f"  harm: {row['harm']:,.0f} points: {_losses(row)}",
    ]
    if row["options"] > 1:
        lines.insert(2, f"  its options one by one save {row['sum_of_options']:,.0f}; together they are run whole")
    if row["reaches"] != "yes":
        lines.append("  not sure: the target lies within what the searches left open")
    return "\n".join(lines)


LOSSES = {
    "late_contacts": "late contacts",
    "hung_up": "more that hang up",
    "not_served": "contacts that nobody takes",
    "people_fewer": "people fewer",
    "broken_rules": "broken rules",
    "refused_wishes": "refused wishes",
    "judged_harm": "points that the owners give",
}


def _losses(row: Mapping[Any, Any]) -> str:
    told = [f"{row[name]:,.0f} {words}" for name, words in LOSSES.items() if round(row[name])]
    return ", ".join(told) or "nothing that is measured"


def _sets(frame: Any, currency: str) -> str:
    rows = [
        (
            row["what"],
            f"{row['saving_per_year']:,.0f}",
            f"{row['saving_low']:,.0f} to {row['saving_high']:,.0f}",
            percent(row["saving_share"]),
            f"{row['saving_per_year'] - row['sum_of_options']:+,.0f}" if row["options"] > 1 else "",
            row["reaches"],
            f"{row['harm']:,.0f}",
            f"{row['late_contacts']:,.0f}",
            f"{row['people_fewer']:,.0f}",
        )
        for row in frame.head(SHOWN).to_dict("records")
    ]
    header = ("set", f"saves {currency} a year", "range", "of the cost", "v sum", "reaches", "harm", "late", "people")
    more = f"\n... and {len(frame) - SHOWN} more in savings.csv" if len(frame) > SHOWN else ""
    return text_table(rows, header, right=(1, 3, 4, 6, 7, 8)) + more
