"""The roster from files: gather its case, search."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from staffplan.cli.work.common import config_and_workspace, site_of
from staffplan.cli.work.delivery import say_notes
from staffplan.cli.work.own_tables import read_forecast, read_requirement
from staffplan.files.read import read_table
from staffplan.plan.workspace import names_known
from staffplan.progress import OnProgress
from staffplan.settings.plan import PlanSettings
from staffplan.tables.requirement import ServiceWorth

if TYPE_CHECKING:
    from staffplan.roster.case.case import Case
    from staffplan.roster.case.promised import Judge
    from staffplan.roster.step import RosterResult


def roster_case(
    requirement_path: Path,
    agents: Path,
    config_path: Path,
    changes: Mapping[str, object],
    *,
    given: Mapping[str, Path | None],
    worth: Path | None = None,
) -> tuple[Case, PlanSettings]:
    """What a roster is made of, from a requirement file and an agents file; and the plan's settings.

    changes: settings by dotted name. given: files that stand for those of the settings, by their key under [input].
    """
    from staffplan.roster.case.case import Case

    config, workspace = config_and_workspace(config_path, changes)
    zone = config.plan.timezone
    requirement = read_requirement(requirement_path, zone)
    say_notes(requirement.notes)
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


def judge_from(forecast_path: Path, case: Case, config_path: Path, changes: Mapping[str, object]) -> Judge | None:
    """Plays rosters of the case against a forecast; None where service is not sought. changes: as for the case."""
    from staffplan.simulate.judge import judge_of
    from staffplan.simulate.overflow import helpers_of

    if case.settings.objective != "service":
        return None
    config, workspace = config_and_workspace(config_path, changes)
    forecast = read_forecast(forecast_path, config)
    return judge_of(
        forecast,
        case.requirement,
        config.simulate,
        site=site_of(config, forecast.frame, workspace),
        staffing=config.staffing,
        seed=config.plan.seed,
        helpers=helpers_of(config.simulate.overflow, case.workforce),
    )


def roster_of(
    case: Case, plan: PlanSettings, on_progress: OnProgress, begun: float, judge: Judge | None = None
) -> RosterResult:
    """begun: when the command began (time.monotonic)."""
    from staffplan.roster.step import roster

    return roster(
        case.requirement,
        case.workforce,
        case.settings,
        shifts=case.shifts,
        work_plans=case.work_plans,
        site=case.site,
        worth=case.worth,
        judge=judge,
        seed=plan.seed,
        on_progress=on_progress,
        begun=begun,
    )
