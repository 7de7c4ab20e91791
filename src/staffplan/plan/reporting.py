"""The report step: gather the plan's tables and remarks, and hand them to the report."""

from __future__ import annotations

from staffplan.plan.step import StepWork
from staffplan.progress import Progress
from staffplan.report import ReportData, build_workbook, report_pages
from staffplan.settings.priced_rules import SoftSection
from staffplan.tables.access import AccessVerdicts
from staffplan.tables.cost import CostReport
from staffplan.tables.forecast import Backtest
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.standby import Standby
from staffplan.tables.waits import Coverage, DayService
from staffplan.tables.wishes import Fairness


def report_files(work: StepWork) -> dict[str, bytes]:
    """The pages, the workbook and the pictures, by their names in the plan directory."""
    data = report_data(work)
    work.on_progress(Progress("report", 0, 2, "page and pictures"))
    pages, pictures = report_pages(data)
    work.on_progress(Progress("report", 1, 2, "workbook"))
    files = {f"report/{name}": page.encode() for name, page in pages.items()}
    files["report/workbook.xlsx"] = build_workbook(data)
    work.on_progress(Progress("report", 2, 2, "done"))
    return files | {f"report/{name}": picture for name, picture in pictures.items()}


def report_data(work: StepWork) -> ReportData:
    """All that the report shows, read from the plan directory as it is now."""
    workspace = work.workspace
    config = workspace.config
    hashes = {name: sha for record in work.manifest.steps.values() for name, sha in record.outputs.items()}
    return ReportData(
        title=config.plan.name,
        currency=config.plan.currency,
        language=config.report.language,
        site=workspace.site,
        history=workspace.history,
        forecast=workspace.forecast(),
        backtest=workspace.table(Backtest),
        requirement=workspace.table(StaffingRequirement),
        roster=workspace.roster(),
        coverage=workspace.table(Coverage),
        waits=workspace.table(DayService),
        cost=workspace.table(CostReport),
        workforce=workspace.workforce,
        fairness=workspace.table_if_there(Fairness),
        standby=workspace.table_if_there(Standby) if config.standby else None,
        access=workspace.table_if_there(AccessVerdicts),
        soft_rules=tuple(rule for rule in config.roster.rules if isinstance(rule, SoftSection)),
        assumptions=config.plan.assumptions,
        notes=work.notes,
        facts={name: record.facts for name, record in work.manifest.steps.items()},
        changed_by_hand=work.changed_by_hand,
        provenance=tuple((name, sha[:12]) for name, sha in sorted(hashes.items()) if "report/" not in name),
    )
