"""What a promise costs a year: each step of it staffed, with as many people as it needs, rostered and simulated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, parse_spans
from staffplan.cost.ledger import agent_share
from staffplan.errors import Problem, UsageError
from staffplan.files.lock import locked
from staffplan.files.together import made
from staffplan.plan.directory import OpenPlan, open_existing
from staffplan.plan.workspace import Workspace
from staffplan.process.workers import Workers
from staffplan.progress import OnProgress, silent
from staffplan.scenario.frozen import freeze
from staffplan.scenario.measures import Measures, measured
from staffplan.scenario.run import played
from staffplan.scenario.steps import Step, run_steps
from staffplan.settings.scenarios import BASE
from staffplan.staffing.preview import square_root_agents
from staffplan.tables.scenario import PromisePrices

POINT = 0.01
HOUR = 60
NIGHT = (6 * HOUR, 22 * HOUR)
"""What is left of a day without its night."""


def service_steps(base: Workspace, goals: Sequence[float]) -> list[Step]:
    """A step for each share of contacts in time, of the queues answered at once; none for the goal of today."""
    queues = _at_once(base)
    if not queues:
        raise UsageError(Problem("--of", "no queue is answered at once with a service level", "price hours"))
    today = {base.site.queues[name].goal.service_level for name in queues}
    return [
        Step(f"{100 * goal:g} % in time", f"goal-{100 * goal:g}".replace(".", "-"), _goals(base, queues, goal), goal)
        for goal in goals
        if today != {goal}
    ]


def _at_once(base: Workspace) -> list[str]:
    queues = base.site.queues.values()
    there = set(base.forecast().frame["queue"])
    return [
        queue.name
        for queue in queues
        if queue.name in there and queue.work_type != "deferred" and queue.goal.service_level is not None
    ]


def _goals(base: Workspace, queues: Sequence[str], level: float) -> dict[str, Any]:
    made_of = {name: base.site.queues[name].goal.model_dump(mode="json", exclude_none=True) for name in queues}
    goals = {name: {**goal, "service_level": level} for name, goal in made_of.items()}
    return {"changes": [{"change": "goal", "queues": [name], "goal": goal} for name, goal in goals.items()]}


def hours_steps(base: Workspace) -> list[Step]:
    """A step without each first and last opening hour, each single day, each night."""
    found = []
    for name, hours in base.config.hours.items():
        times = {key: str(value) for key, value in hours.model_dump(mode="json").items() if value is not None}
        for days, text in times.items():
            for part, left in shorter(days, text):
                change = {"change": "opening_hours", "name": name, "times": {**times, days: left}}
                folder = "-".join(f"{name} {days} {part}".replace(",", " ").replace("_", "-").split())
                found.append(Step(f"{name}, {days}: without {part}", f"without-{folder}", {"changes": [change]}))
    return found


def shorter(days: str, text: str) -> Iterator[tuple[str, str]]:
    """What may be left out of the opening hours of some days, and what is left: ("the last hour", "08:00-19:00")."""
    spans = parse_spans(text)
    if not spans or days == "holidays":
        return
    whole = spans[0] == (0, MINUTES_PER_DAY)
    if whole:
        yield "the night", _spans([NIGHT])
    elif len(spans) > 1 or spans[0][1] - spans[0][0] > HOUR:
        (start, end), last = spans[0], spans[-1]
        if end - start >= HOUR:
            yield "the first hour", _spans([(start + HOUR, end), *spans[1:]])
        if last[1] - last[0] >= HOUR:
            yield "the last hour", _spans([*spans[:-1], (last[0], last[1] - HOUR)])
    if "-" not in days and "," not in days and days != "daily":
        yield "the day", "closed"


def _spans(spans: Iterable[tuple[int, int]]) -> str:
    parts = [(start, end) for start, end in spans if end > start]
    return ",".join(f"{_clock(start)}-{_clock(end)}" for start, end in parts)


def _clock(minutes: int) -> str:
    minutes = minutes if minutes <= MINUTES_PER_DAY else minutes - MINUTES_PER_DAY
    return f"{minutes // HOUR:02d}:{minutes % HOUR:02d}"


def shrinkage_steps(base: Workspace) -> list[Step]:
    """A step with each category a point lower; of those that the requirement is grossed up by."""
    return [
        Step(
            f"{name}: {own.share - POINT:.1%} in place of {own.share:.1%} of paid time",
            f"less-{'-'.join(name.replace('_', ' ').split())}",
            {"changes": [{"change": "shrinkage", "category": name, "points": -POINT}]},
        )
        for name, own in base.config.staffing.shrinkage.items()
        if not own.in_roster and own.share >= POINT
    ]


STEPS_OF: dict[str, Callable[[Workspace], list[Step]]] = {"hours": hours_steps, "shrinkage": shrinkage_steps}


def price(
    plan: OpenPlan,
    steps: Sequence[Step],
    output: Path,
    workers: Workers,
    *,
    force: bool = False,
    on_progress: OnProgress = silent,
) -> PromisePrices:
    """The price of each step, in a plan directory of its own under `output`; finished ones are not made again.

    Raises the error of a step that cannot be planned, and UsageError where the folder has those of another plan,
    unless `force`.
    """
    with made(output), locked(output):
        base = freeze(plan, output, force=force)
        frozen = open_existing(output / BASE)
        played(frozen.workspace)
        errors = run_steps(steps, output, base, workers, on_progress=on_progress)
        if failed := [error for error in errors.values() if error is not None]:
            raise failed[0]
        found = [(step, measured(open_existing(output / step.folder))) for step in steps]
        return _table(frozen.workspace, measured(frozen), found)


def _table(base: Workspace, today: Measures, found: Sequence[tuple[Step, Measures]]) -> PromisePrices:
    """Rows in the order of the steps, today's plan among those of service where its level belongs."""
    levels = {step.what: step.level for step, _ in found}
    rows = [("the plan as it is", today, True), *((step.what, own, False) for step, own in found)]
    is_service = any(level is not None for level in levels.values())
    if is_service:
        own_level = _own_level(base)
        rows.sort(key=lambda row: (own_level if row[2] else levels[row[0]], row[2]))
    previews = [_preview(base, None if is_base else levels[what]) for what, _, is_base in rows]
    frame = pd.DataFrame([_row(what, own, today, is_base) for what, own, is_base in rows])
    if is_service:
        frame = _steps(frame.assign(**_previewed(np.array(previews), _preview(base, None), today)), rows)
    columns = [column.name for column in PromisePrices.columns]
    frame = frame.assign(position=[float(n) for n in range(1, len(frame) + 1)]).reindex(columns=columns)
    return PromisePrices.of(frame)


def _row(what: str, own: Measures, today: Measures, is_base: bool) -> dict[str, Any]:
    year = own.per_year
    delta = own.cost_of_a_year - today.cost_of_a_year
    low, high = delta - own.open_cost * year, delta + today.open_cost * year
    low, high = (delta, delta) if is_base else (low, high)
    return {
        "what": what,
        "is_base": "yes" if is_base else "no",
        "contacts_per_year": own.contacts * year,
        "agents": own.agents,
        "agent_hours": own.paid_hours,
        "required_hours": own.required_hours,
        "service_level": own.level("service_level"),
        "asa_seconds": own.level("asa_seconds"),
        "abandon_rate": own.level("abandon_rate"),
        "occupancy": own.level("occupancy"),
        "cost_per_year": own.cost_of_a_year,
        "cost_low": own.cost_of_a_year - own.open_cost * year,
        "cost_high": own.cost_of_a_year,
        "change_of_cost_per_year": delta,
        "change_low": low,
        "change_high": high,
        "distinct": "no" if low <= 0 <= high else "yes",
        "cut_short": "yes" if own.cut_short else "no",
    }


def _steps(frame: pd.DataFrame, rows: Sequence[tuple[str, Measures, bool]]) -> pd.DataFrame:
    """Hull, and what each step costs: in all, per point of service, per contact that no longer hangs up."""
    cost, level = frame["cost_per_year"].to_numpy(), frame["service_level"].to_numpy()
    hull = [float(cost[level >= own].min()) for own in level]
    step, points = np.diff(cost, prepend=np.nan), np.diff(100 * level, prepend=np.nan)
    left = cost - frame["cost_low"].to_numpy()
    lost = np.array([own.level("abandon_rate") * _at_once_contacts(own) * own.per_year for _, own, _ in rows])
    saved = -np.diff(lost, prepend=np.nan)
    return frame.assign(
        cost_hull=hull,
        step_cost_per_year=step,
        step_low=step - left,
        step_high=step + np.concatenate([[np.nan], left[:-1]]),
        cost_per_point=np.where(points > 0, step / np.where(points > 0, points, 1.0), np.nan),
        cost_per_contact_saved=np.where(saved > 0, step / np.where(saved > 0, saved, 1.0), np.nan),
    )


def _at_once_contacts(own: Measures) -> float:
    rows = own.waits[own.waits["planning_group"].isin(own.at_once)]
    return float(rows["contacts"].sum() / max(1, rows["repetition"].nunique()))


def _previewed(hours: np.ndarray, today_hours: float, today: Measures) -> dict[str, np.ndarray]:
    """Hours on queue by the square-root rule, and the cost in proportion to what the plan costs for its hours."""
    more = (hours - today_hours) / max(today.required_hours, 1e-9)
    return {"preview_hours": hours, "preview_cost_per_year": today.cost_of_a_year * (1 + more)}


def _own_level(base: Workspace) -> float:
    """The mean goal of the queues answered at once, weighted by contacts."""
    offered = base.forecast().frame.groupby("queue")["offered"].sum()
    names = _at_once(base)
    levels = [float(base.site.queues[name].goal.service_level or 0.0) for name in names]
    return float(np.average(levels, weights=[max(float(offered[name]), 1e-9) for name in names]))


def _preview(base: Workspace, level: float | None) -> float:
    """Hours on queue of the queues answered at once by the square-root rule; None: at their own goals."""
    site = base.site
    owner = {name: site.queues[name].planning_group for name in _at_once(base)}
    groups = dict.fromkeys(owner.values())
    return sum(_preview_hours(base, [n for n, own in owner.items() if own == group], level) for group in groups)


def _preview_hours(base: Workspace, names: Sequence[str], level: float | None) -> float:
    """Hours on queue of queues that one pool serves, by the goal of the first of them."""
    frame, site = base.forecast().frame, base.site
    minutes, goal = site.calendar.interval_minutes, site.queues[names[0]].goal
    rows = frame[frame["queue"].isin(names)]
    pace = rows["queue"].map({name: agent_share(site.queues[name]) for name in names})
    work = (rows["offered"] * rows["aht_seconds"] * pace).groupby(rows["interval_start"]).sum()
    offered = rows.groupby("interval_start")["offered"].sum()
    aht = (work / offered.where(offered > 0)).fillna(0.0).to_numpy(dtype=float)
    wanted = float(goal.service_level or 0.0) if level is None else level
    load = work.to_numpy(dtype=float) / (60 * minutes)
    agents = square_root_agents(load, aht, float(goal.within_seconds or 0.0), wanted)
    away = base.config.staffing.shrinkage_at(pd.DatetimeIndex(work.index), site.calendar.timezone).not_in_roster
    return float((agents / (1 - away)).sum()) * minutes / 60
