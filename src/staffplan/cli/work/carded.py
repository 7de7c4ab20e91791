"""What a scorecard reads of a plan directory, or of a ledger and the contacts that came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from staffplan.cli.work.published import actual_history, published_entry, refuse_other_clocks
from staffplan.clock import SiteCalendar
from staffplan.control.gathered import gathered
from staffplan.control.scorecard.came import backtest_measures, forecast_measures, wait_measures
from staffplan.control.scorecard.kpi import Target
from staffplan.control.scorecard.observed import ALL, Observed
from staffplan.control.scorecard.planned import PlanFrames, local_day, planned_measures
from staffplan.errors import Note
from staffplan.files.ledger import Entry, read_ledger
from staffplan.files.read import read_table
from staffplan.plan.directory import PLAN_TOML, load_config_file, open_existing
from staffplan.settings.config import Config
from staffplan.simulate.scene import GroupPromise, group_promise
from staffplan.site import Queue, resolve_queue
from staffplan.tables.access import AccessVerdicts
from staffplan.tables.forecast import Backtest, VolumeForecast
from staffplan.tables.roster import RosterActivities, RosterShifts
from staffplan.tables.schema import Table
from staffplan.tables.waits import Coverage, DayService

DAY_OF: dict[type[Table], str] = {
    Coverage: "interval_start",
    DayService: "day",
    RosterShifts: "schedule_date",
    RosterActivities: "schedule_date",
}
"""The column that tells which day a row of a published table is of."""
CONTACTS = ["queue", "interval_start", "offered"]
STEP = "scorecard"


@dataclass(frozen=True)
class CardInput:
    """What is observed, against which targets; contacts: queue, interval_start, offered."""

    observed: tuple[Observed, ...]
    targets: dict[tuple[str, str], Target]
    contacts: Callable[[], pd.DataFrame]
    groups: tuple[str, ...]
    title: str
    timezone: str
    notes: tuple[Note, ...]


def from_plan(folder: Path) -> CardInput:
    """A plan: what its own tables say, with nothing that came."""
    workspace = open_existing(folder).workspace
    config = workspace.config
    zone = config.plan.timezone

    def rows(table: type[Table]) -> pd.DataFrame:
        found = workspace.table_if_there(table)
        return table.empty().frame if found is None else found.frame

    frames = _frames(rows, rows(AccessVerdicts), zone, "planned")
    forecast = rows(VolumeForecast)

    def contacts() -> pd.DataFrame:
        both = pd.concat([frame[CONTACTS] for frame in (workspace.full_history.frame, forecast)])
        return both.drop_duplicates(["queue", "interval_start"])

    expected = forecast.groupby("queue")["offered"].sum()
    observed = (*backtest_measures(rows(Backtest), expected), *planned_measures(frames))
    promises = _promises(config, [str(name) for name in expected.index])
    targets = _targets(config, promises)
    return CardInput(observed, targets, contacts, tuple(promises), config.plan.name, zone, ())


def from_ledger(folder: Path, actuals: Sequence[Path], config_path: Path | None) -> CardInput:
    """A ledger: what was published last of each day, and what came where it is given."""
    ledger = read_ledger(folder)
    last = ledger.entries[-1]
    zone, minutes = str(last.facts["timezone"]), int(last.facts["interval_minutes"])
    refuse_other_clocks(ledger, zone, minutes)
    config = load_config_file(config_path or last.path(folder, PLAN_TOML))

    def rows(table: type[Table]) -> pd.DataFrame:
        return _last_published(ledger.entries, folder, table, zone)

    frames = _frames(rows, AccessVerdicts.empty().frame, zone, "published")
    entries = [published_entry(entry, folder) for entry in ledger.entries]
    contacts = pd.concat([_final(entry.forecast) for entry in entries])
    contacts = contacts.drop_duplicates(["queue", "interval_start"], keep="last")
    promises = _promises(config, sorted(contacts["queue"].unique()))
    observed: tuple[Observed, ...] = tuple(planned_measures(frames))
    notes: tuple[Note, ...] = ()
    if actuals:
        history = actual_history(actuals, config)
        known = gathered(entries, history, SiteCalendar(zone, minutes))
        groups = {name: queue.planning_group or name for name, queue in config.queues.items()}
        waits = wait_measures(known, history, groups, _goals(promises))
        observed = (*forecast_measures(known), *waits, *observed)
        both = pd.concat([contacts, history.frame[CONTACTS]])
        contacts = both.drop_duplicates(["queue", "interval_start"], keep="last")
        notes = (*history.notes, *_other_definitions(observed, promises))
    title, targets = str(last.facts["plan"]), _targets(config, promises)
    return CardInput(observed, targets, lambda: contacts, tuple(promises), title, zone, notes)


def _frames(rows: Callable[[type[Table]], pd.DataFrame], access: pd.DataFrame, zone: str, which: str) -> PlanFrames:
    coverage, waits, shifts, activities = (rows(table) for table in DAY_OF)
    return PlanFrames(coverage, waits, shifts, activities, access, zone, which)


def _last_published(entries: Sequence[Entry], folder: Path, table: type[Table], zone: str) -> pd.DataFrame:
    """Rows of a table, of each day those of the last entry that has the day."""
    found, column = table.empty().frame, DAY_OF[table]
    for entry in entries:
        if table.file_name not in entry.files:
            continue
        new = read_table(entry.path(folder, table.file_name), table, timezone=zone).frame
        day = local_day(found[column], zone) if column == "interval_start" else found[column]
        kept = found[~day.between(pd.Timestamp(entry.facts["first_day"]), pd.Timestamp(entry.facts["last_day"]))]
        found = pd.concat([kept, new], ignore_index=True) if len(kept) else new
    return found


def _final(forecast: pd.DataFrame) -> pd.DataFrame:
    """What counted in each interval of a published forecast."""
    last = ~forecast.duplicated(["queue", "interval_start"], keep="last")
    return forecast.loc[last, CONTACTS]


def _promises(config: Config, queues: Sequence[str]) -> dict[str, GroupPromise]:
    """By planning group."""
    members: dict[str, list[Queue]] = {}
    for name in queues:
        queue = resolve_queue(name, config)
        members.setdefault(queue.planning_group, []).append(queue)
    return {group: group_promise(own) for group, own in sorted(members.items())}


def _goals(promises: dict[str, GroupPromise]) -> pd.Series:
    """The service level promised, by planning group; those without one are not in it."""
    found = {group: one.service_level for group, one in promises.items() if one.service_level is not None}
    return pd.Series(found, dtype=float)


def _targets(config: Config, promises: dict[str, GroupPromise]) -> dict[tuple[str, str], Target]:
    """Goals by planning group, and [scorecard] for all together."""
    found: dict[tuple[str, str], Target] = {}
    for group, promise in promises.items():
        limits = {
            "service_level": promise.service_level,
            "asa_seconds": promise.asa_seconds,
            "occupancy": promise.max_occupancy,
        }
        found |= {(name, group): (value, "goal") for name, value in limits.items() if value is not None}
    given = config.scorecard.model_dump(exclude_none=True)
    return found | {(name, ALL): (float(value), f"scorecard.{name}") for name, value in given.items()}


def _other_definitions(observed: Sequence[Observed], promises: dict[str, GroupPromise]) -> Iterator[Note]:
    """Groups whose goal has another definition of the service level than the one that the history gives."""
    first = next((one for one in observed if one.measure == "service_level"), None)
    measured = set() if first is None or "simulated" in first.source else set(first.frame["queue"])
    others = [name for name, promise in promises.items() if name in measured and promise.definition != "offered"]
    if others:
        said = (
            "measured is answered in time / offered, and the goal has another definition: they may differ by it alone"
        )
        yield Note(STEP, "warning", ", ".join(others), said)
