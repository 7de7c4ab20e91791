"""Standby in a plan directory: the step that shares it out, and what it pays."""

from __future__ import annotations

from staffplan.cost.standby import StandbyBook
from staffplan.files.write import table_bytes
from staffplan.plan.step import StepOutput, StepWork
from staffplan.plan.workspace import Workspace
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.standby import Standby


def share(work: StepWork) -> StepOutput:
    """Share out the standby of a plan around its roster."""
    from staffplan.roster.case.case import Case
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


def standby_book(workspace: Workspace) -> StandbyBook:
    """Who stands by and was called in a plan, with what the settings pay; empty where they have no standby."""
    duties, kinds = workspace.table_if_there(Standby), workspace.config.standby
    if duties is None or not kinds:
        return StandbyBook()
    return StandbyBook(duties, workspace.call_outs, kinds)
