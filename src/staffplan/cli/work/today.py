"""What `today` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from staffplan.cli.work.delivery import say_notes
from staffplan.cli.work.reforecast import to_the_end
from staffplan.cli.work.states import read_states, words_of
from staffplan.clock import local_dates, midnight
from staffplan.errors import DataError, Problem, UsageError, nearest
from staffplan.files.cells import read_instants
from staffplan.files.read import read_table
from staffplan.ingest import read_history
from staffplan.plan.edits import Standing, standing
from staffplan.plan.workspace import Workspace
from staffplan.process.workers import Workers
from staffplan.tables.history import ContactHistory
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.standby import Standby

if TYPE_CHECKING:
    from staffplan.control.today import Today
    from staffplan.control.today.day import Day


@dataclass(frozen=True)
class Asked:
    """The command line: contacts of today, the local time, what may change, and what the rest of the day is to be."""

    plan: Path
    actuals: Path
    at: str | None
    freeze_minutes: int
    notice_minutes: int
    most: int
    kinds: tuple[str, ...]
    standby: Path | None
    states: Path | None
    state_words: tuple[str, ...]
    force_share: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What is known of today in a plan as it stands."""

    stands: Standing
    day: Day
    found: Today
    waits_hours: tuple[str, ...]
    """Planning groups whose work waits hours."""

    @property
    def zone(self) -> str:
        return self.stands.timezone

    @property
    def names(self) -> dict[str, str]:
        """By agent."""
        frame = self.stands.case.workforce.agents.frame
        return dict(zip(frame["agent_id"], frame["name"], strict=True))

    @property
    def currency(self) -> str:
        return self.stands.workspace.config.plan.currency


def today_of(asked: Asked, workers: Workers) -> Told:
    """The day of a plan directory. Raises UsageError for a moment that its days do not have."""
    from staffplan.control.today import today

    kinds, shares = _kinds(asked.kinds), _shares(asked.force_share)
    stands = standing(asked.plan)
    day = _day(asked, stands, kinds, shares, workers)
    groups = stands.workspace.site.groups().items()
    waiting = tuple(sorted(name for name, queues in groups if queues[0].work_type == "deferred"))
    return Told(stands, day, today(day), waiting)


def _day(
    asked: Asked, stands: Standing, kinds: tuple[str, ...], shares: Mapping[str, float | None], workers: Workers
) -> Day:
    """Everything that the day is played with."""
    from staffplan.control.today.day import Day
    from staffplan.control.today.forced import Moment, forced
    from staffplan.control.today.play import make_stage
    from staffplan.control.today.presence import UNKNOWN, presence_of
    from staffplan.forecast import reforecast
    from staffplan.plan.learnt import keep_learnt, read_learnt

    workspace, config = stands.workspace, stands.workspace.config
    given = read_history(asked.actuals, to_the_end(config))
    standby, words = _standby(asked.standby, stands), words_of(asked.state_words)
    log = None if asked.states is None else read_states(asked.states, stands, words)
    at = _moment(asked.at, given, workspace)
    history = _with_today(workspace, given, at)
    planned = workspace.forecast()
    known, site = read_learnt(asked.plan), workspace.site
    result = reforecast(planned, history, config.forecast, site=site, now=at, learnt=known, workers=workers)
    keep_learnt(asked.plan, known, result.learnt)
    length = pd.Timedelta(minutes=config.plan.interval_minutes)
    updated, notes = forced(planned, result.forecast, shares, Moment(at, config.plan.timezone, length))
    say_notes(note for note in (*result.notes, *notes) if note.kind != "left out")
    settings = (config.simulate, config.staffing)
    need = workspace.table(StaffingRequirement)
    presence = UNKNOWN if log is None else presence_of(log, words, _around(stands, at), at)
    stage = make_stage(planned, updated, need, workspace.site, settings, at, config.plan.seed, presence)
    return Day(
        stands.case,
        stands.roster,
        planned,
        updated,
        stage,
        at + pd.Timedelta(minutes=asked.freeze_minutes),
        asked.most,
        _rates(stands),
        kinds,
        pd.Timedelta(minutes=asked.notice_minutes),
        standby,
    )


def _around(stands: Standing, at: pd.Timestamp) -> Roster:
    """The shifts that go on at a moment, or begin later on its day."""
    from staffplan.control.today.spans import worked_between

    [day] = local_dates(pd.DatetimeIndex([at]), stands.timezone)
    return worked_between(stands.roster, at, midnight(day + timedelta(days=1), stands.timezone))


def _kinds(given: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of levers asked for. Raises UsageError for one that there is not."""
    from staffplan.control.today.levers import KINDS

    unknown = [name for name in given if name not in KINDS]
    if unknown:
        known = f"the kinds are {', '.join(KINDS)}"
        raise UsageError(Problem("--kind", f"there is no kind of change {name!r}", known) for name in unknown)
    return given or KINDS


def _shares(given: tuple[str, ...]) -> dict[str, float | None]:
    """By queue the share by which the rest of today differs from the plan, None for the share seen so far."""
    found: dict[str, float | None] = {}
    problems = []
    for text in given:
        queue, _, share = text.rpartition("=")
        number = _share(share.strip())
        if number is None and share.strip() != "seen":
            hint = "write seen, 0.15 or 15%; for one queue phone=0.15"
            problems.append(Problem("--force-share", f"{text!r} is no share between -1 and 9", hint))
        elif queue.strip() in found:
            whose = f"two shares are given for {queue.strip()}" if queue else "two shares are given for all queues"
            problems.append(Problem("--force-share", whose, "give one"))
        found[queue.strip()] = number
    if problems:
        raise UsageError(problems)
    return found


def _share(text: str) -> float | None:
    """A number, or a percentage; None for what is neither, or no share that a day can have."""
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None
    return value if -1 <= value <= 9 else None


def _standby(path: Path | None, stands: Standing) -> Standby:
    """Who stands by. Raises DataError for people whom the plan does not have."""
    if path is None:
        return Standby.empty()
    table = read_table(path, Standby, timezone=stands.timezone)
    known = stands.case.workforce.agents.frame["agent_id"].tolist()
    problems = [
        Problem(table.place(row, "agent_id"), f"{who!r} is not in the agents table", nearest(str(who), known))
        for row, who in enumerate(table.frame["agent_id"])
        if who not in known
    ]
    if problems:
        raise DataError(problems)
    return table


def _moment(text: str | None, given: ContactHistory, workspace: Workspace) -> pd.Timestamp:
    """The instant of --at, else the end of the contacts given."""
    zone, minutes = workspace.config.plan.timezone, workspace.config.plan.interval_minutes
    if text is None:
        at = pd.Timestamp(given.frame["interval_start"].max()) + pd.Timedelta(minutes=minutes)
    else:
        read, wrong = read_instants(pd.Series([text], dtype=object), zone)
        if wrong or read.isna().any():
            message, hint = wrong.get(0, (f"{text!r} is not a time", "write it as 2026-12-01T10:30"))
            raise UsageError(Problem("--at", message, hint))
        at = pd.Timestamp(read.iloc[0])
    [day] = local_dates(pd.DatetimeIndex([at]), zone)
    if not workspace.planned.contains(day):
        days = workspace.planned
        message = f"{day:%a %d %b %Y} is not in the plan, which runs from {days.first} to {days.last}"
        raise UsageError(Problem("--at" if text else str(given.source), message, "give the contacts of a day of it"))
    return at


def _with_today(workspace: Workspace, given: ContactHistory, at: pd.Timestamp) -> ContactHistory:
    """The plan's history with the contacts of the file, which count from their first day on."""
    zone = workspace.config.plan.timezone
    [first] = local_dates(pd.DatetimeIndex([given.frame["interval_start"].min()]), zone)
    past = workspace.full_history.frame
    past = past[past["interval_start"] < midnight(first, zone)]
    both = pd.concat([past, given.frame], ignore_index=True)
    return ContactHistory.of(both[both["interval_start"] < at].reset_index(drop=True), given.source)


def _rates(stands: Standing) -> dict[str, float]:
    """Base pay an hour: the agent's own, else the contract's, else the default."""
    frame, plans = stands.case.workforce.agents.frame, stands.case.work_plans
    default = stands.workspace.config.cost.default_hourly_rate
    found = {}
    for agent_id, rate, plan in zip(frame["agent_id"], frame["hourly_rate"], frame["work_plan"], strict=True):
        contract = plans[plan].hourly_rate if plan in plans else None
        choices = (rate, contract, default)
        found[str(agent_id)] = next(float(one) for one in choices if one is not None and not np.isnan(one))
    return found
