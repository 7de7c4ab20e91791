"""What several commands need: settings and workspace, the interval of a table, the site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from staffplan.clock import ROWS_TO_KNOW_STRAYS, local_dates, phases, usual_phases
from staffplan.files.read import read_special_days
from staffplan.plan.directory import read_config_text
from staffplan.plan.workspace import Workspace
from staffplan.settings.config import Config, load_config
from staffplan.site import Site, make_site

COMMAND_LINE = "command line"
INTERVALS = (15, 30, 60)


def config_and_workspace(path: Path | None, overrides: Mapping[str, object]) -> tuple[Config, Workspace]:
    """Settings of a file, or the defaults, with the flags applied; and the workspace that resolves their paths."""
    text = "" if path is None else read_config_text(path)
    place = COMMAND_LINE if path is None else str(path)
    config = load_config(text, place, overrides)
    base = Path() if path is None else path.parent
    return config, Workspace(base, config, base, place)


def interval_of(frame: pd.DataFrame, key: str) -> int:
    """Minutes between rows of the same queue, strays apart: the shortest, raised to a length staffplan plans in."""
    usual = frame.groupby(key)["interval_start"].transform(_is_usual).astype(bool)
    ordered = frame[usual].sort_values([key, "interval_start"])
    steps = ordered.groupby(key)["interval_start"].diff().dropna()
    shortest = 30.0 if steps.empty else steps.min().total_seconds() / 60
    if shortest < max(INTERVALS) and shortest not in INTERVALS and len(frame) < ROWS_TO_KNOW_STRAYS:
        return _length_of_most(frame["interval_start"])
    return next((minutes for minutes in INTERVALS if shortest <= minutes and minutes % shortest == 0), 30)


def _length_of_most(starts: pd.Series) -> int:
    """The longest interval at whose starts two of three rows begin, of rows too few to know which of them stray."""
    instants = pd.DatetimeIndex(starts)
    for minutes in sorted(INTERVALS, reverse=True):
        if 3 * np.unique(phases(instants, minutes), return_counts=True)[1].max() >= 2 * len(instants):
            return minutes
    return 30


def _is_usual(starts: pd.Series) -> pd.Series:
    """Whether each row begins as many minutes past the hour as others do; True for all where none do."""
    instants = pd.DatetimeIndex(starts)
    usual = usual_phases(instants, 60)
    return pd.Series(np.isin(phases(instants, 60), usual) | (len(usual) == 0), index=starts.index)


def site_of(config: Config, frame: pd.DataFrame, workspace: Workspace) -> Site:
    """The site of a forecast's or requirement's period, with the queues of the settings and of the table."""
    days = local_dates(pd.DatetimeIndex(frame["interval_start"]), config.plan.timezone)
    named = set(frame["queue"]) if "queue" in frame else set()
    special = workspace.input_path("special_days")
    return make_site(
        config,
        queues={*config.queues, *named},
        first_day=min(days),
        last_day=max(days),
        special_days=() if special is None else read_special_days(special),
        planned=workspace.days_given(days),
    )
