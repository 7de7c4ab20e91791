"""Standby in a plan directory: the step that shares it out, and what it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from staffplan.cost.standby import StandbyBook
from staffplan.files.write import table_bytes
from staffplan.plan.step import StepOutput, StepWork
from staffplan.plan.workspace import Workspace
from staffplan.roster.case.case import Case
from staffplan.roster.check.report import CheckReport
from staffplan.roster.check.standby import StandbyCase, standby_breaches
from staffplan.settings.standby import StandbySettings
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.standby import CallOuts, Standby


def share(work: StepWork) -> StepOutput:
    """Share out the standby of a plan around its roster."""
    from staffplan.roster.standby.step import share_standby

    workspace = work.workspace
    config = workspace.config
    case = Case(
        workspace.table(StaffingRequirement),
        workspace.workforce,
        config.roster,
        config.shifts,
        config.work_plans,
        workspace.site,
    )
    found = share_standby(
        case,
        workspace.roster(),
        config.standby,
        published=workspace.published_standby,
        past=workspace.past_standby,
    )
    files = {Standby.file_name: table_bytes(found.standby.frame, config.plan.timezone)}
    facts = {"people missing": float(found.missing), "published turns changed": float(found.changed)}
    return StepOutput(files, found.notes, facts)


def with_standby(report: CheckReport, roster: Roster, case: Case, workspace: Workspace) -> CheckReport:
    """What a check found, with what is wrong with the standby of the folder; as it is where the settings have none,
    or nobody was given any yet."""
    kinds = workspace.config.standby
    table = workspace.table_if_there(Standby) if kinds else None
    if table is None:
        return report
    against = standby_case(kinds, roster, case, workspace.past_standby, workspace.call_outs)
    return replace(report, breaches=tuple(sorted({*report.breaches, *standby_breaches(table, against)})))


def standby_case(
    kinds: Sequence[StandbySettings], roster: Roster, case: Case, past: Standby | None, calls: CallOuts
) -> StandbyCase:
    """What a table of standby is checked against."""
    days = case.site.days_of(pd.DatetimeIndex(case.requirement.frame["interval_start"]))
    week_first = case.settings.week_of_first(days.first) or days.first
    default = next(iter(case.work_plans), "")
    return StandbyCase(
        kinds, roster, case.workforce, case.site, days.first, days.number, week_first, default, past, calls
    )


def standby_book(workspace: Workspace) -> StandbyBook:
    """Who stands by and was called in a plan, with what the settings pay; empty where they have no standby."""
    duties, kinds = workspace.table_if_there(Standby), workspace.config.standby
    if duties is None or not kinds:
        return StandbyBook()
    return StandbyBook(duties, workspace.call_outs, kinds)
