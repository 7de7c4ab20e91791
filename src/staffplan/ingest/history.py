"""The history that the settings ask for, from a file of staffplan or of another system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from staffplan.clock import midnight
from staffplan.errors import DataError, Problem
from staffplan.files.doubts import about_names, about_sums
from staffplan.files.read import read_table
from staffplan.settings.config import Config
from staffplan.tables.history import ContactHistory


def read_history(path: Path, config: Config) -> ContactHistory:
    """The history as the settings ask for it: columns mapped, later days and ignored queues left out.

    Raises DataError for a queue that the settings do not know (when they name any), and when nothing is left.
    """
    chosen = config.input
    listed = config.queues_listed()
    names = [*listed, *chosen.ignore_queues] if listed else []
    history = read_table(
        path,
        ContactHistory,
        timezone=config.plan.timezone,
        columns=chosen.columns,
        constants={"queue": chosen.queue} if chosen.queue else None,
        known={"queue": names} if names else None,
    )
    kept = ~history.frame["queue"].isin(chosen.ignore_queues)
    if chosen.until is not None:
        end = midnight(chosen.until + timedelta(days=1), config.plan.timezone)
        kept &= history.frame["interval_start"] < end
    left = history if kept.all() else history.only(kept.to_numpy())
    there = set(left.frame["queue"].unique())
    absent = [
        name
        for name, queue in config.queues.items()
        if name not in there and queue.like is None and not there.intersection(queue.was)
    ]
    if not len(left) or absent:
        raise DataError(_nothing_left(history.source, absent))
    return replace(left, notes=(*left.notes, *about_names(left), *about_sums(left)))


def _nothing_left(place: str, absent: Sequence[str]) -> list[Problem]:
    if not absent:
        return [Problem(place, "no rows are left", "look at input.until and input.ignore_queues in the settings")]
    hint = 'correct the queue\'s name in the settings, remove its section, or let it borrow: like = "..."'
    return [Problem(place, f"there are no rows for queue {name!r}", hint) for name in absent]
