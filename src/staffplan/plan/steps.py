"""The river's steps as a plan directory runs them: what each reads, depends on, makes."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any

from staffplan.errors import LEFT_EMPTY, Note
from staffplan.files.workforce import WORKFORCE_TABLES
from staffplan.files.write import table_bytes
from staffplan.plan.step import Step, StepOutput, StepWork
from staffplan.settings.config import Config
from staffplan.tables.access import AccessVerdicts
from staffplan.tables.cost import CostReport
from staffplan.tables.forecast import AhtBacktest, Backtest, DataQuality, ForecastTotals, OverrideLog, VolumeForecast
from staffplan.tables.people import Absences, LockedDays, Workforce
from staffplan.tables.requirement import ServiceWorth, StaffingRequirement
from staffplan.tables.roster import RosterActivities, RosterBreaches, RosterShifts
from staffplan.tables.schema import Table
from staffplan.tables.shifts import ContractHeads, PauseCounts, PositionShifts, ShiftCounts
from staffplan.tables.standby import Standby
from staffplan.tables.waits import Coverage, DayService, WaitDetails
from staffplan.tables.wishes import Fairness
from staffplan.words import SOURCE

if TYPE_CHECKING:
    from staffplan.plan.workspace import Workspace
    from staffplan.roster.case.promised import Judge
    from staffplan.roster.check.report import MissedWish


def _files(*tables: Table, timezone: str) -> dict[str, bytes]:
    return {table.file_name: table_bytes(table.frame, timezone) for table in tables}


def _picked(config: Config, *names: str) -> dict[str, Any]:
    """Settings by dotted name: "plan.seed" for one, "forecast" for each key of a section."""
    raw = config.model_dump(mode="json")
    found: dict[str, Any] = {}
    for name in names:
        section, _, key = name.partition(".")
        if not key:
            found |= {f"{section}.{inner}": value for inner, value in raw[section].items()}
        elif name not in _LATER or raw[section][key] not in (None, [], True, SOURCE):
            found[name] = raw[section][key]
    return found


_CALENDAR = ("plan.timezone", "plan.interval_minutes", "plan.country", "plan.subdivision", "hours", "queues")
_PERIOD = ("plan.start", "plan.weeks", "plan.months", "plan.end")
_KINDS = tuple(f"input.{name}" for name in ("preset", "timezone", "aht_unit", "date_order", "totals"))
_LATER = ("plan.months", "plan.end", "plan.assumptions", "report.language", *_KINDS)
"""Settings that plans of earlier versions do not know: only where they are given do they count."""
_READING = ("input.columns", "input.until", "input.ignore_queues", "input.queue", *_KINDS)
SPAN = "history_span"
"""Fact of the forecast: what later commands need to know of the history, unless it changes."""


def _forecast_settings(config: Config) -> dict[str, Any]:
    life = ("like", "expected_per_week", "opens", "ended", "was")
    asked = {
        f"queues.{name}.channel (given)": "channel" in own.model_fields_set for name, own in config.queues.items()
    }
    picked = _picked(config, *_CALENDAR[:-1], *_PERIOD, "plan.seed", *_READING, "forecast") | asked
    return picked | _queue_parts(config, "channel", "hours", "arrival_hours", "aht_seconds", *life)


def _queue_parts(config: Config, *keys: str) -> dict[str, Any]:
    """Of every queue only the settings named: a new goal does not make a forecast stale."""
    raw = config.model_dump(mode="json")["queues"]
    return {f"queues.{name}.{key}": queue[key] for name, queue in raw.items() for key in keys}


def _forecast(work: StepWork) -> StepOutput:
    from staffplan.forecast import forecast

    workspace = work.workspace
    plan = workspace.config.plan
    result = forecast(
        workspace.full_history,
        workspace.config.forecast,
        site=workspace.site,
        first_day=workspace.first_day,
        days=workspace.planned.number,
        seed=plan.seed,
        drivers=workspace.drivers,
        overrides=workspace.overrides,
        workers=workspace.workers,
        on_progress=work.on_progress,
    )
    told = (result.totals, result.backtest, result.override_log, result.quality, result.aht_backtest)
    files = _files(result.forecast, *told, timezone=plan.timezone)
    return StepOutput(files, result.notes, {**result.facts, SPAN: workspace.span.text})


def _staff_settings(config: Config) -> dict[str, Any]:
    """Chance concerns only the methods that simulate, and what mail is worth where service is the objective."""
    simulated = config.staffing.method in ("offered-load", "verified") or config.roster.objective == "service"
    chance = ("plan.seed", "simulate") if simulated else ()
    return _picked(config, *_CALENDAR, "staffing", "roster.objective", *chance)


def _staff(work: StepWork) -> StepOutput:
    from staffplan.staffing.step import staff_by_method
    from staffplan.staffing.worth_by_method import worth_by_method

    workspace = work.workspace
    config = workspace.config
    result = staff_by_method(
        workspace.forecast(),
        config.staffing,
        config.simulate,
        site=workspace.site,
        seed=config.plan.seed,
        on_progress=work.on_progress,
    )
    worth = worth_by_method(
        workspace.forecast(),
        config.staffing,
        config.simulate,
        site=workspace.site,
        with_mail=config.roster.objective == "service",
        seed=config.plan.seed,
    )
    files = _files(result.requirement, worth, timezone=config.plan.timezone)
    return StepOutput(files, result.notes, result.facts)


def _roster_settings(config: Config) -> dict[str, Any]:
    """A premium's price does not move the roster; when it is paid does, as its hours are shown there."""
    timed = [premium for premium in config.cost.premiums if not premium.per_shift_only]
    shown = [premium.model_dump(mode="json", exclude={"share", "per_hour", "currency"}) for premium in timed]
    names: tuple[str, ...] = ("plan.seed", *_CALENDAR[:-1], *_PERIOD, "shifts", "roster")
    if config.roster.objective == "service":
        names += ("simulate", "queues", "staffing")
    return _picked(config, *names) | _contracts(config) | {"cost.premiums": shown}


def _contracts(config: Config) -> dict[str, Any]:
    """What the contracts say of time; their pay concerns the cost alone."""
    plans = config.work_plans.items()
    return {
        f"work_plans.{name}": plan.model_dump(mode="json", exclude={"hourly_rate", "currency"})
        for name, plan in plans
    }


def _check_settings(config: Config) -> dict[str, Any]:
    picked = _picked(config, *_CALENDAR[:-1], *_PERIOD, "shifts", "roster.rules")
    return picked | _contracts(config) | _if_standby(config)


def _roster(work: StepWork) -> StepOutput:
    begun = monotonic()
    from staffplan.cost import norms_of, premium_hours
    from staffplan.roster.step import roster

    workspace = work.workspace
    config = workspace.config
    result = roster(
        workspace.table(StaffingRequirement),
        workspace.workforce,
        config.roster,
        shifts=config.shifts,
        work_plans=config.work_plans,
        site=workspace.site,
        worth=workspace.table(ServiceWorth) if config.roster.objective == "service" else None,
        judge=_judge(workspace) if config.roster.objective == "service" else None,
        seed=config.plan.seed,
        on_progress=work.on_progress,
        begun=begun,
    )
    norms = norms_of(
        workspace.workforce,
        workspace.planned.days,
        config.work_plans,
        config.roster.week_starts,
        timezone=config.plan.timezone,
    )
    premiums = premium_hours(result.roster, config.cost, workspace.site, norms)
    shifts = RosterShifts.of(result.roster.shifts.frame.assign(premium_hours=premiums))
    files = _files(shifts, result.roster.activities, timezone=config.plan.timezone)
    told = tuple(note for note in result.notes if note.kind != LEFT_EMPTY)  # check tells it of the roster as it is
    return StepOutput(files, told, {**result.facts, **result.proof})


def _judge(workspace: Workspace) -> Judge:
    """Plays rosters as the plan's simulation will, with other random numbers."""
    from staffplan.simulate.judge import judge_of

    config = workspace.config
    return judge_of(
        workspace.forecast(),
        workspace.table(StaffingRequirement),
        config.simulate,
        site=workspace.site,
        staffing=config.staffing,
        seed=config.plan.seed,
        helpers=workspace.helpers,
    )


def _check(work: StepWork) -> StepOutput:
    from staffplan.plan.standby import with_standby
    from staffplan.roster.case.case import Case
    from staffplan.roster.case.fairness_table import fairness_of
    from staffplan.roster.check.check import check
    from staffplan.roster.check.cover import coverage
    from staffplan.roster.why.empty_days import empty_day_notes

    workspace = work.workspace
    config, people, site = workspace.config, workspace.workforce, workspace.site
    roster, requirement = workspace.roster(), workspace.table(StaffingRequirement)
    report = check(
        roster,
        people,
        config.roster,
        requirement=requirement,
        shifts=config.shifts,
        work_plans=config.work_plans,
        site=site,
    )
    case = Case(requirement, people, config.roster, config.shifts, config.work_plans, site)
    report = with_standby(report, roster, case, workspace)
    files = _files(report.table(), fairness_of(roster, case), timezone=config.plan.timezone)
    facts = {"broken_rules": float(len(report.breaches)), "short_intervals": float(len(report.uncovered))}
    if report.wished_days:
        facts |= {"wished_days": float(report.wished_days), "wishes_not_granted": float(len(report.missed_wishes))}
    empty = empty_day_notes(case, roster, coverage(roster, requirement, site), step="check")
    return StepOutput(files, (*empty, *_wish_notes(report.missed_wishes, people)), facts)


def _wish_notes(missed: Iterable[MissedWish], people: Workforce) -> tuple[Note, ...]:
    agents = people.agents.frame
    names = dict(zip(agents["agent_id"], agents["name"], strict=True))
    return tuple(
        Note(
            "check",
            "wish not granted",
            f"{names[wish.agent_id] or wish.agent_id} {wish.day:%a %d %b %Y}",
            wish.message,
        )
        for wish in missed
    )


def _simulate(work: StepWork) -> StepOutput:
    from staffplan.simulate import simulate

    workspace = work.workspace
    config = workspace.config
    result = simulate(
        workspace.forecast(),
        workspace.table(StaffingRequirement),
        workspace.roster(),
        config.simulate,
        site=workspace.site,
        staffing=config.staffing,
        seed=config.plan.seed,
        helpers=workspace.helpers,
        on_progress=work.on_progress,
    )
    files = _files(result.coverage, result.waits, result.details, timezone=config.plan.timezone)
    return StepOutput(files, result.notes, result.facts)


def _standby(work: StepWork) -> StepOutput:
    from staffplan.plan.standby import share

    return share(work)


def _standby_settings(config: Config) -> dict[str, Any]:
    raw = config.model_dump(mode="json")
    return _picked(config, *_CALENDAR[:-1], *_PERIOD, "roster.week_starts") | {
        "standby": raw["standby"],
        "work_plans": list(config.work_plans),
    }


def _cost_settings(config: Config) -> dict[str, Any]:
    names = ("plan.currency", "cost", "work_plans", "staffing.shrinkage", "roster.week_starts")
    picked = _picked(config, *_CALENDAR, *_PERIOD, *names)
    return picked | _if_standby(config)


def _if_standby(config: Config) -> dict[str, Any]:
    """Plans without standby were made by versions that did not have it."""
    return {"standby": config.model_dump(mode="json")["standby"]} if config.standby else {}


def _cost(work: StepWork) -> StepOutput:
    from staffplan.cost import cost
    from staffplan.plan.own_roster import foreign_roster
    from staffplan.plan.standby import standby_book

    workspace = work.workspace
    config = workspace.config
    result = cost(
        workspace.forecast(),
        workspace.table(StaffingRequirement),
        workspace.roster(),
        workspace.table(Coverage),
        workspace.workforce,
        config.cost,
        work_plans=config.work_plans,
        staffing=config.staffing,
        site=workspace.site,
        currency=config.plan.currency,
        week_starts=config.roster.week_starts,
        standby=standby_book(workspace),
    )
    strange = tuple(
        Note("cost", "warning", RosterShifts.file_name, f"the cost is that of a scenario: {reason}")
        for reason in foreign_roster(workspace, work.manifest)
    )
    notes = (*strange, *result.notes)
    return StepOutput(_files(result.report, timezone=config.plan.timezone), notes, result.facts)


def _heads(work: StepWork) -> StepOutput:
    from staffplan.plan.heads import heads

    return heads(work)


def _heads_settings(config: Config) -> dict[str, Any]:
    return _picked(config, *_CALENDAR, *_PERIOD, "shifts", "roster", "work_plans", "cost", "staffing.shrinkage")


def _report(work: StepWork) -> StepOutput:
    from staffplan.plan.reporting import report_files

    return StepOutput(report_files(work))


_FORECAST = VolumeForecast.file_name
_REQUIREMENT = StaffingRequirement.file_name
_ROSTER = (RosterShifts.file_name, RosterActivities.file_name)
_WAITS = (Coverage.file_name, DayService.file_name)
_DETAILS = WaitDetails.file_name
_PEOPLE = ("agents", *WORKFORCE_TABLES)
_ALL_TABLES = (
    _FORECAST,
    Backtest.file_name,
    _REQUIREMENT,
    *_ROSTER,
    RosterBreaches.file_name,
    *_WAITS,
    CostReport.file_name,
)
REPORT_PAGE = "report/index.html"
REPORT_WORKBOOK = "report/workbook.xlsx"
STANDBY = Step(
    "standby",
    ("special_days", *_PEOPLE, "past_standby", "published_standby"),
    (_REQUIREMENT, *_ROSTER),
    (Standby.file_name,),
    _standby_settings,
    _standby,
    (Absences.file_name,),
)
"""Only where the settings have a [[standby]]."""
STEPS: tuple[Step, ...] = (
    Step(
        "forecast",
        ("history", "special_days", "drivers", "overrides"),
        (),
        (
            _FORECAST,
            ForecastTotals.file_name,
            Backtest.file_name,
            OverrideLog.file_name,
            DataQuality.file_name,
            AhtBacktest.file_name,
        ),
        _forecast_settings,
        _forecast,
    ),
    Step(
        "staff",
        ("special_days",),
        (_FORECAST,),
        (_REQUIREMENT, ServiceWorth.file_name),
        _staff_settings,
        _staff,
    ),
    Step(
        "roster",
        ("special_days", *_PEOPLE),
        (_REQUIREMENT, ServiceWorth.file_name),
        _ROSTER,
        _roster_settings,
        _roster,
        (_FORECAST, Absences.file_name, LockedDays.file_name),
    ),
    STANDBY,
    Step(
        "check",
        ("special_days", *_PEOPLE, "past_standby", "call_outs"),
        (_REQUIREMENT, *_ROSTER),
        (RosterBreaches.file_name, Fairness.file_name),
        _check_settings,
        _check,
        (Absences.file_name, LockedDays.file_name, Standby.file_name),
    ),
    Step(
        "simulate",
        ("special_days", "agents", "skills"),
        (_FORECAST, _REQUIREMENT, *_ROSTER),
        (*_WAITS, _DETAILS),
        lambda config: _picked(config, *_CALENDAR, "plan.seed", "simulate", "staffing.shrinkage"),
        _simulate,
    ),
    Step(
        "cost",
        ("special_days", *_PEOPLE, "call_outs"),
        (_FORECAST, _REQUIREMENT, *_ROSTER, Coverage.file_name),
        (CostReport.file_name,),
        _cost_settings,
        _cost,
        (Absences.file_name, Standby.file_name),
    ),
    Step(
        "report",
        ("history", "special_days", *_PEOPLE),
        _ALL_TABLES,
        (REPORT_PAGE, REPORT_WORKBOOK),
        lambda config: _picked(
            config,
            *_CALENDAR,
            *_PERIOD,
            "plan.name",
            "plan.currency",
            "plan.assumptions",
            "roster.rules",
            "report.language",
        ),
        _report,
        (Fairness.file_name, AccessVerdicts.file_name, Absences.file_name, Standby.file_name),
    ),
)
"""The steps of a plan with people, in the river's order."""
HEADS = Step(
    "heads",
    ("special_days",),
    (_REQUIREMENT,),
    (ShiftCounts.file_name, ContractHeads.file_name, PauseCounts.file_name, PositionShifts.file_name),
    _heads_settings,
    _heads,
)
"""In place of all that needs people, as long as there are none."""
ALL_STEPS = (*STEPS[:2], HEADS, *STEPS[2:])


def steps_due(workspace: Workspace) -> tuple[Step, ...]:
    """The steps that a plan runs: without people the forecast, the requirement and the head counts; standby only
    where the settings have it."""
    if not workspace.has_people:
        return ALL_STEPS[:3]
    return tuple(step for step in STEPS if step is not STANDBY or workspace.config.standby)
