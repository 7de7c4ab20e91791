"""What `score` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from staffplan.cli.work.common import config_and_workspace, interval_of
from staffplan.clock import SiteCalendar
from staffplan.errors import DataError, Problem, place_of
from staffplan.files.read import column_names, read_table
from staffplan.ingest import read_history
from staffplan.plan.directory import PLAN_TOML
from staffplan.plan.text import percent, text_table
from staffplan.settings.config import Config
from staffplan.tables.forecast import ALL_QUEUES, OverrideLog, Overrides, VolumeForecast

if TYPE_CHECKING:
    from staffplan.forecast import ScoreResult
    from staffplan.forecast.scoring import By

SCORE_COLUMNS = {
    "wape": "interval error",
    "wape_day": "day error",
    "bias": "bias",
    "coverage_80": "inside 80 % band",
    "coverage_95": "inside 95 % band",
    "aht_wape": "AHT error",
    "workload_wape": "workload error",
}


def score_files(
    forecast: Path,
    history: Path,
    config_path: Path | None,
    overrides: Path | None,
    by: By,
    given: Mapping[str, object],
) -> tuple[ScoreResult, str]:
    """Score a forecast file, or that of a plan directory with its edits; gives the zone to write in too."""
    from staffplan.forecast import score

    if forecast.is_dir():
        folder, forecast = forecast, forecast / VolumeForecast.file_name
        config_path = config_path or _if_there(folder / PLAN_TOML)
        overrides = overrides or _if_there(folder / OverrideLog.file_name)
    config = _to_read_all(config_and_workspace(config_path, given)[0])
    zone = config.plan.timezone
    made = read_table(forecast, VolumeForecast, timezone=zone)
    log = None if overrides is None else _read_log(overrides, zone)
    calendar = SiteCalendar(zone, interval_of(made.frame, "queue"))
    return score(made, read_history(history, config), calendar=calendar, log=log, by=by), zone


def _read_log(path: Path, zone: str) -> OverrideLog:
    """Raises DataError where the file holds the edits themselves, not what they changed."""
    there = set(column_names(path))
    if "first_day" in there and "offered_before" not in there:
        message = f"this file lists the overrides ({Overrides.file_name}), not their effect"
        hint = f"give the file written next to forecast.csv: {OverrideLog.file_name}"
        raise DataError(Problem(place_of(path), message, hint))
    return read_table(path, OverrideLog, timezone=zone)


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _to_read_all(config: Config) -> Config:
    """Settings to read a history to its last row and whichever queues it has: it tells what came, and no more."""
    return config.model_copy(update={"queues": {}, "input": config.input.model_copy(update={"until": None})})


def result_in_words(result: ScoreResult) -> str:
    """Each queue as a whole, then each edit, as a person reads them."""
    frame = result.scores.frame
    whole = frame[frame["by"] == "queue"]
    rows = [(_queue(row["queue"]), f"{row['offered']:,.0f}", *_shares(row)) for row in whole.to_dict("records")]
    header = ("queue", "actual", *SCORE_COLUMNS.values())
    lines = [text_table(rows, header, right=range(1, len(header)))]
    edits = result.overrides.frame.to_dict("records")
    if edits:
        header = ("no.", "who", "why", "forecast", "override", "actual", "improvement", "interval error", "verdict")
        lines += ["", text_table([_edit_row(edit) for edit in edits], header, right=(0, 3, 4, 5, 6))]
    return "\n".join(lines)


def _queue(name: str) -> str:
    return "all queues" if name == ALL_QUEUES else name


def _shares(row: Mapping[Any, Any]) -> list[str]:
    return [percent(row[name]) if row[name] == row[name] else "-" for name in SCORE_COLUMNS]


def _edit_row(edit: Mapping[Any, Any]) -> tuple[str, ...]:
    names = ("offered_before", "offered_after", "offered")
    figures = [f"{edit[name]:,.0f}" for name in names] + [f"{edit['gained']:+,.0f}"]
    errors = [percent(edit[name]) if edit["offered"] > 0 else "-" for name in ("wape_before", "wape_after")]
    if not edit["intervals"]:
        figures = ["-"] * len(figures)
    return f"{edit['override']:.0f}", edit["who"], edit["why"], *figures, " to ".join(errors), edit["verdict"]
