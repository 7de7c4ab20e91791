"""What `fit` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from staffplan.cli.work import config_and_workspace
from staffplan.errors import Note
from staffplan.files import column_names, place_of, read_table
from staffplan.fit import CallLog, FitChoices, FitResult, OutcomeWords, fit, guess_columns, settings_lines
from staffplan.text import text_table

ONE_QUEUE = "all"
"""The queue of a log that has no column for it."""
SHOWN = (
    *("patience_seconds", "patience_median_seconds", "balking_share", "abandon_share", "aht_seconds", "aht_cv"),
    *("aht_short_share", "between_calls_seconds", "arrivals_variance_to_mean", "arrivals_alpha", "redial_share"),
)
"""Parameters shown on the terminal; the file has all."""


@dataclass(frozen=True)
class Asked:
    """What the command line says about the log."""

    columns: Mapping[str, str]
    answered: tuple[str, ...]
    abandoned: tuple[str, ...]
    short_seconds: float
    redial_minutes: float


@dataclass(frozen=True)
class Fitted:
    """What was learnt, with the lines for the settings and the zone to write in."""

    result: FitResult
    settings: str
    timezone: str
    notes: tuple[Note, ...]


def fit_file(calls: Path, config_path: Path | None, given: Mapping[str, object], asked: Asked) -> Fitted:
    """Learn from a file; of the settings, the site's zone and the length of an interval matter."""
    plan = config_and_workspace(config_path, given)[0].plan
    columns = guess_columns(column_names(calls), asked.columns, place_of(calls))
    constants = {} if "queue" in columns.names else {"queue": ONE_QUEUE}
    log = read_table(calls, CallLog, timezone=plan.timezone, columns=columns.names, constants=constants)
    words = OutcomeWords.of(asked.answered, asked.abandoned)
    choices = FitChoices(words, plan.timezone, plan.interval_minutes, asked.short_seconds, asked.redial_minutes)
    result = fit(log, choices)
    return Fitted(result, settings_lines(result.parameters), plan.timezone, (*columns.notes, *result.notes))


def result_in_words(fitted: Fitted) -> str:
    """The parameters that matter most, a column for each queue, then the lines to paste."""
    frame = fitted.result.parameters.frame
    queues = frame["queue"].drop_duplicates().tolist()
    by_place = {(row["parameter"], row["queue"]): row for row in frame.to_dict("records")}
    rows = [
        (name, *(_cell(by_place.get((name, queue))) for queue in queues))
        for name in SHOWN
        if any((name, queue) in by_place for queue in queues)
    ]
    header = ("", *("all queues" if queue == "*" else queue for queue in queues))
    lines = [text_table(rows, header, right=range(1, len(header)))]
    if fitted.settings:
        lines += ["", "for plan.toml:", fitted.settings]
    return "\n".join(lines)


def _cell(row: Mapping[Any, Any] | None) -> str:
    """A value and its standard error, with the digits that matter."""
    if row is None or row["value"] != row["value"]:
        return "-"
    if row["parameter"].endswith("_seconds"):
        error = "" if row["standard_error"] != row["standard_error"] else f" ± {row['standard_error']:.1f}"
        return f"{row['value']:.0f}{error}" if row["value"] >= 100 else f"{row['value']:.1f}{error}"
    return f"{100 * row['value']:.1f} %" if row["parameter"].endswith("_share") else f"{row['value']:.3g}"
