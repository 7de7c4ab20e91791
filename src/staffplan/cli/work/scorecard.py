"""What `scorecard` does between reading the command line and writing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show, show_json, show_text
from staffplan.cli.work.carded import CardInput, from_ledger, from_plan
from staffplan.cli.work.delivery import put, say_notes
from staffplan.control.scorecard import Scored, scorecard
from staffplan.control.scorecard.catalogue import MEASURES
from staffplan.control.scorecard.kpi import kpi_measures, kpi_targets, refuse_useless
from staffplan.control.scorecard.observed import ALL, week_of
from staffplan.control.scorecard.step import unmeasured_principles
from staffplan.errors import Note, Problem, UsageError, place_of
from staffplan.files.ledger import ENTRIES
from staffplan.files.read import read_table
from staffplan.files.write import table_bytes
from staffplan.plan.manifest import is_plan
from staffplan.plan.text import text_table
from staffplan.report.formats import listed, measured, plural
from staffplan.tables.schema import Table
from staffplan.tables.scorecard import STATES, KpiWeeks

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

PAGE = "index.html"
FILES = ("scorecard.csv", "scorecard_weeks.csv", PAGE)
WORDS = {measure.name: measure.words for measure in MEASURES}


@dataclass(frozen=True)
class Carded:
    """A scorecard and what to know beside it."""

    scored: Scored
    title: str
    timezone: str
    notes: tuple[Note, ...]

    @property
    def tables(self) -> dict[str, Table]:
        """Each table by its file name."""
        return {table.file_name: table for table in (self.scored.card, self.scored.weeks)}


def paths_in(folder: Path) -> dict[str, Path]:
    """Where each table and the page go."""
    return {name: folder / name for name in FILES}


def carded(folder: Path, actuals: Sequence[Path], kpi_path: Path | None, config: Path | None) -> Carded:
    """The scorecard of a ledger or a plan. Raises UsageError, ConfigError or DataError."""
    given = _given(folder, actuals, config)
    observed, targets, notes = list(given.observed), dict(given.targets), list(given.notes)
    if kpi_path is not None:
        contacts = given.contacts()
        names = sorted({*contacts["queue"].unique(), *given.groups})
        kpi = read_table(kpi_path, KpiWeeks, timezone=given.timezone, known={"queue": names})
        refuse_useless(kpi)
        observed += kpi_measures(kpi, _by_week(contacts, given.timezone))
        targets |= kpi_targets(kpi)
        notes += kpi.notes
    return Carded(scorecard(observed, targets), given.title, given.timezone, tuple(notes))


def _given(folder: Path, actuals: Sequence[Path], config: Path | None) -> CardInput:
    if (folder / ENTRIES).is_file():
        return from_ledger(folder, actuals, config)
    if is_plan(folder):
        problems = [
            Problem(flag, "belongs to a ledger", f"publish {place_of(folder)} first, or leave {flag} out")
            for flag, was_given in (("--actuals", bool(actuals)), ("--config", config is not None))
            if was_given
        ]
        if problems:
            raise UsageError(problems)
        return from_plan(folder)
    hint = "give the folder that publish wrote, or that plan wrote"
    raise UsageError(Problem(place_of(folder), "is neither a ledger nor a plan directory", hint))


def _by_week(contacts: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """queue, week, offered."""
    day = contacts["interval_start"].dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    return contacts.assign(week=week_of(day)).groupby(["queue", "week"])["offered"].sum().reset_index()


def tell(found: Carded, paths: Mapping[str, Path], *, as_json: bool) -> None:
    """Tables for a person, CSV for another program, or JSON."""
    say_notes(found.notes)
    if as_json:
        rows = {name.removesuffix(".csv"): records(one.frame, found.timezone) for name, one in found.tables.items()}
        written, notes = [str(path) for path in paths.values()], [vars(note) for note in found.notes]
        show_json({"written": written, **rows, "notes": notes})
    elif paths or sys.stdout.isatty():
        show_text("\n\n".join(_texts(found.scored.card.frame)))
    else:
        show(table_bytes(found.scored.card.frame, found.timezone).decode())


def _texts(card: pd.DataFrame) -> Iterator[str]:
    blank = card["state"] == STATES[0]
    nothing = list(unmeasured_principles(card))
    if blank.any():
        said = f"; nothing at all of: {listed(nothing, most=12)}" if nothing else ""
        rows = [(r["principle"], WORDS[r["measure"]], r["source"]) for r in card[blank].to_dict("records")]
        title = f"{plural(len(rows), 'measure is', 'measures are')} not known{said}"
        yield f"{title}\n\n{text_table(rows, ('principle', 'measure', 'how to measure it'))}"
    shown = card[~blank & ((card["queue"] == ALL) | card["target"].notna() | _alone(card))]
    header = ("principle", "measure", "of", "actual", "target", "", "trend a week", "over intervals", "days", "weeks",
              "agents")  # fmt: skip
    cells = [_cells(row) for row in shown.to_dict("records")]
    if cells:
        yield f"{text_table(cells, header, right=(3, 4, 6, 7, 8, 9, 10))}\n{SPREADS}"


SPREADS = (
    "over intervals, days, weeks, agents: standard deviation, of shares in points; -o writes every queue and source"
)


def _alone(card: pd.DataFrame) -> pd.Series:
    """Rows of measures that are not known of all together."""
    whole = set(card.loc[card["queue"] == ALL, "measure"])
    return ~card["measure"].isin(whole)


def _cells(row: Mapping[Any, Any]) -> tuple[str, ...]:
    unit = row["unit"]
    state = "" if row["state"] == "no target" else row["state"]
    trend = "" if row["trend_is"] == "" else f"{measured(row['trend'], unit, signed=True)} {row['trend_is']}"
    spreads = (row[f"spread_{grain}"] for grain in ("intervals", "days", "weeks", "agents"))
    return (
        row["principle"],
        WORDS[row["measure"]],
        "all" if row["queue"] == ALL else row["queue"],
        measured(row["actual"], unit),
        measured(row["target"], unit),
        state,
        trend,
        *(measured(value, unit).removesuffix(" %") for value in spreads),
    )


def write(found: Carded, paths: Mapping[str, Path], before: Hashes) -> None:
    """The tables and the page, together."""
    if not paths:
        return
    from staffplan.report.scorecard_page import scorecard_page

    files = {paths[name]: table_bytes(table.frame, found.timezone) for name, table in found.tables.items()}
    page = scorecard_page(found.scored.card.frame, found.scored.weeks.frame, WORDS, found.title)
    files[paths[PAGE]] = page.encode()
    put(files, before)
    for path in paths.values():
        say(f"wrote {path}")
