"""What `scenario` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, say_problems, show, show_json
from staffplan.cli.work.cut_short import warn_cut_short
from staffplan.cli.work.delivery import put
from staffplan.errors import ConfigError, Problem, listed, place_of
from staffplan.files.csv import decode
from staffplan.files.write import table_bytes
from staffplan.plan.text import percent, text_table
from staffplan.process.workers import Workers
from staffplan.progress import OnProgress
from staffplan.report.scenario_book import cases_picture, scenario_book, tornado_picture
from staffplan.scenario.compare import Comparison, compare
from staffplan.scenario.frozen import left_over, open_base
from staffplan.scenario.run import run_scenarios
from staffplan.scenario.tornado import tornado
from staffplan.settings.scenarios import ScenarioFile, load_scenarios
from staffplan.tables.scenario import CHANCE, SEARCH, ScenarioCases, ScenarioDeltas, Tornado

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

COMPARED = (
    ScenarioDeltas.file_name,
    ScenarioCases.file_name,
    Tornado.file_name,
    "scenarios.xlsx",
    "tornado.png",
    "cases.png",
)
"""Files that compare writes."""


def read_scenarios(path: Path) -> ScenarioFile:
    """The scenarios of a file; ConfigError where it cannot be read or used."""
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "check the path; docs/how-to/scenarios.md shows such a file"
        raise ConfigError(Problem(place_of(path), f"cannot be read: {error.strerror}", hint)) from error
    return load_scenarios(decode(data, place_of(path)), path.name)


def run_and_tell(
    source: Path,
    plan: Path,
    output: Path,
    jobs: int | None,
    on_progress: OnProgress,
    *,
    reports: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Run a file of scenarios, and say what became of each; the exit code, that of the first that failed."""
    scenarios, opened = read_scenarios(source), open_base(plan)
    outcomes = run_scenarios(
        opened,
        scenarios,
        source,
        output,
        workers=Workers(jobs),
        reports=reports,
        force=force,
        on_progress=on_progress,
    )
    folders = {one.name: output / one.folder for one in scenarios.scenario}
    for outcome in outcomes:
        if outcome.error is not None:
            say(f"{outcome.name}:")
            say_problems(outcome.error)
    if as_json:
        show_json([{"scenario": one.name, "state": one.state, "folder": str(folders[one.name])} for one in outcomes])
    else:
        rows = [(one.name, STATES[one.state], str(folders[one.name])) for one in outcomes]
        show(text_table(rows, ("scenario", "state", "folder")))
        say(f"compare them: staffplan scenario compare {place_of(output)}")
    return next((one.error.exit_code for one in outcomes if one.error is not None), 0)


STATES = {"made": "made", "kept": "finished before", "failed": "failed"}


def compare_and_tell(folder: Path, paths: Mapping[str, Path], before: Hashes, *, as_json: bool) -> None:
    """Compare a folder of scenarios: tables for a person, files, or the differences on stdout."""
    found = compare(folder)
    bars = tornado(found)
    if paths:
        currency = found.base.currency
        details = [("plan", place_of(folder / "base")), ("currency", currency), ("a year", found.year)]
        contents = {
            ScenarioDeltas.file_name: table_bytes(found.deltas.frame),
            ScenarioCases.file_name: table_bytes(found.cases.frame),
            Tornado.file_name: table_bytes(bars.frame),
            "scenarios.xlsx": scenario_book(found.cases, found.deltas, bars, details),
            "tornado.png": tornado_picture(bars, currency),
            "cases.png": cases_picture(found.cases, currency),
        }
        put({path: contents[name] for name, path in paths.items()}, before)
        for path in paths.values():
            say(f"wrote {path}")
    if as_json:
        tables = {name: records(table.frame, "UTC") for name, table in _tables(found, bars).items()}
        show_json({"written": [str(path) for path in paths.values()], "a year": found.year, **tables})
        return
    for name in found.scenarios:
        say(f"\n{name}\n{_side_by_side(found, name)}")
    say(f"\n{_decisions(found)}\n\n{found.year}")
    several = [name for name, one in found.scenarios.items() if one.set is None and len(one.changes) > 1]
    if several and paths:
        say(f"not in the tornado, as they change several things at once: {listed(several)}")
    cases = found.cases.frame
    warn_cut_short(cases.loc[cases["cut_short"] == "yes", "scenario"].tolist())
    if left := left_over(folder):
        say(f"not compared, as the file of scenarios does not have them any more: {listed(left)}")
    if not paths:
        show(table_bytes(found.deltas.frame).decode())


def _tables(found: Comparison, bars: Tornado) -> dict[str, ScenarioDeltas | ScenarioCases | Tornado]:
    return {"differences": found.deltas, "scenarios": found.cases, "tornado": bars}


def _side_by_side(found: Comparison, name: str) -> str:
    """Base, test and difference of a scenario, with the error of each."""
    frame = found.deltas.frame
    rows = []
    for row in frame[frame["scenario"] == name].to_dict("records"):
        where = f" {row['planning_group']}" if row["planning_group"] else ""
        unit = str(row["unit"])
        cells = [_number(row[column], unit) for column in ("base", "test")]
        rows.append((f"{WORDS.get(row['measure'], row['measure'])}{where}", *cells, *_change(row, unit)))
    return text_table(rows, ("measure", "base", "test", "difference", "error"), right=(1, 2, 3))


WORDS = {
    "service_level": "service level",
    "asa_seconds": "average wait, s,",
    "abandon_rate": "abandoned",
}


def _number(value: float, unit: str) -> str:
    return percent(value) if unit == "share" else f"{value:,.1f}"


def _change(row: Mapping[Any, Any], unit: str) -> tuple[str, str]:
    """The difference, and in words how far it can be trusted."""
    delta, error_from = float(row["delta"]), row["error_from"]
    is_share = unit == "share"
    shown = f"{100 * delta:+.1f} points" if is_share else f"{delta:+,.1f}"
    told = ""
    if error_from == CHANCE:
        error = float(row["standard_error"])
        told = f"standard error {100 * error:.2f}" if is_share else f"standard error {error:,.2f}"
    elif error_from == SEARCH:
        told = f"{float(row['low']):+,.1f} to {float(row['high']):+,.1f}"
    if error_from == CHANCE and delta == 0 and float(row["standard_error"]) == 0:
        return shown, "the same in every repetition"
    if error_from in (CHANCE, SEARCH) and row["distinct"] == "no":
        told += ", not distinguishable"
    return shown, told


def _decisions(found: Comparison) -> str:
    """Every scenario in a line, those to be decided first on top; then each in a sentence."""
    frame = found.cases.frame.sort_values(["decide_by", "scenario"], na_position="last")
    rows = [
        (
            "" if pd.isna(row["decide_by"]) else f"{row['decide_by']:%Y-%m-%d}",
            row["scenario"],
            row["owner"],
            f"{row['cost_per_year']:+,.0f}",
            f"{row['one_off_cost']:,.0f}" if row["one_off_cost"] else "",
            "" if pd.isna(row["payback_years"]) else f"{row['payback_years']:.1f}",
            "" if pd.isna(row["net_present_value"]) else f"{row['net_present_value']:+,.0f}",
        )
        for row in frame.to_dict("records")
    ]
    currency = found.base.currency
    header = (
        "decide by",
        "scenario",
        "owner",
        f"{currency} a year",
        "one-off",
        "payback, years",
        "net present value",
    )
    told = [f"- {row['in_words']} Customers: {row['customers']}." for row in frame.to_dict("records")]
    return f"{text_table(rows, header, right=(3, 4, 5, 6))}\n\n" + "\n".join(told)
