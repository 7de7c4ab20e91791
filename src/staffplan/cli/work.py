"""What the single-step commands do between reading the command line and writing: files and flags to one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from staffplan.clock import ROWS_TO_KNOW_STRAYS, local_dates, phases, usual_phases
from staffplan.config import Config, load_config, make_config
from staffplan.errors import ConfigError, Problem, UsageError
from staffplan.files import (
    read_drivers,
    read_history,
    read_overrides,
    read_special_days,
    read_table,
)
from staffplan.forecast_tables import Drivers, Overrides
from staffplan.plan.directory import read_config_text
from staffplan.plan.workspace import Workspace, first_day_after, names_known
from staffplan.progress import OnProgress
from staffplan.settings import PlanSettings, parse_goal
from staffplan.site import Site, make_site
from staffplan.tables import (
    WORK_TYPE,
    ContactHistory,
    PeopleNeeded,
    ServiceWorth,
    StaffingRequirement,
    VolumeForecast,
)
from staffplan.text import text_table
from staffplan.workers import AS_MANY_AS_PAY, Workers

if TYPE_CHECKING:
    from staffplan.forecast import Explanation, ForecastResult
    from staffplan.roster import RosterResult
    from staffplan.roster.case import Case
    from staffplan.staffing import StaffingResult, Step

COMMAND_LINE = "command line"
INTERVALS = (15, 30, 60)


def config_and_workspace(path: Path | None, overrides: Mapping[str, object]) -> tuple[Config, Workspace]:
    """Settings of a file, or the defaults, with the flags applied; and the workspace that resolves their paths."""
    text = "" if path is None else read_config_text(path)
    place = COMMAND_LINE if path is None else str(path)
    config = load_config(text, place, overrides)
    base = Path() if path is None else path.parent
    return config, Workspace(base, config, base, place)


def forecast_files(
    history: Path,
    config_path: Path | None,
    overrides: Mapping[str, object],
    on_progress: OnProgress,
    *,
    drivers: Path | None = None,
    edits: Path | None = None,
    workers: Workers = AS_MANY_AS_PAY,
) -> tuple[ForecastResult, str]:
    """Forecast a history file; gives the result and the zone to write it in.

    `drivers` and `edits` (planner's overrides) stand for the files that the settings name.
    """
    from staffplan.forecast import forecast

    job = _forecast_job(history, config_path, overrides, drivers, edits)
    result = forecast(
        job.history,
        job.config.forecast,
        site=job.site,
        first_day=job.first_day,
        days=7 * job.config.plan.weeks,
        seed=job.config.plan.seed,
        drivers=job.drivers,
        overrides=job.edits,
        workers=workers,
        on_progress=on_progress,
    )
    return result, job.config.plan.timezone


def explain_files(
    history: Path,
    config_path: Path | None,
    overrides: Mapping[str, object],
    drivers: Path | None,
    queue: str,
    day: date,
    *,
    edits: Path | None = None,
) -> Explanation:
    """Where the forecast of one queue on one day comes from."""
    from staffplan.forecast import explain

    job = _forecast_job(history, config_path, overrides, drivers, edits)
    return explain(
        job.history,
        job.config.forecast,
        site=job.site,
        first_day=job.first_day,
        days=7 * job.config.plan.weeks,
        queue=queue,
        day=day,
        drivers=job.drivers,
        overrides=job.edits,
    )


@dataclass(frozen=True)
class _ForecastJob:
    """What a history file and settings come to."""

    config: Config
    history: ContactHistory
    site: Site
    first_day: date
    drivers: Drivers | None
    edits: Overrides | None


def _forecast_job(
    history: Path,
    config_path: Path | None,
    overrides: Mapping[str, object],
    drivers: Path | None,
    edits: Path | None,
) -> _ForecastJob:
    config, workspace = config_and_workspace(config_path, overrides)
    contacts = read_history(history, config)
    if config_path is None and "plan.interval_minutes" not in overrides:
        found = interval_of(contacts.frame, "queue")
        config, workspace = config_and_workspace(config_path, {**overrides, "plan.interval_minutes": found})
    plan = config.plan
    first_day = plan.start or first_day_after(contacts, plan.timezone)
    site = make_site(
        config,
        queues=contacts.frame["queue"].unique(),
        first_day=contacts.frame["interval_start"].min().date(),
        last_day=first_day + timedelta(weeks=plan.weeks),
        special_days=workspace.special_days,
    )
    drivers = drivers or workspace.input_path("drivers")
    edits = edits or workspace.input_path("overrides")
    return _ForecastJob(
        config,
        contacts,
        site,
        first_day,
        None if drivers is None else read_drivers(drivers, site.queues),
        None if edits is None else read_overrides(edits, site.queues),
    )


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


@dataclass(frozen=True)
class StaffWork:
    """The staffing step's result, the zone to write it in, and the lines of the cross-check."""

    result: StaffingResult
    timezone: str
    cross_check: tuple[str, ...] = ()
    walk: tuple[Step, ...] = ()
    """From load to heads, for one interval."""
    worth: ServiceWorth | None = None


def staff_files(
    forecast_path: Path,
    config_path: Path | None,
    *,
    goals: Sequence[str],
    limits: Mapping[str, object],
    behaviour: Mapping[str, object],
    plan: Mapping[str, object],
    shrinkage: float | None,
    how: Mapping[str, object],
    cross_check: bool,
    explain: str | None,
    worth: bool,
    on_progress: OnProgress,
) -> StaffWork:
    """Staff a forecast file with the settings of a file and the flags of the command line."""
    from staffplan.cli.walking import walk
    from staffplan.verify import at_risk, staff_by_method, worth_by_method

    config, workspace = _to_read_with(config_path, {f"plan.{key}": value for key, value in plan.items()})
    known = {"queue": list(config.queues)} if config.queues else None
    predicted = read_table(forecast_path, VolumeForecast, timezone=config.plan.timezone, known=known)
    if config_path is None and "interval_minutes" not in plan:
        plan = {**plan, "interval_minutes": interval_of(predicted.frame, "queue")}
    config = with_flags(config, predicted, goals, limits, behaviour, plan, shrinkage, how)
    site = site_of(config, predicted.frame, workspace)
    result = staff_by_method(
        predicted, config.staffing, config.simulate, site=site, seed=config.plan.seed, on_progress=on_progress
    )
    read = [replace(note, step="staff") for note in predicted.notes]
    result = replace(result, notes=(*read, *result.notes))
    volume, _ = at_risk(predicted, config.staffing.risk, site)
    lines = _cross_check(result.requirement, volume, site) if cross_check else ()
    steps = walk(explain, result.requirement, volume, config.staffing, site) if explain else ()
    curves = worth_by_method(predicted, config.staffing, config.simulate, site=site) if worth else None
    return StaffWork(result, config.plan.timezone, lines, steps, curves)


def _to_read_with(path: Path | None, overrides: Mapping[str, object]) -> tuple[Config, Workspace]:
    """The settings with the flags; without them where they are wrong, so that `with_flags` tells it with all else."""
    try:
        return config_and_workspace(path, overrides)
    except ConfigError:
        with suppress(ConfigError):
            return config_and_workspace(path, {})
        raise


def with_flags(
    config: Config,
    forecast: VolumeForecast,
    goals: Sequence[str],
    limits: Mapping[str, object],
    behaviour: Mapping[str, object],
    plan: Mapping[str, object],
    shrinkage: float | None,
    how: Mapping[str, object],
) -> Config:
    """The settings with a section for every queue of the forecast, and the command line's wishes in them.

    Raises UsageError or ConfigError with everything that is wrong with either.
    """
    problems: list[Problem] = []
    raw: dict[str, Any] = config.model_dump(exclude_unset=True)
    raw["plan"] = {**raw.get("plan", {}), **plan}
    queues = raw.setdefault("queues", {})
    channels = dict(zip(forecast.frame["queue"], forecast.frame["channel"], strict=True))
    wishes = _goals_by_queue(goals, channels, problems)
    for queue, channel in channels.items():
        section = queues.setdefault(queue, {"channel": channel})
        section.update(behaviour)
        own = wishes.get(queue, section.get("goal", {}))
        if {**own, **limits}:
            section["goal"] = {**own, **limits}
    staffing = raw.setdefault("staffing", {})
    if "patience_seconds" in behaviour and staffing.get("method", "erlang-c") == "erlang-c":
        staffing["method"] = "erlang-a"
    staffing.update(how)
    if shrinkage is not None:
        staffing["shrinkage"] = {"all": {"share": shrinkage}}
    try:
        made = make_config(raw, COMMAND_LINE)
    except ConfigError as error:
        raise ConfigError([*problems, *error.problems]) from error
    if problems:
        raise UsageError(problems)
    return made


def _goals_by_queue(
    goals: Sequence[str], channels: Mapping[str, str], problems: list[Problem]
) -> dict[str, dict[str, object]]:
    """Each queue's goal: the one for it, else for its channel, else the one without a name that fits how it waits."""
    found: dict[str, dict[str, object]] = {}
    split = [(goal, _split_goal(goal, channels, problems)) for goal in goals]
    named = [(goal, *parts) for goal, parts in split if parts is not None]
    for goal, name, parts in sorted(named, key=lambda wish: (wish[1] in channels, wish[1] != "")):
        fits = [queue for queue, channel in channels.items() if name in (queue, channel)]
        if not name:
            fits = [
                queue
                for queue, channel in channels.items()
                if (WORK_TYPE[channel] == "deferred") == ("within_hours" in parts)
            ]
        if not fits:
            waits = "hours" if "within_hours" in parts else "seconds"
            problems.append(Problem("--goal", f"{goal!r} fits no queue: none waits {waits}", _waiting(channels)))
        found |= dict.fromkeys(fits, parts)
    return found


def _waiting(channels: Mapping[str, str]) -> str:
    """A goal that would fit the queues there are."""
    deferred = all(WORK_TYPE[channel] == "deferred" for channel in channels.values())
    return "write 90/4h" if deferred else "write 80/20"


def _split_goal(
    text: str, channels: Mapping[str, str], problems: list[Problem]
) -> tuple[str, dict[str, object]] | None:
    """ "email=90/4h" to the queue or channel it is for and the goal's settings; None where that is a problem."""
    name, equals, goal = text.rpartition("=")
    if equals and name not in {*channels, *channels.values()}:
        hint = f"queues and channels there: {', '.join(sorted({*channels, *channels.values()}))}"
        problems.append(Problem("--goal", f"{name!r} is neither a queue nor a channel of the forecast", hint))
        return None
    try:
        return name, parse_goal(goal).model_dump(exclude_unset=True)
    except ValueError as error:
        problems.append(Problem("--goal", str(error)))
        return None


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
    )


def _cross_check(requirement: StaffingRequirement, forecast: VolumeForecast, site: Site) -> tuple[str, ...]:
    """What pyworkforce says of the Erlang C intervals, in lines."""
    from staffplan.staffing import cross_check

    found = cross_check(requirement, forecast, site=site)
    head = f"cross-check: {found.compared} Erlang C intervals recomputed with pyworkforce, "
    head += f"{len(found.differences)} differ" if len(found.differences) else "all agree"
    lines = [head, *(f"not compared, {reason}: {count}" for reason, count in found.not_compared.items() if count)]
    if len(found.differences):
        rows = [tuple(row) for row in found.differences.itertuples(index=False)]
        lines.append(text_table(rows, list(found.differences.columns)))
    return tuple(lines)


def roster_case(
    requirement_path: Path,
    agents: Path,
    config_path: Path,
    *,
    given: Mapping[str, Path | None],
    worth: Path | None = None,
    seed: int | None,
) -> tuple[Case, PlanSettings]:
    """What a roster is made of, from a requirement file and an agents file; and the plan's settings.

    given: files that stand for those of the settings, by their key under [input].
    """
    from staffplan.roster.case import Case

    config, workspace = config_and_workspace(config_path, {} if seed is None else {"plan.seed": seed})
    zone = config.plan.timezone
    requirement = read_table(requirement_path, PeopleNeeded, timezone=zone)
    case = Case(
        requirement,
        workspace.people(agents, names_known(config, requirement.frame["planning_group"]), **given),
        config.roster,
        config.shifts,
        config.work_plans,
        site_of(config, requirement.frame, workspace),
        None if worth is None else read_table(worth, ServiceWorth, timezone=zone),
    )
    return case, config.plan


def roster_of(case: Case, plan: PlanSettings, on_progress: OnProgress, begun: float) -> RosterResult:
    """begun: when the command began (time.monotonic)."""
    from staffplan.roster import roster

    return roster(
        case.requirement,
        case.workforce,
        case.settings,
        shifts=case.shifts,
        work_plans=case.work_plans,
        site=case.site,
        worth=case.worth,
        seed=plan.seed,
        on_progress=on_progress,
        begun=begun,
    )
