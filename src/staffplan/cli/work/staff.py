"""The requirement from files: read, staff, compare with other tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from staffplan.cli.work.common import COMMAND_LINE, config_and_workspace, interval_of, site_of
from staffplan.cli.work.own_tables import about_bands, read_forecast
from staffplan.errors import ConfigError, Problem, UsageError
from staffplan.plan.text import text_table
from staffplan.plan.workspace import Workspace
from staffplan.progress import OnProgress
from staffplan.settings.config import Config, make_config
from staffplan.settings.queues import parse_goal
from staffplan.site import Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.history import WORK_TYPE
from staffplan.tables.requirement import ServiceWorth, StaffingRequirement

if TYPE_CHECKING:
    from staffplan.staffing import StaffingResult, Step


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
    changes: Mapping[str, object],
    *,
    goals: Sequence[str],
    limits: Mapping[str, object],
    behaviour: Mapping[str, object],
    plan: Mapping[str, object],
    shares: Mapping[str, Any],
    how: Mapping[str, object],
    cross_check: bool,
    explain: str | None,
    worth: bool,
    on_progress: OnProgress,
) -> StaffWork:
    """Staff a forecast file with the settings of a file and the flags of the command line.

    `changes`: settings by dotted name. `shares`: what the flags lose of paid time, `shrinkage` as a share and
    `absence` as a chance.
    """
    from staffplan.cli.work.explain_staffing import walk
    from staffplan.staffing.risk import at_risk
    from staffplan.staffing.step import staff_by_method
    from staffplan.staffing.worth_by_method import worth_by_method

    config, workspace = _to_read_with(config_path, changes, {f"plan.{key}": value for key, value in plan.items()})
    listed = config.queues_listed()
    known = {"queue": listed} if listed else None
    predicted = read_forecast(forecast_path, config, known)
    if config_path is None and "interval_minutes" not in plan:
        plan = {**plan, "interval_minutes": interval_of(predicted.frame, "queue")}
    config = with_flags(config, predicted, goals, limits, behaviour, plan, shares, how)
    site = site_of(config, predicted.frame, workspace)
    result = staff_by_method(
        predicted, config.staffing, config.simulate, site=site, seed=config.plan.seed, on_progress=on_progress
    )
    read = [replace(note, step="staff") for note in predicted.notes]
    if config.staffing.method == "verified":
        read += about_bands(predicted, "staff")
    result = replace(result, notes=(*read, *result.notes))
    volume, _ = at_risk(predicted, config.staffing.risk, site)
    lines = _cross_check(result.requirement, volume, site) if cross_check else ()
    steps = walk(explain, result.requirement, volume, config.staffing, site) if explain else ()
    curves = worth_by_method(predicted, config.staffing, config.simulate, site=site) if worth else None
    return StaffWork(result, config.plan.timezone, lines, steps, curves)


def _to_read_with(
    path: Path | None, changes: Mapping[str, object], flags: Mapping[str, object]
) -> tuple[Config, Workspace]:
    """The settings with the flags; without them where they are wrong, so that `with_flags` tells it with all else."""
    try:
        return config_and_workspace(path, {**changes, **flags})
    except ConfigError:
        with suppress(ConfigError):
            return config_and_workspace(path, changes)
        raise


def with_flags(
    config: Config,
    forecast: VolumeForecast,
    goals: Sequence[str],
    limits: Mapping[str, object],
    behaviour: Mapping[str, object],
    plan: Mapping[str, object],
    shares: Mapping[str, Any],
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
    staffing.update(_shrinkage(shares, staffing.get("shrinkage", {})))
    try:
        made = make_config(raw, COMMAND_LINE)
    except ConfigError as error:
        raise ConfigError([*problems, *error.problems]) from error
    if problems:
        raise UsageError(problems)
    return made


def _shrinkage(shares: Mapping[str, float], own: Mapping[str, dict[str, object]]) -> dict[str, object]:
    """Settings of the staffing step for the flags' shares of paid time: `shrinkage` takes the place of all categories
    of the settings, `absence` of those that nobody can plan."""
    kept = {} if "shrinkage" in shares else dict(own)
    if "shrinkage" in shares:
        kept["all"] = {"share": shares["shrinkage"]}
    if "absence" in shares:
        kept = {name: one for name, one in kept.items() if one.get("planned", True) or one.get("in_roster", False)}
        kept["absence"] = {"share": shares["absence"], "planned": False, "in_office": False}
    return ({"shrinkage": kept} if shares else {}) | ({"absence": "chance"} if "absence" in shares else {})


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
            problems.append(
                Problem("--goal", f"{goal!r} fits no queue: no queue has a goal in {waits}", _waiting(channels))
            )
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
        hint = f"queues and channels of the forecast: {', '.join(sorted({*channels, *channels.values()}))}"
        problems.append(Problem("--goal", f"{name!r} is not a queue or channel of the forecast", hint))
        return None
    try:
        return name, parse_goal(goal).model_dump(exclude_unset=True)
    except ValueError as error:
        problems.append(Problem("--goal", str(error)))
        return None


def _cross_check(requirement: StaffingRequirement, forecast: VolumeForecast, site: Site) -> tuple[str, ...]:
    """What pyworkforce says of the Erlang C intervals, in lines."""
    from staffplan.staffing import cross_check

    found = cross_check(requirement, forecast, site=site)
    head = f"cross-check: {found.compared} Erlang C intervals recalculated with pyworkforce, "
    head += f"{len(found.differences)} differ" if len(found.differences) else "no differences"
    lines = [head, *(f"not compared, {reason}: {count}" for reason, count in found.not_compared.items() if count)]
    if len(found.differences):
        rows = [tuple(row) for row in found.differences.itertuples(index=False)]
        lines.append(text_table(rows, list(found.differences.columns)))
    return tuple(lines)
