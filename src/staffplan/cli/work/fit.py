"""What `fit` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from staffplan.cli.work.common import config_and_workspace
from staffplan.errors import Note, Problem, UsageError, place_of
from staffplan.files.read import column_names, one_table, read_table, table_from, tables_in
from staffplan.fit import (
    CallLog,
    FitChoices,
    FitResult,
    OnDuty,
    OutcomeWords,
    PredictedWaits,
    fit,
    guess_columns,
    guess_on_duty,
    settings_lines,
)
from staffplan.fit.predicted_waits import Comparison, predicted_waits
from staffplan.ingest import Asked as Doors
from staffplan.ingest import contacts_of, with_call_times
from staffplan.plan.text import percent, text_table
from staffplan.settings.plan import PlanSettings

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
    on_duty: Path | None = None
    learn_until: str | None = None
    within_seconds: float = 20.0
    pause_minutes: float = 10.0


@dataclass(frozen=True)
class Fitted:
    """What was learnt, with the lines for the settings and the zone to write in."""

    result: FitResult
    waits: PredictedWaits
    within_seconds: float
    settings: str
    timezone: str
    notes: tuple[Note, ...]


def fit_file(calls: Path, config_path: Path | None, given: Mapping[str, object], asked: Asked) -> Fitted:
    """Learn from a file; of the settings, the site's zone and the length of an interval matter."""
    config = config_and_workspace(config_path, given)[0]
    plan = config.plan
    log, read_so = _call_log(calls, asked, plan, config.input.timezone)
    words = OutcomeWords.of(asked.answered, asked.abandoned)
    choices = FitChoices(words, plan.timezone, plan.interval_minutes, asked.short_seconds, asked.redial_minutes)
    learnt_from = log if asked.learn_until is None else _until(log, asked.learn_until, plan.timezone)
    result = fit(learnt_from, choices)
    comparison = Comparison(asked.within_seconds, asked.pause_minutes, plan.seed)
    on_duty = None if asked.on_duty is None else _on_duty(asked.on_duty, plan.timezone)
    waits, compared = predicted_waits(log, choices, result, on_duty, comparison)
    notes = (*read_so, *result.notes, *compared)
    return Fitted(result, waits, asked.within_seconds, settings_lines(result.parameters), plan.timezone, notes)


def _call_log(path: Path, asked: Asked, plan: PlanSettings, times: str | None) -> tuple[CallLog, tuple[Note, ...]]:
    """The calls of a file: of a system that is recognised, else by the columns that are named or guessed.

    times: zone of times without an offset, where it is not the center's.
    """
    tables = tables_in(path)
    zone_given = "timezone" in plan.model_fields_set
    doors = Doors(plan.timezone, zone_given, times, plan.interval_minutes)
    known = None if asked.columns else contacts_of(tables, doors)
    if known is not None:
        return CallLog.of(known[0], place_of(path)), known[1]
    records = one_table(tables, path)
    columns = guess_columns([str(n) for n in records.frame.columns if n != "_row"], asked.columns, place_of(path))
    zone = times or plan.timezone
    records, names = with_call_times(records, columns.names, zone)
    constants = {} if "queue" in columns.names else {"queue": ONE_QUEUE}
    log = table_from(records, CallLog, timezone=zone, columns=names, constants=constants)
    return log, columns.notes


def _until(log: CallLog, day: str, timezone: str) -> CallLog:
    """The calls before a day; raises UsageError where it is none, or none came before it."""
    try:
        end = pd.Timestamp(date.fromisoformat(day)).tz_localize(timezone)
    except ValueError as error:
        raise UsageError(Problem("--learn-until", f"{day!r} is not a date", "write it as 2026-02-01")) from error
    before = log.frame[(log.frame["arrival"] < end).to_numpy(dtype=bool)]
    if not len(before):
        first = f"the first call came on {log.frame['arrival'].min().tz_convert(timezone):%Y-%m-%d}"
        raise UsageError(Problem("--learn-until", f"no call came before {day}", first))
    return CallLog.of(before, log.source)


def _on_duty(path: Path, timezone: str) -> OnDuty:
    columns = guess_on_duty(column_names(path), place_of(path))
    return read_table(path, OnDuty, timezone=timezone, columns=columns)


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
    if len(fitted.waits):
        lines += ["", waits_in_words(fitted.waits, fitted.within_seconds)]
    return "\n".join(lines)


def waits_in_words(waits: PredictedWaits, within_seconds: float) -> str:
    """Month by month: what happened, what each model says, and how far it is off in an interval."""
    header = ("", f"within {within_seconds:g} s", "abandoned", "wait", "error", "error", "error")
    told = []
    for period, rows in waits.frame.groupby("period", sort=False):
        first = rows.iloc[0]
        title = (
            f"{period}: {first['contacts']:,.0f} calls in {first['intervals']:,.0f} intervals, "
            f"{first['agents']:.1f} agents on duty: actual, each model, and the model's error per interval"
        )
        lines = [
            (
                row["model"],
                *(_share(row[name]) for name in ("in_time", "abandoned")),
                _seconds(row["wait_seconds"], row["model"]),
                *(_share(row[f"off_{name}"]) for name in ("in_time", "abandoned")),
                _seconds(row["off_wait_seconds"], row["model"]),
            )
            for row in rows.to_dict("records")
        ]
        told.append(f"{title}\n{text_table(lines, header, right=range(1, len(header)))}")
    return "\n\n".join(told)


def _share(value: float) -> str:
    return percent(value) if value == value else ""


def _seconds(value: float, model: str) -> str:
    if value == value:
        return f"{value:.1f} s"
    return "unlimited" if model == "erlang-c" else ""


def _cell(row: Mapping[Any, Any] | None) -> str:
    """A value and its standard error, with the digits that matter."""
    if row is None or row["value"] != row["value"]:
        return "-"
    if row["parameter"].endswith("_seconds"):
        error = "" if row["standard_error"] != row["standard_error"] else f" ± {row['standard_error']:.1f}"
        return f"{row['value']:.0f}{error}" if row["value"] >= 100 else f"{row['value']:.1f}{error}"
    return f"{100 * row['value']:.1f} %" if row["parameter"].endswith("_share") else f"{row['value']:.3g}"
