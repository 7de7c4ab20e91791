"""Calabrio: the file from which forecasts are imported, for several skills at a time.

Source: Calabrio, "Forecast file formats" (no header, UTF-8, sorted by skill; skill of 50 characters at most, start
and end as yyyyMMdd HH:mm, volume, task time and after task work in decimal seconds, agents). For e-mail and back
office staffing cannot be imported, so the column of agents is there only where all queues are calls or chats.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from staffplan.errors import DataError, Note, Problem
from staffplan.export.source import Exported, Source, note
from staffplan.export.text import csv_bytes, decimal_places
from staffplan.export.volumes import weighted_aht
from staffplan.tables.history import WORK_TYPE

LONGEST_SKILL = 50


def make(source: Source) -> Exported:
    """Volume, task time and after task work of each skill and interval, in local time."""
    frame = _labelled(source)
    _refuse_names(source, sorted(frame["skill"].unique()))
    agents = _agents(source)
    rows = []
    for row in frame.to_dict("records"):
        start, end = row["label"], row["label"] + source.interval
        after = float(row["aht_seconds"]) * source.settings.after_work_share
        times = (float(row["aht_seconds"]) - after, after)
        staff = () if agents is None else (decimal_places(agents.get((row["queue"], start), 0.0), 2),)
        volume = f"{round(float(row['offered']), 2):g}"
        cells = (row["skill"], _text(start), _text(end), volume, *(decimal_places(t, 2) for t in times), *staff)
        rows.append(cells)
    return Exported({"forecast_import.csv": csv_bytes(rows)}, tuple(_notes(source)))


def _text(label: pd.Timestamp) -> str:
    return label.strftime("%Y%m%d %H:%M")


def _local(source: Source, instants: pd.Series) -> pd.Series:
    """What the clock on the wall shows."""
    return pd.Series(instants.dt.tz_convert(source.local_timezone).dt.tz_localize(None))


def _labelled(source: Source) -> pd.DataFrame:
    """Rows by skill and local label: the two hours of an autumn night that have the same label are one."""
    frame = source.forecast.frame
    labelled = weighted_aht(frame.assign(label=_local(source, frame["interval_start"])), ["queue", "label"])
    skills = labelled["queue"].map(lambda queue: source.ids.get("queue", queue, queue))
    return labelled.assign(skill=skills).sort_values(["skill", "label"], kind="stable")


def _agents(source: Source) -> dict[tuple[str, pd.Timestamp], float] | None:
    """People on the line by queue and label; None where they cannot be told for each queue, or not be imported."""
    channels = dict(zip(source.forecast.frame["queue"], source.forecast.frame["channel"], strict=True))
    groups = [source.group_of(queue) for queue in channels]
    deferred = any(WORK_TYPE[channel] == "deferred" for channel in channels.values())
    if not len(source.requirement) or deferred or len(set(groups)) < len(groups):
        return None
    queue_of = dict(zip(groups, channels, strict=True))
    frame = source.requirement.frame
    labels = _local(source, frame["interval_start"])
    columns = (frame["planning_group"], labels, frame["agents_required"])
    found: dict[tuple[str, pd.Timestamp], float] = {}
    for group, label, people in zip(*columns, strict=True):
        key = (queue_of.get(group, group), label)
        found[key] = max(float(people), found.get(key, 0.0))
    return found


def _refuse_names(source: Source, skills: list[str]) -> None:
    long = [skill for skill in skills if len(skill) > LONGEST_SKILL]
    if long:
        hint = "give shorter names with --map ids.csv, kind queue"
        said = f"has {{}} characters; a skill of Calabrio has {LONGEST_SKILL} at most"
        raise DataError(Problem(source.forecast.source, f"{name!r} {said.format(len(name))}", hint) for name in long)


def _notes(source: Source) -> Iterator[Note]:
    yield note("calabrio-forecast", f"times are local times of {source.local_timezone}, without an offset")
    if not source.settings.after_work_share:
        said = "all handling time counts as task time; export.after_work_share gives the part after the contact"
        yield note("calabrio-forecast", said)
    repeated = _local(source, source.forecast.frame["interval_start"])
    if pd.DataFrame({"queue": source.forecast.frame["queue"], "label": repeated}).duplicated().any():
        said = "when the clocks go back, the two intervals with the same local time are written as one, added up"
        yield note("calabrio-forecast", said)
