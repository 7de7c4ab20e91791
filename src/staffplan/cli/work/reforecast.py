"""What `staffplan reforecast` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.work.common import COMMAND_LINE, config_and_workspace, interval_of
from staffplan.errors import Problem, UsageError
from staffplan.files.cells import read_instants
from staffplan.files.read import read_table
from staffplan.ingest import read_history
from staffplan.process.workers import AS_MANY_AS_PAY, Workers
from staffplan.progress import OnProgress
from staffplan.settings.config import Config, make_config
from staffplan.site import make_site
from staffplan.tables.forecast import VolumeForecast

if TYPE_CHECKING:
    from staffplan.forecast import ReforecastResult


def reforecast_files(
    forecast_path: Path,
    history_path: Path,
    config_path: Path | None,
    now: str | None,
    overrides: Mapping[str, object],
    on_progress: OnProgress,
    *,
    workers: Workers = AS_MANY_AS_PAY,
) -> tuple[ReforecastResult, str]:
    """Update a forecast file from a history file; gives the result and the zone to write it in."""
    from staffplan.forecast import reforecast

    config, workspace = config_and_workspace(config_path, overrides)
    planned = read_table(forecast_path, VolumeForecast, timezone=config.plan.timezone)
    if config_path is None:
        found = interval_of(planned.frame, "queue")
        config, workspace = config_and_workspace(None, {**overrides, "plan.interval_minutes": found})
    contacts = read_history(history_path, to_the_end(config))
    site = make_site(
        _with_channels(config, planned),
        queues={*planned.frame["queue"], *contacts.frame["queue"]},
        first_day=contacts.frame["interval_start"].min().date(),
        last_day=max(table.frame["interval_start"].max() for table in (planned, contacts) if len(table)).date(),
        special_days=workspace.special_days,
    )
    until = None if now is None else _instant(now, config.plan.timezone)
    result = reforecast(
        planned, contacts, config.forecast, site=site, now=until, workers=workers, on_progress=on_progress
    )
    return result, config.plan.timezone


def to_the_end(config: Config) -> Config:
    """The settings without `input.until`: what came after the day a plan was made is what this is about."""
    return config.model_copy(update={"input": config.input.model_copy(update={"until": None})})


def _with_channels(config: Config, planned: VolumeForecast) -> Config:
    """The settings with a section for every queue of the forecast, which knows its channel."""
    raw: dict[str, Any] = config.model_dump(exclude_unset=True)
    queues = raw.setdefault("queues", {})
    for queue, channel in planned.frame[["queue", "channel"]].drop_duplicates().itertuples(index=False):
        queues.setdefault(queue, {"channel": channel})
    return make_config(raw, COMMAND_LINE)


def _instant(text: str, timezone: str) -> pd.Timestamp:
    """The instant of --now. Raises UsageError, in words, for what is no time or none of this zone."""
    read, wrong = read_instants(pd.Series([text], dtype=object), timezone)
    if wrong or read.isna().any():
        message, hint = wrong.get(0, (f"{text!r} is not a time", "write it as 2026-12-01T11:30"))
        raise UsageError(Problem("--now", message, hint))
    return pd.Timestamp(read.iloc[0])
