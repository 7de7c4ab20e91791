"""What `compare` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show_json, show_text
from staffplan.cli.work.check import read_roster
from staffplan.cli.work.delivery import put_tables
from staffplan.control.compared import LOADED, PlansCompared, PlanTables, compare_plans
from staffplan.errors import Problem, UsageError
from staffplan.files.read import read_table
from staffplan.plan.directory import PLAN_TOML, OpenPlan, open_existing
from staffplan.plan.manifest import is_plan
from staffplan.plan.run import status
from staffplan.plan.text import percent, text_table
from staffplan.settings.plan import PlanSettings
from staffplan.tables.control import DaysCompared
from staffplan.tables.cost import CostReport
from staffplan.tables.ledger import RosterTold
from staffplan.tables.schema import Table
from staffplan.tables.waits import DayService

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

T = TypeVar("T", bound=Table)
FILES = (RosterTold.file_name, DaysCompared.file_name)


def compare_folders(before: Path, after: Path, paths: Mapping[str, Path], known: Hashes, *, as_json: bool) -> None:
    """Compare, tell and write."""
    plans = {folder: open_existing(folder) for folder in (before, after) if _is_plan(folder)}
    zone, currency = _surroundings(before, after, [plan.workspace.config.plan for plan in plans.values()])
    one, other = (_tables(folder, zone) for folder in (before, after))
    found = compare_plans(one, other, zone)
    _refuse_other_days(found, before, after)
    tables: dict[str, Table] = {RosterTold.file_name: found.told, DaysCompared.file_name: found.days}
    if as_json:
        cost = {line: {"before": was, "after": now} for line, (was, now) in found.cost.items()}
        rows = {"told": records(found.told.frame, zone), "days": records(found.days.frame, zone), "cost": cost}
        show_json({"currency": currency, **rows, "written": [str(path) for path in paths.values()]})
    else:
        show_text("\n\n".join(_texts(found, currency)))
    for folder, plan in ((before, one), (after, other)):
        _tell_what_is_missing(folder, plan, plans.get(folder))
    if paths:
        put_tables({path: tables[name] for name, path in paths.items()}, zone, known)


def _tell_what_is_missing(folder: Path, tables: PlanTables, plan: OpenPlan | None) -> None:
    """Tables that are not there, and those that no longer belong to the roster."""
    found = {DayService.file_name: tables.waits, CostReport.file_name: tables.cost}
    missing = [name for name, table in found.items() if table is None]
    if missing:
        say(f"{folder} has no {' and no '.join(missing)}: not compared")
    states = [] if plan is None else status(plan.workspace, plan.manifest)
    late = [state.name for state in states if state.name in ("simulate", "cost") and state.state == "stale"]
    if late:
        words = {"simulate": "understaffed hours and service", "cost": "money"}
        said = " and ".join(words[name] for name in late)
        say(f"{folder}: {said} as of its last run, out of date since; staffplan plan renews them")


def _surroundings(before: Path, after: Path, plans: Sequence[PlanSettings]) -> tuple[str, str]:
    """Zone and currency of the plans. Raises UsageError where neither is one, or they differ."""
    if not plans:
        message, hint = "neither is a plan directory, so the time zone is unknown", "name one made by staffplan plan"
        raise UsageError(Problem(f"{before}, {after}", message, hint))
    zones, currencies = {plan.timezone for plan in plans}, {plan.currency for plan in plans}
    if len(zones) > 1 or len(currencies) > 1:
        said = f"the plans differ in {'time zone' if len(zones) > 1 else 'currency'}"
        values = " and ".join(sorted(zones if len(zones) > 1 else currencies))
        raise UsageError(Problem(f"{before}, {after}", f"{said}: {values}", "compare plans of one site"))
    return plans[0].timezone, plans[0].currency


def _is_plan(folder: Path) -> bool:
    return is_plan(folder) and (folder / PLAN_TOML).exists()


def _tables(folder: Path, zone: str) -> PlanTables:
    return PlanTables(read_roster(folder, zone), _read(folder, DayService, zone), _read(folder, CostReport, zone))


def _read(folder: Path, table: type[T], zone: str) -> T | None:
    path = folder / table.file_name
    return read_table(path, table, timezone=zone) if path.is_file() else None


def _refuse_other_days(found: PlansCompared, before: Path, after: Path) -> None:
    """Raise UsageError where no day has people in both."""
    frame = found.days.frame
    both = (frame["people_before"] > 0) & (frame["people_after"] > 0)
    if len(frame) and not both.any():
        message = "they have no day with people in common"
        raise UsageError(Problem(f"{before}, {after}", message, "compare rosters of the same days"))


def _texts(found: PlansCompared, currency: str) -> Iterator[str]:
    told, days = found.told.frame, found.days.frame
    yield _headline(told["agent_id"].nunique(), len(told))
    if len(told):
        rows = [
            (row.agent_id, row.name, f"{row.schedule_date:%a %d %b}", row.before, row.after) for row in _rows(told)
        ]
        yield text_table(rows, ("agent", "name", "day", "before", "after"))
    changed = days[_differs(days)]
    if len(changed):
        header = ("day", "people otherwise", "paid hours", "understaffed hours", "service level", "goals missed")
        yield text_table([_day_row(row) for row in _rows(changed)], header, right=(1, 2, 3, 4, 5))
    yield from _cost_text(found.cost, currency)


def _headline(people: int, days: int) -> str:
    if not days:
        return "everybody works the same"
    who, when = "person" if people == 1 else "people", "day" if days == 1 else "days"
    return f"{people:,} {who} on {days:,} {when} of theirs work otherwise"


def _differs(days: pd.DataFrame) -> pd.Series:
    names = [name.removesuffix("_before") for name in map(str, days) if name.endswith("_before")]
    unlike = pd.Series(days["people_otherwise"] > 0)
    for name in names:
        before, after = (days[f"{name}_{half}"].astype(float) for half in ("before", "after"))
        unlike |= (before - after).abs().fillna(0.0) > 1e-9
    return unlike


def _day_row(row: Any) -> tuple[str, ...]:
    return (
        f"{row.day:%a %d %b}",
        f"{row.people_otherwise:.0f}",
        _pair(row.paid_hours_before, row.paid_hours_after, "{:.2f}".format),
        _pair(row.understaffed_hours_before, row.understaffed_hours_after, "{:.2f}".format),
        _pair(row.service_level_before, row.service_level_after, percent),
        _pair(row.goals_missed_before, row.goals_missed_after, "{:.0f}".format),
    )


def _pair(before: float, after: float, words: Callable[[float], str]) -> str:
    """ "7.50 -> 8.50"; one number where both are the same, blank where one is unknown."""
    if isnan(before) or isnan(after):
        return ""
    was, now = words(before), words(after)
    return was if was == now else f"{was} -> {now}"


def _cost_text(cost: Mapping[str, tuple[float, float]], currency: str) -> Iterator[str]:
    rows = [
        (line, f"{was:,.2f}", f"{now:,.2f}", f"{now - was:+,.2f}")
        for line, (was, now) in cost.items()
        if line == LOADED or was != now
    ]
    if rows:
        yield text_table(rows, (f"cost of the plan, {currency}", "before", "after", "difference"), right=(1, 2, 3))


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples()
