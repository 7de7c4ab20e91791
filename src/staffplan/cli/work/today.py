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
from staffplan.cli.work.today_contacts import moment_of, with_contacts
from staffplan.clock import local_dates, midnight
from staffplan.cost.exchange import Exchange
from staffplan.errors import DataError, Problem, UsageError, nearest
from staffplan.files.read import read_table
from staffplan.ingest import read_history
from staffplan.plan.edits import Standing, standing
from staffplan.process.workers import Workers
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.standby import Standby
from staffplan.tables.states import AgentStates

if TYPE_CHECKING:
    from staffplan.control.today import Today
    from staffplan.control.today.day import Day
    from staffplan.control.today.presence import Presence


BEST, ALL = "best", "all"
"""Of --apply, in place of numbers."""


def numbers_of(text: str) -> tuple[int, ...] | str:
    """The numbers of --apply, or "best" or "all". Raises UsageError for what is neither."""
    if text in (BEST, ALL):
        return text
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        hint = "write best, all, or numbers of the list: 1,3"
        raise UsageError(Problem("--apply", f"{text!r} names no changes", hint))
    return tuple(dict.fromkeys(int(part) for part in parts))


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

    workspace, config = stands.workspace, stands.workspace.config
    given = read_history(asked.actuals, to_the_end(config), is_whole=False)
    standby, words = _standby(asked.standby, stands), words_of(asked.state_words)
    states = None if asked.states is None else read_states(asked.states, stands, words)
    at = moment_of(asked.at, given, workspace)
    planned = workspace.forecast()
    result = with_contacts(workspace, given, at, workers)
    length = pd.Timedelta(minutes=config.plan.interval_minutes)
    updated, notes = forced(planned, result.forecast, shares, Moment(at, config.plan.timezone, length))
    say_notes(note for note in (*result.notes, *notes) if note.kind != "left out")
    settings = (config.simulate, config.staffing)
    need = workspace.table(StaffingRequirement)
    presence = _presence(states, words, stands, at)
    helpers = workspace.helpers
    stage = make_stage(planned, updated, need, workspace.site, settings, at, config.plan.seed, presence, helpers)
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
        frozenset(zip(stands.locks.frame["agent_id"], stands.locks.frame["day"].dt.date, strict=True)),
    )


def _presence(states: AgentStates | None, words: Mapping[str, str], stands: Standing, at: pd.Timestamp) -> Presence:
    """Who is there, by the log of the day so far."""
    from staffplan.control.today.presence import UNKNOWN, of_day, presence_of
    from staffplan.control.today.spans import worked_between

    if states is None:
        return UNKNOWN
    [day] = local_dates(pd.DatetimeIndex([at]), stands.timezone)
    begin, end = midnight(day, stands.timezone), midnight(day + timedelta(days=1), stands.timezone)
    log, notes = of_day(states, words, (begin, end), at)
    say_notes((*states.notes, *notes))
    return UNKNOWN if log is None else presence_of(log, words, worked_between(stands.roster, at, end), at)


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
    """Who stands by, by the file given, else by the plan. Raises DataError for people whom the plan does not have."""
    workspace = stands.workspace
    own = workspace.table_if_there(Standby) if workspace.config.standby else None
    table = (own or Standby.empty()) if path is None else read_table(path, Standby, timezone=stands.timezone)
    known = stands.case.workforce.agents.frame["agent_id"].tolist()
    problems = [
        Problem(table.place(row, "agent_id"), f"{who!r} is not in the agents table", nearest(str(who), known))
        for row, who in enumerate(table.frame["agent_id"])
        if who not in known
    ]
    if problems:
        raise DataError(problems)
    return table


def _rates(stands: Standing) -> dict[str, float]:
    """Base pay an hour in the plan's currency: the agent's own, else the contract's, else the default."""
    frame, plans = stands.case.workforce.agents.frame, stands.case.work_plans
    cost = stands.workspace.config.cost
    found, exchange = {}, Exchange.of(cost)
    for agent_id, rate, plan in zip(frame["agent_id"], frame["hourly_rate"], frame["work_plan"], strict=True):
        contract = plans.get(plan)
        choices = (rate, None if contract is None else contract.hourly_rate)
        known = [float(one) for one in choices if one is not None and not np.isnan(one)]
        own = exchange.units(known[0], contract.currency if contract else None) if known else cost.default_hourly_rate
        found[str(agent_id)] = own
    return found
