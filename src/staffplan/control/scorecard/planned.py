"""What the tables of a plan, or of all plans published, say of resources, waits and access."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from staffplan.control.scorecard.observed import ALL, Observed, week_of

PLANNED = "the roster, as {which}"
SIMULATED = "simulated with the roster {which}"


@dataclass(frozen=True)
class PlanFrames:
    """Rows of Coverage, DayService, RosterShifts, RosterActivities and AccessVerdicts; without rows where there is no
    such table. `which`: "planned" or "published"."""

    coverage: pd.DataFrame
    waits: pd.DataFrame
    shifts: pd.DataFrame
    activities: pd.DataFrame
    access: pd.DataFrame
    zone: str
    which: str


def planned_measures(frames: PlanFrames) -> Iterator[Observed]:
    """Everything that these tables measure."""
    if len(frames.coverage):
        yield from _cover(frames)
    if len(frames.shifts):
        yield Observed("on_queue", PLANNED.format(which=frames.which), _on_queue(frames), is_pooled=False)
    if len(frames.waits):
        yield from _waits(frames)
    if len(frames.access):
        yield Observed("honest", "access.csv", _honest(frames))


def local_day(instants: pd.Series, zone: str) -> pd.Series:
    """The local day of each instant, without a zone."""
    day: pd.Series = instants.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    return day


def pieces(queue: pd.Series, part: pd.Series, whole: pd.Series, day: pd.Series, **more: pd.Series) -> pd.DataFrame:
    """A frame as Observed has it; pieces without a value are left out."""
    frame = pd.DataFrame({"queue": queue, "part": part, "whole": whole, "day": day, "week": week_of(day), **more})
    return frame[frame["part"].notna()]


def _cover(frames: PlanFrames) -> Iterator[Observed]:
    rows, source = frames.coverage, PLANNED.format(which=frames.which)
    day, group, start = local_day(rows["interval_start"], frames.zone), rows["planning_group"], rows["interval_start"]
    covered = rows[["required", "scheduled"]].min(axis=1)
    yield Observed("required_covered", source, pieces(group, covered, rows["required"], day, interval=start))
    needed = rows[rows["required"] > 0]
    there = (needed["scheduled"] > 0).astype(float)
    own = pieces(needed["planning_group"], there, there * 0 + 1, day[needed.index], interval=needed["interval_start"])
    yield Observed("staffed", source, own)
    if rows["occupancy"].notna().any():
        busy = pieces(group, rows["occupancy"] * rows["scheduled"], rows["scheduled"], day, interval=start)
        yield Observed("occupancy", SIMULATED.format(which=frames.which), busy)


def _on_queue(frames: PlanFrames) -> pd.DataFrame:
    """Hours on queue of the hours paid, by person and day."""
    rows = frames.activities[frames.activities["activity"] == "queue"]
    hours = (
        ((rows["end"] - rows["start"]).dt.total_seconds() / 3600)
        .groupby([rows["agent_id"], rows["schedule_date"]])
        .sum()
    )
    paid = frames.shifts.set_index(["agent_id", "schedule_date"])["paid_hours"]
    both = pd.DataFrame({"part": hours.reindex(paid.index).fillna(0.0), "whole": paid}).reset_index()
    everybody = pd.Series(ALL, index=both.index)
    return pieces(everybody, both["part"], both["whole"], both["schedule_date"], agent=both["agent_id"])


def _waits(frames: PlanFrames) -> Iterator[Observed]:
    rows = frames.waits[frames.waits["kept"] != "no contacts"]
    source, group, day = SIMULATED.format(which=frames.which), rows["planning_group"], rows["day"]
    level = pieces(group, rows["service_level"] * rows["offered"], rows["offered"], day)
    yield Observed("service_level", source, level, fine=_by_interval(frames))
    answered = rows["offered"] * (1 - rows["abandon_rate"].fillna(0.0))
    wait = pieces(group, rows["asa_seconds"] * answered, answered, day)
    yield Observed("asa_seconds", source, wait, is_pooled=False)
    kept = (rows["kept"] == "yes").astype(float)
    yield Observed("days_kept", source, pieces(group, kept, kept * 0 + 1, day))
    yield from goals_kept(level, rows.dropna(subset="goal").groupby("planning_group")["goal"].last(), source)


def _by_interval(frames: PlanFrames) -> pd.DataFrame | None:
    rows = frames.coverage
    if not len(rows) or rows["service_level"].isna().all():
        return None
    day = local_day(rows["interval_start"], frames.zone)
    part = rows["service_level"] * rows["offered"]
    return pieces(rows["planning_group"], part, rows["offered"], day, interval=rows["interval_start"])


def goals_kept(level: pd.DataFrame, goals: pd.Series, source: str) -> Iterator[Observed]:
    """The share of groups whose service level over all days is that of their goal. level: pieces; goals: by group."""
    sums = level.groupby("queue")[["part", "whole"]].sum()
    sums = sums[(sums["whole"] > 0) & sums.index.isin(goals.index)]
    if len(sums):
        kept = (sums["part"] / sums["whole"] >= goals.reindex(sums.index)).astype(float)
        yield Observed("goals_kept", source, pd.DataFrame({"queue": ALL, "part": kept.to_numpy(), "whole": 1.0}))


def _honest(frames: PlanFrames) -> pd.DataFrame:
    rows = frames.access
    honest = (rows["verdict"] == "honest").astype(float)
    day = local_day(rows["period_start"], frames.zone)
    return pieces(rows["queue"], honest, honest * 0 + 1, day, interval=rows["period_start"])
