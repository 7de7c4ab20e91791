"""What `capacity` does between reading the command line and writing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from staffplan.capacity import Capacity
from staffplan.capacity import capacity as plan_capacity
from staffplan.capacity.changes import Compared, compare_plans
from staffplan.capacity.periods import first_day_of_period
from staffplan.cli.work.capacity_required import Need, forecast_need
from staffplan.cli.work.common import config_and_workspace
from staffplan.errors import DataError, Note, Problem, StaffplanError, UsageError
from staffplan.files.read import read_table
from staffplan.files.write import table_bytes
from staffplan.plan.directory import read_config_text
from staffplan.report.capacity_book import capacity_book
from staffplan.report.capacity_plots import capacity_picture
from staffplan.settings.capacity import CapacitySettings
from staffplan.settings.config import Config, load_capacity
from staffplan.tables.capacity import CapacityPlan, RequiredByAht, RequiredPeople
from staffplan.tables.workforce_history import TenureRates, WorkforceHistory

if TYPE_CHECKING:
    from staffplan.progress import OnProgress

SETTINGS = "settings.json"
FILES = (
    "required.csv",
    "required_by_aht.csv",
    "attrition.csv",
    "capacity.csv",
    "hiring.csv",
    "capacity_changes.csv",
    "capacity.xlsx",
    "capacity.png",
    SETTINGS,
)
"""All that a folder may get; those of tables that were not made are left out."""
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """The command line."""

    config: Path | None = None
    months: int | None = None
    weeks: int | None = None
    agreed: Path | None = None
    required: Path | None = None
    by_aht: Path | None = None
    workforce: Path | None = None
    workforce_history: Path | None = None
    previous: Path | None = None
    seed: int = 1


@dataclass(frozen=True)
class Work:
    """What was asked, and what came."""

    need: Need
    given: Settings
    """Settings as they were given."""
    result: Capacity
    notes: tuple[Note, ...]
    rates: TenureRates | None = None
    compared: Compared | None = None
    before: Settings | None = None
    """Settings of the plan before."""


def capacity_of(asked: Asked, on_progress: OnProgress) -> Work:
    """The capacity plan for a file of required people, or for a forecast of a plan's history.

    Raises UsageError where neither, or both, are given; DataError with the mistakes of all files.
    """
    _refuse_flags(asked)
    problems: list[StaffplanError] = []
    own = _or_error(lambda: _own_settings(asked), problems)
    required = _read_need(asked, problems)
    history = _or_error(lambda: _read(asked.workforce_history, WorkforceHistory), problems)
    previous = _or_error(lambda: _read_previous(asked.previous), problems)
    if problems:
        raise _together(problems)
    settings, config, workspace = own
    need = required or forecast_need(
        config,
        workspace,
        settings,
        months=asked.months,
        weeks=asked.weeks,
        agreed=asked.agreed,
        on_progress=on_progress,
    )
    calibrated = None if history is None else _calibrated(history, settings, need.required, asked.seed)
    result = plan_capacity(
        need.required,
        settings if calibrated is None else calibrated.settings,
        by_aht=need.by_aht,
        crews={} if calibrated is None else calibrated.crews,
        seed=asked.seed,
        on_progress=on_progress,
    )
    learnt = () if calibrated is None else calibrated.notes
    work = Work(need, _given(settings, config, need), result, (*need.notes, *learnt, *result.notes))
    if previous is not None:
        work = replace(work, compared=compare_plans(previous[0], result.plan), before=previous[1])
    return work if calibrated is None else replace(work, rates=calibrated.rates)


def _refuse_flags(asked: Asked) -> None:
    """Raise UsageError with every flag that is missing, or does not go with the others."""
    problems = []
    if (asked.config is None) == (asked.required is None):
        hint = "name plan.toml, or give --required and --workforce"
        problems.append(Problem("--required", "give required people, or a plan to forecast them", hint))
    elif asked.required is not None:
        if asked.workforce is None:
            problems.append(Problem("--workforce", "is missing", "see --help"))
        flags = {"--months": asked.months, "--weeks": asked.weeks}
        problems += [Problem(name, "the file has its own periods", "see --help") for name, n in flags.items() if n]
        if asked.agreed is not None:
            problems.append(Problem("--agreed", "the file of required people has these columns itself", "see --help"))
    elif asked.by_aht is not None:
        hint = "set aht_factors under [capacity]; the staffing model is asked for them"
        problems.append(Problem("--by-aht", "goes with --required", hint))
    if asked.months and asked.weeks and asked.required is None:
        problems.append(Problem("--weeks", "goes without --months", "give one of them"))
    if problems:
        raise UsageError(problems)


def _or_error(make: Any, problems: list[StaffplanError]) -> Any:
    """What is made; an error is kept for later."""
    try:
        return make()
    except StaffplanError as error:
        problems.append(error)
        return None


def _together(errors: list[StaffplanError]) -> StaffplanError:
    """One error with the problems of all; its kind is that of the first."""
    return type(errors[0])([problem for error in errors for problem in error.problems])


def _own_settings(asked: Asked) -> tuple[CapacitySettings, Config | None, Any]:
    config, workspace = (None, None) if asked.config is None else config_and_workspace(asked.config, {})
    if asked.workforce is not None:
        return load_capacity(read_config_text(asked.workforce), str(asked.workforce)), config, workspace
    return CapacitySettings() if config is None else config.capacity, config, workspace


def _read_need(asked: Asked, problems: list[StaffplanError]) -> Need | None:
    """The people required as the files have them; what is wrong with them goes to `problems`."""
    required = _or_error(lambda: _read(asked.required, RequiredPeople), problems)
    by_aht = None if asked.required is None else _or_error(lambda: _read(asked.by_aht, RequiredByAht), problems)
    return None if required is None else Need(required, by_aht, ())


def _read(path: Path | None, table: Any) -> Any:
    return None if path is None else read_table(path, table)


def _read_previous(path: Path | None) -> tuple[CapacityPlan, Settings] | None:
    """The plan before, from its folder or its capacity.csv alone, and the settings beside it where they are there."""
    if path is None:
        return None
    plan = read_table(path / CapacityPlan.file_name if path.is_dir() else path, CapacityPlan)
    beside = (path if path.is_dir() else path.parent) / SETTINGS
    if not beside.is_file():
        return plan, {}
    try:
        found = json.loads(beside.read_text(encoding="utf-8"))
    except ValueError as error:
        hint = "give --previous its capacity.csv, copied elsewhere"
        raise DataError(Problem(str(beside), f"the JSON cannot be read: {error}", hint)) from error
    return plan, found if isinstance(found, dict) else {}


def _calibrated(history: WorkforceHistory, settings: CapacitySettings, required: RequiredPeople, seed: int) -> Any:
    from staffplan.capacity.calibrate import calibrate

    sites = sorted(str(site) for site in required.frame["site"].unique())
    days = [day for name in required.frame["period"] if (day := first_day_of_period(name)) is not None]
    return calibrate(history, settings, sites, np.random.default_rng(seed), first_day=min(days, default=None))


def _given(settings: CapacitySettings, config: Config | None, need: Need) -> Settings:
    """What the plan was made with, to name what changed when the next one is made."""
    found: dict[str, Any] = {"capacity": settings.model_dump(mode="json")}
    if config is not None:
        found |= {
            name: config.model_dump(mode="json", exclude_unset=True).get(name, {}) for name in ("queues", "staffing")
        }
    return found | ({} if need.last_day is None else {"history_until": need.last_day.isoformat()})


def changed_settings(before: Settings | None, after: Settings) -> list[tuple[str, str, str]]:
    """(name, before, after) of each setting that differs; none where those before are not known."""
    old, new = dict(_flat(before or {})), dict(_flat(after))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)] if before else []
    return [(name, _in_words(old.get(name)), _in_words(new.get(name))) for name in names]


def _in_words(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _flat(settings: Settings, above: str = "") -> Iterator[tuple[str, object]]:
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def contents(work: Work) -> dict[str, bytes]:
    """The files, by name."""
    result, compared = work.result, work.compared
    tables = {
        "required.csv": work.need.required,
        "required_by_aht.csv": work.need.by_aht,
        "attrition.csv": work.rates,
        "capacity.csv": result.plan,
        "hiring.csv": result.hiring,
        "capacity_changes.csv": None if compared is None else compared.changes,
    }
    made = {name: table_bytes(table.frame) for name, table in tables.items() if table is not None}
    changes = None if compared is None else compared.changes
    details = dict(_flat(work.given))
    book = capacity_book(result.plan, result.hiring, details, work.notes, rates=work.rates, changes=changes)
    settings = json.dumps(work.given, ensure_ascii=False, indent=2, sort_keys=True)
    return {**made, "capacity.xlsx": book, "capacity.png": capacity_picture(result.plan), SETTINGS: settings.encode()}
